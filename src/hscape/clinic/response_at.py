"""Response at 3, 6 and 12 months after the start of treatment, and the first day of a response.

A death or a transplant before the day ends the question (*not assessed*); a window without counts leaves it
open (*cannot tell*). Patients whom a definition was not made for are *not assessed* by it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

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
        return value, (*applies.reasons, f"the {definition.name} definition {_for_whom(definition)}")
    complete, partial = definition.complete(moment), definition.partial(moment)
    if complete.truth:
        return COMPLETE, complete.reasons
    if partial.truth is None:
        return CANNOT_TELL, _told(partial, complete)
    if not partial.truth:
        return NONE, partial.reasons
    return (PARTIAL if complete.truth is False else EITHER), _told(partial, complete)


def _told(*findings: Finding) -> tuple[str, ...]:
    """Every reason once, in order."""
    return tuple(dict.fromkeys(reason for finding in findings for reason in finding.reasons))


def _for_whom(definition: Definition) -> str:
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
    moment = read_moment(chart, course, target, choices, before=window, after=after)
    if moment.visit.day is None:
        return say(
            CANNOT_TELL,
            None,
            f"no counts in days {target - window:g} to {target + after:g}",
            "the chart is empty" if course.last_day is None else f"its last entry is of day {course.last_day:g}",
        )
    value, reasons = grade(definition, moment)
    if definition.key == "japan-childhood" and month != 6:
        reasons = (*reasons, "the definition is stated for 6 months")
    confirmed = _confirmation(chart, course, choices, definition, moment, value)
    return say(value, moment.visit.day, *reasons, *confirmed, *_second_course(chart, course, moment.day))


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
    chart: Chart, course: Course, choices: Choices, definition: Definition, moment: Moment, value: str
) -> tuple[str, ...]:
    """Whether a later count confirms the response, where the definition asks for that."""
    if definition.confirmation_days is None or value not in RESPONSES:
        return ()
    for day in count_days(chart, moment.day + definition.confirmation_days, course):
        later = grade(definition, moment_on(chart, course, day, choices))[0]
        if later in (value, COMPLETE):
            return (f"confirmed on day {day:g}, at least {definition.confirmation_days:g} d later",)
        if later in (NONE, PARTIAL, EITHER):
            return (f"not confirmed: {later} on day {day:g}",)
    return (f"not yet confirmed by a count at least {definition.confirmation_days:g} d later",)


def moment_on(chart: Chart, course: Course, day: float, choices: Choices) -> Moment:
    """Everything that a response is judged by, at the visit of a day."""
    key = ("moment", day, choices)
    if key not in course.memo:
        after = threshold("same_visit_days")
        course.memo[key] = read_moment(chart, course, day, choices, before=0.0, after=after)
    moment: Moment = course.memo[key]
    return moment


def count_days(chart: Chart, first: float, course: Course) -> list[float]:
    """Days with counts from a day on, until a transplant."""
    last = min([day for day in (course.transplant_day, course.death_day) if day is not None], default=float("inf"))
    return sorted({entry.day for entry in chart.measurements if entry.analyte in LINES and first <= entry.day <= last})


def first_response(chart: Chart, course: Course, choices: Choices, definition: Definition) -> tuple[float | None, str]:
    """First day after the start of treatment with a response, and its grade; (None, why) if there is none."""
    key = ("first response", definition.key, choices)
    if key not in course.memo:
        course.memo[key] = _search_response(chart, course, choices, definition)
    found: tuple[float | None, str] = course.memo[key]
    return found


def _search_response(
    chart: Chart, course: Course, choices: Choices, definition: Definition
) -> tuple[float | None, str]:
    if course.treatment_day is None:
        return None, "the chart holds no start of treatment"
    days = count_days(chart, course.treatment_day + 1, course)
    graded = functools.cache(lambda day: _grade_on(chart, course, day, choices, definition))
    told = set()
    for day in days:
        found, value = graded(day)
        if value in RESPONSES and not _is_lost(day, days, graded):
            return found, value
        told.add(value)
    if told <= {CANNOT_TELL}:
        return None, CANNOT_TELL
    return None, NOT_ASSESSED if told <= {NOT_ASSESSED} else NONE


def _grade_on(chart: Chart, course: Course, day: float, choices: Choices, definition: Definition) -> tuple[float, str]:
    moment = moment_on(chart, course, day, choices)
    return moment.day, grade(definition, moment)[0]


def _is_lost(day: float, days: list[float], graded: Callable[[float], tuple[float, str]]) -> bool:
    """True if a visit soon after a response shows none: one good count among bad ones is not a response."""
    soon = [later for later in days if day < later <= day + threshold("sustained_days")]
    return any(graded(later)[1] == NONE for later in soon)


def assess_first_response(chart: Chart, course: Course, choices: Choices, definition: Definition) -> Verdict:
    """The first day of a response by one definition."""
    day, value = first_response(chart, course, choices, definition)
    known = value in (*RESPONSES, NONE, CANNOT_TELL, NOT_ASSESSED)
    reasons = {
        NONE: "no day with counts meets the definition; days that cannot be told are passed over",
        CANNOT_TELL: "no day with counts lets the definition be judged",
        NOT_ASSESSED: f"the {definition.name} definition {_for_whom(definition)}",
    }
    reason = (
        f"first counts that meet the definition: {value} on day {day:g}"
        if day is not None
        else reasons.get(value, value)
    )
    return Verdict(
        rule=f"response.{definition.key}.first",
        name=f"First response, {definition.name}",
        day=day,
        value=value if known else NOT_ASSESSED,
        reasons=(reason,),
        source=cite(*definition.source_keys),
    )


def find_definition(key: str) -> Definition:
    """The definition of a key, for example ``nih``."""
    return next(definition for definition in DEFINITIONS if definition.key == key)
