"""From the rows of a table to records of clones, treatments and transfusions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hscape.exchange.draft import DraftBook, RawRecord
from hscape.exchange.facts import all_small_numbers, plain_number
from hscape.exchange.headers import Column
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.tables import CLONE_NAMES, Table
from hscape.exchange.times import read_time_column


def extract_records(
    table: Table,
    patients: list[str],
    days: list[float | None],
    book: DraftBook,
    answers: Mapping[str, str],
    issues: IssueList,
) -> None:
    """Tables of clones, treatments and transfusions: one record a row."""
    end = table.find("time", "end_date")
    ends = _end_days(table, end, answers, issues) if end else [None] * len(days)
    for offset, row in enumerate(table.sheet.rows[table.first_row :]):
        patient, day = patients[offset], days[offset]
        if not patient or day is None:
            continue
        cells: dict[str, Any] = {"end": ends[offset]}
        units: dict[str, str] = {}
        for column in table.columns:
            if column.role in ("", "ignored", "identity", "time") or column.index >= len(row):
                continue
            cells.setdefault(column.field, row[column.index])
            units[column.field] = column.unit
        cells["units"] = units
        place = Place(sheet=table.sheet.name, row=table.first_row + offset + 1)
        draft = book.of(patient)
        {"clones": draft.clones, "treatments": draft.treatments, "transfusions": draft.transfusions}[table.kind].append(
            RawRecord(day, cells, place)
        )


def _end_days(table: Table, end: Column, answers: Mapping[str, str], issues: IssueList) -> list[float | None]:
    if all_small_numbers(table, end):
        return [plain_number(row, end.index) for row in table.sheet.rows[table.first_row :]]
    return read_time_column(table, end, answers, issues, missing_is_bad=False)


def clones_of_visits(table: Table, patients: list[str], days: list[float | None], book: DraftBook) -> None:
    """A gene, a clone or a karyotype that stands beside the counts of a visit."""
    columns = table.of_role("clone")
    for offset, row in enumerate(table.sheet.rows[table.first_row :]):
        patient, day = patients[offset], days[offset]
        cells: dict[str, Any] = {c.field: row[c.index] for c in columns if c.index < len(row)}
        if patient and day is not None and any(cells.get(name) not in (None, "") for name in CLONE_NAMES):
            cells["units"] = {column.field: column.unit for column in columns}
            place = Place(sheet=table.sheet.name, row=table.first_row + offset + 1)
            book.of(patient).clones.append(RawRecord(day, cells, place))
