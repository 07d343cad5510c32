"""Response at 3, 6 and 12 months after the start of treatment.

A death or a transplant before the day ends the question (*not assessed*); a window without counts leaves it
open (*cannot tell*). Patients whom a definition was not made for are *not assessed* by it. Freedom from transfusion
is judged on the day that the months ask for, where the chart reaches so far, not on the day of the visit.
"""

from __future__ import annotations

import bisect
from dataclasses import replace

from hscape.chart import Chart
from hscape.clinic.course import Course
from hscape.clinic.drugs import treatment_courses
from hscape.clinic.logic import Finding
from hscape.clinic.response import DEFINITIONS, LINES, Definition, Moment, read_moment
from hscape.clinic.thresholds import cite, threshold
from hscape.clinic.verdict import CANNOT_TELL, NOT_ASSESSED, Choices, Verdict

COMPLETE, PARTIAL, EITHER, NONE = (
    "complete response",
    "partial response",
    "response, complete or partial",
    "no response",
)
RESPONSES = (COMPLETE, PARTIAL, EITHER)
MONTHS = (3, 6, 12)


def grade(definition: Definition, moment: Moment) -> tuple[str, tuple[str, ...]]:
    """The response at a moment, in words, with the reasons."""
    applies = definition.applies(moment)
    if applies.truth is not True:
        value = NOT_ASSESSED if applies.truth is False else CANNOT_TELL
        return value, (*applies.reasons, f"the {definition.name} definition {for_whom(definition)}")
    complete = definition.complete(moment)
    if complete.truth:
        return COMPLETE, complete.reasons
    partial = definition.partial(moment)
    if partial.truth is None:
        return CANNOT_TELL, _told(partial, complete)
    if not partial.truth:
        return NONE, tuple(dict.fromkeys((*but_transfused(definition, moment), *partial.reasons)))
    return (PARTIAL if complete.truth is False else EITHER), _told(partial, complete)


def but_transfused(definition: Definition, moment: Moment) -> tuple[str, ...]:
    """What the counts alone would meet, if only transfusion stands against it."""
    if moment.is_independent.truth is not False:
        return ()
    value = grade(definition, replace(moment, is_independent=Finding(True)))[0]
    return (f"counts meet {value}; {'; '.join(moment.is_independent.reasons)}",) if value in RESPONSES else ()


def days_after(course: Course, day: float) -> str:
    """A day of the chart in days after the start of treatment, in words."""
    start = course.treatment_day if course.treatment_day is not None else day
    return f"{day - start:g} d after treatment began"


def _told(*findings: Finding) -> tuple[str, ...]:
    """Every reason once, in order."""
    return tuple(dict.fromkeys(reason for finding in findings for reason in finding.reasons))


def for_whom(definition: Definition) -> str:
    """Whom a definition was made for, in words."""
    return "is for children" if definition.key == "japan-childhood" else "is for severe disease before treatment"


def assess_response(chart: Chart, course: Course, choices: Choices, definition: Definition, month: int) -> Verdict:
    """Response by one definition at one of 3, 6 and 12 months."""
    rule = f"response.{definition.key}.{month}-months"
    name = f"Response at {month} months, {definition.name}"

    def say(value: str, day: float | None, *reasons: str) -> Verdict:
        return Verdict(
            rule=rule, name=name, value=value, day=day, reasons=reasons, source=cite(*definition.source_keys)
        )

    if course.treatment_day is None:
        return say(NOT_ASSESSED, None, "the chart holds no start of treatment")
    target = course.treatment_day + threshold(f"response_month_{month}_days")
    ended = course.ended_by(target)
    if ended:
        return say(NOT_ASSESSED, None, f"{ended}, before the response was due on day {target:g}")
    window = threshold(f"response_month_{month}_window_days")
    after = min([window] + [end - target for end in (course.transplant_day, course.death_day) if end is not None])
    # Where the chart ends before the day, transfusions are known up to the visit only.
    is_covered = course.last_day is not None and course.last_day >= target
    moment = read_moment(
        chart, course, target, choices, before=window, after=after, judged_day=target if is_covered else None
    )
    visit = moment.visit.day
    if visit is None:
        return say(
            CANNOT_TELL,
            None,
            f"no counts in days {target - window:g} to {target + after:g}",
            "the chart is empty" if course.last_day is None else f"its last entry is of day {course.last_day:g}",
        )
    value, reasons = grade(definition, moment)
    if definition.key == "japan-childhood" and month != 6:
        reasons = (*reasons, "the definition is stated for 6 months")
    confirmed = _confirmation(chart, course, choices, definition, visit, value)
    again = _second_course(chart, course, max(moment.day, visit))
    judged = moment.day if definition.asks_transfusions else visit
    when = () if value == NOT_ASSESSED else (_when(course, judged, visit),)
    return say(value, visit, *when, *reasons, *confirmed, *again)


def _when(course: Course, judged: float, visit: float) -> str:
    counts = f"counts of day {visit:g}, {days_after(course, visit)}"
    return (
        counts if judged == visit else f"{counts}; transfusions judged on day {judged:g}, {days_after(course, judged)}"
    )


def _second_course(chart: Chart, course: Course, day: float) -> tuple[str, ...]:
    """A second course before the response was judged: the value stands, and the reader must know."""
    first = course.treatment_day if course.treatment_day is not None else day
    after = first + threshold("second_course_days")
    return tuple(
        f"a further course of {again.name} began on day {again.start_day:g}, before this judgement"
        for again in treatment_courses(chart, "new_course", course.transplant_day)
        if after <= again.start_day <= day
    )


def _confirmation(
    chart: Chart, course: Course, choices: Choices, definition: Definition, visit: float, value: str
) -> tuple[str, ...]:
    """Whether a later count confirms the response, where the definition asks for that."""
    if definition.confirmation_days is None or value not in RESPONSES:
        return ()
    for day in count_days(chart, visit + definition.confirmation_days, course):
        later = grade_on(chart, course, definition, day, choices)
        if later in (value, COMPLETE):
            return (f"confirmed on day {day:g}, at least {definition.confirmation_days:g} d later",)
        if later in (NONE, PARTIAL, EITHER):
            return (f"not confirmed: {later} on day {day:g}",)
    return (f"not yet confirmed by a count at least {definition.confirmation_days:g} d later",)


def moment_on(chart: Chart, course: Course, day: float, choices: Choices) -> Moment:
    """Everything that a response is judged by, at the visit of a day."""
    after = threshold("same_visit_days")
    return course.once(
        ("moment", day, choices), lambda: read_moment(chart, course, day, choices, before=0.0, after=after)
    )


def grade_on(chart: Chart, course: Course, definition: Definition, day: float, choices: Choices) -> str:
    """The response at the visit of a day."""
    return course.once(
        ("grade", definition.key, day, choices), lambda: grade(definition, moment_on(chart, course, day, choices))[0]
    )


def count_days(chart: Chart, first: float, course: Course) -> list[float]:
    """Days with counts from a day on, until a transplant."""
    ends = [day for day in (course.transplant_day, course.death_day) if day is not None]

    def find() -> list[float]:
        days = {entry.day for entry in chart.measurements if entry.analyte in LINES}
        return sorted(day for day in days if day <= min(ends, default=float("inf")))

    found = course.once("count days", find)
    return found[bisect.bisect_left(found, first) :]


def find_definition(key: str) -> Definition:
    """The definition of a key, for example ``nih``."""
    return next(definition for definition in DEFINITIONS if definition.key == key)
