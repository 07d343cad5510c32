"""PNH categories, by the International PNH Interest Group and by Peffault de Latour.

The size of the clone is read from granulocytes (or monocytes): red cells under-read it, because they are
lysed and diluted by transfusion. A negative test is negative down to its limit and no further.
"""

from __future__ import annotations

from hscape.chart import Chart, CloneMeasurement
from hscape.clinic.counts import CELLULARITY, HEMOGLOBIN, NEUTROPHILS, PLATELETS, Visit, find_visit
from hscape.clinic.course import Course
from hscape.clinic.logic import Finding, all_of, any_of, at_least, negate
from hscape.clinic.severity import defining_blood
from hscape.clinic.thresholds import cite, threshold
from hscape.clinic.verdict import CANNOT_TELL, Choices, Verdict

CLASSIC, WITH_FAILURE, SUBCLINICAL = "classic PNH", "PNH with another marrow failure", "subclinical PNH"
NO_CLONE = "no PNH clone found"
LDH = "lactate_dehydrogenase_u_per_l"
_BLOOD = (HEMOGLOBIN, NEUTROPHILS, PLATELETS, LDH)


def pnh_tests(chart: Chart) -> list[CloneMeasurement]:
    """The tests for PNH cells that were done, in order of day."""
    return [
        entry for entry in chart.clone_measurements if entry.kind == "pnh" and entry.status in ("negative", "positive")
    ]


def white_cell_tests(chart: Chart) -> list[CloneMeasurement]:
    """The tests by flow cytometry of granulocytes, or of monocytes where there are none."""
    flow = [entry for entry in pnh_tests(chart) if entry.assay == "flow"]
    granulocytes = [entry for entry in flow if entry.specimen == "granulocytes"]
    return granulocytes or [entry for entry in flow if entry.specimen == "monocytes"]


def why_no_size(chart: Chart) -> str:
    """Why the size of the clone cannot be told; empty if it can."""
    if not pnh_tests(chart):
        return "PNH cells were not tested for"
    tests = white_cell_tests(chart)
    if not tests:
        return "no flow cytometry of granulocytes or monocytes; red cells under-read the clone"
    last = tests[-1]
    if last.status == "positive" and (last.cell_fraction is None or last.censored != "none"):
        return f"PNH cells present on day {last.day:g}, but their share is not given as a number"
    return ""


def size_in_words(test: CloneMeasurement) -> str:
    """The result of one test in words."""
    if test.status == "negative":
        limit = test.detection_limit_fraction
        down = f"down to {limit:.3%}" if limit is not None else "; the limit of the test is not given"
        return f"no PNH {test.specimen} on day {test.day:g}, {down}".replace(", ;", ";")
    return f"PNH {test.specimen} {test.cell_fraction:.3%} on day {test.day:g}"


def hemolysis(visit: Visit, choices: Choices) -> Finding:
    """Is LDH high enough for hemolysis?"""
    limit = choices.lactate_dehydrogenase_upper_limit_u_per_l
    upper = threshold("lactate_dehydrogenase_upper_limit_u_per_l") if limit is None else limit
    finding = visit[LDH].at_least(threshold("hemolysis_lactate_dehydrogenase_fold") * upper)
    return (
        finding.with_reason(f"upper limit taken as {upper:g} U/L") if visit[LDH].is_known and limit is None else finding
    )


def marrow_failure(chart: Chart, visit: Visit, day: float, choices: Choices) -> Finding:
    """Is there another marrow failure: two low counts with a marrow that is not cellular?"""
    window = threshold("marrow_window_days")
    marrow = find_visit(chart, (CELLULARITY,), day, before=window, after=window, choices=choices)[CELLULARITY]
    return all_of((defining_blood(visit), marrow.below(threshold("hypocellular_below_fraction"))))


def _verdict(rule: str, name: str, source: str, value: str, day: float | None, *reasons: str) -> Verdict:
    return Verdict(rule=rule, name=name, value=value, day=day, reasons=reasons, source=source)


