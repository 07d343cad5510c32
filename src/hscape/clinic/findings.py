"""Looking in a chart for the findings of the evidence table: present, absent, or not tested.

Laboratory values and clones are looked for up to the start of treatment where there is one, because treatment
changes them; a clone that is found later still counts as found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hscape.chart import Chart, CloneMeasurement
from hscape.clinic.counts import (
    CELLULARITY,
    HEMOGLOBIN,
    NEUTROPHILS,
    PLATELETS,
    RETICULOCYTES,
    Count,
    find_visit,
    read_count,
    unknown,
)
from hscape.clinic.course import Course
from hscape.clinic.evolution import chromosome_tests
from hscape.clinic.first_response import first_response
from hscape.clinic.karyotype import is_clone
from hscape.clinic.logic import Finding, all_of, negate
from hscape.clinic.pnh import hemolysis as ldh_hemolysis
from hscape.clinic.pnh import largest_clone_fraction, pnh_tests
from hscape.clinic.response import DEFINITIONS
from hscape.clinic.response_at import NONE, RESPONSES
from hscape.clinic.severity import find_severity_visit
from hscape.clinic.thresholds import read_data, threshold
from hscape.clinic.verdict import Choices
from hscape.genome.iscn import read_karyotype

#: Changes that WHO takes as presumptive evidence of MDS, as they begin in ISCN text.
_PRESUMPTIVE = (
    "-7",
    "del(7)",
    "-5",
    "del(5)",
    "i(17)",
    "t(17",
    "del(17)",
    "-13",
    "del(13)",
    "del(11)",
    "del(12)",
    "t(12",
    "del(9)",
    "idic(X)",
    "t(11;16)",
    "t(3;21)",
    "t(1;3)",
    "t(2;11)",
    "inv(3)",
    "t(6;9)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The chart with what the checks share."""

    chart: Chart
    course: Course
    choices: Choices

    @property
    def day(self) -> float:
        """The day the findings are looked for around."""
        days = (self.course.diagnosis_day, self.course.treatment_day)
        return next((day for day in days if day is not None), 0.0)


def _value(seen: Seen, analyte: str) -> Count:
    """The value nearest to the diagnosis, before treatment if there is one."""
    treatment = seen.course.treatment_day
    entries = [entry for entry in seen.chart.series(analyte) if treatment is None or entry.day <= treatment]
    if not entries:
        return unknown(analyte, "not in the chart" + ("" if treatment is None else " before treatment"))
    return read_count(min(entries, key=lambda entry: (abs(entry.day - seen.day), entry.day)), seen.chart, seen.choices)


def _clones(entries: Iterable[CloneMeasurement], nothing: str, what: str) -> Finding:
    """Present if any test is positive, absent if all that were done are negative, else not tested."""
    entries = tuple(entries)
    positive = [entry for entry in entries if entry.status == "positive"]
    if positive:
        first = positive[0]
        return Finding(True, (f"{what}: {first.clone} by {first.assay} in {first.specimen} on day {first.day:g}",))
    done = [entry for entry in entries if entry.status == "negative"]
    return Finding(False, (f"{nothing} by {done[-1].assay} on day {done[-1].day:g}",)) if done else Finding(None)


def _genes(seen: Seen, group: str) -> Finding:
    genes = set(read_data("evidence.toml")[group])
    tested = [entry for entry in seen.chart.clone_measurements if entry.kind == "gene" and entry.gene.upper() in genes]
    return _clones(tested, "no such mutation", "mutation")


def inherited_gene(seen: Seen) -> Finding:
    """A variant of a marrow failure gene in a tissue that is not blood; in blood it may be somatic."""
    genes = set(read_data("evidence.toml")["inherited_genes"])
    tested = [entry for entry in seen.chart.clone_measurements if entry.kind == "gene" and entry.gene.upper() in genes]
    outside = _clones(
        (entry for entry in tested if entry.specimen in ("buccal", "fibroblasts")),
        "no such variant",
        "variant",
    )
    in_blood = _clones(tested, "no such variant", "variant")
    if outside.truth is None and in_blood.truth:
        return Finding(None, (*in_blood.reasons, "germline or somatic cannot be told from blood"))
    return outside if outside.truth is not None else in_blood


