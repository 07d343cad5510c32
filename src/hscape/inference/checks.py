"""What makes an answer doubtful: each check says what it saw, and whether it stops the answer.

Points that the posterior cannot have made; a chart that replicates of itself would beat; islands that disagree; too
few effective draws; a person at the edge of what the prior holds; a quantity about which the data taught nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from hscape.inference.engines import Draws
from hscape.inference.finding_rows import (
    CELLULARITY,
    COUNT,
    LEAST_CELLULARITY,
    MOST_CELLULARITY,
    MOST_SHARE,
    NO_READS,
    NO_SHARE,
    READS,
    SHARE,
    TRIGGER,
)
from hscape.inference.likelihood import below_mean, log_chance, row_on_day, share_in
from hscape.inference.problem import Problem

#: An alarm stops an answer (``withheld``), lowers it (``preview``), or only tells (``note``).
STOPS, LOWERS, TELLS = "withheld", "preview", "note"
POINT_PROBABILITY = 0.001
#: An end of a 90 % interval then stands where between 2 and 9 % of the posterior lie beyond it, and not just 5.
FEWEST_EFFECTIVE = 40.0
LARGEST_TAIL = 0.7
#: Standard deviations between the means of two islands: half of one, and chance between a hundred draws each.
LARGEST_DISAGREEMENT = 0.75
WORST_REPLICATE = 0.01
#: Squared distance from which on an observation counts no more in the fit of the whole chart.
FARTHEST_SQUARE = 25.0
EDGE_SD = 3.0


@dataclass(frozen=True, slots=True)
class Alarm:
    """One doubt.

    Args:
        name: short.
        weight: one of ``withheld``, ``preview``, ``note``.
        words: what was seen, in a sentence.
    """

    name: str
    weight: str
    words: str


def standardized(problem: Problem, rows: np.ndarray) -> np.ndarray:
    """How far each observation lies from each draw's course, in standard deviations, not a number if it has none.

    Args:
        problem: the chart.
        rows: courses on the days of the observations, shape (n, n_observations, n_columns).
    """
    found = np.full(rows.shape[:2], np.nan)
    for k, o in enumerate(problem.observations.rows):
        row, what = rows[:, k], int(o[1])
        if what == COUNT and o[6] == 0.0:
            truth = np.maximum(row[:, int(o[2])], 1e-12)
            more = (o[5] / np.maximum(truth, 0.3 * o[3])) ** 2
            if o[7] > 0.0:
                white = np.maximum(row[:, 3] + row[:, 5] + row[:, 6], truth)
                share = np.clip(truth / white, 1e-4, 0.9999)
                more += (1.0 - share) / (share * o[7])
            found[:, k] = (np.log(o[3] / truth) + below_mean(o[10] + more)) / np.sqrt(o[4] ** 2 + more)
        elif what == CELLULARITY and o[5] == 0.0:
            distance = (_logit(o[3]) - _logit(row[:, 7])) / o[4]
            found[:, k] = _beyond(distance, o[3] <= LEAST_CELLULARITY, o[3] >= MOST_CELLULARITY)
        elif what == TRIGGER:
            found[:, k] = np.log(o[3] / np.maximum(row[:, int(o[2])], 1e-12)) / o[4]
        elif what in (SHARE, READS):
            share = np.array([share_in(int(o[8]), int(o[2]), r) for r in row])
            if what == SHARE:
                shown = share + o[7] * (1.0 - share)
                is_of_reads = o[9] > 0.0
                distance = (o[3] - shown) / o[9] if is_of_reads else (_logit(o[3]) - _logit(shown)) / o[4]
                found[:, k] = _beyond(distance, False, o[3] >= MOST_SHARE and not is_of_reads)
            else:
                vaf = share * o[5] / (share * o[6] + (1.0 - share) * o[7])
                shown = np.clip(vaf * (1 - o[10]) + (1 - vaf) * o[10], 1e-7, 1 - 1e-7)
                sd = np.sqrt(shown * (1 - shown) * (1.0 / o[4] + 1.0 / o[9]))
                found[:, k] = (o[3] / o[4] - shown) / np.maximum(sd, 1.0 / o[4])
    return found


def _beyond(distance: np.ndarray, is_least: bool, is_most: bool) -> np.ndarray:
    """Distances of a reading that at an end of its scale says "so little or less" or "so much or more"."""
    return np.clip(distance, 0.0 if is_most else -np.inf, 0.0 if is_least else np.inf)


def _logit(x: np.ndarray | float) -> np.ndarray:
    clipped = np.clip(x, 1e-9, 1 - 1e-9)
    return np.log(clipped / (1.0 - clipped))


def outlying(observations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chance that an observation lies far off, and how many times as wide it then scatters; counts alone have that."""
    is_count = observations[:, 1] == COUNT
    return np.where(is_count, observations[:, 8], 0.0), np.where(is_count, np.maximum(observations[:, 9], 1.0), 1.0)


