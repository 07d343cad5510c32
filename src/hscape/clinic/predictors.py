"""Published predictors of response: reticulocytes with lymphocytes, age, telomere length.

Each repeats what a cohort showed for people with such findings before treatment. None is a forecast for this
patient, and none says what to do.
"""

from __future__ import annotations

from hscape.chart import Chart
from hscape.clinic.counts import LYMPHOCYTES, RETICULOCYTES, find_visit
from hscape.clinic.course import Course
from hscape.clinic.pnh import largest_clone_fraction
from hscape.clinic.thresholds import cite, threshold
from hscape.clinic.verdict import CANNOT_TELL, Choices, Verdict
from hscape.units import DAYS_PER_YEAR

TELOMERE = "telomere_lymphocyte_centile"
_CAVEAT = "a cohort's share, not a forecast for this patient"


def _baseline_day(course: Course) -> float | None:
    return course.treatment_day if course.treatment_day is not None else course.diagnosis_day


def assess_reticulocytes_lymphocytes(chart: Chart, course: Course, choices: Choices) -> Verdict:
    """Reticulocytes and lymphocytes before treatment, by Scheinberg 2009."""
    rule, name, source = (
        "predictor.arc-alc",
        "Reticulocytes and lymphocytes before treatment",
        cite("scheinberg2009"),
    )
    day = _baseline_day(course)
    if day is None:
        return Verdict(
            rule=rule,
            name=name,
            value=CANNOT_TELL,
            source=source,
            reasons=("neither the day of diagnosis nor the start of treatment is in the chart",),
        )
    window = threshold("baseline_window_days")
    visit = find_visit(
        chart,
        (RETICULOCYTES, LYMPHOCYTES),
        day,
        before=window,
        after=0.0 if course.treatment_day is not None else window,
        choices=choices,
    )
    reticulocytes = visit[RETICULOCYTES].at_least(threshold("favorable_reticulocytes_1e9_per_l"))
    lymphocytes = visit[LYMPHOCYTES].at_least(threshold("favorable_lymphocytes_1e9_per_l"))
    value, words = _arc_alc(reticulocytes.truth, lymphocytes.truth)
    return Verdict(
        rule=rule,
        name=name,
        day=visit.day,
        value=value,
        source=source,
        reasons=(*reticulocytes.reasons, *lymphocytes.reasons, *words),
    )


def _arc_alc(reticulocytes: bool | None, lymphocytes: bool | None) -> tuple[str, tuple[str, ...]]:
    if reticulocytes is None or lymphocytes is None:
        return CANNOT_TELL, ()
    if reticulocytes is not lymphocytes:
        return "one of two", ("the abstract prints no share for one of the two",)
    which = "favorable" if reticulocytes else "unfavorable"
    response, alive = threshold(f"both_{which}_response_share"), threshold(f"both_{which}_survival_share")
    words = (
        f"in the cohort {response:.0%} of such patients responded at 6 months "
        f"and {alive:.0%} were alive at 5 years; {_CAVEAT}"
    )
    return ("both at or above" if reticulocytes else "both below"), (words,)


def assess_age(chart: Chart, course: Course, choices: Choices) -> Verdict:
    """Age at treatment, by Fattizzo 2025."""
    rule, name, source = "predictor.age", "Age at treatment", cite("fattizzo2025", "vaht2017")
    if chart.age_years is None:
        return Verdict(rule=rule, name=name, value=CANNOT_TELL, reasons=("age is not in the chart",), source=source)
    day, limit = _baseline_day(course) or 0.0, threshold("older_age_above_years")
    age = chart.age_years + day / DAYS_PER_YEAR
    which, value = ("older", f"above {limit:g} years") if age > limit else ("younger", f"up to {limit:g} years")
    words = (
        f"age {age:.0f} years; in the cohort {threshold(f'{which}_response_share'):.0%} of patients {value} "
        f"responded at 6 months to first treatment; {_CAVEAT}"
    )
    return Verdict(rule=rule, name=name, day=day, value=value, reasons=(words,), source=source)


def assess_telomere(chart: Chart, course: Course, choices: Choices) -> Verdict:
    """Telomere length of lymphocytes before treatment, by Sakaguchi 2014 and Narita 2015."""
    rule, name, source = (
        "predictor.telomere",
        "Telomere length of lymphocytes",
        cite("sakaguchi2014", "narita2015", "scheinberg2010"),
    )
    day = _baseline_day(course) or 0.0
    window = threshold("telomere_window_days")
    count = find_visit(chart, (TELOMERE,), day, before=window, after=window, choices=choices)[TELOMERE]
    short = count.below(threshold("short_telomere_below_centile"))
    value = {True: "short (below -1 SD)", False: "not short", None: CANNOT_TELL}[short.truth]
    reasons = (*short.reasons, *_telomere_words(chart, short.truth)) if short.truth is not None else short.reasons
    return Verdict(rule=rule, name=name, day=count.day, value=value, reasons=reasons, source=source)


def _telomere_words(chart: Chart, is_short: bool) -> tuple[str, ...]:
    age, limit = chart.age_years, threshold("child_below_years")
    if age is None or age >= limit:
        return (f"the shares were printed for children; {_CAVEAT}",)
    hazard = threshold("short_telomere_hazard_fold")
    first = (f"in one cohort children below -1 SD had {hazard:g} times the hazard of no response",) if is_short else ()
    clone = largest_clone_fraction(chart)
    if clone is None:
        return (
            *first,
            f"PNH cells were not tested for, so the combined predictor cannot be told; {_CAVEAT}",
        )
    is_worst = is_short and clone == 0
    share = threshold("pnh_negative_short_telomere_response_share" if is_worst else "other_telomere_response_share")
    who = "without PNH cells and with short telomeres" if is_worst else "with PNH cells or without short telomeres"
    return (
        *first,
        f"in another cohort {share:.0%} of children {who} responded; {_CAVEAT}",
    )
