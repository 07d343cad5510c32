"""One marrow, many clones: how much each clone's net growth is lowered by the others of the same person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hscape.clones.growth.evidence import FINE, sizes_given
from hscape.clones.growth.grid import Setting, visits_of
from hscape.clones.growth.posteriors import ClonePosterior
from hscape.clones.growth.readings import Trajectory

#: Mean fitness of the others below which the readings of a clone are not weighed again, per year.
NEGLIGIBLE_PER_YEAR = 0.002


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """The size of a clone at its visits, and its fitness.

    Args:
        years: of the visits, shape (visits,).
        share: expected share of the stem cells, shape (visits,).
        fitness_per_year: posterior mean; zero as far as it may not be selected.
    """

    years: np.ndarray
    share: np.ndarray
    fitness_per_year: float


def course_of(group: Sequence[Trajectory], setting: Setting, posterior: ClonePosterior, others: np.ndarray) -> Course:
    """The course of a clone at the median of its fitness."""
    middle = float(FINE[np.searchsorted(np.cumsum(posterior.density), 0.5)])
    cells, told = sizes_given(group, setting, middle, others)
    mean = float((FINE * posterior.density).sum())
    selected = posterior.p_selected
    real = 1.0 - posterior.p_error
    return Course(visits_of(group), told @ cells / setting.capacity_cells * real, selected * mean)


def parents_of(courses: Sequence[Course]) -> list[int | None]:
    """For each clone of a person the clone it must lie in: shares that sum above one cannot lie side by side.

    Larger clones are placed first; a clone that does not fit beside the others at some visit lies in the smallest
    clone that is larger than it at every visit.
    """
    order = sorted(range(len(courses)), key=lambda i: -float(courses[i].share.mean()))
    parents: list[int | None] = [None] * len(courses)
    placed: list[int] = []
    for i in order:
        own = courses[i]
        beside = sum((_at(courses[j], own.years) for j in placed if parents[j] is None), start=np.zeros(own.years.size))
        if (beside + own.share > 1.0).any():
            room = [j for j in placed if (_at(courses[j], own.years) >= own.share).all()]
            parents[i] = min(room, key=lambda j: float(courses[j].share.mean())) if room else None
        placed.append(i)
    return parents


def others_of(courses: Sequence[Course], parents: Sequence[int | None], i: int) -> np.ndarray:
    """Mean fitness of the other clones of the person in each interval between the visits of clone i, per year."""
    years = courses[i].years
    middle = 0.5 * (years[1:] + years[:-1])
    own = _at(courses[i], middle)
    total = np.zeros(middle.size)
    for j, course in enumerate(courses):
        if j == i or _lies_in(parents, j, i):  # what lies in a clone is part of it
            continue
        share = _at(course, middle)
        for k, inner in enumerate(courses):  # cells of a clone that lies in this one are counted there
            if parents[k] == j:
                share = share - (own if k == i else _at(inner, middle))
        total += np.maximum(share, 0.0) * course.fitness_per_year
    return total


def _lies_in(parents: Sequence[int | None], inner: int, outer: int) -> bool:
    place = parents[inner]
    while place is not None and place != outer:
        place = parents[place]
    return place is not None


def _at(course: Course, years: np.ndarray) -> np.ndarray:
    return np.interp(years, course.years, course.share)
