"""A dose in a cell, and whether a cell of a visit says that something was given."""

from __future__ import annotations

from typing import Any

from hscape.exchange.cells import REMARKS, read_cell
from hscape.exchange.draft import RawRecord
from hscape.exchange.drug_words import read_dose
from hscape.exchange.issues import IssueList, Place

YES = {"yes", "ja", "oui", "si", "y", "x", "on", "true", "given", "+", "あり"}
NO = {"no", "nein", "non", "n", "off", "false", "stop", "stopped", "none", "-", "0", "なし", "中止"}
_MAX_DOSE = 1e7


def dose_of_cell(cell: Any, place: Place, issues: IssueList) -> tuple[float | None, str]:
    """Dose and unit of a cell; None if it tells none, and an issue if it is not possible."""
    if cell is None or cell == "":
        return None, ""
    read = read_cell(cell)
    if read.state == "number" and read.number is not None and read.number > _MAX_DOSE:
        issues.add(
            "red",
            "dose_impossible",
            place,
            cell,
            f"A dose of {read.number:g} is not possible. It was left out.",
            "Type the dose again.",
        )
        return None, ""
    if read.state == "number":
        return read.number, read.unit
    if read.state == "bad" and (written := read_dose(str(cell))) and written[0] <= _MAX_DOSE:
        return written
    if read.state == "bad":
        severity, message, fix = REMARKS[read.note]
        issues.add(severity, read.note, place, cell, message, fix)  # type: ignore[arg-type]
    return None, ""


def given_at_visit(record: RawRecord, issues: IssueList) -> tuple[bool | None, float | None]:
    """Whether it was given (None if the cell does not tell), and the dose if there is one."""
    cell = record.cells["cell"]
    flat = str(cell).strip().lower()
    if flat in YES or cell is True:
        return True, None
    if flat in NO or cell is False:
        return False, None
    dose, _ = dose_of_cell(cell, record.place, issues)
    return (None, None) if dose is None else (dose > 0, dose)
