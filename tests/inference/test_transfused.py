"""Transfusions of the persons to train on: found from a course with weekly rows as a clinic finds them day by day."""

from __future__ import annotations

import numpy as np
import pytest

from hscape.dynamics.coarse_record import N_COLUMNS
from hscape.inference.amortized.transfused import _needed

END, STEP, LIFE, TRIGGER = 120.0, 1.8, 60.0, 7.5


def own_count(day: float) -> float:
    """A count without transfusions that falls and comes back."""
    return 9.0 - 0.05 * day if day < 84.0 else 4.8 + 0.2 * (day - 84.0)


def donors(day: float, given: list[float]) -> float:
    return sum(STEP * (1.0 - (day - g) / LIFE) for g in given if 0.0 < day - g < LIFE)


def by_day() -> list[float]:
    """What a clinic gives that looks every day."""
    given: list[float] = []
    for day in np.arange(0.0, END + 0.5):
        if own_count(day) + donors(day, given) < TRIGGER:
            given.append(float(day))
    return given


def rows(given: list[float]) -> np.ndarray:
    """Weekly rows of the course with these transfusions, counted before those of the day."""
    days = np.arange(0.0, END + 7.0, 7.0)
    found = np.zeros((len(days), N_COLUMNS))
    found[:, 0] = days
    found[:, 1] = [own_count(day) + donors(day, given) for day in days]
    return found


@pytest.mark.parametrize("before", [[], [3.0, 17.0, 40.0, 41.0, 66.0], by_day()])
def test_the_days_do_not_depend_on_what_the_course_was_given(before: list[float]) -> None:
    course, room = rows(before), np.empty(200)
    given = np.array([*before, np.inf])
    n = _needed(course, len(course), END, given, len(before), STEP, LIFE, TRIGGER, 0, np.zeros(64), room)
    assert by_day() == room[:n].tolist()
