"""The coarse course against closed forms and against the full simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from hscape.compiled import compiled
from hscape.dynamics.coarse import shown_distance
from hscape.dynamics.coarse_blood import _chain
from hscape.dynamics.coarse_person import Threshold
from hscape.dynamics.coarse_record import N_COLUMNS
from hscape.dynamics.coarse_transition import transition_quantile
from hscape.dynamics.step import transition
from hscape.inference.calibration.coarse_against_full import compare
from hscape.parameters import Parameters


@pytest.mark.parametrize(
    ("cells", "arriving", "division", "loss", "days"),
    [(1.0, 0.0, 0.01, 0.008, 28.0), (12.0, 0.0, 0.01, 0.03, 7.0), (300.0, 0.0, 0.004, 0.06, 7.0),
     (0.0, 0.02, 0.006, 0.004, 28.0), (5.0, 0.01, 0.011, 0.003, 14.0)],
)  # fmt: skip
def test_quantile_of_a_step_keeps_mean_variance_and_extinction(
    cells: float, arriving: float, division: float, loss: float, days: float
) -> None:
    def moment(power: int) -> float:
        found = integrate.quad(
            lambda z: transition_quantile(cells, arriving, division, loss, days, z) ** power * stats.norm.pdf(z),
            -8.0, 8.0, limit=400, points=[0.0],
        )  # fmt: skip
        return float(found[0])

    a, b = transition(division, loss, days)
    grown = math.exp((division - loss) * days)
    gained = arriving * math.expm1((division - loss) * days) / (division - loss)
    mean = cells * grown + gained
    variance = cells * grown * (a + b) / (1.0 - b) + gained / (1.0 - b)
    # The cube-root gamma has errors of a percent in the mean and a few in the variance for shapes near one.
    assert moment(1) == pytest.approx(mean, rel=0.02)
    assert moment(2) - moment(1) ** 2 == pytest.approx(variance, rel=0.08)
    none = a**cells * (1.0 - b) ** (arriving / division)
    z = np.linspace(-6.0, 6.0, 4001)
    is_none = np.array([transition_quantile(cells, arriving, division, loss, days, x) == 0.0 for x in z])
    found = stats.norm.cdf(z[is_none].max()) if is_none.any() else 0.0
    assert found == pytest.approx(none, abs=0.002)


def test_many_small_steps_keep_the_chance_of_extinction_of_the_exact_law() -> None:
    random, n, died = np.random.default_rng(4), 3000, 0
    division, loss, days, steps = 0.01, 0.009, 14.0, 26
    for _ in range(n):
        cells = 3.0
        for _ in range(steps):
            cells = transition_quantile(cells, 0.0, division, loss, days, random.standard_normal())
        died += cells == 0.0
    exact = transition(division, loss, days * steps)[0] ** 3
    # Three standard errors of 3,000 runs are 0.027; the law between the steps is approximate by about as much.
    assert died / n == pytest.approx(exact, abs=0.04)


def test_one_level_stands_for_three_limits() -> None:
    threshold = Threshold(7.0, 12.0, 0.25, 0.12, 0.3, 0.3)
    row = np.zeros(N_COLUMNS)
    row[1:4] = 7.4, 14.0, 0.22
    random = np.random.default_rng(1)
    limits = np.array([7.0, 12.0, 0.25]) * np.exp(np.array([0.12, 0.3, 0.3]) * random.standard_normal((200_000, 3)))
    shown = np.mean((row[1:4] < limits).any(axis=1))
    levels = random.standard_normal(20_000)
    by_level = np.mean([shown_distance(row, threshold, z) < 0.0 for z in levels])
    assert by_level == pytest.approx(shown, abs=0.012)  # three standard errors of 20,000


@pytest.mark.parametrize("number", [0, 1, 3])
def test_coarse_course_follows_the_full_one(number: int) -> None:
    pair = compare(number)
    assert pair is not None
    assert pair.shown_later_days == pytest.approx(0.0, abs=6.0)
    rms = np.sqrt(np.nanmean(pair.log_distance() ** 2, axis=0))
    # The likelihood allows each count the recorded error of the coarse course (its mean over many people); one person
    # may have twice that. Stem cells, which fall by several percent a day around day 0: within ten percent.
    p = Parameters()
    for column, name in enumerate(("hemoglobin", "platelets", "neutrophils", "reticulocytes")):
        assert rms[column] < 2.0 * p[f"chart_model_error_{name}_log_sd"], (name, rms)
    assert rms[4] < 0.10


@compiled
def _fed_chain(y, growth, loss, days, n_steps):
    """Stages fed by what grows exponentially; the mean inflow of every step is exact. Returns what left, and what came."""
    left, came = 0.0, 0.0
    for step in range(n_steps):
        fed = math.exp(growth * step * days) * math.expm1(growth * days) / (growth * days)
        left += days * loss * _chain(y, 0, y.shape[0], fed, loss, days)
        came += days * fed
    return left, came


@pytest.mark.parametrize(("growth", "days"), [(0.05, 1.25), (0.05, 3.5), (0.10, 1.25), (-0.05, 3.5)])
def test_stages_keep_pace_with_what_grows(growth: float, days: float) -> None:
    """Against the closed form: fed by e^(gt), stage i holds e^(gt) / (k + g) times (k / (k + g))^i in the end.

    Implicit stages are ahead by g^2 dt / 2 over k + g each: 1.5 percent a stage for g of a twentieth and 3.5 days, and
    four times as much for a tenth and 1.25 days as is allowed here. The scheme is of second order where k dt is below
    two: what is left is (g dt)^2 / 12 of a rate, below half a percent over the chain.
    """
    loss, stages, n = 0.5, 6, round(160.0 / days)
    y = np.zeros(stages)
    _fed_chain(y, growth, loss, days, n)
    end = math.exp(growth * n * days)
    exact = end / (loss + growth) * (loss / (loss + growth)) ** np.arange(stages)
    np.testing.assert_allclose(y, exact, rtol=0.005)


@pytest.mark.parametrize("days", [0.5, 1.25, 3.5, 14.0])
def test_stages_lose_nothing_and_stay_above_nothing(days: float) -> None:
    """What came is there or has left, for stages that are slow or fast beside the step."""
    for loss in (0.05, 0.5, 2.0, 6.0):
        y = np.full(5, 0.3)
        left, came = _fed_chain(y, 0.02, loss, days, 12)
        assert y.sum() + left == pytest.approx(5 * 0.3 + came, rel=1e-12)
        assert y.min() >= 0.0
