"""The time column of a table: one day number a row, with the order of day and month settled for the whole column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hscape.exchange.dates import DATE_REMARKS, Order, ReadDate, order_of, read_date, settle
from hscape.exchange.headers import Column
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.remarks import Remarks
from hscape.exchange.tables import Table

_DAY = re.compile(r"^(?:day|tag|d|jour|j|dia|día)?\s*([+-]?\d+(?:[.,]\d+)?)$")
_DAY_REMARKS = {
    "day_unreadable": (
        "red",
        "This is not a day number. The row was left out.",
        "Write a number of days, for example 28.",
    )
}


def read_time_column(
    table: Table,
    column: Column,
    answers: Mapping[str, str],
    issues: IssueList,
    *,
    missing_is_bad: bool = True,
) -> list[float | None]:
    """The day number of every row of data, None where there is none; all that is odd is reported."""
    cells = [row[column.index] if column.index < len(row) else None for row in table.sheet.rows[table.first_row :]]
    if column.field == "day":
        return _read_days(table, column, cells, issues)
    return _read_dates(table, column, cells, answers, issues, missing_is_bad)


def _read_days(table: Table, column: Column, cells: list[Any], issues: IssueList) -> list[float | None]:
    remarks, found = Remarks(), []
    for offset, cell in enumerate(cells):
        number: float | None = None
        if isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) < 100_000:
            number = float(cell)
        elif match := _DAY.match(str(cell or "").strip().lower()):
            number = float(match[1].replace(",", "."))
        elif cell not in (None, "") or _has_data(table, offset):
            remarks.add(
                "day_unreadable",
                _DAY_REMARKS,
                _place(table, column, offset),
                cell if cell is not None else "",
            )
        if number is not None and abs(number) >= 100_000:
            remarks.add("day_unreadable", _DAY_REMARKS, _place(table, column, offset), cell)
            number = None
        found.append(number)
    remarks.report(issues)
    return found


def _read_dates(
    table: Table,
    column: Column,
    cells: list[Any],
    answers: Mapping[str, str],
    issues: IssueList,
    missing_is_bad: bool,
) -> list[float | None]:
    read = [read_date(cell) for cell in cells]
    order = _column_order(table, column, read, answers, issues)
    remarks = Remarks()
    found: list[float | None] = []
    for offset, date in enumerate(read):
        if date.state == "ambiguous" and date.parts:
            if not order and not order_of(date.parts):
                found.append(None)
                continue
            date = settle(date.parts, order, date.note)
        if date.state == "missing" and missing_is_bad and _has_data(table, offset):
            remarks.add("date_missing", DATE_REMARKS, _place(table, column, offset), "")
        elif date.note:
            remarks.add(date.note, DATE_REMARKS, _place(table, column, offset), cells[offset])
        found.append(None if date.ordinal is None else float(date.ordinal))
    remarks.report(issues)
    return found


def _column_order(
    table: Table,
    column: Column,
    read: list[ReadDate],
    answers: Mapping[str, str],
    issues: IssueList,
) -> Order:
    waiting = [(offset, date.parts) for offset, date in enumerate(read) if date.state == "ambiguous" and date.parts]
    if not waiting:
        return ""
    key = f"date_order:{table.sheet.name}:{column.header}"
    answer = answers.get(key, "").replace(" ", "_")
    if answer in ("day_first", "month_first"):
        return answer  # type: ignore[return-value]
    place = _place(table, column, waiting[0][0])
    shown = "/".join(str(part) for part in waiting[0][1])
    declared = _declared_order(column.unit)
    proofs = {order_of(parts): offset for offset, parts in reversed(waiting) if order_of(parts)}
    undecided = [offset for offset, parts in waiting if not order_of(parts)]
    if len(proofs) == 2:
        rows = ", ".join(str(table.first_row + offset + 1) for offset in sorted(proofs.values()))
        issues.add(
            "amber",
            "date_order_mixed",
            place,
            shown,
            f"Rows {rows} prove both orders, day first and month first, in one column. "
            f"{len(undecided)} rows that can be read two ways were left out.",
            "Write the dates as YYYY-MM-DD, or answer day_first or month_first.",
            key=key,
        )
        return ""
    if proofs:
        order, offset = next(iter(proofs.items()))
        if undecided:
            issues.add(
                "grey",
                "date_order_proved",
                _place(table, column, offset),
                "",
                f"Dates were read {order.replace('_', ' ')}: this row cannot be read otherwise.",
                "Write dates as YYYY-MM-DD to be sure.",
            )
        return order
    if declared:
        issues.add(
            "grey",
            "date_order_declared",
            place,
            shown,
            f"Dates were read {declared.replace('_', ' ')}, as the header says.",
            "",
        )
        return declared
    issues.add(
        "amber",
        "date_order",
        place,
        shown,
        f"All {len(undecided)} dates such as {shown} can be read day first or month first. "
        "These rows were left out until you answer.",
        "Answer day_first (3/4 is the 3rd of April) or month_first.",
        key=key,
    )
    return ""


def _declared_order(unit: str) -> Order:
    flat = re.sub("[^a-z]", "", unit.lower())
    if flat[:2] in ("dd", "tt", "jj") or flat in ("dmy", "dmyyyy"):
        return "day_first"
    return "month_first" if flat[:2] == "mm" or flat == "mdy" else ""


def _has_data(table: Table, offset: int) -> bool:
    row = table.sheet.rows[table.first_row + offset]
    used = {
        column.index for column in table.columns if column.role not in ("", "ignored", "identity", "time", "person")
    }
    return any(index < len(row) and row[index] not in (None, "") for index in used)


def _place(table: Table, column: Column, offset: int) -> Place:
    return Place(sheet=table.sheet.name, row=table.first_row + offset + 1, column=column.header)
