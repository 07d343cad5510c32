"""The time axis of one course: days or age, or with care the time after diagnosis, and what is marked on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hscape.care import VirtualPatient
from hscape.history import History
from hscape.plots.style import MUTED
from hscape.units import DAYS_PER_MONTH, DAYS_PER_YEAR

YEARS_FROM_DAYS = 3 * DAYS_PER_YEAR
TREATED, HAPPENED = "#F0E442", "#222222"
#: What of the happenings is marked; infections would crowd the picture.
SHOWN = {"diagnosis": "diagnosis", "transplant": "transplant", "relapse": "relapse", "evolution": "evolution",
         "graft_failure": "graft failure", "death": "death"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CourseAxis:
    """How days become a place on the axis.

    Args:
        origin_day: day that stands at zero.
        days_per_unit: length of the unit.
        label: below the axis.
        bands: (first day, last day, label) of what was given or acted.
        events: (day, label) of what happened.
    """

    origin_day: float
    days_per_unit: float
    label: str
    bands: tuple[tuple[float, float, str], ...]
    events: tuple[tuple[float, str], ...]

    def place(self, days: Any) -> Any:
        """Place of days."""
        return (np.asarray(days, dtype=float) - self.origin_day) / self.days_per_unit

    def draw_marks(self, axis: Any) -> None:
        """Bands, ticks and happenings."""
        for first, last, _ in self.bands:
            start, stop = float(self.place(first)), float(self.place(min(last, 1e9)))
            if last > first:
                axis.axvspan(start, stop, color=TREATED, alpha=0.25, lw=0, zorder=1)
            else:
                axis.axvline(start, color=MUTED, lw=0.9, ls=(0, (3, 2)), zorder=2)
        for day, _ in self.events:
            axis.axvline(float(self.place(day)), color=HAPPENED, lw=0.8, zorder=2)

    def words(self) -> str:
        """What is marked, in words."""
        labels = list(dict.fromkeys([*(label for _, label in self.events), *(label for _, _, label in self.bands)]))
        return f" Marked: {'; '.join(labels)}." if labels else ""


def course_axis(history: History, patient: VirtualPatient | None = None) -> CourseAxis:
    """The axis of a history, counted from diagnosis if there was one."""
    bands = tuple(
        mark for influence in history.patient.influences for mark in influence.marks() if mark[0] <= history.run.days
    )
    in_years = history.run.days > YEARS_FROM_DAYS
    if patient is not None and patient.diagnosis_day is not None:
        events = tuple(
            (item.day, SHOWN[item.kind])
            for item in patient.happenings
            if item.kind in SHOWN and item.day <= patient.last_day
        )
        unit, word = (DAYS_PER_YEAR, "Years") if in_years else (DAYS_PER_MONTH, "Months")
        return CourseAxis(patient.diagnosis_day, unit, f"{word} after diagnosis", bands, events)
    if in_years:
        return CourseAxis(-history.patient.age_years * DAYS_PER_YEAR, DAYS_PER_YEAR, "Age (years)", bands, ())
    return CourseAxis(0.0, 1.0, "Day", bands, ())