def point_probabilities(distance: np.ndarray, observations: np.ndarray) -> np.ndarray:
    """Two-sided chance of each observation under the posterior, shape (n_observations,).

    Args:
        distance: see `standardized`.
        observations: rows of the chart.
    """
    seen = ~np.isnan(distance)
    z = np.where(seen, distance, 0.0)
    far, fold = outlying(observations)
    chance = (1.0 - far) * ndtr(z) + far * ndtr(z / fold)
    below = np.where(seen, chance, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    return np.where(seen.any(axis=0), 2.0 * np.minimum(below, 1.0 - below), np.nan)


def replicate_probability(distance: np.ndarray, observations: np.ndarray, random: np.random.Generator) -> float:
    """Chance that a replicate of the chart lies as far from its course as the chart does (posterior predictive).

    Args:
        distance: see `standardized`.
        observations: rows of the chart.
        random: of the replicates.
    """
    seen = ~np.isnan(distance[0])
    if not seen.any():
        return math.nan
    robust = np.minimum(distance[:, seen] ** 2, FARTHEST_SQUARE).sum(axis=1)
    far, fold = (part[seen] for part in outlying(observations))
    drawn = random.standard_normal((len(distance), int(seen.sum())))
    drawn *= np.where(random.random(drawn.shape) < far, fold, 1.0)
    return float(np.mean(np.minimum(drawn**2, FARTHEST_SQUARE).sum(axis=1) >= robust))


def judge_fit(
    problem: Problem, draws: Draws, numbers: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Chance of each observation, shape (n_observations,), and of a chart that fits as badly.

    The network's draws scatter more than the posterior. Of an answer the draws of both ways are judged; of a preview
    the tenth that fits best, so that a chart is called badly explained only if the best of them explain it badly.

    Args:
        problem: the chart.
        draws: the posterior.
        numbers: persons, shape (n, n_numbers).
        random: of the replicates.
    """
    fit = draws.log_likelihood
    is_preview = draws.engine == "preview"
    judged = np.argsort(-fit, kind="stable")[: max(1, len(fit) // 10)] if is_preview else np.flatnonzero(draws.of_ways)
    course = rows_at(problem, numbers[judged], draws.noise[judged])
    distance, rows = standardized(problem, course), problem.observations.rows
    return point_probabilities(distance, rows), replicate_probability(distance, rows, random)


def rows_at(problem: Problem, numbers: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Courses on the days of the observations, shape (n, n_observations, n_columns)."""
    days, inverse = np.unique(problem.observations.days, return_inverse=True)
    rows, _ = problem.courses(numbers, noise, days)
    return rows[:, inverse]


__all__ = [
    "EDGE_SD",
    "FEWEST_EFFECTIVE",
    "LARGEST_DISAGREEMENT",
    "LARGEST_TAIL",
    "LOWERS",
    "NO_READS",
    "NO_SHARE",
    "POINT_PROBABILITY",
    "STOPS",
    "TELLS",
    "WORST_REPLICATE",
    "Alarm",
    "judge_fit",
    "log_chance",
    "point_probabilities",
    "replicate_probability",
    "row_on_day",
    "rows_at",
    "standardized",
]  # fmt: skip
