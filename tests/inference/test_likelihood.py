"""The chance of a chart against library distributions, and the sampler against a posterior that is known."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from hscape.dynamics.coarse_record import EARLY_SHARE, GRANULOCYTE, LYMPHOCYTE, N_COLUMNS, N_SLOTS
from hscape.inference.finding_rows import CELLULARITY, COUNT, MOST_SHARE, NO_SHARE, READS, SHARE, TRIGGER
from hscape.inference.finding_rows import N_COLUMNS as N_OBSERVED
from hscape.inference.likelihood import log_chance, share_in
from hscape.inference.sampler import Effort, sample
from hscape.inference.tail import pareto_tail


def _row(**values: float) -> np.ndarray:
    row = np.zeros(N_COLUMNS)
    row[1:7] = 10.0, 50.0, 1.5, 40.0, 1.0, 0.2
    for slot in range(N_SLOTS):
        row[[GRANULOCYTE + slot, LYMPHOCYTE + slot, EARLY_SHARE + slot]] = 0.0
    row[[GRANULOCYTE + 1, LYMPHOCYTE + 1, EARLY_SHARE + 1]] = 0.3, 0.05, 0.4
    return row


def _observed(*values: float) -> np.ndarray:
    return np.array([*values, *([0.0] * (N_OBSERVED - len(values)))])


def test_counts_are_log_normal_with_outliers() -> None:
    o = _observed(0, COUNT, 1, 9.0, 0.05, 0.0, 0.0, 0.0, 0.01, 5.0)
    x = math.log(9.0 / 10.0)
    expected = math.log(0.99 * stats.norm.pdf(x, 0, 0.05) + 0.01 * stats.norm.pdf(x, 0, 0.25))
    assert log_chance(o, _row()) == pytest.approx(expected, rel=1e-9)


def test_readings_have_the_truth_as_their_mean() -> None:
    """As the laboratory of the virtual patients makes them: log-normal with mean one, so the middle lies below."""
    o = _observed(0, COUNT, 2, 47.0, 0.3, 0.0, 0.0, 0.0, 0.0001, 5.0, 0.3**2)
    grid = np.linspace(5.0, 400.0, 20_000)
    density = []
    for value in grid:
        o[3] = value
        density.append(math.exp(log_chance(o, _row())) / value)
    total = np.trapezoid(density, grid)
    assert total == pytest.approx(1.0, abs=1e-3)
    # the rare wide part (one in ten thousand) moves the mean by less than 1e-3 of it
    assert np.trapezoid(grid * density, grid) / total == pytest.approx(50.0, rel=2e-3)


def test_a_count_below_a_limit_has_the_chance_of_the_tail() -> None:
    o = _observed(0, COUNT, 2, 40.0, 0.1, 0.0, -1.0, 0.0, 0.01, 5.0)
    x = math.log(40.0 / 50.0)
    expected = math.log(0.99 * stats.norm.cdf(x / 0.1) + 0.01 * stats.norm.cdf(x / 0.5))
    assert log_chance(o, _row()) == pytest.approx(expected, rel=1e-9)


def test_reads_are_beta_binomial_around_the_allele_fraction() -> None:
    o = _observed(0, READS, 1, 180, 1000, 1, 2, 2, 0, 500.0, 0.0005)
    vaf = 0.15 * (1 - 0.0005) + 0.85 * 0.0005
    expected = stats.betabinom.logpmf(180, 1000, vaf * 500, (1 - vaf) * 500)
    assert log_chance(o, _row()) == pytest.approx(expected, rel=1e-9)


def test_shares_of_cells_scatter_on_the_logit_scale() -> None:
    def logit(x: float) -> float:
        return math.log(x / (1.0 - x))

    o = _observed(0, SHARE, 1, 0.25, 0.2, 0, 0, 0.0, 0)
    assert log_chance(o, _row()) == pytest.approx(stats.norm.logpdf(logit(0.25) - logit(0.3), 0, 0.2), rel=1e-9)
    none = _observed(0, NO_SHARE, 1, 0.2, 0.15, 0.25, 0, 0.0, 0)
    expected = math.log(0.75 + 0.25 * stats.norm.cdf((logit(0.2) - logit(0.3)) / 0.15))
    assert log_chance(none, _row()) == pytest.approx(expected, rel=1e-9)


def _logit(x: float) -> float:
    return math.log(x / (1.0 - x))


@pytest.mark.parametrize("share", [0.9, 0.998, 0.99999])
def test_chances_of_all_readings_of_a_share_are_one_together(share: float) -> None:
    """Readings above `MOST_SHARE` are told as that, so it has the chance of all of them and not a density."""
    row, sd = _row(), 0.3
    row[GRANULOCYTE + 1] = share
    grid = np.linspace(-6.0, _logit(MOST_SHARE), 4001)[:-1]
    density = [math.exp(log_chance(_observed(0, SHARE, 1, 1 / (1 + math.exp(-x)), sd), row)) for x in grid]
    at_the_top = math.exp(log_chance(_observed(0, SHARE, 1, MOST_SHARE, sd), row))
    # the last step of the grid is left out: 0.003 wide, at a density of at most 1.4
    assert np.trapezoid(density, grid) + at_the_top == pytest.approx(1.0, abs=6e-3)


def test_all_cells_of_a_clone_speak_for_no_others_alive() -> None:
    """A reading of all cells does not ask for a thousandth of others: what was fewer fits as well or better."""
    found = []
    for share in (0.99, 0.999, 1.0 - 1e-6, 1.0):
        row = _row()
        row[GRANULOCYTE + 1] = share
        found.append(log_chance(_observed(0, SHARE, 1, MOST_SHARE, 0.3), row))
    assert found[0] < -20.0
    assert found[1] == pytest.approx(math.log(0.5), rel=1e-6)
    assert found[2] == pytest.approx(0.0, abs=1e-6)
    assert found[3] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("told", "true", "sign"), [(0.02, 0.001, 1.0), (0.98, 0.97, -1.0)])
def test_cellularity_at_the_end_of_its_scale_has_the_chance_of_the_tail(told: float, true: float, sign: float) -> None:
    row = _row()
    row[7] = true
    expected = stats.norm.logcdf(sign * (_logit(told) - _logit(true)) / 0.6)
    assert log_chance(_observed(0, CELLULARITY, 0, told, 0.6), row) == pytest.approx(expected, rel=1e-9)


def test_a_transfusion_says_that_the_count_was_at_the_trigger() -> None:
    o = _observed(0, TRIGGER, 1, 7.5, 0.12)
    assert log_chance(o, _row()) == pytest.approx(stats.norm.logpdf(math.log(0.75), 0, 0.12), rel=1e-9)


def test_whole_blood_mixes_lines_by_their_counts() -> None:
    row = _row()
    expected = (0.3 * (1.5 + 0.2) + 0.05 * 1.0) / 2.7
    assert share_in(1, 1, row) == pytest.approx(expected, rel=1e-12)
    assert share_in(2, 1, row) == 0.4


class _Known:
    """A problem whose posterior is known: y = z0 + z1 + chance + noise, all normal."""

    coordinates = SimpleNamespace(size=4)
    n_noise, n_active = 3, 1
    y, sd = 2.0, 0.3

    def log_likelihood(self, z: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = self.y - z[:, 0] - z[:, 1] - noise[:, 0, 0]
        found = stats.norm.logpdf(x, 0, self.sd)
        return found, found[:, None]


def test_sampler_finds_a_posterior_and_an_evidence_that_are_known() -> None:
    # The prior variance of z0 + z1 + chance is 3; each of the three takes a third of the update.
    found = [sample(_Known(), seed=s, effort=Effort(particles=80, rounds=6)) for s in (1, 2, 3, 4)]  # type: ignore[arg-type]
    total = 3.0 + 0.09
    mean = 2.0 / total
    sd = math.sqrt(1.0 - 1.0 / total)
    # Standard errors of four runs with about 300 independent draws each: 0.025; three of them, and copies.
    assert np.mean([s.z[:, 0].mean() for s in found]) == pytest.approx(mean, abs=0.09)
    assert np.mean([s.z[:, 0].std() for s in found]) == pytest.approx(sd, abs=0.07)
    assert np.mean([s.noise[:, 0, 0].mean() for s in found]) == pytest.approx(mean, abs=0.09)
    assert np.mean([s.z[:, 3].std() for s in found]) == pytest.approx(1.0, abs=0.08)
    evidence = stats.norm.logpdf(2.0, 0, math.sqrt(total))
    assert np.mean([s.log_evidence for s in found]) == pytest.approx(evidence, abs=0.15)


def test_same_seed_same_draws() -> None:
    first, second = (sample(_Known(), seed=7, effort=Effort(particles=20, rounds=3)) for _ in range(2))  # type: ignore[arg-type]
    np.testing.assert_array_equal(first.z, second.z)


@pytest.mark.parametrize("shape", [0.2, 0.9])
def test_tail_of_weights_has_the_shape_of_its_distribution(shape: float) -> None:
    found = [pareto_tail(np.log(1.0 + stats.genpareto.rvs(shape, size=4000, random_state=seed))) for seed in range(12)]
    # One estimate from 190 tail values has a standard error of (1 + k) / sqrt(190), twelve of them a third of it; the
    # prior draws k towards one half by five percent.
    assert np.mean(found) == pytest.approx(0.95 * shape + 0.025, abs=3.0 * (1.0 + shape) / 190**0.5 / 12**0.5)
