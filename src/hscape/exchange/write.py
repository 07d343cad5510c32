"""Charts to a file: YAML or JSON (everything), Excel (five sheets), CSV (blood counts, a row a value)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hscape.chart import Chart, Measurement
from hscape.errors import InputError
from hscape.exchange.chart_file import write_chart_file
from hscape.exchange.safe_text import safe_cell

CLONE_HEADERS = (
    "patient",
    "day",
    "clone",
    "kind",
    "gene",
    "variant",
    "assay",
    "specimen",
    "status",
    "detection limit (fraction)",
    "alt",
    "depth",
    "VAF (fraction)",
    "cell fraction (fraction)",
    "cells counted",
    "copy state",
    "BAF (fraction)",
    "HLA allele",
    "allele aware",
    "karyotype",
    "recipient fraction (fraction)",
    "purity (fraction)",
)
LONG_HEADERS = ("patient", "day", "test", "value", "unit")
PATIENT_HEADERS = (
    "patient",
    "sex",
    "age",
    "diagnosis date",
    "transplant date",
    "death date",
    "last follow-up",
    "HLA-A",
    "HLA-B",
    "HLA-C",
    "HLA-DRB1",
    "day zero",
)
TREATMENT_HEADERS = ("patient", "treatment", "start", "end", "dose", "dose unit", "detail")
TRANSFUSION_HEADERS = ("patient", "day", "product", "units given")
_EVENTS = ("diagnosis", "transplant", "death", "last_follow_up")
_LOCI = ("A", "B", "C", "DRB1")


def write_charts(charts: Sequence[Chart] | Chart, path: str | Path) -> Path:
    """Write charts; the ending of the name chooses the format.

    Args:
        charts: one or many.
        path: .yaml, .yml or .json (complete), .xlsx (what the readers read back), .csv (blood counts only).

    Raises:
        InputError: another ending.
    """
    path = Path(path)
    charts = [charts] if isinstance(charts, Chart) else list(charts)
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml", ".json"):
        write_chart_file(charts, path)
    elif suffix == ".xlsx":
        _write_workbook(charts, path)
    elif suffix == ".csv":
        write_rows(path, LONG_HEADERS, _long_rows(charts))
    else:
        raise InputError(f"{path.name}: '{suffix}' cannot be written; use .yaml, .json, .xlsx or .csv.")
    return path


def write_rows(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV in UTF-8 whose text cannot run as a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([safe_cell(header) for header in headers])
        for row in rows:
            writer.writerow([safe_cell(cell) for cell in row])


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _with_limit(entry: Measurement) -> Any:
    sign = {"below": "<", "above": ">", "none": ""}[entry.censored]
    return f"{sign}{entry.value!r}" if sign else _number(entry.value)


def _long_rows(charts: Sequence[Chart]) -> list[tuple[Any, ...]]:
    return [
        (chart.patient_id, _number(entry.day), entry.analyte, _with_limit(entry), _unit(entry))
        for chart in charts
        for entry in chart.measurements
    ]


def _unit(entry: Measurement) -> str:
    return {"10*9/L": "10^9/L", "10*12/L": "10^12/L", "{centile}": "centile"}.get(entry.unit, entry.unit)


def _clone_rows(charts: Sequence[Chart]) -> list[tuple[Any, ...]]:
    rows = []
    for chart in charts:
        for item in chart.clone_measurements:
            sign = {"below": "<", "above": ">", "none": ""}[item.censored]
            share = item.cell_fraction if not sign or item.cell_fraction is None else f"{sign}{item.cell_fraction!r}"
            vaf = item.vaf_fraction if not sign or item.vaf_fraction is None else f"{sign}{item.vaf_fraction!r}"
            rows.append(
                (
                    chart.patient_id,
                    _number(item.day),
                    item.clone,
                    item.kind,
                    item.gene,
                    item.variant,
                    item.assay,
                    item.specimen,
                    item.status.replace("_", " "),
                    item.detection_limit_fraction,
                    item.alt,
                    item.depth,
                    vaf,
                    share,
                    item.n_cells,
                    "" if item.copy_state == "unknown" else item.copy_state,
                    item.baf,
                    item.hla_allele,
                    None if item.is_allele_aware is None else "yes" if item.is_allele_aware else "no",
                    item.karyotype,
                    item.recipient_fraction,
                    item.purity_fraction,
                )
            )
    return rows


def _patient_rows(charts: Sequence[Chart]) -> list[tuple[Any, ...]]:
    rows = []
    for chart in charts:
        days = [next((_number(event.day) for event in chart.events_of(kind)), None) for kind in _EVENTS]
        typing = {entry.locus: ", ".join(entry.alleles) for entry in chart.hla_typing}
        rows.append(
            (
                chart.patient_id,
                chart.sex,
                chart.age_years,
                *days,
                *(typing.get(locus, "") for locus in _LOCI),
                chart.day_zero_meaning,
            )
        )
    return rows


def _treatment_rows(charts: Sequence[Chart]) -> list[tuple[Any, ...]]:
    """A taper becomes a row a step, which the reader joins again only as separate spans."""
    return [
        (
            chart.patient_id,
            item.name,
            _number(item.start_day),
            None if item.end_day is None else _number(item.end_day),
            item.dose,
            item.dose_unit,
            item.detail,
        )
        for chart in charts
        for item in chart.treatments
    ]


def _transfusion_rows(charts: Sequence[Chart]) -> list[tuple[Any, ...]]:
    return [
        (chart.patient_id, _number(item.day), item.product, item.units)
        for chart in charts
        for item in chart.transfusions
    ]


def _write_workbook(charts: Sequence[Chart], path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "in_memory": True,
        },
    )
    bold = book.add_format({"bold": True})
    for name, headers, rows in (
        ("Patients", PATIENT_HEADERS, _patient_rows(charts)),
        ("Values", LONG_HEADERS, _long_rows(charts)),
        ("Clones", CLONE_HEADERS, _clone_rows(charts)),
        ("Treatments", TREATMENT_HEADERS, _treatment_rows(charts)),
        ("Transfusions", TRANSFUSION_HEADERS, _transfusion_rows(charts)),
    ):
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        write_sheet_row(sheet, 0, headers, bold)
        for index, row in enumerate(rows, start=1):
            write_sheet_row(sheet, index, row)
    book.close()


def write_sheet_row(sheet: Any, index: int, row: Sequence[Any], cell_format: Any = None) -> None:
    """Write one row; text always as a string cell, never as a formula, a link or a number."""
    for column, value in enumerate(row):
        if value is None or value == "":
            continue
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            sheet.write_number(index, column, value, cell_format)
        else:
            sheet.write_string(index, column, str(safe_cell(value)), cell_format)
