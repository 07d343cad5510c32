"""Which row of a sheet is the header, what its columns mean, and what kind of table it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hscape.errors import unknown_name
from hscape.exchange.headers import Column, flatten, read_header
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.lab_units import FAMILIES, looks_like_unit
from hscape.exchange.sheets import Sheet

_HEADER_ROWS = 25
#: Columns any of which makes a row of a visit a finding of a clone too.
CLONE_NAMES = ("clone", "gene", "karyotype")
_TELL_APART = ("patient", "record_number", "name")
_PATIENT_WORDS = {
    "patient",
    "patients",
    "subject",
    "participant",
    "mrn",
    "upn",
    "pid",
    "patienten",
    "paciente",
    "identifier",
}
_IDENTITY_WORDS = {
    "name": "a name",
    "record_number": "a record number",
    "birth_date": "a birth date",
    "contact": "an address or contact",
}


@dataclass(slots=True)
class Table:
    """A sheet that was understood.

    Args:
        sheet: the grid.
        kind: wide, long, patients, clones, treatments or transfusions.
        header_row: index of the header in the grid.
        first_row: index of the first row of data.
        columns: understood columns.
    """

    sheet: Sheet
    kind: str
    header_row: int
    first_row: int
    columns: list[Column]

    def find(self, role: str, field: str) -> Column | None:
        """The first column of a role and field."""
        return next((column for column in self.columns if column.role == role and column.field == field), None)

    def patient_column(self) -> Column | None:
        """The column that tells patients apart; one of names or record numbers if there is no other."""
        found = self.find("person", "patient")
        return found or self.find("identity", "record_number") or self.find("identity", "name")

    def of_role(self, *roles: str) -> list[Column]:
        """Every column of some roles."""
        return [column for column in self.columns if column.role in roles]


def understand_sheet(sheet: Sheet, answers: Mapping[str, str], issues: IssueList) -> Table | None:
    """Find the header and the kind of table; None if the sheet holds no table that is known."""
    if not any(_is_filled(row) for row in sheet.rows):
        issues.add("grey", "sheet_empty", Place(sheet=sheet.name), "", "The sheet is empty.", "")
        return None
    header_row = _find_header(sheet)
    if header_row is None:
        issues.add(
            "red",
            "no_header",
            Place(sheet=sheet.name),
            "",
            "No row was recognized as a header, so nothing was read from this sheet.",
            "Give one header row with a patient, a date and the tests, as in the template "
            "(hscape template --out template.xlsx).",
        )
        return None
    columns = [read_header(cell, index) for index, cell in enumerate(sheet.rows[header_row])]
    first_row = header_row + 1
    columns, first_row = _unit_row(sheet, columns, first_row)
    columns = _apply_answers(sheet, columns, answers)
    columns = _patient_by_words(columns)
    columns = _refuse_identity(sheet, header_row, columns, issues)
    table = Table(sheet, "", header_row, first_row, columns)
    table.kind = _kind(table)
    if not table.kind:
        issues.add(
            "red",
            "no_time",
            Place(sheet=sheet.name, row=header_row + 1),
            "",
            "The header has no column with a date or a day beside the tests, so nothing was read from this sheet.",
            "Add a column 'date' (YYYY-MM-DD) or 'day'.",
        )
        return None
    _report_columns(table, issues)
    return table


def _is_filled(row: list[Any]) -> bool:
    return any(cell is not None and cell != "" for cell in row)


def _find_header(sheet: Sheet) -> int | None:
    best, best_score = None, 1
    for index, row in enumerate(sheet.rows[:_HEADER_ROWS]):
        texts = [cell for cell in row if isinstance(cell, str) and cell.strip()]
        score = sum(1 for cell in texts if len(cell) < 80 and read_header(cell, 0).role not in ("", "ignored"))
        if score > best_score:
            best, best_score = index, score
    return best


def _unit_row(sheet: Sheet, columns: list[Column], first_row: int) -> tuple[list[Column], int]:
    """A second header row that holds only units."""
    if first_row >= len(sheet.rows):
        return columns, first_row
    row = sheet.rows[first_row]
    filled = [cell for cell in row if cell not in (None, "")]
    units = [cell for cell in filled if isinstance(cell, str) and looks_like_unit(cell)]
    if len(units) < 1 or len(units) < 0.6 * len(filled):
        return columns, first_row
    mended = [
        replace(column, unit=str(row[column.index]).strip())
        if column.index < len(row) and row[column.index] and column.role and not column.unit
        else column
        for column in columns
    ]
    return mended, first_row + 1


def _apply_answers(sheet: Sheet, columns: list[Column], answers: Mapping[str, str]) -> list[Column]:
    if not answers:
        return columns
    mended = []
    for column in columns:
        answer = answers.get(f"column:{sheet.name}:{column.header}")
        if answer is None:
            mended.append(column)
        elif answer == "ignore":
            mended.append(replace(column, role="ignored", field="comment"))
        else:
            meant = read_header(answer, column.index)
            if not meant.role:
                raise unknown_name(
                    f"answers, column:{sheet.name}:{column.header}", answer, FAMILIES, kind="column meaning"
                )
            mended.append(replace(meant, header=column.header, unit=meant.unit or column.unit))
    return mended


def _patient_by_words(columns: list[Column]) -> list[Column]:
    """Where no column is known to name the patient, the first whose header speaks of one, such as *MRN code*."""
    if any(column.role in ("person", "identity") and column.field in _TELL_APART for column in columns):
        return columns
    for index, column in enumerate(columns):
        if not column.role and _PATIENT_WORDS.intersection(flatten(column.header).split()):
            return [*columns[:index], replace(column, role="person", field="patient"), *columns[index + 1 :]]
    return columns


def _refuse_identity(sheet: Sheet, header_row: int, columns: list[Column], issues: IssueList) -> list[Column]:
    for column in columns:
        if column.role != "identity":
            continue
        what = _IDENTITY_WORDS[column.field]
        used = " The age was computed from it and the date was not kept." if column.field == "birth_date" else ""
        issues.add(
            "amber",
            "identity_refused",
            Place(sheet=sheet.name, row=header_row + 1, column=column.header),
            "(not shown)",
            f"This column holds {what}. It was refused and is not in the chart.{used}",
            "Delete the column from the file; use a code for the patient.",
        )
    return columns


def _kind(table: Table) -> str:
    has_time = bool(table.find("time", "date") or table.find("time", "day"))
    has_start = bool(table.find("time", "start_date"))
    has_labs = has_time and bool(table.of_role("analyte", "wide_clone", "gene_vaf", "drug"))
    if table.find("treatment", "treatment") and (has_start or has_time) and not (has_labs and not has_start):
        return "treatments"
    if table.find("transfusion", "product") and has_time:
        return "transfusions"
    if table.find("long", "value") and table.find("long", "test") and has_time:
        return "long"
    names_clones = any(table.find("clone", field) for field in CLONE_NAMES)
    if names_clones and has_time and not table.of_role("analyte", "wide_clone"):
        return "clones"
    if has_labs or (has_time and table.of_role("transfusion")):
        return "wide"
    if table.patient_column() and len(table.of_role("person")) > 1 and not table.of_role("analyte"):
        return "patients"
    return ""


_IGNORED_FOR = {
    "long": {"analyte", "clone", "drug"},
    "clones": {"drug"},
    "patients": set(),
    "treatments": {"analyte", "drug"},
    "transfusions": {"analyte", "drug"},
    "wide": set(),
}


def _report_columns(table: Table, issues: IssueList) -> None:
    seen: dict[tuple[str, str], str] = {}
    for column in table.columns:
        place = Place(sheet=table.sheet.name, row=table.header_row + 1, column=column.header)
        if not column.header:
            _check_headless(table, column, issues)
            continue
        if not column.role:
            issues.add(
                "amber",
                "column_unknown",
                place,
                column.header,
                f"The column '{column.header}' is not known; it was not read.",
                "Answer with what it is, for example platelets, or with ignore.",
                key=f"column:{table.sheet.name}:{column.header}",
            )
            continue
        if column.role in ("ignored", "identity", "gene_vaf"):
            continue
        name = (column.role, column.field)
        if name in seen and not (column.role == "analyte" and column.unit):
            issues.add(
                "amber",
                "column_twice",
                place,
                column.header,
                f"'{seen[name]}' and '{column.header}' mean the same; both were read.",
                "Keep one of the two columns, or answer ignore for one.",
                key=f"column:{table.sheet.name}:{column.header}",
            )
        seen.setdefault(name, column.header)
        if flatten(column.header) != flatten(column.field):
            unit = f", in {column.unit}" if column.unit else ""
            issues.add(
                "grey",
                "column_read",
                place,
                column.header,
                f"Read as {column.field.replace('_', ' ')}{unit}.",
                "",
            )


def _check_headless(table: Table, column: Column, issues: IssueList) -> None:
    for offset, row in enumerate(table.sheet.rows[table.first_row :]):
        if column.index < len(row) and row[column.index] not in (None, ""):
            issues.add(
                "amber",
                "column_without_header",
                Place(sheet=table.sheet.name, row=table.first_row + offset + 1),
                row[column.index],
                f"Column {column.index + 1} has values but no header; it was not read.",
                "Write a header over it.",
            )
            return
