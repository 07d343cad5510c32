"""The sizes that a clone may have, and what each means for its readings: the grid that paths are summed on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from hscape.clones.growth.law import size_nodes
from hscape.clones.growth.noise import Noise, emission
from hscape.clones.growth.readings import Trajectory
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR

#: Largest share of the stem cells on the grid, and bounds on the step of the square root of sizes. Numerical.
LARGEST_SHARE = 1.05
LEAST_STEP, MOST_STEP = 0.2, 1.5
_NEGLIGIBLE, _MARGIN = 1e-9, 10


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for every clone of a table.

    Args:
        noise: scatter of reads.
        turnover_per_year: symmetric divisions per stem cell and year at balance.
        capacity_cells: stem cells in all.
        limit_fraction: VAF from which a variant is told at all, where a trajectory does not say.
        assumed_age_years: age at the first visit where it is not known.
        cache: sums that depend on the visits only.
    """

    noise: Noise
    turnover_per_year: float
    capacity_cells: float
    limit_fraction: float
    assumed_age_years: float
    cache: dict = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, parameters: Parameters, limit_fraction: float, noise: Noise | None = None) -> Setting:
        """The setting that the records give."""
        return cls(
            noise or Noise.of(parameters),
            DAYS_PER_YEAR / parameters["stem_cell_division_interval_days"],
            parameters["stem_cell_niche_capacity_cells"],
            limit_fraction,
            parameters["clone_growth_assumed_age_years"],
        )

    def limit_of(self, one: Trajectory) -> float:
        """VAF from which this variant is told."""
        return self.limit_fraction if math.isnan(one.limit_fraction) else one.limit_fraction


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Sizes of a clone and what they mean for its readings.

    Args:
        cells: shape (nodes,); the first is 0.
        widths: whole numbers that a node stands for, shape (nodes,).
        emission: probability of the readings, relative, shape (visits, nodes).
        strict: the same without outliers, relative to the same.
        log_scale: log of what the probabilities of the readings were divided by.
        selected: probability of the sizes at the first visit for a selected clone, shape (nodes,).
        chance: log probability of the sizes that chance alone makes, shape (nodes,).
    """

    cells: np.ndarray
    widths: np.ndarray
    emission: np.ndarray
    strict: np.ndarray
    log_scale: float
    selected: np.ndarray
    chance: np.ndarray


def visits_of(group: Sequence[Trajectory]) -> np.ndarray:
    """Times at which any variant of the group was read, rising."""
    return np.unique(np.concatenate([one.years for one in group]))


def grid_of(group: Sequence[Trajectory], setting: Setting) -> Grid:
    """Sizes for variants that are in the same cells; their readings multiply."""
    times = visits_of(group)
    gaps = np.diff(times)
    spread = math.sqrt(0.5 * setting.turnover_per_year * (gaps.min() if gaps.size else 1.0))
    step = float(np.clip(spread, LEAST_STEP, MOST_STEP))
    cells, widths = size_nodes(0.0, LARGEST_SHARE * setting.capacity_cells, step)
    told, strict = np.ones((times.size, cells.size)), np.ones((times.size, cells.size))
    for one in group:
        share = setting.noise.read_share(cells / setting.capacity_cells, one)
        rows = np.searchsorted(times, one.years)
        told[rows] *= emission(one, share, setting.noise)
        strict[rows] *= emission(one, share, replace(setting.noise, outlier_probability=0.0))
    largest = told.max(axis=1, keepdims=True)
    told, strict = told / largest, strict / largest
    top = cells.size
    enough = np.flatnonzero((told > _NEGLIGIBLE + 2.0 * told[:, -1:]).any(axis=0))
    if enough.size and enough[-1] + _MARGIN < top:
        top = int(enough[-1]) + _MARGIN
    cells, widths = cells[:top], widths[:top]
    told, strict = np.ascontiguousarray(told[:, :top]), np.ascontiguousarray(strict[:, :top])
    scale = float(np.log(largest).sum())
    return Grid(cells, widths, told, strict, scale, *priors_of(cells, widths, group[0], float(times[0]), setting))


def priors_of(
    cells: np.ndarray, widths: np.ndarray, one: Trajectory, first: float, setting: Setting
) -> tuple[np.ndarray, np.ndarray]:
    """Probability of the sizes at the first visit of a selected clone, and its logarithm for one made by chance.

    A clone without fitness born at a random time before age A has n cells with probability b^n / n, b = l A / (1 + l
    A).
    """
    living = np.maximum(cells, 1.0)
    selected = np.where(cells > 0, widths / living, 0.0) / (math.log(setting.capacity_cells) + np.euler_gamma)
    age = first if one.has_age else setting.assumed_age_years
    born = setting.turnover_per_year * max(age, 1.0)
    log_b = -math.log1p(1.0 / born)
    with np.errstate(divide="ignore"):
        chance = np.where(cells > 0, np.log(widths / living) + cells * log_b, -np.inf) - math.log(math.log1p(born))
    return selected, chance
