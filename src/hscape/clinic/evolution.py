"""Clonal evolution: a new chromosomal change, MDS or AML after the diagnosis, and in which published list it stands.

High-risk is MDS, AML or a change of chromosome 7 (Patel 2022), and a complex karyotype (Maciejewski 2002). A change of
3q, 5q or 17p is named apart, because lists for MDS and leukemia call it adverse. Every other change is told as what it
is: a change that is not in the high-risk list, which does not make it harmless. New mutations of myeloid genes are
findings whose meaning for the patient cannot be told. What was there before treatment is not evolution. Loss of HLA by
6p CN-LOH and PNH cells are escape and are not counted here.

Only a karyotype with enough metaphases or an array looks at all chromosomes; FISH sees what it was made for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hscape.chart import Chart, CloneMeasurement
from hscape.clinic.course import Course
from hscape.clinic.karyotype import (
    in_words,
    is_clone,
    named_arm,
    named_arm_in_words,
    touches_chromosome_7,
)
from hscape.clinic.thresholds import cite, read_data, threshold
from hscape.clinic.verdict import CANNOT_TELL, Choices, Verdict
from hscape.genome.iscn import is_failed, n_metaphases, read_karyotype

HIGH = "high-risk evolution"
NAMED = "change of 3q, 5q or 17p (not in the high-risk list of Patel 2022; adverse in MDS)"
OTHER = "other chromosomal change (not in the high-risk list of Patel 2022)"
UNGRADED = "evolution, risk cannot be told"
MUTATION = "no chromosomal change seen, but a new somatic mutation"
NOT_SEEN = "no evolution seen"
_RANK = {HIGH: 0, NAMED: 1, UNGRADED: 2, OTHER: 3}
_NOT_SAFE = "not being in that list does not say that the change is harmless"
_ASSAYS = ("karyotype", "fish", "snp_array")
_MALIGNANT = re.compile(r"\b(mds|aml|myelodysplas\w*|leuk\w*|cmml|blast\w*)", re.IGNORECASE)
_CHROMOSOME_7 = re.compile(r"monosomy[ _-]*7(?!\d)|(?<![\d\w])-7(?!\d)|del\(?7(?!\d)|(?<!\d)7\)?\(?[qp]", re.IGNORECASE)
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
            if is_clone(clone)
        ]
    if test.status == "negative":
        return []
    grade = _grade_in_words(text, test.assay)
    if grade == OTHER and test.assay == "snp_array" and _HLA_LOSS.search(text):
        return []
    return [Change(day=test.day, grade=grade, what=f"{text} by {test.assay} on day {test.day:g}", key=text)]


def _grade(abnormalities: tuple[str, ...]) -> str:
    is_complex = len(abnormalities) >= threshold("complex_karyotype_count")
    if is_complex or any(touches_chromosome_7(change) for change in abnormalities):
        return HIGH
    return NAMED if any(named_arm(change) for change in abnormalities) else OTHER


def _grade_in_words(text: str, assay: str) -> str:
    if _CHROMOSOME_7.search(text):
        return HIGH
    if named_arm_in_words(text):
        return NAMED
    # A karyotype that cannot be read is not graded; a FISH or array finding names its one change.
    return UNGRADED if assay == "karyotype" else OTHER


def _events(chart: Chart) -> list[Change]:
    found = []
    for event in chart.events_of("evolution"):
        text = event.detail or "evolution without further words"
        if "pnh" in text.lower():
            continue
        grave = _MALIGNANT.search(text) or _CHROMOSOME_7.search(text)
        grade = HIGH if grave else NAMED if named_arm_in_words(text) else UNGRADED
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


def new_mutations(chart: Chart, course: Course) -> list[str]:
    """Mutations of myeloid genes found after the start of treatment and not before it, in words."""
    genes, first = set(read_data("evidence.toml")["malignant_genes"]), _first_day(course)
    tests = [entry for entry in chart.clone_measurements if entry.kind == "gene" and entry.gene.upper() in genes]
    before = [entry for entry in tests if first is not None and entry.day <= first]
    known = {(entry.gene.upper(), entry.variant) for entry in before if entry.status == "positive"}
    found: dict[tuple[str, str], str] = {}
    for entry in tests:
        key = (entry.gene.upper(), entry.variant)
        if entry in before or entry.status != "positive" or key in known or key in found:
            continue
        earlier = [
            old.day for old in tests if old.gene == entry.gene and old.day < entry.day and old.status == "negative"
        ]
        told = f"negative on day {max(earlier):g}" if earlier else "not tested before"
        name = f"{entry.gene} {entry.variant}".strip()
        found[key] = (
            f"mutation of {name} found on day {entry.day:g} ({told}): what it means for this patient cannot be told"
        )
    return list(found.values())


def _first_day(course: Course) -> float | None:
    return course.treatment_day if course.treatment_day is not None else course.diagnosis_day


def adequate_days(chart: Chart, course: Course) -> list[float]:
    """Days after the start of treatment of the tests that look at all chromosomes."""
    first, enough = _first_day(course), threshold("adequate_metaphases_count")
    return [
        test.day
        for test in chromosome_tests(chart)
        if (first is None or test.day > first)
        and (test.assay == "snp_array" or (test.assay == "karyotype" and _n_cells(test, enough) >= enough))
    ]


def _n_cells(test: CloneMeasurement, if_not_written: float) -> float:
    written = n_metaphases(test.karyotype) or test.n_cells
    return if_not_written if written is None else written


def assess_evolution(chart: Chart, course: Course, choices: Choices) -> Verdict:
    """The gravest evolution with its first day, or until when none was seen."""
    source = cite("maciejewski2002", "groarke2022", "who_mds", "recall")
    old, new = find_changes(chart, course)
    days, mutations = adequate_days(chart, course), new_mutations(chart, course)
    before = tuple(f"there before treatment: {change.what}" for change in old)
    free = [day for day in days if not new or day < new[0].day]
    last = max(free, default=None)

    def say(value: str, day: float | None, *reasons: str) -> Verdict:
        return Verdict(
            rule="evolution",
            name="Clonal evolution",
            value=value,
            day=day,
            reasons=(*reasons, *mutations, *before),
            source=source,
            free_until_day=last,
        )

    if new:
        worst = min(new, key=lambda change: (_RANK[change.grade], change.day))
        others = tuple(change.what for change in new if change is not worst)
        remark = (_NOT_SAFE,) if worst.grade in (OTHER, NAMED) else ()
        return say(worst.grade, worst.day, worst.what, *others, *remark)
    if last is None:
        return say(CANNOT_TELL, None, _why_untested(chart, course))
    since = "after the start of treatment" if course.treatment_day is not None else "after the first day"
    tests = f"{len(days)} test{'s' if len(days) > 1 else ''} of all chromosomes {since}"
    limits = "clones too small for the test, or later than it, are not ruled out"
    return say(
        MUTATION if mutations else NOT_SEEN, None, f"{tests}, the last on day {last:g}, without a new clone", limits
    )


def _why_untested(chart: Chart, course: Course) -> str:
    first = _first_day(course)
    later = [test for test in chromosome_tests(chart) if first is None or test.day > first]
    if not later:
        return "no chromosome test after the start of treatment, and nothing recorded"
    if later[-1].assay == "fish":
        return f"only FISH after the start of treatment (day {later[-1].day:g}), which sees only what it was made for"
    enough = threshold("adequate_metaphases_count")
    return f"the karyotype of day {later[-1].day:g} has fewer than {enough:g} metaphases; a clone may be missed"
