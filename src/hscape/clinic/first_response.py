"""The first confirmed response: when treatment has worked, by one definition.

Three things keep noise from being read as a response. Counts in the first weeks of treatment are not asked; one
good visit is not enough, a second one at least four weeks later must meet the definition too, without a transfusion
between; and no visit of the next weeks may show the opposite. What is good once and never looked at again is
*cannot tell*, and relapse is counted from a confirmed response only.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from hscape.chart import Chart
from hscape.clinic.course import Course
from hscape.clinic.response import Definition
from hscape.clinic.response_at import (
    NONE,
    RESPONSES,
    but_transfused,
    count_days,
    days_after,
    for_whom,
    grade_on,
    moment_on,
)
from hscape.clinic.thresholds import cite, threshold
from hscape.clinic.transfusion import transfusion_days
from hscape.clinic.verdict import CANNOT_TELL, NOT_ASSESSED, Choices, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstResponse:
    """The first confirmed response of a chart by one definition.

    Args:
        value: the grade of the response, `NONE`, `CANNOT_TELL` or `NOT_ASSESSED`.
        reasons: why.
        day: first day on which the counts met the definition, None unless a response is confirmed.
        confirmed_day: day of the counts that confirmed it.
        free_until_day: last day on which it was known that there was no response yet.
    """

    value: str
    reasons: tuple[str, ...]
    day: float | None = None
    confirmed_day: float | None = None
    free_until_day: float | None = None


Graded = Callable[[float], str]


def first_response(chart: Chart, course: Course, choices: Choices, definition: Definition) -> FirstResponse:
    """The first confirmed response after the start of treatment."""
    key = ("first response", definition.key, choices)
    return course.once(key, lambda: _search(chart, course, choices, definition))


def _search(chart: Chart, course: Course, choices: Choices, definition: Definition) -> FirstResponse:
    start = course.treatment_day
    if start is None:
        return FirstResponse(value=NOT_ASSESSED, reasons=("the chart holds no start of treatment",))
    earliest = start + threshold("first_response_from_days")
    ended = course.ended_by(earliest)
    if ended:
        return FirstResponse(
            value=NONE, reasons=(f"{ended}, before a response is looked for (day {earliest:g})",), free_until_day=start
        )
    days = count_days(chart, earliest, course)

    def at(day: float) -> float:
        return moment_on(chart, course, day, choices).day

    @functools.cache
    def graded(day: float) -> str:
        return grade_on(chart, course, definition, day, choices)

    doubts: list[str] = []
    held_back: list[str] = []
    free_until: float | None = None
    for day in days:
        value = graded(day)
        if value == NONE and not doubts:
            free_until = at(day)
            held = but_transfused(definition, moment_on(chart, course, day, choices))
            held_back += [f"earlier, on day {free_until:g}, {words}" for words in held]
        if value not in RESPONSES:
            continue
        confirmed, doubt = _confirmation(chart, day, days, graded)
        if confirmed is not None:
            met, seen = at(day), at(confirmed)
            words = f"counts meet {value} on day {met:g} ({days_after(course, met)}), confirmed on day {seen:g}"
            return FirstResponse(
                value=value, reasons=(words, *held_back[:1]), day=met, confirmed_day=seen, free_until_day=free_until
            )
        if doubt:
            met = at(day)
            doubts.append(f"counts meet {value} on day {met:g} ({days_after(course, met)}), unconfirmed: {doubt}")
    return _without(definition, {graded(day) for day in days}, doubts, free_until)


def _confirmation(chart: Chart, day: float, days: list[float], graded: Graded) -> tuple[float | None, str]:
    """Day that confirms a response, or what is missing; neither if later counts show that there was none."""
    wait, hold = threshold("response_confirmation_days"), threshold("sustained_days")
    later = [other for other in days if other > day]
    refuted = next((other for other in later if graded(other) == NONE), None)
    second = next((other for other in later if other >= day + wait and graded(other) in RESPONSES), None)
    if refuted is not None and refuted <= day + hold:
        return None, ""
    if refuted is not None and (second is None or refuted < second):
        return None, f"the next counts that can be told, of day {refuted:g}, do not meet it"
    if second is None:
        return None, f"no counts at least {wait:g} d later that can be told"
    between = [given for given in transfusion_days(chart) if day < given <= second]
    if between:
        return None, f"transfused on day {between[0]:g}, before the counts of day {second:g}"
    return second, ""


def _without(definition: Definition, told: set[str], doubts: list[str], free_until: float | None) -> FirstResponse:
    if doubts:
        return FirstResponse(value=CANNOT_TELL, reasons=(doubts[0],), free_until_day=free_until)
    if told <= {CANNOT_TELL}:
        words = (
            f"no day with counts from {threshold('first_response_from_days'):g} d of treatment on lets the definition"
        )
        return FirstResponse(value=CANNOT_TELL, reasons=(f"{words} be judged",))
    if told <= {NOT_ASSESSED}:
        return FirstResponse(value=NOT_ASSESSED, reasons=(f"the {definition.name} definition {for_whom(definition)}",))
    words = "no confirmed counts that meet the definition; days that cannot be told are passed over"
    return FirstResponse(value=NONE, reasons=(words,), free_until_day=free_until)


def assess_first_response(chart: Chart, course: Course, choices: Choices, definition: Definition) -> Verdict:
    """The first day of a confirmed response by one definition."""
    found = first_response(chart, course, choices, definition)
    return Verdict(
        rule=f"response.{definition.key}.first",
        name=f"First confirmed response, {definition.name}",
        day=found.day,
        value=found.value,
        reasons=found.reasons,
        source=cite(*definition.source_keys, "house"),
        free_until_day=found.free_until_day,
    )
