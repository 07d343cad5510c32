"""What stands once a patient in a table: sex, age, dates of diagnosis, transplant and death, and HLA."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hscape.exchange.draft import Draft, DraftBook
from hscape.exchange.headers import Column
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.tables import Table
from hscape.exchange.times import read_time_column


def all_small_numbers(table: Table, column: Column) -> bool:
    """True if a column holds numbers too small for dates of a spreadsheet: then they are days."""
    cells = [row[column.index] for row in table.sheet.rows[table.first_row :] if column.index < len(row)]
    numbers = [plain_number([cell], 0) for cell in cells if cell not in (None, "")]
    return bool(numbers) and all(number is not None and abs(number) < 15_000 for number in numbers)


def plain_number(row: list[Any], index: int) -> float | None:
    """A cell as a number, None if it is none."""
    try:
        return float(row[index])
    except (TypeError, ValueError, IndexError):
        return None


def extract_facts(
    table: Table, patients: list[str], book: DraftBook, answers: Mapping[str, str], issues: IssueList
) -> None:
    """Sex, age, dates of diagnosis, transplant, death and last follow-up, and HLA, once a patient."""
    wanted = [
        column
        for column in table.of_role("person", "identity")
        if column.field not in ("patient", "name", "record_number", "contact")
    ]
    for column in wanted:
        if column.field == "sex":
            _spanish_sex(table, column, issues)
        days: list[float | None] = []
        is_date = column.field.endswith("_date")
        if is_date:
            as_days = column.field != "birth_date" and all_small_numbers(table, column)
            if as_days:
                days = [plain_number(row, column.index) for row in table.sheet.rows[table.first_row :]]
            else:
                quiet = IssueList() if column.field == "birth_date" else issues
                days = read_time_column(table, column, answers, quiet, missing_is_bad=False)
        for offset, row in enumerate(table.sheet.rows[table.first_row :]):
            raw = row[column.index] if column.index < len(row) else None
            if not patients[offset] or raw is None or raw == "":
                continue
            place = Place(sheet=table.sheet.name, row=table.first_row + offset + 1, column=column.header)
            draft = book.of(patients[offset])
            if is_date:
                day = days[offset]
                if day is not None:
                    _set_date(draft, column.field, day, place, issues)
                    if column.field != "birth_date":
                        draft.has_days |= as_days
                        draft.has_dates |= not as_days
            else:
                _set_fact(draft, column.field, raw, place, issues)


def _spanish_sex(table: Table, column: Column, issues: IssueList) -> None:
    """Where H (hombre) stands in a column, M is mujer: female, not male."""
    rows = [row for row in table.sheet.rows[table.first_row :] if column.index < len(row)]
    words = {str(row[column.index]).strip().lower() for row in rows} - {"", "none"}
    if "h" not in words or "m" not in words or "f" in words:
        return
    for row in rows:
        if str(row[column.index]).strip().lower() == "m":
            row[column.index] = "mujer"
    place = Place(sheet=table.sheet.name, row=table.header_row + 1, column=column.header)
    issues.add(
        "amber",
        "sex_h_and_m",
        place,
        "M",
        "H and M stand in this column; H was read as hombre (male) and M as mujer (female).",
        "Write female and male if that is wrong.",
    )


def _set_date(draft: Draft, field: str, day: float, place: Place, issues: IssueList) -> None:
    known = draft.dates.setdefault(field, day)
    if known != day:
        value = "(not shown)" if field == "birth_date" else ""
        issues.add(
            "amber",
            "fact_conflict",
            place,
            value,
            f"Patient {draft.patient_id} has two different values for {field.replace('_', ' ')}; the first was used.",
            "Correct one of the two.",
            patient_id=draft.patient_id,
        )


def _set_fact(draft: Draft, field: str, raw: Any, place: Place, issues: IssueList) -> None:
    text = re.sub(r"\s+", " ", str(raw)).strip()
    known = draft.facts.setdefault(field, (text, place))
    if known[0] != text and field != "age":
        issues.add(
            "amber",
            "fact_conflict",
            place,
            text,
            f"Patient {draft.patient_id} has '{known[0]}' and '{text}' for {field}; the first was used.",
            "Correct one of the two.",
            patient_id=draft.patient_id,
        )


def read_hla(text: str, locus: str) -> tuple[str, str] | None:
    """Two alleles from one cell, for example 'A*02:01, A*24:02'; None unless there are exactly two."""
    parts = [part for part in re.split(r"[,;/+\s]+", text.upper()) if part]
    full = [part if "*" in part else f"{locus}*{part}" for part in (piece.removeprefix("HLA-") for piece in parts)]
    return (full[0], full[1]) if len(full) == 2 else None
