"""The size law and the sum over paths against closed forms and draws."""

import math

import numpy as np
import pytest

from hscape.clones.growth import law
from hscape.clones.growth.onset import _log_birth
from hscape.clones.growth.paths import log_likelihoods, smoothed
from hscape.dynamics.step import transition
from hscape.streams import generator

TURNOVER, CAPACITY = 365.25 / 343.0, 1.0e5


def generating_function(cells, division, loss, years, size=1 << 15):
    """Probabilities of 0, 1, ... cells by Fourier inversion of f(z)^n: independent of saddlepoint and sums."""
    a, b = transition(division, loss, years)
    z = np.exp(2j * np.pi * np.arange(size) / size)
    return np.real(np.fft.fft(((a + (1 - a - b) * z) / (1 - b * z)) ** cells)) / size, a, b


@pytest.mark.parametrize("net", [0.0, 0.3, -0.3])
@pytest.mark.parametrize(("cells", "tolerance"), [(1, 1e-10), (10, 1e-10), (24, 1e-10), (100, 0.005), (1000, 0.0005)])
def test_probabilities_of_sizes(cells, net, tolerance):
    # Sums up to 24 cells are exact to rounding; the saddlepoint's error falls as 1/n, 0.005 at 100 cells.
    exact, a, b = generating_function(cells, TURNOVER + max(net, 0), TURNOVER - min(net, 0), 3.0)
    later = np.arange(1, 3 * cells + 60)
    few = law.log_probability_of_few if cells <= law.WHOLE_CELLS else law.log_probability
    told = np.exp([few(float(cells), float(k), a, b) for k in later])
    if cells > law.WHOLE_CELLS:
        told *= exact[later].sum() / told.sum()
    assert 0.5 * abs(told - exact[later]).sum() < tolerance


def row(cells_now, net, years, others=0.0, capacity=1e12, step=1.0):
    cells, widths = law.size_nodes(0.0, 60_000.0, step)
    i = int(np.argmin(abs(cells - cells_now)))
    weights = np.zeros(cells.size)
    low, high, dead = law.spread_row(
        weights, 1, np.sqrt(cells), cells, widths, i, years, net, others, TURNOVER, capacity
    )
    told = np.zeros(cells.size)
    told[low:high] = weights[low:high]
    return cells, told, dead, cells[i]


@pytest.mark.parametrize("net", [0.0, 0.2, -0.2])
def test_rows_of_the_grid_keep_mass_mean_and_variance(net):
    cells, told, dead, start = row(4000.0, net, 3.0)
    assert told.sum() + dead == pytest.approx(1.0, abs=1e-9)
    mean = (told * cells).sum()
    assert mean == pytest.approx(start * math.exp(net * 3.0), rel=2e-3)
    division, loss = TURNOVER + max(net, 0), TURNOVER - min(net, 0)
    e = math.exp(net * 3.0)
    variance = start * (2 * TURNOVER * 3.0 if net == 0 else (division + loss) / (division - loss) * e * (e - 1))
    assert (told * (cells - mean) ** 2).sum() == pytest.approx(variance, rel=0.02)


def test_crowding_follows_the_logistic_curve():
    share, s, others, years = 0.3, 0.2, 0.05, 4.0
    x = share
    for _ in range(40_000):
        x += x * (s * (1 - x) - others) * years / 40_000
    told = share * math.exp(law.net_rate_per_year(share, s, others, years) * years)
    assert told == pytest.approx(x, rel=1e-4)  # the steps of the independent sum are 1e-4 years


def test_one_transition_seen_exactly_is_the_law():
    """Two visits with the size known at both: the sum over paths is one probability of the exact law."""
    cells, widths = law.size_nodes(0.0, 400.0, 0.5)
    start = int(np.searchsorted(cells, 20.0))
    prior = np.zeros(cells.size)
    prior[start] = 1.0
    seen = np.ones((2, cells.size))
    seen[1] = 0.0
    end = int(np.searchsorted(cells, 22.0))
    seen[1, end] = 1.0
    logs, _ = log_likelihoods(
        np.array([[0.1]]), np.array([2.0]), np.zeros(1), prior, seen, cells, widths, TURNOVER, 1e12
    )
    exact, _, _ = generating_function(int(cells[start]), TURNOVER + 0.1, TURNOVER, 2.0)
    assert math.exp(logs[0]) == pytest.approx(exact[int(cells[end])], rel=1e-3)  # nodes beyond 24 are not whole numbers


def test_sum_over_paths_against_simulated_paths():
    """Probability of three noisy readings: forward sums against a mean over drawn paths."""
    rng = generator(20261122, "test", "paths")
    years, s = np.array([3.0, 3.0]), 0.15
    cells, widths = law.size_nodes(0.0, 6000.0, 1.0)
    middle = np.array([500.0, 900.0, 1100.0])
    emission = np.exp(-0.5 * ((cells[None, :] - middle[:, None]) / (0.3 * middle[:, None])) ** 2)
    start = int(np.argmin(abs(cells - 520.0)))
    prior = np.zeros(cells.size)
    prior[start] = 1.0
    logs, _ = log_likelihoods(np.full((1, 2), s), years, np.zeros(2), prior, emission, cells, widths, TURNOVER, 1e12)
    n = np.full(200_000, round(cells[start]))
    total = np.exp(-0.5 * ((n - middle[0]) / (0.3 * middle[0])) ** 2)
    a, b = transition(TURNOVER + s, TURNOVER, 3.0)
    for k in (1, 2):
        alive = rng.binomial(n, 1 - a)
        n = alive + rng.negative_binomial(np.maximum(alive, 1), 1 - b) * (alive > 0)
        total *= np.exp(-0.5 * ((n - middle[k]) / (0.3 * middle[k])) ** 2)
    error = total.std() / math.sqrt(n.size) / total.mean()
    assert math.exp(logs[0]) == pytest.approx(
        total.mean(), rel=4 * error + 0.002
    )  # 4 standard errors, 0.2 % of the grid


def test_smoothing_agrees_with_filtering_at_the_last_visit():
    cells, widths = law.size_nodes(0.0, 3000.0, 1.0)
    emission = np.exp(-0.5 * ((cells[None, :] - np.array([300.0, 500.0, 700.0])[:, None]) / 150.0) ** 2)
    prior = np.where(cells > 0, widths / np.maximum(cells, 1.0), 0.0)
    rest = (prior, emission, cells, widths, TURNOVER, CAPACITY)
    _, ends = log_likelihoods(np.full((1, 2), 0.1), np.full(2, 3.0), np.zeros(2), *rest)
    told = smoothed(0.1, np.full(2, 3.0), np.zeros(2), *rest)
    assert told[-1] == pytest.approx(ends[0], abs=1e-12)
    assert told.sum(axis=1) == pytest.approx(1.0)


def test_onset_law_is_that_of_one_cell():
    for net, years in ((0.1, 30.0), (0.0, 30.0), (-0.05, 20.0)):
        exact, _, _ = generating_function(1, TURNOVER + max(net, 0), TURNOVER - min(net, 0), years)
        start, rest = _log_birth(TURNOVER, net, np.array([years]))
        for n in (1, 5, 40):
            assert math.exp(start[0] + (n - 1) * rest[0]) == pytest.approx(
                exact[n], rel=1e-4
            )  # wrap-around of the inversion
