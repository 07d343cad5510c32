"""Numbers that are right and still mislead: transfusions, whole-blood DNA, PNH red cells, HLA reads."""

from __future__ import annotations

from bisect import bisect_left

from hscape.chart import CloneMeasurement, HlaLocus
from hscape.exchange.doubts import Setting
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.unit_fit import Value
from hscape.genome.genes import find_gene

#: Days after a transfusion in which a value is not output of the marrow alone. Transfused platelets live days; half of
#: transfused red cells are gone after 50 to 60 days, and four weeks is what response criteria ask for.
TRANSFUSION_WINDOW_DAYS = {
    "hemoglobin_g_per_dl": ("red_cells", 28.0),
    "hematocrit_fraction": ("red_cells", 28.0),
    "platelets_1e9_per_l": ("platelets", 7.0),
}
NEUTROPENIA_1E9_PER_L = 1.0
_NEAR_DAYS = 14.0


def flag_values(values: list[Value], setting: Setting, patient_id: str, issues: IssueList) -> None:
    """Flag values near a transfusion or G-CSF; one grey line a patient and analyte."""
    for analyte, (product, window) in TRANSFUSION_WINDOW_DAYS.items():
        if not setting.transfusions.get(product):
            continue
        near = [
            value for value in values if value.analyte == analyte and setting.transfused(product, value.when, window)
        ]
        for value in near:
            value.flags.add("after_transfusion")
        if near:
            issues.add(
                "grey",
                "near_transfusion",
                near[0].raw.place,
                f"{near[0].raw.number:g}",
                f"Patient {patient_id}: {len(near)} values of {near[0].raw.column} are within "
                f"{window:g} days after a transfusion of {product.replace('_', ' ')} and are marked: they "
                "are not output of the marrow alone.",
                "",
                patient_id=patient_id,
            )
    if setting.g_csf:
        near = [
            value
            for value in values
            if value.analyte in ("neutrophils_1e9_per_l", "white_cells_1e9_per_l") and setting.on_g_csf(value.when)
        ]
        for value in near:
            value.flags.add("on_g_csf")
        if near:
            issues.add(
                "grey",
                "on_g_csf",
                near[0].raw.place,
                f"{near[0].raw.number:g}",
                f"Patient {patient_id}: {len(near)} white counts were drawn on or within "
                "5 days of G-CSF and are marked.",
                "",
                patient_id=patient_id,
            )


def check_clones(
    clones: list[CloneMeasurement],
    hla: list[HlaLocus],
    neutrophils: list[tuple[float, float]],
    patient_id: str,
    issues: IssueList,
) -> None:
    """The traps of clone measurements.

    Args:
        clones: of one patient.
        hla: germline typing.
        neutrophils: day and count in 10^9/L, in order of day.
        patient_id: for the messages.
        issues: where they go.
    """
    _check_specimens(clones, neutrophils, patient_id, issues)
    _check_pnh(clones, patient_id, issues)
    for clone in clones:
        _check_hla(clone, hla, patient_id, issues)
        if clone.kind == "gene" and clone.gene and find_gene(clone.gene) is None:
            issues.add(
                "grey",
                "gene_unknown",
                _place(clone),
                clone.gene,
                f"{clone.gene} is not in the gene table; it is taken as autosomal only if you say so.",
                "Check the symbol.",
                patient_id=patient_id,
            )


def _place(clone: CloneMeasurement) -> Place:
    sheet, _, rest = clone.source.partition("!")
    row, _, column = rest.partition(" ")
    return Place(sheet=sheet, row=int(row) if row.isdigit() else None, column=column)


def _check_specimens(
    clones: list[CloneMeasurement], neutrophils: list[tuple[float, float]], patient_id: str, issues: IssueList
) -> None:
    days = [day for day, _ in neutrophils]
    for clone in clones:
        if (
            clone.assay not in ("sequencing", "sanger", "ddpcr", "snp_array")
            or clone.specimen not in ("blood", "unknown")
            or clone.status == "not_tested"
        ):
            continue
        position = bisect_left(days, clone.day)
        near = [
            neutrophils[index]
            for index in (position - 1, position)
            if 0 <= index < len(days) and abs(days[index] - clone.day) <= _NEAR_DAYS
        ]
        if not near:
            continue
        _, count = min(near, key=lambda pair: abs(pair[0] - clone.day))
        if count < NEUTROPENIA_1E9_PER_L and clone.purity_fraction is None:
            what = (
                "DNA of whole blood" if clone.specimen == "blood" else "the specimen is not written; DNA of whole blood"
            )
            issues.add(
                "amber",
                "blood_in_neutropenia",
                _place(clone),
                clone.clone,
                f"Patient {patient_id}, {clone.clone}: {what} at a neutrophil count of {count:.2g} x 10^9/L "
                "is mostly of lymphocytes; the share of myeloid cells can be many times larger than the "
                "VAF says.",
                "Use sorted granulocytes or marrow, or give the myeloid share of the sample as purity.",
                patient_id=patient_id,
            )


