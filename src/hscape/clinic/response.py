"""Response to immunosuppression by four published definitions, at 3, 6 and 12 months and on any day.

- NIH: the counts no longer meet two of the three severe criteria; complete at 1.0, 10 and 100.
- RACE: the same, and the patient is transfusion-independent.
- Camitta 2000, as the EBMT uses it: normal counts are complete; partial differs between severe and
  non-severe disease.
- Japanese childhood: own thresholds for severe and moderate disease, always without transfusion.

A complete response needs every condition, so one count too low settles *no*; a count that transfusion or
G-CSF may hold up settles nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hscape.chart import Chart
from hscape.clinic.counts import HEMOGLOBIN, NEUTROPHILS, PLATELETS, RETICULOCYTES, Count, Visit, find_visit
from hscape.clinic.course import Course
from hscape.clinic.logic import Finding, all_of, any_of, negate
from hscape.clinic.normal import hemoglobin_is_normal, normal_hemoglobin_limits
from hscape.clinic.severity import severe_blood
from hscape.clinic.thresholds import threshold
from hscape.clinic.transfusion import is_independent, was_dependent
from hscape.clinic.verdict import Choices

LINES = (HEMOGLOBIN, NEUTROPHILS, PLATELETS, RETICULOCYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a response is judged by.

    Args:
        chart: the patient.
        choices: what the sources leave open.
        day: day of the judgement.
        visit: the counts.
        before: the counts before treatment.
        is_severe: are the blood counts severe?
        was_severe: were the blood counts before treatment severe?
        is_independent: free of transfusion up to the day?
        was_dependent: transfused before treatment?
    """

    chart: Chart
    choices: Choices
    day: float
    visit: Visit
    before: Visit
    is_severe: Finding
    was_severe: Finding
    is_independent: Finding
    was_dependent: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One published definition: when it applies, what is complete, what is at least partial, what it asks."""

    key: str
    name: str
    source_keys: tuple[str, ...]
    applies: Callable[[Moment], Finding]
    complete: Callable[[Moment], Finding]
    partial: Callable[[Moment], Finding]
    confirmation_days: float | None = None
    asks_transfusions: bool = True


def read_moment(
    chart: Chart,
    course: Course,
    day: float,
    choices: Choices,
    *,
    before: float,
    after: float,
    judged_day: float | None = None,
) -> Moment:
    """Everything that a definition of response asks for, on a day after treatment.

    Freedom from transfusion is judged on `judged_day`, or on the day of the visit if that is None.
    """
    start = course.treatment_day if course.treatment_day is not None else day
    baseline, was_severe, dependent = _before_treatment(chart, course, start, choices)
    visit = find_visit(chart, LINES, day, before=before, after=after, choices=choices)
    seen = visit.day if visit.day is not None else day
    at = seen if judged_day is None else judged_day
    return Moment(
        chart=chart,
        choices=choices,
        day=at,
        visit=visit,
        before=baseline,
        is_severe=severe_blood(visit, choices),
        was_severe=was_severe,
        is_independent=is_independent(chart, at, choices),
        was_dependent=dependent,
    )


def _before_treatment(chart: Chart, course: Course, start: float, choices: Choices) -> tuple[Visit, Finding, Finding]:
    """The counts before treatment, whether they were severe, and whether blood was given; worked out once a chart."""

    def find() -> tuple[Visit, Finding, Finding]:
        window = threshold("baseline_window_days")
        visit = find_visit(chart, LINES, start, before=window, after=0.0, choices=choices)
        return visit, severe_blood(visit, choices), was_dependent(chart, start, choices)

    return course.once(("before treatment", choices), find)


def _was_severe(moment: Moment) -> Finding:
    return moment.was_severe


def _always(moment: Moment) -> Finding:
    return Finding(True)


def _is_child(moment: Moment) -> Finding:
    age, limit = moment.chart.age_years, threshold("japan_age_below_years")
    if age is None:
        return Finding(None, ("age is not in the chart",))
    return Finding(age < limit, (f"age {age:g} years, {'below' if age < limit else 'not below'} {limit:g}",))


def _no_longer_severe(moment: Moment) -> Finding:
    return negate(moment.is_severe)


def _not_transfused(moment: Moment) -> Finding:
    """A complete response may stand where transfusions were not recorded, but not soon after one."""
    known = moment.is_independent
    return known if known.truth is False else Finding(True, known.reasons)


def _nih_complete(moment: Moment) -> Finding:
    return _complete_from(moment, "nih")


def _race_complete(moment: Moment) -> Finding:
    return all_of((_complete_from(moment, "race"), _not_transfused(moment)))


def _complete_from(moment: Moment, prefix: str) -> Finding:
    return all_of(
        (
            moment.visit[NEUTROPHILS].at_least(threshold(f"{prefix}_complete_neutrophils_1e9_per_l")),
            moment.visit[HEMOGLOBIN].at_least(threshold(f"{prefix}_complete_hemoglobin_g_per_dl")),
            moment.visit[PLATELETS].at_least(threshold(f"{prefix}_complete_platelets_1e9_per_l")),
        )
    )


def _race_partial(moment: Moment) -> Finding:
    return any_of((all_of((_no_longer_severe(moment), moment.is_independent)), _race_complete(moment)))


def _camitta_complete(moment: Moment) -> Finding:
    return all_of(
        (
            hemoglobin_is_normal(moment.visit[HEMOGLOBIN], moment.chart, moment.day),
            moment.visit[NEUTROPHILS].above(threshold("camitta_complete_neutrophils_above_1e9_per_l")),
            moment.visit[PLATELETS].above(threshold("camitta_complete_platelets_above_1e9_per_l")),
            _not_transfused(moment),
        )
    )


def _camitta_partial(moment: Moment) -> Finding:
    if moment.was_severe.truth is None:
        return Finding(None, (*moment.was_severe.reasons, "severe or not before treatment is not known"))
    severe = all_of((_no_longer_severe(moment), moment.is_independent))
    partial = severe if moment.was_severe.truth else _non_severe_partial(moment)
    return any_of((partial, _camitta_complete(moment)))


def _non_severe_partial(moment: Moment) -> Finding:
    """Free of a former need of transfusion, or one line doubled, normal again, or risen far enough."""
    freed = all_of((moment.was_dependent, moment.is_independent))
    return any_of((freed, *(_line_improved(moment, analyte) for analyte in (HEMOGLOBIN, NEUTROPHILS, PLATELETS))))


def _line_improved(moment: Moment, analyte: str) -> Finding:
    now, before = moment.visit[analyte], moment.before[analyte]
    if not (now.is_known and before.is_known):
        return Finding(None, (before.text if now.is_known else now.text,))
    if "transfusion" in now.support:
        return Finding(False, (f"held up by transfusion, so not improved: {now.text}",))
    name, unit = {
        HEMOGLOBIN: ("hemoglobin", "g_per_dl"),
        NEUTROPHILS: ("neutrophils", "1e9_per_l"),
        PLATELETS: ("platelets", "1e9_per_l"),
    }[analyte]
    normal = (
        normal_hemoglobin_limits(moment.chart, moment.day)[1]
        if analyte == HEMOGLOBIN
        else threshold(f"normal_{name}_{unit}")
    )
    rise, low = threshold(f"camitta_rise_{name}_{unit}"), threshold(f"camitta_low_{name}_below_{unit}")
    was_low = before.below(normal)
    improved = any_of(
        (
            _compare(now, before, factor=threshold("camitta_doubling_fold")),
            now.at_least(normal),
            all_of((Finding(before.below(low).truth), _compare(now, before, rise=rise))),
        )
    )
    both = all_of((Finding(was_low.truth), Finding(improved.truth)))
    words = {True: "improved", False: "not improved", None: "not known to have improved"}[both.truth]
    return Finding(both.truth, (f"{words}: {before.text}, then {now.text}",))


def _compare(now: Count, before: Count, *, factor: float = 1.0, rise: float = 0.0) -> Finding:
    """Has the count reached a multiple of what it was (factor), or risen by more than an amount (rise)?"""
    lowest, highest = before.low * factor + rise, before.high * factor + rise
    if rise:
        return Finding(True if now.low > highest else False if now.high <= lowest else None)
    return Finding(True if now.low >= highest else False if now.high < lowest else None)


def _japan_complete(moment: Moment) -> Finding:
    return _japan_above(moment, "complete", "complete")


def _japan_partial(moment: Moment) -> Finding:
    if moment.was_severe.truth is None:
        return Finding(None, (*moment.was_severe.reasons, "severe or moderate before treatment is not known"))
    return _japan_above(moment, f"partial_{'severe' if moment.was_severe.truth else 'moderate'}", "partial")


def _japan_above(moment: Moment, grade: str, hemoglobin_grade: str) -> Finding:
    """Three counts above their limits, and no transfusion; hemoglobin has one limit for both severities."""
    return all_of(
        (
            moment.visit[NEUTROPHILS].above(threshold(f"japan_{grade}_neutrophils_above_1e9_per_l")),
            moment.visit[PLATELETS].above(threshold(f"japan_{grade}_platelets_above_1e9_per_l")),
            moment.visit[HEMOGLOBIN].above(threshold(f"japan_{hemoglobin_grade}_hemoglobin_above_g_per_dl")),
            moment.is_independent,
        )
    )


DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        key="nih",
        name="NIH",
        source_keys=("townsley2017",),
        applies=_was_severe,
        complete=_nih_complete,
        partial=_no_longer_severe,
        asks_transfusions=False,
    ),
    Definition(
        key="race",
        name="RACE",
        source_keys=("race2022",),
        applies=_was_severe,
        complete=_race_complete,
        partial=_race_partial,
    ),
    Definition(
        key="camitta-2000",
        name="Camitta 2000 and EBMT",
        source_keys=("camitta2000",),
        applies=_always,
        complete=_camitta_complete,
        partial=_camitta_partial,
        confirmation_days=threshold("camitta_confirmation_days"),
    ),
    Definition(
        key="japan-childhood",
        name="Japanese childhood",
        source_keys=("jcaasg",),
        applies=_is_child,
        complete=_japan_complete,
        partial=_japan_partial,
    ),
)
