"""From the rows of an understood table to drafts of patients: laboratory values, wide and long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hscape.exchange.cells import REMARKS, Cell, read_cell
from hscape.exchange.draft import Draft, DraftBook, RawRecord, RawValue
from hscape.exchange.extract_records import clones_of_visits, extract_records
from hscape.exchange.facts import all_small_numbers, extract_facts, plain_number
from hscape.exchange.headers import Column, read_header
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.remarks import Remarks
from hscape.exchange.tables import CLONE_NAMES, Table
from hscape.exchange.times import read_time_column


def extract_table(
    table: Table,
    patients: list[str],
    book: DraftBook,
    answers: Mapping[str, str],
    issues: IssueList,
) -> None:
    """Add everything in a table to the drafts."""
    if table.kind == "patients":
        extract_facts(table, patients, book, answers, issues)
        return
    date = table.find("time", "date")
    time = date or table.find("time", "day") or table.find("time", "start_date")
    assert time is not None
    uses_days = time.field == "day" or (time.field == "start_date" and all_small_numbers(table, time))
    if uses_days and time.field == "start_date":
        days = [plain_number(row, time.index) for row in table.sheet.rows[table.first_row :]]
    else:
        days = read_time_column(table, time, answers, issues)
    _check_width(table, patients, issues)
    for patient, day in zip(patients, days, strict=True):
        if patient and day is not None:
            draft = book.of(patient)
            draft.has_days |= uses_days
            draft.has_dates |= not uses_days
    if table.kind == "wide":
        _extract_wide(table, patients, days, book, answers, issues)
        extract_facts(table, patients, book, answers, issues)
    elif table.kind == "long":
        _extract_long(table, patients, days, book, answers, issues)
        extract_facts(table, patients, book, answers, issues)
    else:
        extract_records(table, patients, days, book, answers, issues)
        extract_facts(table, patients, book, answers, issues)


def _check_width(table: Table, patients: list[str], issues: IssueList) -> None:
    """A row longer than its header has a stray delimiter, often a decimal comma in a comma-separated file."""
    width = len(table.sheet.rows[table.header_row])
    for offset, row in enumerate(table.sheet.rows[table.first_row :]):
        if len(row) > width and any(cell not in (None, "") for cell in row[width:]):
            patients[offset] = ""
            issues.add(
                "red",
                "row_too_long",
                Place(sheet=table.sheet.name, row=table.first_row + offset + 1),
                "",
                f"The row has {len(row)} cells where the header has {width}: probably a decimal comma in "
                "a comma-separated file. "
                "The row was left out.",
                "Put quotation marks around the number or save with semicolons.",
            )


def _extract_wide(
    table: Table,
    patients: list[str],
    days: list[float | None],
    book: DraftBook,
    answers: Mapping[str, str],
    issues: IssueList,
) -> None:
    rows = table.sheet.rows[table.first_row :]
    first = table.first_row + 1
    for column in table.of_role("analyte"):
        _extract_column(table, column, rows, first, patients, days, book, answers, issues)
    others = table.of_role("wide_clone", "gene_vaf", "drug", "transfusion")
    others += [column for column in table.of_role("treatment") if column.field == "treatment"]
    for column in others:
        for offset, row in enumerate(rows):
            patient, day = patients[offset], days[offset]
            cell = row[column.index] if column.index < len(row) else None
            if not patient or day is None or cell is None or cell == "":
                continue
            place = Place(sheet=table.sheet.name, row=first + offset, column=column.header)
            record = RawRecord(
                day, {"role": column.role, "field": column.field, "cell": cell, "unit": column.unit}, place
            )
            _keep_record(book.of(patient), column.role, record)
    if any(table.find("clone", name) for name in CLONE_NAMES):
        clones_of_visits(table, patients, days, book)


def _keep_record(draft: Draft, role: str, record: RawRecord) -> None:
    """A dose, a transfusion or a clone finding that stands as a column or a test among the counts."""
    kept = {"drug": draft.doses, "transfusion": draft.transfusions, "treatment": draft.visit_treatments}
    kept.get(role, draft.clones).append(record)


def _extract_column(
    table: Table,
    column: Column,
    rows: list[list[Any]],
    first: int,
    patients: list[str],
    days: list[float | None],
    book: DraftBook,
    answers: Mapping[str, str],
    issues: IssueList,
) -> None:
    """One column of counts; written for speed, since a registry has a hundred thousand of these cells."""
    sheet, index, header, family, unit = (
        table.sheet.name,
        column.index,
        column.header,
        column.field,
        column.unit,
    )
    remarks = Remarks()
    comma_rows: list[tuple[int, Cell]] = []
    plain_points = decimal_commas = False
    for offset, row in enumerate(rows):
        if index >= len(row):
            continue
        raw = row[index]
        if raw is None or raw == "":
            continue
        patient, day = patients[offset], days[offset]
        if not patient or day is None:
            continue
        cell = read_cell(raw)
        if cell.note:
            decimal_commas |= cell.note == "decimal_comma"
            if cell.note == "comma_two_ways":
                comma_rows.append((offset, cell))
                continue
            remarks.add(cell.note, REMARKS, Place(sheet=sheet, row=first + offset, column=header), raw)
        elif type(raw) is str and "." in raw:
            plain_points = True
        if cell.state == "number":
            assert cell.number is not None
            book.of(patient).values.append(
                RawValue(day, family, cell.number, cell.censored, cell.unit or unit, sheet, first + offset, header)
            )
    key = f"comma:{sheet}:{header}"
    choice = answers.get(key) or (
        "decimal" if decimal_commas and not plain_points else "thousands" if plain_points and not decimal_commas else ""
    )
    for offset, cell in comma_rows:
        place = Place(sheet=sheet, row=first + offset, column=header)
        if choice not in ("decimal", "thousands"):
            remarks.add("comma_two_ways", REMARKS, place, rows[offset][index], key=key)
            continue
        remarks.add("decimal_comma" if choice == "decimal" else "thousands", REMARKS, place, rows[offset][index])
        number = cell.number if choice == "decimal" else cell.other
        assert number is not None
        book.of(patients[offset]).values.append(
            RawValue(
                days[offset] or 0.0,
                family,
                number,
                cell.censored,
                cell.unit or unit,
                sheet,
                first + offset,
                header,
            )
        )
    remarks.report(issues)


def _extract_long(
    table: Table,
    patients: list[str],
    days: list[float | None],
    book: DraftBook,
    answers: Mapping[str, str],
    issues: IssueList,
) -> None:
    test, value, unit = table.find("long", "test"), table.find("long", "value"), table.find("long", "unit")
    assert test is not None
    assert value is not None
    remarks = Remarks()
    unknown: dict[str, list[int]] = {}
    for offset, row in enumerate(table.sheet.rows[table.first_row :]):
        patient, day = patients[offset], days[offset]
        if not patient or day is None:
            continue
        name = str(row[test.index] or "").strip() if test.index < len(row) else ""
        raw = row[value.index] if value.index < len(row) else None
        where = table.first_row + offset + 1
        meant = _meaning(name, table.sheet.name, answers)
        if meant.role not in ("analyte", "wide_clone", "gene_vaf", "drug", "transfusion"):
            if meant.role != "ignored":
                unknown.setdefault(name, []).append(where)
            continue
        written = str(row[unit.index] or "").strip() if unit and unit.index < len(row) else ""
        if meant.role != "analyte":
            record = RawRecord(
                day,
                {"role": meant.role, "field": meant.field, "cell": raw, "unit": written or meant.unit},
                Place(sheet=table.sheet.name, row=where, column=value.header),
            )
            if raw not in (None, ""):
                _keep_record(book.of(patient), meant.role, record)
            continue
        cell = read_cell(raw)
        if cell.note:
            key = f"comma:{table.sheet.name}:{value.header}"
            choice = answers.get(key)
            if cell.note == "comma_two_ways" and choice in ("decimal", "thousands"):
                cell = Cell(
                    cell.number if choice == "decimal" else cell.other,
                    cell.censored,
                    unit=cell.unit,
                    note=f"{choice}_comma" if choice == "decimal" else "thousands",
                )
            remarks.add(
                cell.note,
                REMARKS,
                Place(sheet=table.sheet.name, row=where, column=value.header),
                raw,
                key=key if cell.note == "comma_two_ways" else "",
            )
        if cell.state == "number" and cell.number is not None:
            book.of(patient).values.append(
                RawValue(
                    day,
                    meant.field,
                    cell.number,
                    cell.censored,
                    cell.unit or written or meant.unit,
                    table.sheet.name,
                    where,
                    name,
                )
            )
    remarks.report(issues)
    for name, found in unknown.items():
        issues.add(
            "amber",
            "test_unknown",
            Place(sheet=table.sheet.name, row=found[0], column=test.header),
            name,
            f"The test '{name}' is not known; {len(found)} values were not read.",
            "Answer with what it is, for example platelets, or with ignore.",
            key=f"column:{table.sheet.name}:{name}",
        )


def _meaning(name: str, sheet: str, answers: Mapping[str, str]) -> Column:
    answer = answers.get(f"column:{sheet}:{name}")
    if answer == "ignore":
        return Column(0, name, "ignored", "comment")
    return read_header(answer or name, 0)
