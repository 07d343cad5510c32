"""Relapse after a confirmed response: what settles it, what leaves it open, with the day.

Settled by counts severe again that last, repeated transfusions after a time without, a new course of antithymocyte
globulin or the like, a drug restarted or raised again for falling counts, or the word of the chart. Left open by one
transfusion alone, a restart without a fall of the counts, and a response that is lost without the counts being severe.
The second rule, Japanese, asks for counts of moderate or severe disease *and* a transfusion.
"""

from __future__ import annotations

import bisect

from hscape.chart import Chart
from hscape.clinic.counts import NEUTROPHILS, PLATELETS, RETICULOCYTES, Visit, find_visit
from hscape.clinic.course import Course
from hscape.clinic.first_response import FirstResponse, first_response
from hscape.clinic.logic import Finding, at_least
from hscape.clinic.response import LINES, Definition
from hscape.clinic.response_at import NONE, count_days, days_after, grade_on, moment_on
from hscape.clinic.retreatment import Sign, retreatment_signs
from hscape.clinic.thresholds import cite, threshold
from hscape.clinic.transfusion import transfusion_days, transfusions_known
from hscape.clinic.verdict import CANNOT_TELL, NOT_ASSESSED, Choices, Verdict

RELAPSE, NO_RELAPSE = "relapse", "no relapse seen"


def assess_relapse(chart: Chart, course: Course, choices: Choices, definition: Definition) -> Verdict:
    """Relapse after the first confirmed response by one definition, by any of the signs."""
    found = first_response(chart, course, choices, definition)
    signs = [] if found.day is None else _signs(chart, course, choices, definition, found.day)
    rule, name = f"relapse.{definition.key}", f"Relapse after response by {definition.name}"
    return _verdict(chart, course, choices, found, signs, rule, name, cite("groarke2022", "house"))


def assess_japanese_relapse(chart: Chart, course: Course, choices: Choices, definition: Definition) -> Verdict:
    """Relapse after a response by the Japanese rule: low counts and a transfusion together."""
    found = first_response(chart, course, choices, definition)
    signs = [] if found.day is None else _japanese_signs(chart, course, choices, found.day)
    name = "Relapse, Japanese childhood rule"
    return _verdict(chart, course, choices, found, signs, "relapse.japan-rule", name, cite("jcaasg", "kamio2011"))


def _verdict(
    chart: Chart,
    course: Course,
    choices: Choices,
    found: FirstResponse,
    signs: list[Sign],
    rule: str,
    name: str,
    source: str,
) -> Verdict:
    def say(word: str, day: float | None, free_until: float | None, *reasons: str) -> Verdict:
        return Verdict(
            rule=rule, name=name, value=word, day=day, reasons=reasons, source=source, free_until_day=free_until
        )

    if found.day is None or found.confirmed_day is None:
        word = CANNOT_TELL if found.value == CANNOT_TELL else NOT_ASSESSED
        return say(word, None, None, f"relapse needs a confirmed response first: {found.value}", *found.reasons)
    end, confirmed = _end(course), found.confirmed_day
    signs = sorted((sign for sign in signs if found.day < sign.day <= end), key=lambda sign: (sign.day, sign.words))
    certain, doubts = [s for s in signs if s.is_certain], [s for s in signs if not s.is_certain]
    if certain:
        earlier = [f"before that: {sign.words}" for sign in doubts if sign.day < certain[0].day]
        return say(RELAPSE, certain[0].day, confirmed, *found.reasons, certain[0].words, *earlier)
    if doubts:
        words = [f"possible relapse: {sign.words}" for sign in doubts]
        return say(CANNOT_TELL, None, max(confirmed, doubts[0].day), *found.reasons, *words)
    word, free_until, reasons = _without_signs(chart, course, choices, confirmed)
    return say(word, None, free_until, *found.reasons, *reasons)


def _without_signs(
    chart: Chart, course: Course, choices: Choices, confirmed: float
) -> tuple[str, float, tuple[str, ...]]:
    """No sign was found: were there counts enough to say so?"""
    days = [day for day in count_days(chart, confirmed, course) if day > confirmed]
    if not days:
        return CANNOT_TELL, confirmed, ("no counts after the response was confirmed",)
    told = [day for day in days if moment_on(chart, course, day, choices).is_severe.truth is not None]
    if not told:
        visits = "1 visit" if len(days) == 1 else f"{len(days)} visits"
        why = f"whether the counts are severe again cannot be told at the {visits} after the response was confirmed"
        return CANNOT_TELL, confirmed, (why,)
    words = [f"none of the signs up to day {max(told):g} ({days_after(course, max(told))})"]
    if len(told) < len(days):
        words.append(f"{len(days) - len(told)} of {len(days)} visits cannot be told")
    if not transfusions_known(chart, choices):
        words.append("no transfusion is recorded: none given, or none written down")
    return NO_RELAPSE, max(told), tuple(words)


