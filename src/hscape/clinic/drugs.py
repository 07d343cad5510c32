"""Which treatments of a chart are immunosuppression, growth factor, transplant or complement inhibitor."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from hscape.chart import Chart, Treatment
from hscape.clinic.thresholds import read_data, threshold


@functools.cache
def drug_words() -> Mapping[str, tuple[str, ...]]:
    """Group of treatments -> words that its names contain."""
    return {group: tuple(words) for group, words in read_data("drugs.toml").items()}


def is_of(treatment: Treatment, group: str) -> bool:
    """True if the name of the treatment belongs to the group."""
    return _is_named(treatment.name, group)


@functools.lru_cache(maxsize=4096)
def _is_named(written: str, group: str) -> bool:
    name = written.lower()
    parts = name.replace("-", "_").replace(" ", "_").split("_")
    # Short words must stand alone: "atg" is a drug, "sct" in "asct" is not looked for.
    return any(word in parts if len(word) <= 3 else word in name for word in drug_words()[group])


def courses(chart: Chart, group: str) -> tuple[Treatment, ...]:
    """The treatments of a group, in order of day."""
    return tuple(treatment for treatment in chart.treatments if is_of(treatment, group))


def treatment_courses(chart: Chart, group: str, transplant_day: float | None) -> tuple[Treatment, ...]:
    """The courses of a group that are not the conditioning of a transplant, nor given after it."""
    if transplant_day is None:
        return courses(chart, group)
    before = transplant_day - threshold("conditioning_days")
    return tuple(course for course in courses(chart, group) if course.start_day < before)


def given_within(chart: Chart, group: str, day: float, days: float) -> Treatment | None:
    """A course of the group that was given on the day or in the days before it, None if there is none."""
    given = (
        course
        for course in courses(chart, group)
        if course.start_day <= day and (course.end_day is None or day - course.end_day <= days)
    )
    return next(given, None)
