"""Variants in MAF (mutation annotation format): a row a variant and sample.

Column names are case-sensitive in the standard; Oncotator's spelling Start_position is accepted. VAF is not part of
the standard: it is t_alt_count over t_depth, or over t_alt_count + t_ref_count. A MAF has no dates and no patients,
so each sample is a patient at day 0 unless the columns `patient` and `date` or `day` were added.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hscape.chart import Chart, CloneMeasurement
from hscape.errors import InputError
from hscape.exchange.cells import read_cell
from hscape.exchange.dates import read_date
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.patients import PatientNames
from hscape.exchange.sheets import Sheet
from hscape.genome.genes import find_gene

_REQUIRED = ("Hugo_Symbol", "Chromosome", "Tumor_Sample_Barcode", "Variant_Classification")
_VAF = ("t_vaf", "VAF", "AF", "i_TumorVAF_WU", "tumor_f")


def is_maf(path: Path, sheets: list[Sheet]) -> bool:
    """True for a .maf file, or a text table that has the column Hugo_Symbol and Tumor_Sample_Barcode."""
    if len(sheets) != 1:
        return False
    return any(
        {"Hugo_Symbol", "Tumor_Sample_Barcode"} <= {str(cell).strip() for cell in row} for row in sheets[0].rows[:50]
    )


def read_maf(sheet: Sheet, answers: Mapping[str, str], issues: IssueList) -> list[Chart]:
    """Every sample of a MAF as a chart with its variants."""
    start = next(index for index, row in enumerate(sheet.rows) if "Hugo_Symbol" in [str(cell).strip() for cell in row])
    header = [str(cell).strip() for cell in sheet.rows[start]]
    missing = [name for name in _REQUIRED if name not in header]
    if missing:
        issues.add(
            "red",
            "maf_columns",
            Place(sheet=sheet.name, row=start + 1),
            ", ".join(missing),
            f"The MAF lacks the columns {', '.join(missing)}.",
            "Export it again with the standard columns.",
        )
        return []
    names = PatientNames(answers, issues)
    found: dict[str, list[CloneMeasurement]] = {}
    calendar: dict[str, list[int]] = {}
    for offset, cells in enumerate(sheet.rows[start + 1 :]):
        row = {name: cells[index] if index < len(cells) else "" for index, name in enumerate(header)}
        if not any(cells) or str(cells[0]).startswith("#"):
            continue
        place = Place(sheet=sheet.name, row=start + offset + 2, column="")
        if len(cells) != len(header):
            issues.add(
                "red",
                "row_too_long",
                place,
                "",
                f"The row has {len(cells)} cells where the header has {len(header)}. It was left out.",
                "Export it again.",
            )
            continue
        made = _read_row(row, place, names, calendar, issues)
        if made:
            found.setdefault(made[0], []).append(made[1])
    return [_chart(name, variants, calendar) for name, variants in found.items()]


def _read_row(
    row: dict[str, Any], place: Place, names: PatientNames, calendar: dict[str, list[int]], issues: IssueList
) -> tuple[str, CloneMeasurement] | None:
    patient = names.code(row.get("patient") or row["Tumor_Sample_Barcode"], place)
    day = 0.0
    if row.get("date"):
        date = read_date(row["date"])
        if date.ordinal is None:
            issues.add(
                "red",
                "date_unreadable",
                place,
                row["date"],
                "The date cannot be read. The row was left out.",
                "Write it as YYYY-MM-DD.",
            )
            return None
        day = float(date.ordinal)
        calendar.setdefault(patient, []).append(date.ordinal)
    elif row.get("day"):
        read = read_cell(row["day"])
        day = read.number or 0.0
    gene = str(row["Hugo_Symbol"]).strip().upper()
    variant = str(row.get("HGVSp_Short") or row.get("HGVSp") or row.get("Variant_Classification") or "").strip()
    numbers = _numbers(row, place, issues)
    if numbers is None:
        return None
    facts = find_gene(gene)
    chromosome = str(row["Chromosome"]).removeprefix("chr").strip()
    if facts and chromosome and facts.chromosome != chromosome:
        issues.add(
            "amber",
            "chromosome_mismatch",
            place,
            chromosome,
            f"{gene} lies on chromosome {facts.chromosome}, not {chromosome}.",
            "Check the row.",
        )
    try:
        clone = CloneMeasurement(
            day=day,
            clone=f"{gene} {variant}".strip(),
            kind="hla_loss" if gene.startswith("HLA-") else "gene",
            assay="sequencing",
            specimen="unknown",
            status="positive",
            gene=gene,
            variant=variant,
            source=f"{place.sheet}!{place.row}",
            **numbers,
        )
    except InputError as error:
        issues.row_left_out("clone_impossible", place, error)
        return None
    if gene.startswith("HLA-"):
        issues.add(
            "amber",
            "hla_alignment",
            place,
            gene,
            "A VAF in an HLA gene without allele-aware alignment is not reliable.",
            "Ask for allele-aware alignment.",
        )
    return patient, clone


def _numbers(row: dict[str, Any], place: Place, issues: IssueList) -> dict[str, Any] | None:
    read = {name: read_cell(row.get(name, "")) for name in ("t_alt_count", "t_ref_count", "t_depth")}
    alt, ref, depth = (read[name].number for name in ("t_alt_count", "t_ref_count", "t_depth"))
    if any(cell.state == "bad" for cell in read.values()):
        issues.add(
            "red",
            "not_a_number",
            place,
            "",
            "A read count is not a number. The row was left out.",
            "Correct the row.",
        )
        return None
    if alt is not None and (depth is not None or ref is not None):
        return {"alt": int(alt), "depth": int(depth if depth is not None else alt + (ref or 0))}
    for name in _VAF:
        cell = read_cell(row.get(name, ""))
        if cell.number is not None and cell.state == "number":
            if cell.number > 1:
                issues.add(
                    "grey",
                    "unit_inferred",
                    place,
                    f"{cell.number:g}",
                    f"{name} above 1 was read as a percentage.",
                    "",
                )
            return {"vaf_fraction": cell.number / 100 if cell.number > 1 else cell.number}
    issues.add(
        "amber",
        "maf_no_vaf",
        place,
        "",
        "The row has neither read counts nor a VAF; the variant was kept without a fraction.",
        "Add t_alt_count and t_depth.",
    )
    return {}


def _chart(name: str, variants: list[CloneMeasurement], calendar: dict[str, list[int]]) -> Chart:
    from dataclasses import replace

    if not calendar.get(name):
        return Chart(patient_id=name, day_zero_meaning="as in the file", clone_measurements=tuple(variants))
    zero = min(calendar[name])
    moved = tuple(replace(variant, day=variant.day - zero if variant.day else 0.0) for variant in variants)
    return Chart(patient_id=name, day_zero_meaning="first date in the file", clone_measurements=moved)
