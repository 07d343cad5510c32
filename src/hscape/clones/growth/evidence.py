"""What the readings of one clone say about its fitness, before anything is assumed about genes.

Three readings of a series are weighed: a selected clone (any fitness, any size at the first visit: sizes weigh as 1/n,
the law of clones that arose at any time), a clone that chance alone made (fitness zero, the size that chance reaches
by this age), and no clone but an error of sequencing at the place (the same expected share at every visit).
Each is conditional on having been seen at least once above the limit, since a table holds only what was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.special import logsumexp

from hscape.clones.growth.grid import LARGEST_SHARE, MOST_STEP, Setting, grid_of, priors_of, visits_of
from hscape.clones.growth.law import size_nodes
from hscape.clones.growth.noise import emission, missed
from hscape.clones.growth.paths import log_likelihoods, log_seen, smoothed
from hscape.clones.growth.readings import Trajectory

#: Fitness at which the paths are summed, per year: dense where clones are. Numerical, as all constants of this file.
SCANNED = np.concatenate([np.arange(-2.0, -0.5, 0.25), np.arange(-0.5, -0.2, 0.06), np.arange(-0.2, 0.42, 0.03),
                          np.arange(0.42, 0.9, 0.08), np.arange(0.9, 2.6, 0.2)])  # fmt: skip
#: Fitness at which posteriors are told, per year.
FINE = np.linspace(-2.0, 2.4, 1761)
_SEEN_AT = np.array([-2.0, -1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0, 1.6, 2.5])
#: Expected shares of reads of an error of sequencing.
ERROR_SHARES = np.geomspace(2e-4, 0.15, 40)
_IMPOSSIBLE = -1e4
_STRIDE, _FAR = 3, 16.0


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Log probabilities of the readings of a clone.

    Args:
        selected: at each of `FINE`, shape (fitnesses,).
        drift: by chance alone.
        error: at each of `ERROR_SHARES`, by scatter of errors, shape (scatters, shares).
    """

    selected: np.ndarray
    drift: float
    error: np.ndarray


#: Scatter of errors of sequencing, as concentrations of the beta-binomial distribution; a table decides among them.
ERROR_CONCENTRATIONS = (30.0, 100.0, 300.0, 1000.0, 3000.0)


def constant(fitness: np.ndarray, n_visits: int) -> np.ndarray:
    """The same fitness in every interval, shape (fitnesses, visits - 1)."""
    return np.repeat(fitness[:, None], n_visits - 1, axis=1)


def evidence_of(group: Sequence[Trajectory], setting: Setting, others_per_year: np.ndarray | None = None) -> Evidence:
    """Log probabilities of the readings of variants that are in the same cells.

    Args:
        group: the variants, of one person.
        setting: of the table.
        others_per_year: mean fitness of the person's other clones in each interval, shape (visits - 1,).
    """
    settings = [(replace(setting, noise=noise), weight) for noise, weight in setting.noise.scatters]
    found = [_evidence_at(group, one, others_per_year) for one, _ in settings]
    if len(found) == 1:
        return found[0]
    logs = np.log([weight for _, weight in settings])
    selected = logsumexp(logs[:, None] + np.array([one.selected for one in found]), axis=0)
    drift = float(logsumexp(logs + np.array([one.drift for one in found])))
    return Evidence(selected, drift, found[0].error)


def _evidence_at(group: Sequence[Trajectory], setting: Setting, others_per_year: np.ndarray | None) -> Evidence:
    """The same at one scatter of the reads."""
    grid, times = grid_of(group, setting), visits_of(group)
    others = np.zeros(times.size - 1) if others_per_year is None else others_per_year
    fixed = (np.diff(times), others)
    law = (grid.cells, grid.widths, setting.turnover_per_year, setting.capacity_cells)
    logs = _scan(lambda fitness: log_likelihoods(
        constant(fitness, times.size), *fixed, grid.selected, grid.emission, *law)[0])  # fmt: skip
    top = grid.chance.max()
    chance, _ = log_likelihoods(constant(np.zeros(1), times.size), *fixed, np.exp(grid.chance - top), grid.strict, *law)
    seen_selected, seen_drift = _seen(group, setting, others)
    selected = CubicSpline(SCANNED, logs)(FINE) + grid.log_scale - seen_selected
    drift = max(float(chance[0]) + top, _IMPOSSIBLE) + grid.log_scale - seen_drift
    return Evidence(selected, drift, _errors(group, setting))


