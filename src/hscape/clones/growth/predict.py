"""What the next visit will read: the fitted paths carried on, for held-out checks and planning of visits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hscape.clones.growth.evidence import ERROR_SHARES, FINE, constant
from hscape.clones.growth.grid import grid_of, visits_of
from hscape.clones.growth.law import size_nodes
from hscape.clones.growth.noise import log_reads
from hscape.clones.growth.paths import log_likelihoods, step_forward

if TYPE_CHECKING:
    from hscape.clones.growth.fit import Member, State

_QUANTILES = (np.arange(9) + 0.5) / 9.0


def predict_share(state: State, member: Member, years: float) -> tuple[np.ndarray, np.ndarray]:
    """Expected shares of reads with the variant at a later time, and their probabilities.

    Args:
        state: a fitted table.
        member: a clone of it.
        years: time of the coming visit, after the last one.

    Returns:
        (shares, probabilities), each of shape (values,); probabilities sum to one.
    """
    assert member.posterior is not None
    p, setting = member.posterior, state.setting
    times = visits_of(member.group)
    grid = grid_of(member.group, setting)
    fitness = FINE[np.minimum(np.searchsorted(np.cumsum(p.density), _QUANTILES), FINE.size - 1)]
    law = (setting.turnover_per_year, setting.capacity_cells)
    rest = (np.diff(times), member.others)
    _, ends = log_likelihoods(constant(fitness, times.size), *rest, grid.selected, grid.emission, grid.cells,
                              grid.widths, *law)  # fmt: skip
    chance = np.exp(grid.chance - grid.chance.max())
    _, drift = log_likelihoods(constant(np.zeros(1), times.size), *rest, chance, grid.strict, grid.cells,
                               grid.widths, *law)  # fmt: skip
    weights = np.append(np.full(fitness.size, p.p_selected / fitness.size), p.p_drift)
    others = float(member.others[-1]) if member.others.size else 0.0
    cells, widths = size_nodes(0.0, 1.05 * setting.capacity_cells, 1.0)
    later = np.zeros(cells.size)
    for s, end, weight in zip(np.append(fitness, 0.0), [*ends, drift[0]], weights, strict=True):
        later += weight * _carried(end, grid.cells, cells, widths, years - float(times[-1]), float(s), others, law)
    told = member.evidence.error
    levels = np.exp(told - told.max()).sum(axis=0)
    shares = setting.noise.read_share(cells / setting.capacity_cells, member.group[0])
    total = np.concatenate([later, p.p_error * levels / levels.sum()])
    return np.concatenate([shares, ERROR_SHARES]), total / total.sum()


def _carried(
    end: np.ndarray, own: np.ndarray, cells: np.ndarray, widths: np.ndarray, years: float, fitness: float, others:
    float, law: tuple[float, float],
) -> np.ndarray:  # fmt: skip
    """Sizes after some years, from the sizes at the last visit on its own nodes."""
    if not np.isfinite(end).all() or end.sum() <= 0.0:
        return np.zeros(cells.size)
    start = np.zeros(cells.size)
    np.add.at(start, np.argmin(abs(np.sqrt(cells)[None, :] - np.sqrt(own)[:, None]), axis=1), end)
    result, weights = np.empty(cells.size), np.empty(cells.size)
    step_forward(start, result, weights, years, fitness, others, np.sqrt(cells), cells, widths, 1, *law)
    return result / max(result.sum(), 1e-300) * end.sum()


def log_probability_of_reading(
    state: State, shares: np.ndarray, weights: np.ndarray, low: float, high: float, depth: float
) -> float:
    """Log probability that a reading of this depth has a VAF from `low` to below `high`.

    Args:
        state: a fitted table.
        shares: from `predict_share`.
        weights: their probabilities.
        low: as a VAF.
        high: as a VAF.
        depth: reads.
    """
    noise = state.setting.noise
    counts = range(math.ceil(max(low, 0.0) * depth - 1e-9), math.ceil(min(high, 1.0) * depth - 1e-9))
    told = sum(
        (float(np.exp(log_reads(float(k), depth, shares, noise.concentration_reads)) @ weights) for k in counts), 0.0
    )
    outlier = noise.outlier_probability * len(counts) / (depth + 1.0)
    return float(np.log((1.0 - noise.outlier_probability) * told + outlier))