def _end(course: Course) -> float:
    days = (course.transplant_day, course.death_day, course.last_day)
    return min(day for day in days if day is not None)


def _signs(chart: Chart, course: Course, choices: Choices, definition: Definition, response_day: float) -> list[Sign]:
    found = [
        Sign(day=event.day, words=f"relapse recorded in the chart on day {event.day:g}", is_certain=True)
        for event in chart.events_of("relapse")
    ]
    found += _severe_again(chart, course, choices, response_day)
    found += _blood_again(chart, response_day)
    found += _response_lost(chart, course, choices, definition, response_day)
    return found + retreatment_signs(chart, course, choices, response_day)


def _severe_again(chart: Chart, course: Course, choices: Choices, response_day: float) -> list[Sign]:
    """Severe counts: certain if the next visit or a transplant bears them out, open if nothing does or speaks against.

    One bad count among good ones is no sign at all.
    """
    found = {
        day: moment_on(chart, course, day, choices).is_severe for day in count_days(chart, response_day + 1, course)
    }
    told = [day for day in found if found[day].truth is not None]
    signs: list[Sign] = []
    for day in (day for day in told if found[day].truth):
        words = "counts severe again: " + "; ".join(found[day].reasons)
        later = next((other for other in told if other > day), None)
        if (later is not None and found[later].truth) or (later is None and course.transplant_day is not None):
            return [*signs, Sign(day=day, words=words, is_certain=True)]
        if later is None or later > day + threshold("sustained_days"):
            after = "no later counts tell" if later is None else f"not severe on day {later:g}"
            signs.append(Sign(day=day, words=f"{words}; at one visit only, {after}", is_certain=False))
    return signs


def _blood_again(chart: Chart, response_day: float) -> list[Sign]:
    """Transfusions that end a long enough time without any: repeated ones settle it, a single one does not."""
    window, episode = threshold("independence_days"), threshold("transfusion_episode_days")
    repeated, given = threshold("repeated_transfusion_days"), transfusion_days(chart)
    last, signs = max((day for day in given if day <= response_day), default=float("-inf")), []
    for day in (day for day in given if day > response_day):
        without = day - max(last, response_day)
        last = day
        # A patient who never stopped being transfused has not relapsed by the next one.
        if without < window:
            continue
        again = [later for later in given if day + episode < later <= day + repeated]
        words = f"transfused again on day {day:g}, after {without:g} d without"
        if again:
            words += f", and on day {again[0]:g}"
        else:
            words += f"; a single time: no other more than {episode:g} and up to {repeated:g} d later is recorded"
        signs.append(Sign(day=day, words=words, is_certain=bool(again)))
    return signs


def _response_lost(
    chart: Chart, course: Course, choices: Choices, definition: Definition, response_day: float
) -> list[Sign]:
    """Counts that no longer meet the definition, visit after visit, and are not severe: no source names this."""

    def is_lost(day: float) -> bool:
        is_transfused = moment_on(chart, course, day, choices).is_independent.truth is False
        return not is_transfused and grade_on(chart, course, definition, day, choices) == NONE

    days = count_days(chart, response_day + 1, course)
    lost = {day: is_lost(day) for day in days}
    for index, day in ((index, day) for index, day in enumerate(days) if lost[day]):
        soon = days[index + 1 : bisect.bisect_right(days, day + threshold("sustained_days"))]
        if soon and all(lost[later] for later in soon):
            words = f"from day {day:g} the counts no longer meet the response by {definition.name}"
            return [Sign(day=day, words=words, is_certain=False)]
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


def _japanese_signs(chart: Chart, course: Course, choices: Choices, response_day: float) -> list[Sign]:
    """Low counts with a transfusion; drugs begun again are not part of this rule and leave the question open."""
    window, end = threshold("relapse_visit_days"), _end(course)
    signs = [
        Sign(day=sign.day, words=sign.words, is_certain=False)
        for sign in retreatment_signs(chart, course, choices, response_day)
    ]
    for day in (day for day in transfusion_days(chart) if response_day < day <= end):
        finding = moderate_blood(find_visit(chart, LINES, day, before=window, after=window, choices=choices))
        if finding.truth is False:
            continue
        low = "counts low again" if finding.truth else "whether the counts are low again cannot be told"
        words = f"transfused on day {day:g} and {low}: {'; '.join(finding.reasons)}"
        signs.append(Sign(day=day, words=words, is_certain=finding.truth is True))
    return signs
