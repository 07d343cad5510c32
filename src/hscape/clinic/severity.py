"""How severe aplastic anemia is, by three published definitions, and whether the definition itself is met.

Each asks for an empty marrow and two of three low counts. They differ in the reticulocytes: below 20 by eye
or in the CIBMTR manual, below 60 by analyzer in the British guideline. Without a marrow severe disease
cannot be told, but counts that are too good for it can rule it out.
"""

from __future__ import annotations

from dataclasses import dataclass

from hscape.chart import Chart
from hscape.clinic.counts import (
    CELLULARITY,
    HEMOGLOBIN,
    NEUTROPHILS,
    PLATELETS,
    RESIDUAL,
    RETICULOCYTES,
    Count,
    Visit,
    find_visit,
    is_plausible,
    read_count,
    unknown,
)
from hscape.clinic.course import Course
from hscape.clinic.logic import Finding, all_of, any_of, at_least
from hscape.clinic.thresholds import cite, threshold
from hscape.clinic.verdict import CANNOT_TELL, Choices, Verdict
from hscape.errors import unknown_name

#: Key of a severity rule -> its name and the keys of its sources.
SEVERITY_RULES: dict[str, tuple[str, tuple[str, ...]]] = {
    "severity.modified-camitta": ("Severity, modified Camitta", ("camitta_modified",)),
    "severity.bsh": ("Severity, British Society for Haematology", ("bsh2024",)),
    "severity.cibmtr": ("Severity, CIBMTR form 2402", ("cibmtr2402",)),
}
BLOOD = (NEUTROPHILS, PLATELETS, RETICULOCYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityVisit:
    """What severity is read from: the counts, the marrow, and a word on the day they are counted from."""

    blood: Visit
    cellularity: Count
    residual: Count
    lowest_neutrophils: Count
    remark: str = ""


def reticulocyte_limit(rule: str, count: Count, choices: Choices) -> float:
    """Threshold of the reticulocytes in a rule, by how they were counted.

    Raises:
        InputError: the method in the choices is not known.
    """
    if choices.reticulocyte_method not in ("automated", "manual"):
        raise unknown_name("choices, reticulocyte_method", choices.reticulocyte_method, ("automated", "manual"))
    if rule == "severity.cibmtr":
        return threshold("severe_reticulocytes_cibmtr_below_1e9_per_l")
    if choices.reticulocytes_below_1e9_per_l is not None:
        return choices.reticulocytes_below_1e9_per_l
    is_manual = choices.reticulocyte_method == "manual" if count.is_manual is None else count.is_manual
    return threshold(f"severe_reticulocytes_{'manual' if is_manual else 'automated'}_below_1e9_per_l")


def severe_blood(visit: Visit, choices: Choices, rule: str = "severity.modified-camitta") -> Finding:
    """Are two of the three counts in the severe range?"""
    return at_least(
        int(threshold("severe_lines_count")),
        (
            visit[NEUTROPHILS].below(threshold("severe_neutrophils_below_1e9_per_l")),
            visit[PLATELETS].below(threshold("severe_platelets_below_1e9_per_l")),
            visit[RETICULOCYTES].below(reticulocyte_limit(rule, visit[RETICULOCYTES], choices)),
        ),
    )


def severe_marrow(seen: SeverityVisit, rule: str) -> Finding:
    """Is the marrow empty enough, by itself or because little of what remains forms blood?"""
    empty = seen.cellularity.below(threshold("severe_cellularity_below_fraction"))
    if empty.truth:
        return empty
    limit = threshold("severe_cellularity_residual_fraction")
    halved = seen.cellularity.below(limit)
    if rule == "severity.cibmtr":
        above = seen.cellularity.above(limit)
        halved = Finding(None if above.truth is None else not above.truth, above.reasons)
    if halved.truth is False:
        return halved
    return any_of(
        (
            empty,
            all_of((halved, seen.residual.below(threshold("severe_residual_hematopoietic_below_fraction")))),
        )
    )


def find_severity_visit(chart: Chart, course: Course, choices: Choices) -> SeverityVisit | None:
    """The counts and the marrow nearest to the diagnosis, before treatment; None if there is no day."""
    anchor, remark = _anchor(chart, course)
    if anchor is None:
        return None
    window, marrow_window = threshold("severity_window_days"), threshold("marrow_window_days")
    starts = [day for day in (course.treatment_day, course.transplant_day) if day is not None and day >= anchor]
    after = min([window] + [day - anchor for day in starts])
    blood = find_visit(chart, (HEMOGLOBIN, *BLOOD), anchor, before=window, after=after, choices=choices)
    marrow = find_visit(
        chart,
        (CELLULARITY, RESIDUAL),
        anchor,
        before=marrow_window,
        after=min([marrow_window] + [day - anchor for day in starts]),
        choices=choices,
    )
    return SeverityVisit(
        blood=blood,
        cellularity=marrow[CELLULARITY],
        residual=marrow[RESIDUAL],
        lowest_neutrophils=_lowest_neutrophils(chart, anchor - window, anchor + after, choices),
        remark=remark,
    )


def _lowest_neutrophils(chart: Chart, first: float, last: float, choices: Choices) -> Count:
    """The lowest neutrophils of the window: very severe disease may show days after the first counts."""
    inside = [entry for entry in chart.series(NEUTROPHILS) if first <= entry.day <= last and is_plausible(entry)]
    if not inside:
        return unknown(NEUTROPHILS, "missing")
    return read_count(min(inside, key=lambda entry: entry.value), chart, choices)


def _anchor(chart: Chart, course: Course) -> tuple[float | None, str]:
    if course.diagnosis_day is not None:
        return course.diagnosis_day, ""
    if course.treatment_day is not None:
        return (
            course.treatment_day,
            "the day of diagnosis is not in the chart; counted from the start of treatment",
        )
    days = [entry.day for entry in chart.measurements if entry.analyte in BLOOD]
    return min(days, default=None), "the day of diagnosis is not in the chart; the first counts are used"


def assess_severity(chart: Chart, course: Course, choices: Choices, rule: str) -> Verdict:
    """Severity at diagnosis by one rule of `SEVERITY_RULES`."""
    name, source_keys = SEVERITY_RULES[rule]
    seen = find_severity_visit(chart, course, choices)
    if seen is None:
        return Verdict(
            rule=rule,
            name=name,
            value=CANNOT_TELL,
            reasons=("the chart holds no blood counts",),
            source=cite(*source_keys),
        )
    blood, marrow = severe_blood(seen.blood, choices, rule), severe_marrow(seen, rule)
    value, reasons = _grade(seen, blood, marrow, rule)
    reasons = (*reasons, seen.remark) if seen.remark else reasons
    return Verdict(rule=rule, name=name, day=seen.blood.day, value=value, reasons=reasons, source=cite(*source_keys))


def _grade(seen: SeverityVisit, blood: Finding, marrow: Finding, rule: str) -> tuple[str, tuple[str, ...]]:
    is_severe = all_of((blood, marrow))
    if is_severe.truth is False:
        return ("not severe" if rule == "severity.cibmtr" else "non-severe"), is_severe.reasons
    if is_severe.truth is None:
        hint = (
            "the blood counts alone are in the severe range"
            if blood.truth
            else "the blood counts alone do not settle it"
        )
        return CANNOT_TELL, (*is_severe.reasons, hint)
    if rule == "severity.cibmtr":
        return "severe or very severe", is_severe.reasons
    very = seen.blood[NEUTROPHILS].below(threshold("very_severe_neutrophils_below_1e9_per_l"))
    if very.truth is not True:  # counts of a later day, still before treatment, may settle it
        later = seen.lowest_neutrophils.below(threshold("very_severe_neutrophils_below_1e9_per_l"))
        very = later if later.truth else very
    words = {True: "very severe", False: "severe", None: "severe or very severe"}[very.truth]
    return words, (*is_severe.reasons, *very.reasons)


def assess_definition(chart: Chart, course: Course, choices: Choices) -> Verdict:
    """Are the counts and the marrow those that define aplastic anemia?"""
    rule, name = "definition.bsh", "Definition of aplastic anemia, British Society for Haematology"
    seen = find_severity_visit(chart, course, choices) or _nothing_seen()
    finding = all_of((defining_blood(seen.blood), seen.cellularity.below(threshold("hypocellular_below_fraction"))))
    value = {True: "counts and cellularity are met", False: "not met", None: CANNOT_TELL}[finding.truth]
    reasons = finding.reasons
    if finding.truth:
        reasons = (
            *reasons,
            "infiltration, fibrosis and other causes must be excluded by a person; this rule cannot",
        )
    return Verdict(rule=rule, name=name, day=seen.blood.day, value=value, reasons=reasons, source=cite("bsh2024"))


def defining_blood(visit: Visit) -> Finding:
    """Are two of hemoglobin, platelets and neutrophils as low as the definition asks?"""
    return at_least(
        int(threshold("definition_lines_count")),
        (
            visit[HEMOGLOBIN].below(threshold("definition_hemoglobin_below_g_per_dl")),
            visit[PLATELETS].below(threshold("definition_platelets_below_1e9_per_l")),
            visit[NEUTROPHILS].below(threshold("definition_neutrophils_below_1e9_per_l")),
        ),
    )


def _nothing_seen() -> SeverityVisit:
    counts = {analyte: unknown(analyte, "missing") for analyte in (HEMOGLOBIN, *BLOOD)}
    return SeverityVisit(
        blood=Visit(day=None, counts=counts),
        cellularity=unknown(CELLULARITY, "missing"),
        residual=unknown(RESIDUAL, "missing"),
        lowest_neutrophils=unknown(NEUTROPHILS, "missing"),
    )