def pnh_clone(seen: Seen) -> Finding:
    """PNH cells by any test."""
    return _clones(pnh_tests(seen.chart), "no PNH cells", "PNH cells")


def large_pnh_clone(seen: Seen) -> Finding:
    """PNH granulocytes above the size of classic PNH."""
    size, limit = largest_clone_fraction(seen.chart), threshold("classic_clone_above_fraction")
    return Finding(None) if size is None else Finding(size > limit, (f"largest PNH granulocyte clone {size:.2%}",))


def hla_loss(seen: Seen) -> Finding:
    """Cells without an HLA allele."""
    entries = [entry for entry in seen.chart.clone_measurements if entry.kind == "hla_loss"]
    finding = _clones(entries, "no HLA loss", "HLA loss")
    if finding.truth is None and any(entry.status == "not_assessable" for entry in entries):
        return Finding(None, ("not assessable: the patient is homozygous",))
    return finding


def escape_clone(seen: Seen) -> Finding:
    """PNH cells or HLA loss."""
    pnh, loss = pnh_clone(seen), hla_loss(seen)
    return pnh if pnh.truth or (pnh.truth is False and not loss.truth) else loss


def reversion(seen: Seen) -> Finding:
    """A clone that regained a lost function."""
    return _clones(
        (entry for entry in seen.chart.clone_measurements if entry.kind == "reversion"),
        "no reverted clone",
        "reverted clone",
    )


def response(seen: Seen) -> Finding:
    """A response by Camitta 2000, which applies to severe and non-severe disease."""
    definition = next(item for item in DEFINITIONS if item.key == "camitta-2000")
    found = first_response(seen.chart, seen.course, seen.choices, definition)
    truth = True if found.value in RESPONSES else False if found.value == NONE else None
    return Finding(truth, (found.value, *found.reasons))


def cellular_marrow(seen: Seen) -> Finding:
    """A marrow that is not hypocellular."""
    return _value(seen, CELLULARITY).at_least(threshold("hypocellular_below_fraction"))


def mds_karyotype(seen: Seen) -> Finding:
    """A chromosomal change of the WHO list."""
    tests = chromosome_tests(seen.chart)
    for test in tests:
        clones = read_karyotype(test.karyotype) or ()
        changes = [change for clone in clones if is_clone(clone) for change in clone.abnormalities]
        named = [change for change in changes if change.startswith(_PRESUMPTIVE)]
        if named:
            return Finding(True, (f"{', '.join(named)} by {test.assay} on day {test.day:g}",))
    unread = [test for test in tests if test.status == "positive" and read_karyotype(test.karyotype) is None]
    if unread:
        return Finding(
            None, (f"{unread[0].karyotype or unread[0].clone} by {unread[0].assay}: to be read by a person",)
        )
    return Finding(False, (f"none in {len(tests)} test(s)",)) if tests else Finding(None)


def isolated_neutropenia(seen: Seen) -> Finding:
    """Neutrophils low, hemoglobin and platelets kept."""
    visit = find_severity_visit(seen.chart, seen.course, seen.choices)
    if visit is None:
        return Finding(None)
    return all_of(
        (
            visit.blood[NEUTROPHILS].below(threshold("definition_neutrophils_below_1e9_per_l")),
            visit.blood[HEMOGLOBIN].at_least(threshold("isolated_line_hemoglobin_g_per_dl")),
            visit.blood[PLATELETS].at_least(threshold("isolated_line_platelets_1e9_per_l")),
        )
    )