def _scan(weigh: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Log probabilities at `SCANNED`: at every third, and at the others where these are not far below the largest.

    What lies far below has no weight in any answer; straight lines serve there.
    """
    known = np.arange(0, SCANNED.size, _STRIDE)
    known = np.append(known, SCANNED.size - 1) if known[-1] != SCANNED.size - 1 else known
    coarse = np.maximum(weigh(SCANNED[known]), _IMPOSSIBLE)
    logs = np.interp(SCANNED, SCANNED[known], coarse)
    near = np.interp(SCANNED, SCANNED[known], (coarse > coarse.max() - _FAR).astype(float)) > 0.0
    missing = np.setdiff1d(np.flatnonzero(near), known)
    if missing.size:
        logs[missing] = np.maximum(weigh(SCANNED[missing]), _IMPOSSIBLE)
    return logs


def _seen(group: Sequence[Trajectory], setting: Setting, others: np.ndarray) -> tuple[np.ndarray, float]:
    """Log probability of being seen at all: at each of `FINE` for a selected clone, and by chance alone."""
    one = max(group, key=lambda each: each.years.size)
    if not one.was_seen:
        return np.zeros(FINE.size), 0.0
    times = visits_of(group)
    limit = setting.limit_of(one)
    depths = setting.noise.reads(one)[1]
    key = (*times, *depths, limit, one.copies, one.has_age, *np.round(others, 4), setting.noise)
    if key in setting.cache:
        return setting.cache[key]
    cells, widths = size_nodes(0.0, LARGEST_SHARE * setting.capacity_cells, MOST_STEP)
    share = setting.noise.read_share(cells / setting.capacity_cells, one)
    unseen = np.ones((times.size, cells.size))
    for row, depth in zip(np.searchsorted(times, one.years), depths, strict=True):
        unseen[row] = missed(limit * depth, depth, share, setting.noise)
    selected, chance = priors_of(cells, widths, one, float(times[0]), setting)
    rest = (unseen, cells, widths, setting.turnover_per_year, setting.capacity_cells)
    at = log_seen(_SEEN_AT, np.diff(times), others, selected, *rest)
    drift = log_seen(np.zeros(1), np.diff(times), others, np.exp(chance), *rest)
    setting.cache[key] = CubicSpline(_SEEN_AT, at)(FINE), float(drift[0])
    return setting.cache[key]


def _errors(group: Sequence[Trajectory], setting: Setting) -> np.ndarray:
    """Log probability that every variant of the group is an error at its place, shape (scatters, shares)."""
    found = np.zeros((len(ERROR_CONCENTRATIONS), ERROR_SHARES.size))
    strict = replace(setting.noise, outlier_probability=0.0)
    for one in group:
        depths = strict.reads(one)[1]
        for row, concentration in enumerate(ERROR_CONCENTRATIONS):
            noise = replace(strict, concentration_reads=concentration)
            with np.errstate(divide="ignore"):
                told = np.log(emission(one, ERROR_SHARES, noise)).sum(axis=0)
            key = ("error", *depths, setting.limit_of(one), noise)
            if key not in setting.cache:
                unseen = np.ones(ERROR_SHARES.size)
                for depth in depths:
                    unseen *= missed(setting.limit_of(one) * depth, depth, ERROR_SHARES, noise)
                setting.cache[key] = np.log(np.maximum(1.0 - unseen, 1e-12))
            found[row] += told - (setting.cache[key] if one.was_seen else 0.0)
    return np.maximum(found, _IMPOSSIBLE)


def sizes_given(
    group: Sequence[Trajectory], setting: Setting, fitness_per_year: float, others_per_year: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sizes at every visit given all readings at one fitness: (cells, probabilities of shape (visits, nodes))."""
    grid = grid_of(group, setting)
    gaps = np.diff(visits_of(group))
    law = (grid.cells, grid.widths, setting.turnover_per_year, setting.capacity_cells)
    return grid.cells, smoothed(fitness_per_year, gaps, others_per_year, grid.selected, grid.emission, *law)
