"""Growth on and off treatment, fitted apart: a slope that changes with treatment says what the clone lives on.

A clone that escapes an immune attack has an advantage only while there is one: immunosuppression takes it away. A
driver grows either way. The two rates of a clone are weighed on a grid over the same hidden paths as everywhere; the
change is pooled over the clones of a gene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import RectBivariateSpline
from scipy.stats import norm, t

from hscape.clones.growth.grid import Setting, grid_of, visits_of
from hscape.clones.growth.paths import log_likelihoods
from hscape.clones.growth.readings import Trajectory
from hscape.parameters import Parameters

#: Rates that are summed over paths, per year, and those at which posteriors are told. Numerical.
_RATES = np.array([-1.8, -1.2, -0.8, -0.5, -0.32, -0.2, -0.1, 0.0, 0.1, 0.2, 0.32, 0.45, 0.65, 0.9, 1.25, 1.7])
OFF = np.linspace(-1.2, 1.4, 131)
CHANGES = np.linspace(-1.6, 1.6, 161)


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """Two rates of one clone.

    Args:
        joint: probability of the readings at growth off treatment and change, relative, (off, changes).
        prior_off: prior of growth off treatment at `OFF`.
    """

    joint: np.ndarray
    prior_off: np.ndarray

    def change(self) -> np.ndarray:
        """Probability of the readings at each change, relative, shape (changes,)."""
        return self.prior_off @ self.joint


def time_on_and_off(one: Trajectory) -> tuple[float, float]:
    """Years on and off treatment between the first and the last visit."""
    start, stop = float(one.years[0]), float(one.years[-1])
    if stop <= start:
        return 0.0, 0.0
    on = one.treated_share(start, stop) * (stop - start)
    return on, stop - start - on


def contrast_of(
    group: Sequence[Trajectory], setting: Setting, others: np.ndarray, parameters: Parameters
) -> Contrast | None:
    """The two rates of a clone; None without enough time both on and off treatment between its visits."""
    one = max(group, key=lambda each: each.years.size)
    on, off = time_on_and_off(one)
    if min(on, off) < parameters["clone_growth_treatment_least_years"]:
        return None
    visits = visits_of(group)
    switches = [time for interval in one.treated for time in interval if visits[0] < time < visits[-1]]
    times = np.unique(np.concatenate([visits, switches]))
    grid = grid_of(group, setting)
    emission = np.ones((times.size, grid.cells.size))
    emission[np.searchsorted(times, visits)] = grid.emission
    middle = 0.5 * (times[1:] + times[:-1])
    is_on = np.array([any(begin <= time <= until for begin, until in one.treated) for time in middle])
    steps = np.clip(np.searchsorted(visits, middle) - 1, 0, max(others.size - 1, 0))
    first, second = np.meshgrid(_RATES, _RATES, indexing="ij")  # off, on
    fitness = np.where(is_on[None, :], second.ravel()[:, None], first.ravel()[:, None])
    law = (grid.cells, grid.widths, setting.turnover_per_year, setting.capacity_cells)
    logs, _ = log_likelihoods(fitness, np.diff(times), others[steps], grid.selected, emission, *law)
    logs = np.maximum(logs, logs.max() - 60.0).reshape(first.shape)
    smooth = RectBivariateSpline(_RATES, _RATES, logs)
    rate_off, change = np.meshgrid(OFF, CHANGES, indexing="ij")
    rate_on = rate_off + change
    inside = (rate_on >= _RATES[0]) & (rate_on <= _RATES[-1])
    joint = np.where(inside, np.exp(smooth.ev(rate_off, np.clip(rate_on, _RATES[0], _RATES[-1])) - logs.max()), 0.0)
    wide = parameters["clone_growth_treatment_spread_per_year"]
    prior = t.pdf((OFF - parameters["clone_growth_mean_per_year"]) / wide, parameters["clone_growth_tail_freedom"])
    return Contrast(joint, prior / prior.sum())


def prior_of_change(center: float, spread: float) -> np.ndarray:
    """Normal weights at `CHANGES`."""
    found = norm.pdf(CHANGES, center, spread)
    return found / found.sum()


def pooled_change(contrasts: Sequence[Contrast], parameters: Parameters) -> np.ndarray:
    """Probability of the mean change of a gene at `CHANGES`, from all its clones."""
    between = parameters["clone_growth_treatment_clone_spread_per_year"]
    kernel = norm.pdf(CHANGES[:, None], CHANGES[None, :], between)
    kernel /= kernel.sum(axis=0)
    logs = norm.logpdf(CHANGES, 0.0, parameters["clone_growth_treatment_spread_per_year"])
    for one in contrasts:
        logs = logs + np.log(np.maximum(one.change() @ kernel, 1e-300))
    told = np.exp(logs - logs.max())
    return told / told.sum()


def clone_change(contrast: Contrast, gene_without: np.ndarray, parameters: Parameters) -> tuple[np.ndarray, ...]:
    """Probabilities of one clone's rates given the mean change of its gene without it.

    Returns:
        (of growth off treatment at `OFF`; of growth on treatment at `OFF`; of the change at `CHANGES`).
    """
    between = parameters["clone_growth_treatment_clone_spread_per_year"]
    kernel = norm.pdf(CHANGES[:, None], CHANGES[None, :], between)
    prior = kernel @ gene_without
    told = contrast.joint * contrast.prior_off[:, None] * prior[None, :]
    told /= told.sum()
    rate_on = OFF[:, None] + CHANGES[None, :]
    edges = np.concatenate([[OFF[0] - 0.01], 0.5 * (OFF[1:] + OFF[:-1]), [OFF[-1] + 0.01]])
    on, _ = np.histogram(np.clip(rate_on, OFF[0], OFF[-1]), bins=edges, weights=told)
    return told.sum(axis=1), on, told.sum(axis=0)


def verdict_of_change(change: np.ndarray, parameters: Parameters) -> tuple[float, str]:
    """Probability that growth falls on treatment, and the word for it."""
    falls = float(change[CHANGES < 0].sum() + 0.5 * change[CHANGES == 0].sum())
    called = parameters["clone_growth_treatment_call_probability"]
    if falls >= called:
        return falls, "falls on treatment"
    return falls, "rises on treatment" if falls <= 1.0 - called else "no change seen"
