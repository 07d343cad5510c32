"""Clonal evolution: a new chromosomal change, MDS or AML after the diagnosis, and how grave it is.

Grave (high-risk) is a change of chromosome 7, a complex karyotype, MDS or AML; trisomy 8, del(13q), loss of
Y and others are low-risk. What was there before treatment is not evolution. Loss of HLA by 6p CN-LOH, PNH
cells and mutations of single genes are escape or clonal hematopoiesis and are not counted here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hscape.chart import Chart, CloneMeasurement
from hscape.clinic.course import Course
from hscape.clinic.karyotype import in_words, is_failed, read_karyotype, touches_chromosome_7
from hscape.clinic.thresholds import cite, threshold
from hscape.clinic.verdict import CANNOT_TELL, Choices, Verdict

HIGH, LOW, UNGRADED, NOT_SEEN = (
    "high-risk evolution",
    "low-risk evolution",
    "evolution, risk cannot be told",
    "no evolution seen",
)
_RANK = {HIGH: 0, UNGRADED: 1, LOW: 2}
_ASSAYS = ("karyotype", "fish", "snp_array")
_MALIGNANT = re.compile(r"\b(mds|aml|myelodysplas\w*|leuk\w*|cmml|blast\w*)", re.IGNORECASE)
_CHROMOSOME_7 = re.compile(r"monosomy[ _-]*7(?!\d)|(?<![\d\w])-7(?!\d)|del\(?7|7q|7p", re.IGNORECASE)
_HLA_LOSS = re.compile(r"6p", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One sign of evolution: the day, its grade, and what was found."""

    day: float
    grade: str
    what: str
    key: str


def chromosome_tests(chart: Chart) -> list[CloneMeasurement]:
    """Chromosome tests that gave a result, in order of day."""
    return [
        entry
        for entry in chart.clone_measurements
        if entry.kind == "chromosome"
        and entry.assay in _ASSAYS
        and entry.status in ("negative", "positive")
        and not is_failed(entry.karyotype)
    ]


def _changes_of(test: CloneMeasurement) -> list[Change]:
    """The abnormal clones that one test found."""
    text = test.karyotype or test.variant or test.clone
    clones = read_karyotype(test.karyotype) if test.karyotype else None
    if clones is not None:
        return [
            Change(
                day=test.day,
                grade=_grade(clone.abnormalities),
                what=f"{in_words(clone)} on day {test.day:g}",
                key=",".join(sorted(clone.abnormalities)),
            )
            for clone in clones
            if clone.is_clone
        ]
    if test.status == "negative" or (test.assay == "snp_array" and _HLA_LOSS.search(text)):
        return []
    if _CHROMOSOME_7.search(text):
        return [Change(day=test.day, grade=HIGH, what=f"{text} by {test.assay} on day {test.day:g}", key=text)]
    # A karyotype that cannot be read is not graded; a FISH or array finding names its one change.
    graded = UNGRADED if test.assay == "karyotype" else LOW
    return [Change(day=test.day, grade=graded, what=f"{text} by {test.assay} on day {test.day:g}", key=text)]


def _grade(abnormalities: tuple[str, ...]) -> str:
    is_complex = len(abnormalities) >= threshold("complex_karyotype_count")
    return HIGH if is_complex or any(touches_chromosome_7(change) for change in abnormalities) else LOW


def _events(chart: Chart) -> list[Change]:
    found = []
    for event in chart.events_of("evolution"):
        text = event.detail or "evolution without further words"
        if "pnh" in text.lower():
            continue
        grave = _MALIGNANT.search(text) or _CHROMOSOME_7.search(text)
        grade = HIGH if grave else UNGRADED
        found.append(Change(day=event.day, grade=grade, what=f"recorded on day {event.day:g}: {text}", key=text))
    return found


def _blasts(chart: Chart) -> list[Change]:
    marrow, aml = threshold("excess_blast_fraction"), threshold("aml_blast_fraction")
    found = []
    for analyte, place in (("blast_fraction", "marrow"), ("blast_blood_fraction", "blood")):
        limit = marrow if place == "marrow" else aml
        for entry in chart.series(analyte):
            if entry.value >= limit and entry.censored != "below":
                found.append(
                    Change(
                        day=entry.day,
                        grade=HIGH,
                        what=f"{entry.value:.0%} blasts in {place} on day {entry.day:g}",
                        key="blasts",
                    )
                )
    return found


def find_changes(chart: Chart, course: Course) -> tuple[list[Change], list[Change]]:
    """The changes that were there before treatment, and the new ones after it, each in order of day."""
    first = course.treatment_day if course.treatment_day is not None else course.diagnosis_day
    changes = (
        [change for test in chromosome_tests(chart) for change in _changes_of(test)] + _events(chart) + _blasts(chart)
    )
    changes.sort(key=lambda change: (change.day, _RANK[change.grade], change.key))
    old = [change for change in changes if first is not None and change.day <= first]
    known = {change.key for change in old}
    return old, [change for change in changes if change not in old and change.key not in known]


def assess_evolution(chart: Chart, course: Course, choices: Choices) -> Verdict:
    """The gravest evolution, and the first day on which it was seen."""
    rule, name, source = "evolution", "Clonal evolution", cite("maciejewski2002", "groarke2022", "who_mds")

    def say(value: str, day: float | None, *reasons: str) -> Verdict:
        return Verdict(rule=rule, name=name, value=value, day=day, reasons=reasons, source=source)

    old, new = find_changes(chart, course)
    before = tuple(f"there before treatment: {change.what}" for change in old)
    if new:
        worst = min(new, key=lambda change: (_RANK[change.grade], change.day))
        others = tuple(change.what for change in new if change is not worst)
        return say(worst.grade, worst.day, worst.what, *others, *before)
    tests = chromosome_tests(chart)
    first = course.treatment_day if course.treatment_day is not None else course.diagnosis_day
    later = [test.day for test in tests if first is None or test.day > first]
    if not later:
        return say(
            CANNOT_TELL,
            None,
            "no chromosome test after the start of treatment, and nothing recorded",
            *before,
        )
    return say(
        NOT_SEEN,
        None,
        f"{len(later)} chromosome test{'s' if len(later) > 1 else ''} after the start of treatment, "
        f"the last on day {max(later):g}, without a new clone",
        *before,
    )