def isolated_red_cells(seen: Seen) -> Finding:
    """Reticulocytes nearly absent, neutrophils and platelets kept."""
    visit = find_severity_visit(seen.chart, seen.course, seen.choices)
    if visit is None:
        return Finding(None)
    return all_of(
        (
            visit.blood[RETICULOCYTES].below(threshold("nearly_no_reticulocytes_below_1e9_per_l")),
            negate(visit.blood[NEUTROPHILS].below(threshold("definition_neutrophils_below_1e9_per_l"))),
            visit.blood[PLATELETS].at_least(threshold("isolated_line_platelets_1e9_per_l")),
        )
    )


def exposure(seen: Seen) -> Finding:
    """A marrow-toxic drug in the half year before the diagnosis."""
    words, window = read_data("evidence.toml")["exposures"], threshold("drug_exposure_window_days")
    for treatment in seen.chart.treatments:
        is_in_time = seen.day - window <= treatment.start_day <= seen.day or treatment.is_given_on(seen.day - 1)
        if is_in_time and any(word in treatment.name.lower() for word in words):
            return Finding(True, (f"{treatment.name} from day {treatment.start_day:g}",))
    before = [treatment for treatment in seen.chart.treatments if treatment.start_day < seen.day]
    return (
        Finding(False, ("none of the listed drugs",))
        if before
        else Finding(None, ("no drugs before the diagnosis in the chart",))
    )


def hemolysis(seen: Seen) -> Finding:
    """LDH high enough for hemolysis."""
    analyte = "lactate_dehydrogenase_u_per_l"
    finding = ldh_hemolysis(
        find_visit(seen.chart, (analyte,), seen.day, before=float("inf"), after=float("inf"), choices=seen.choices),
        seen.choices,
    )
    return finding if seen.chart.series(analyte) else Finding(None)


def _below(analyte: str, limit: str) -> Callable[[Seen], Finding]:
    return lambda seen: _value(seen, analyte).below(threshold(limit))


def _at_least(analyte: str, limit: str) -> Callable[[Seen], Finding]:
    return lambda seen: _value(seen, analyte).at_least(threshold(limit))


#: Name of a check in `evidence.toml` -> the function that looks in the chart.
CHECKS: dict[str, Callable[[Seen], Finding]] = {
    "none": lambda seen: Finding(None, ("a chart has no place for this; a person must look",)),
    "pnh_clone": pnh_clone,
    "no_pnh_clone": lambda seen: negate(pnh_clone(seen)),
    "large_pnh_clone": large_pnh_clone,
    "hla_loss": hla_loss,
    "escape_clone": escape_clone,
    "escape_gene": lambda seen: _genes(seen, "escape_genes"),
    "inherited_gene": inherited_gene,
    "malignant_gene": lambda seen: _genes(seen, "malignant_genes"),
    "lgl_gene": lambda seen: _genes(seen, "lgl_genes"),
    "reversion": reversion,
    "response": response,
    "cellular_marrow": cellular_marrow,
    "mds_karyotype": mds_karyotype,
    "blasts": _at_least("blast_fraction", "excess_blast_fraction"),
    "ring_sideroblasts": _at_least("ring_sideroblast_fraction", "ring_sideroblasts_fraction"),
    "very_short_telomeres": _below("telomere_lymphocyte_centile", "very_short_telomere_below_centile"),
    "hemolysis": hemolysis,
    "isolated_neutropenia": isolated_neutropenia,
    "isolated_red_cells": isolated_red_cells,
    "exposure": exposure,
    "low_b12": _below("vitamin_b12_pg_per_ml", "low_vitamin_b12_below_pg_per_ml"),
    "low_folate": _below("folate_ng_per_ml", "low_folate_below_ng_per_ml"),
    "low_copper": _below("copper_umol_per_l", "low_copper_below_umol_per_l"),
    "very_large_cells": lambda seen: _value(seen, "mean_cell_volume_fl").above(threshold("very_large_cells_above_fl")),
}
