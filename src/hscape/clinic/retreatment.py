"""Treatment begun again after a response: restarted, raised, or new; and whether the counts were falling then.

A drug restarted for falling counts is how most relapses are met in practice, long before the counts are severe. A
restart for another reason looks the same in a chart, so without a fall of the counts it stays *cannot tell*. A raised
dose may only follow a drug level: it counts where the dose had been lowered before and the counts fell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hscape.chart import Chart, Treatment
from hscape.clinic.counts import HEMOGLOBIN, NEUTROPHILS, PLATELETS, label, read_count
from hscape.clinic.course import Course
from hscape.clinic.drugs import treatment_courses
from hscape.clinic.logic import Finding, any_of
from hscape.clinic.thresholds import threshold
from hscape.clinic.verdict import Choices

#: Groups of drugs that are stopped and restarted; a change within a group is no restart.
GROUPS = ("calcineurin_inhibitor", "thrombopoietin_agonist", "androgen", "sirolimus")
_LINES = (NEUTROPHILS, PLATELETS, HEMOGLOBIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign of relapse: its day, the words, and whether it is certain or leaves the question open."""

    day: float
    words: str
    is_certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One change of treatment: certain only if it undoes a stop or a taper."""

    day: float
    words: str
    undoes: bool
    is_raise: bool = False


def retreatment_signs(chart: Chart, course: Course, choices: Choices, response_day: float) -> list[Sign]:
    """What the drugs given after a response say of a relapse, in order of day."""
    signs = [
        Sign(day=new.start_day, words=f"new course of {new.name} from day {new.start_day:g}", is_certain=True)
        for new in treatment_courses(chart, "new_course", course.transplant_day)
        if new.start_day > response_day
    ]
    for group in GROUPS:
        given = sorted(treatment_courses(chart, group, course.transplant_day), key=lambda entry: entry.start_day)
        for step in _steps(given):
            if step.day > response_day:
                signs += _judge(step, fallen(chart, choices, response_day, step.day))
    return sorted(signs, key=lambda sign: (sign.day, sign.words))


def _judge(step: _Step, falling: Finding) -> list[Sign]:
    told = "; ".join(falling.reasons)
    if falling.truth and step.undoes:
        return [Sign(day=step.day, words=f"{step.words}, with falling counts: {told}", is_certain=True)]
    if falling.truth is False and step.is_raise:
        return []
    why = {True: "counts were falling", False: "counts were not falling", None: "whether counts fell cannot be told"}
    return [Sign(day=step.day, words=f"{step.words}; {why[falling.truth]}: {told}", is_certain=False)]


def _steps(given: list[Treatment]) -> Iterator[_Step]:
    """The beginnings, restarts and raised doses of one group of drugs."""
    for index, course in enumerate(given):
        yield from _beginning(course, given[:index])
        yield from _raises(course)


def _beginning(course: Treatment, earlier: list[Treatment]) -> Iterator[_Step]:
    day, name = course.start_day, course.name
    if not earlier:
        yield _Step(day=day, words=f"{name} begun on day {day:g}", undoes=True)
        return
    ends = [entry.end_day for entry in earlier if entry.end_day is not None]
    if len(ends) == len(earlier) and day - max(ends) >= threshold("restart_gap_days"):
        yield _Step(day=day, words=f"{name} restarted on day {day:g}, stopped on day {max(ends):g}", undoes=True)
        return
    same = [entry for entry in earlier if entry.name == name]
    before = _last_dose(same[-1]) if same else None
    if before is not None and course.dose is not None:
        if course.dose > before:
            yield _raised(course, day, before, course.dose, was_lowered=before < _largest_dose(same))
    elif same and same[-1].end_day is None:
        words = f"{name} written again from day {day:g}, the end of the course before is not recorded"
        yield _Step(day=day, words=words, undoes=False)


def _raises(course: Treatment) -> Iterator[_Step]:
    doses = [] if course.dose is None else [course.dose]
    for step in course.taper:
        if doses and step.dose > doses[-1]:
            yield _raised(course, step.day, doses[-1], step.dose, was_lowered=doses[-1] < max(doses))
        doses.append(step.dose)


def _raised(course: Treatment, day: float, before: float, after: float, *, was_lowered: bool) -> _Step:
    unit = f" {course.dose_unit}" if course.dose_unit else ""
    words = f"{course.name} raised from {before:g} to {after:g}{unit} on day {day:g}"
    return _Step(day=day, words=words, undoes=was_lowered, is_raise=before > 0)


def _last_dose(course: Treatment) -> float | None:
    return course.taper[-1].dose if course.taper else course.dose


def _largest_dose(courses: list[Treatment]) -> float:
    return max([dose for entry in courses for dose in (entry.dose, *(s.dose for s in entry.taper)) if dose is not None])


def fallen(chart: Chart, choices: Choices, response_day: float, day: float) -> Finding:
    """Has one line fallen far from its best since the response, around a day?"""
    return any_of([_line_fallen(chart, choices, analyte, response_day, day) for analyte in _LINES])


def _line_fallen(chart: Chart, choices: Choices, analyte: str, response_day: float, day: float) -> Finding:
    before, after = threshold("fall_window_before_days"), threshold("fall_window_after_days")
    around = [entry for entry in chart.series(analyte) if day - before <= entry.day <= day + after]
    if not around:
        return Finding(None, (f"{label(analyte)} missing in days {day - before:g} to {day + after:g}",))
    read = [
        read_count(entry, chart, choices) for entry in chart.series(analyte) if response_day <= entry.day < day + after
    ]
    own = [count.low for count in read if count.is_known and not count.support and count.low == count.high]
    if not own:
        return Finding(None, (f"{label(analyte)} of the patient's own since the response not known",))
    best = max(own)
    limit = best - threshold("fall_hemoglobin_g_per_dl") if analyte == HEMOGLOBIN else best * threshold("fall_fraction")
    limit = round(limit, 2)
    nearest = min(around, key=lambda entry: (abs(entry.day - day), entry.day, entry.value))
    now = read_count(nearest, chart, choices)
    return now.below(limit).with_reason(f"the best {label(analyte)} since the response was {best:g}")
