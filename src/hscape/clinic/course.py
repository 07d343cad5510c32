"""The landmarks of a course: diagnosis, start of treatment, transplant, death, last day seen."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hscape.chart import Chart
from hscape.clinic.drugs import courses, treatment_courses

T = TypeVar("T")
_NOT_YET = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The days that the rules count from; None where the chart does not say.

    Args:
        diagnosis_day: day of the diagnosis.
        treatment_day: first day of immunosuppression or eltrombopag, or of the recorded start of treatment.
        transplant_day: day of the first transplant.
        death_day: day of death.
        last_day: last day with any entry.
        memo: what rules have already worked out for this chart, so that it is worked out once.
    """

    diagnosis_day: float | None
    treatment_day: float | None
    transplant_day: float | None
    death_day: float | None
    last_day: float | None
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """What the work gives, done at the first call with this key and kept for the next."""
        found = self.memo.get(key, _NOT_YET)
        if found is _NOT_YET:
            found = self.memo[key] = work()
        return found  # type: ignore[no-any-return]

    def ended_by(self, day: float) -> str:
        """Why treatment without transplant can no longer be judged on a day; empty if it can."""
        ends = [
            (end, words)
            for end, words in ((self.transplant_day, "transplant"), (self.death_day, "death"))
            if end is not None and end <= day
        ]
        return "" if not ends else f"{min(ends)[1]} on day {min(ends)[0]:g}"


def read_course(chart: Chart) -> Course:
    """The landmarks of a chart."""
    return Course(
        diagnosis_day=_diagnosis_day(chart),
        treatment_day=_treatment_day(chart),
        transplant_day=_transplant_day(chart),
        death_day=_first_event(chart, "death"),
        last_day=last_seen_day(chart),
    )


def _first_event(chart: Chart, kind: str) -> float | None:
    return min((event.day for event in chart.events_of(kind)), default=None)


def _diagnosis_day(chart: Chart) -> float | None:
    day = _first_event(chart, "diagnosis")
    return 0.0 if day is None and chart.day_zero_meaning == "diagnosis" else day


def _treatment_day(chart: Chart) -> float | None:
    recorded = _first_event(chart, "treatment_start")
    if recorded is not None:
        return recorded
    if chart.day_zero_meaning in ("treatment start", "treatment_start"):
        return 0.0
    starts = treatment_courses(chart, "immunosuppression", _transplant_day(chart))
    return min((course.start_day for course in starts), default=None)


def _transplant_day(chart: Chart) -> float | None:
    days = [course.start_day for course in courses(chart, "transplant")]
    days += [event.day for event in chart.events_of("transplant")]
    return min(days, default=None)


def last_seen_day(chart: Chart) -> float | None:
    """Last day on which anything was seen; a planned end of a drug is not a visit."""
    groups = (chart.measurements, chart.clone_measurements, chart.transfusions, chart.events)
    days = [entry.day for group in groups for entry in group] + [entry.start_day for entry in chart.treatments]
    return max(days, default=None)
