"""PNH categories, by the International PNH Interest Group and by Peffault de Latour.

The size of the clone is read from granulocytes (or monocytes): red cells under-read it, because they are
lysed and diluted by transfusion. A negative test is negative down to its limit and no further. A small clone without
hemolysis is not hemolytic PNH, and is never called so. Limits of LDH differ between laboratories: without the
laboratory's own, an LDH that only some of them would call hemolysis leaves the question open.
"""

from __future__ import annotations

from hscape.chart import Chart, CloneMeasurement
from hscape.clinic.counts import CELLULARITY, HEMOGLOBIN, NEUTROPHILS, PLATELETS, Visit, find_visit
from hscape.clinic.course import Course
from hscape.clinic.logic import Finding, all_of, any_of, at_least, negate
from hscape.clinic.severity import defining_blood
from hscape.clinic.thresholds import cite, threshold
from hscape.clinic.verdict import CANNOT_TELL, Choices, Verdict

CLASSIC, WITH_FAILURE = "classic PNH", "PNH with another marrow failure"
SUBCLINICAL = "subclinical PNH (PNH clone in marrow failure, not hemolytic PNH)"
NO_CLONE = "no PNH clone found"
NOT_HEMOLYTIC = "PNH clone in aplastic anemia, not hemolytic PNH"
SMALL = "small PNH clone without hemolysis, not hemolytic PNH"
FAILING, INTERMEDIATE = "AA-PNH", "intermediate PNH"
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
    """Is LDH high enough for hemolysis? Without the laboratory's limit only what every laboratory would say is said."""
    fold, limit = threshold("hemolysis_lactate_dehydrogenase_fold"), choices.lactate_dehydrogenase_upper_limit_u_per_l
    if limit is not None:
        return visit[LDH].at_least(fold * limit).with_reason(f"upper limit of LDH given as {limit:g} U/L")
    lowest = threshold("lactate_dehydrogenase_upper_limit_lowest_u_per_l")
    highest = threshold("lactate_dehydrogenase_upper_limit_highest_u_per_l")
    surely, not_at_all = visit[LDH].at_least(fold * highest), visit[LDH].below(fold * lowest)
    if not visit[LDH].is_known or surely.truth:
        return surely
    if not_at_all.truth:
        return negate(not_at_all)
    words = f"{visit[LDH].text}: whether that is {fold:g} times the upper limit depends on the laboratory's limit"
    return Finding(None, (f"{words} ({lowest:g} to {highest:g} U/L), which is not given",))


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
    if small and not lysis.truth:
        return SMALL, reasons
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
    thrombosis = [event.day for event in chart.events if "thromb" in event.detail.lower()]
    value, reasons = _delatour(visit, hemolysis(visit, choices), _is_small(chart), bool(thrombosis), choices)
    return _verdict(*head, value, day, f"PNH cells present on day {day:g}", *reasons)


def _is_small(chart: Chart) -> Finding:
    """Is the clone, by its last measured share of granulocytes or monocytes, smaller than that of PNH as a disease?"""
    limit = threshold("subclinical_clone_below_fraction")
    shares = [test for test in white_cell_tests(chart) if test.status == "positive" and test.cell_fraction is not None]
    if not shares or shares[-1].censored != "none":
        return Finding(None, ("the share of PNH granulocytes is not given as a number",))
    return Finding((shares[-1].cell_fraction or 0.0) < limit, (size_in_words(shares[-1]),))


def _delatour(
    visit: Visit, lysis: Finding, small: Finding, has_thrombosis: bool, choices: Choices
) -> tuple[str, tuple[str, ...]]:
    quiet = all_of((small, negate(lysis)))
    failing = _failing(visit, choices)
    classic = all_of((*_classic_counts(visit), _is_ill(visit, has_thrombosis), lysis))
    if quiet.truth:
        return (NOT_HEMOLYTIC if failing.truth else SMALL), (*quiet.reasons, *failing.reasons)
    if failing.truth and quiet.truth is False:
        return FAILING, (*failing.reasons, *quiet.reasons)
    if classic.truth:
        return CLASSIC, classic.reasons
    told = tuple(dict.fromkeys((*failing.reasons, *classic.reasons, *quiet.reasons)))
    is_open = quiet.truth is None or any_of((failing, classic)).truth is None
    return (CANNOT_TELL if is_open else INTERMEDIATE), told


def _failing(visit: Visit, choices: Choices) -> Finding:
    """Two of three counts low, by every limit for platelets that texts print, or by the one that was chosen."""
    chosen = choices.delatour_platelets_up_to_1e9_per_l
    names = ("delatour_failure_platelets_low_up_to_1e9_per_l", "delatour_failure_platelets_up_to_1e9_per_l")
    limits = [threshold(name) for name in names] if chosen is None else [chosen]
    strict, *wide = [_failing_with(visit, limit) for limit in limits]
    if not wide or wide[0].truth == strict.truth:
        return strict
    return Finding(None, (*strict.reasons, f"texts print {limits[0]:g} or {limits[1]:g} for platelets, which decides"))


def _failing_with(visit: Visit, platelets: float) -> Finding:
    return at_least(
        int(threshold("delatour_failure_lines_count")),
        (
            negate(visit[HEMOGLOBIN].above(threshold("delatour_failure_hemoglobin_up_to_g_per_dl"))),
            negate(visit[NEUTROPHILS].above(threshold("delatour_failure_neutrophils_up_to_1e9_per_l"))),
            negate(visit[PLATELETS].above(platelets)),
        ),
    )


def _classic_counts(visit: Visit) -> tuple[Finding, Finding]:
    return (
        visit[NEUTROPHILS].above(threshold("delatour_classic_neutrophils_above_1e9_per_l")),
        visit[PLATELETS].above(threshold("delatour_classic_platelets_above_1e9_per_l")),
    )


def _is_ill(visit: Visit, has_thrombosis: bool) -> Finding:
    """Anemia, or a thrombosis that the chart records; where it records none, there may have been one."""
    if has_thrombosis:
        return Finding(True, ("a thrombosis is recorded",))
    anemia = visit[HEMOGLOBIN].below(threshold("delatour_classic_hemoglobin_below_g_per_dl"))
    return (
        anemia if anemia.truth else Finding(None, (*anemia.reasons, "whether there was a thrombosis is not recorded"))
    )


def largest_clone_fraction(chart: Chart) -> float | None:
    """Largest share of PNH granulocytes (or monocytes) measured; 0 if always negative, None if no test."""
    tests = white_cell_tests(chart)
    shares = [test.cell_fraction or 0.0 if test.status == "positive" else 0.0 for test in tests]
    return max(shares, default=None)