def _check_pnh(clones: list[CloneMeasurement], patient_id: str, issues: IssueList) -> None:
    by_day: dict[float, dict[str, CloneMeasurement]] = {}
    for clone in clones:
        if clone.kind == "pnh" and clone.assay == "flow":
            by_day.setdefault(clone.day, {})[clone.specimen] = clone
    for day in by_day.values():
        red, granulocytes, unknown = day.get("red_cells"), day.get("granulocytes"), day.get("unknown")
        if red and not granulocytes and not day.get("monocytes") and red.status == "positive":
            issues.add(
                "amber",
                "pnh_red_cells_only",
                _place(red),
                red.clone,
                f"Patient {patient_id}: PNH was measured on red cells only. Hemolysis and transfusion "
                "lower that number; "
                "it is a lower limit of the clone.",
                "Use the granulocyte result of the same report.",
                patient_id=patient_id,
            )
        if unknown:
            issues.add(
                "amber",
                "pnh_cells_unknown",
                _place(unknown),
                unknown.clone,
                f"Patient {patient_id}: the column does not say in which cells PNH was measured.",
                "Name the column 'PNH granulocytes (%)' or 'PNH RBC (%)'.",
                patient_id=patient_id,
            )
        if red and granulocytes and red.cell_fraction is not None and granulocytes.cell_fraction is not None:
            if red.cell_fraction > granulocytes.cell_fraction * 1.2 + 0.03:
                issues.add(
                    "amber",
                    "pnh_red_above_granulocytes",
                    _place(red),
                    f"{red.cell_fraction:g}",
                    f"Patient {patient_id}: more PNH red cells ({red.cell_fraction:.1%}) than PNH "
                    "granulocytes "
                    f"({granulocytes.cell_fraction:.1%}) is unusual; the columns may be swapped. Both "
                    "were kept as written.",
                    "Check the report.",
                    patient_id=patient_id,
                )
            else:
                issues.add(
                    "grey",
                    "pnh_granulocytes_used",
                    _place(granulocytes),
                    f"{granulocytes.cell_fraction:g}",
                    f"Patient {patient_id}: the granulocyte result "
                    f"({granulocytes.cell_fraction:.1%}) stands for the PNH clone, not the red cells "
                    f"({red.cell_fraction:.1%}).",
                    "",
                    patient_id=patient_id,
                )


def _check_hla(clone: CloneMeasurement, hla: list[HlaLocus], patient_id: str, issues: IssueList) -> None:
    if clone.kind != "hla_loss":
        return
    is_read = clone.assay in ("sequencing", "sanger", "ddpcr") and (
        clone.alt is not None or clone.vaf_fraction is not None
    )
    if is_read and not clone.is_allele_aware:
        issues.add(
            "amber",
            "hla_alignment",
            _place(clone),
            clone.clone,
            f"Patient {patient_id}: a VAF in an HLA gene without allele-aware alignment is not reliable: "
            "reads of one allele are lost "
            "in ordinary alignment.",
            "Ask for allele-aware alignment, or flow for the lacking allele; write yes under 'allele aware'.",
            patient_id=patient_id,
        )
    locus = (clone.hla_allele or clone.gene.removeprefix("HLA-")).partition("*")[0].removeprefix("HLA-")
    typed = next((entry for entry in hla if entry.locus == locus), None)
    if typed and typed.is_homozygous and clone.status in ("negative", "positive"):
        issues.add(
            "amber",
            "hla_homozygous",
            _place(clone),
            clone.clone,
            f"Patient {patient_id} is homozygous at HLA-{locus}: loss of one allele cannot be seen there, "
            f"so '{clone.status}' is not assessable.",
            "Write 'not assessable'.",
            patient_id=patient_id,
        )
    if typed and clone.hla_allele and clone.hla_allele not in typed.alleles:
        issues.add(
            "amber",
            "hla_not_carried",
            _place(clone),
            clone.hla_allele,
            f"Patient {patient_id} does not carry {clone.hla_allele} (typing: {', '.join(typed.alleles)}).",
            "Correct the allele or the typing.",
            patient_id=patient_id,
        )