def assess_pnh_ipig(chart: Chart, course: Course, choices: Choices) -> Verdict:
    """Category of the International PNH Interest Group at the last test."""
    head = ("pnh.ipig", "PNH category, International PNH Interest Group", cite("ipig2005"))
    why = why_no_size(chart)
    if why:
        return _verdict(*head, CANNOT_TELL, None, why)
    test = white_cell_tests(chart)[-1]
    if test.status == "negative":
        return _verdict(*head, NO_CLONE, test.day, size_in_words(test))
    visit = _visit(chart, test.day, choices)
    value, reasons = _ipig(
        test.cell_fraction or 0.0, hemolysis(visit, choices), marrow_failure(chart, visit, test.day, choices)
    )
    return _verdict(*head, value, test.day, size_in_words(test), *reasons)


def _visit(chart: Chart, day: float, choices: Choices) -> Visit:
    window = threshold("lactate_dehydrogenase_window_days")
    return find_visit(chart, _BLOOD, day, before=window, after=window, choices=choices)


def _ipig(size: float, lysis: Finding, failure: Finding) -> tuple[str, tuple[str, ...]]:
    reasons = (*lysis.reasons, *failure.reasons)
    small = size < threshold("subclinical_clone_below_fraction")
    large = size > threshold("classic_clone_above_fraction")
    if failure.truth and (lysis.truth or not small):
        return WITH_FAILURE, reasons
    if failure.truth and lysis.truth is False:
        return SUBCLINICAL, reasons
    if failure.truth is False and lysis.truth and large:
        return CLASSIC, reasons
    if failure.truth is None or lysis.truth is None:
        return CANNOT_TELL, reasons
    return "fits no category", (
        *reasons,
        "a clone of this size without the hemolysis or the marrow failure of a category",
    )


def assess_pnh_delatour(chart: Chart, course: Course, choices: Choices) -> Verdict:
    """Category of Peffault de Latour at the last positive test: classic, AA-PNH or intermediate."""
    head = ("pnh.de-latour", "PNH category, Peffault de Latour", cite("delatour2008"))
    tests = pnh_tests(chart)
    if not tests:
        return _verdict(*head, CANNOT_TELL, None, "PNH cells were not tested for")
    positive = [test for test in tests if test.status == "positive"]
    if not positive:
        return _verdict(*head, NO_CLONE, tests[-1].day, size_in_words(tests[-1]))
    day = positive[-1].day
    visit = _visit(chart, day, choices)
    value, reasons = _delatour(visit, hemolysis(visit, choices))
    return _verdict(*head, value, day, f"PNH cells present on day {day:g}", *reasons)


def _delatour(visit: Visit, lysis: Finding) -> tuple[str, tuple[str, ...]]:
    failing = at_least(
        int(threshold("delatour_failure_lines_count")),
        (
            visit[HEMOGLOBIN].below(threshold("delatour_failure_hemoglobin_below_g_per_dl")),
            negate(visit[NEUTROPHILS].above(threshold("delatour_failure_neutrophils_up_to_1e9_per_l"))),
            negate(visit[PLATELETS].above(threshold("delatour_failure_platelets_up_to_1e9_per_l"))),
        ),
    )
    good = all_of(
        (
            visit[NEUTROPHILS].above(threshold("delatour_classic_neutrophils_above_1e9_per_l")),
            visit[PLATELETS].above(threshold("delatour_classic_platelets_above_1e9_per_l")),
        )
    )
    classic = all_of((good, lysis))
    if failing.truth:
        return "AA-PNH", failing.reasons
    if classic.truth:
        return "classic PNH", classic.reasons
    either = any_of((failing, classic))
    if either.truth is None:
        return CANNOT_TELL, tuple(dict.fromkeys((*failing.reasons, *classic.reasons)))
    return "intermediate PNH", tuple(dict.fromkeys((*failing.reasons, *classic.reasons)))


def largest_clone_fraction(chart: Chart) -> float | None:
    """Largest share of PNH granulocytes (or monocytes) measured; 0 if always negative, None if no test."""
    tests = white_cell_tests(chart)
    shares = [test.cell_fraction or 0.0 if test.status == "positive" else 0.0 for test in tests]
    return max(shares, default=None)
