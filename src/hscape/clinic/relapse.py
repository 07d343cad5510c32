"""Relapse after a response: counts severe again, blood needed again, or treatment begun again, with the day.

Two rules. The first takes any of the three signs, as the NIH and EBMT reports do; the second, Japanese, asks
for counts of moderate or severe disease *and* a transfusion.
"""

from __future__ import annotations

from hscape.chart import Chart
from hscape.clinic.counts import NEUTROPHILS, PLATELETS, RETICULOCYTES, Visit, find_visit
from hscape.clinic.course import Course
from hscape.clinic.drugs import treatment_courses
from hscape.clinic.logic import Finding, at_least
from hscape.clinic.response import LINES, Definition
from hscape.clinic.response_at import count_days, first_response
from hscape.clinic.severity import severe_blood
from hscape.clinic.thresholds import cite, threshold
from hscape.clinic.transfusion import transfusion_days
from hscape.clinic.verdict import CANNOT_TELL, NOT_ASSESSED, Choices, Verdict

RELAPSE, NO_RELAPSE = "relapse", "no relapse seen"


def assess_relapse(chart: Chart, course: Course, choices: Choices, definition: Definition) -> Verdict:
    """Relapse after the first response by one definition, by any of the three signs."""
    signs = _signs(chart, course, choices, first_response(chart, course, choices, definition)[0])
    return _verdict(
        chart,
        course,
        choices,
        definition,
        f"relapse.{definition.key}",
        f"Relapse after response by {definition.name}",
        signs,
        cite("groarke2022", "house"),
    )


def assess_japanese_relapse(chart: Chart, course: Course, choices: Choices, definition: Definition) -> Verdict:
    """Relapse after a response by the Japanese rule: low counts and a transfusion together."""
    response_day = first_response(chart, course, choices, definition)[0]
    signs = [] if response_day is None else _japanese_signs(chart, course, choices, response_day)
    return _verdict(
        chart,
        course,
        choices,
        definition,
        "relapse.japan-rule",
        "Relapse, Japanese childhood rule",
        signs,
        cite("jcaasg", "kamio2011"),
    )


def _verdict(
    chart: Chart,
    course: Course,
    choices: Choices,
    definition: Definition,
    rule: str,
    name: str,
    signs: list[tuple[float, str]],
    source: str,
) -> Verdict:
    response_day, value = first_response(chart, course, choices, definition)

    def say(word: str, day: float | None, *reasons: str) -> Verdict:
        return Verdict(rule=rule, name=name, value=word, day=day, reasons=reasons, source=source)

    if response_day is None:
        word = CANNOT_TELL if value == CANNOT_TELL else NOT_ASSESSED
        return say(word, None, f"relapse needs a response first: {value}")
    if signs:
        day, why = min(signs)
        return say(RELAPSE, day, f"{value} on day {response_day:g}", why)
    first = f"{value} on day {response_day:g}"
    days = count_days(chart, response_day + 1, course)
    open_days = [day for day in days if severe_blood(_visit(chart, day, choices), choices).truth is None]
    if not days:
        return say(CANNOT_TELL, None, first, "no counts after the response")
    if open_days == days:
        visits = "1 visit" if len(days) == 1 else f"{len(days)} visits"
        return say(
            CANNOT_TELL,
            None,
            first,
            f"whether the counts are severe again cannot be told at the {visits} after the response",
        )
    told = f"none of the signs up to day {_end(course):g}"
    return say(
        NO_RELAPSE,
        None,
        first,
        f"{told}; {len(open_days)} of {len(days)} visits cannot be told" if open_days else told,
    )


def _visit(chart: Chart, day: float, choices: Choices) -> Visit:
    return find_visit(chart, LINES, day, before=0.0, after=threshold("same_visit_days"), choices=choices)


def _end(course: Course) -> float:
    days = (course.transplant_day, course.death_day, course.last_day)
    return min(day for day in days if day is not None)


def _signs(chart: Chart, course: Course, choices: Choices, response_day: float | None) -> list[tuple[float, str]]:
    if response_day is None:
        return []
    end = _end(course)
    found = [(event.day, f"relapse recorded in the chart on day {event.day:g}") for event in chart.events_of("relapse")]
    found += _severe_again(chart, course, choices, response_day)
    found += _blood_again(chart, response_day)
    found += [
        (new.start_day, f"new course of {new.name} from day {new.start_day:g}")
        for new in treatment_courses(chart, "new_course", course.transplant_day)
    ]
    return [(day, why) for day, why in found if response_day < day <= end]


def _severe_again(chart: Chart, course: Course, choices: Choices, response_day: float) -> list[tuple[float, str]]:
    """The first severe counts that no better counts follow soon: one bad count is no relapse."""
    days = count_days(chart, response_day + 1, course)
    found = {day: severe_blood(_visit(chart, day, choices), choices) for day in days}
    for day in (day for day in days if found[day].truth):
        soon = [later for later in days if day < later <= day + threshold("sustained_days")]
        if not any(found[later].truth is False for later in soon):
            return [(day, "counts severe again: " + "; ".join(found[day].reasons))]
    return []


def _blood_again(chart: Chart, response_day: float) -> list[tuple[float, str]]:
    """The first transfusion that ends a long enough time without any, after the response."""
    window, given = threshold("independence_days"), transfusion_days(chart)
    last = max((day for day in given if day <= response_day), default=float("-inf"))
    for day in (day for day in given if day > response_day):
        # A patient who never stopped being transfused has not relapsed by the next one.
        if day - max(last, response_day) >= window:
            return [(day, f"transfused again on day {day:g}, after {day - max(last, response_day):g} d without")]
        last = day
    return []


def moderate_blood(visit: Visit) -> Finding:
    """Are two of three counts as low as in moderate disease, or lower?"""
    return at_least(
        int(threshold("moderate_lines_count")),
        (
            visit[NEUTROPHILS].below(threshold("moderate_neutrophils_below_1e9_per_l")),
            visit[PLATELETS].below(threshold("moderate_platelets_below_1e9_per_l")),
            visit[RETICULOCYTES].below(threshold("moderate_reticulocytes_below_1e9_per_l")),
        ),
    )


def _japanese_signs(chart: Chart, course: Course, choices: Choices, response_day: float) -> list[tuple[float, str]]:
    window, end = threshold("relapse_visit_days"), _end(course)
    for day in (day for day in transfusion_days(chart) if response_day < day <= end):
        visit = find_visit(chart, LINES, day, before=window, after=window, choices=choices)
        finding = moderate_blood(visit)
        if finding.truth:
            return [(day, f"transfused on day {day:g} and counts low again: " + "; ".join(finding.reasons))]
    return []
