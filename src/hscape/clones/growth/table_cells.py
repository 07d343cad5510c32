"""Cells of a long table: columns by any of their names, texts and numbers with the place of what is wrong."""

from __future__ import annotations

import functools
import math
import re
import tomllib
from importlib import resources
from pathlib import Path

import pandas as pd

from hscape.errors import InputError
from hscape.exchange.issues import IssueList, Place, RefusedError
from hscape.exchange.sheets import load_sheets

_EMPTY = ("na", "nan", "none", "-", "n/a")


@functools.cache
def _names() -> dict[str, str]:
    text = resources.files("hscape.clones.growth").joinpath("columns.toml").read_text(encoding="utf-8")
    return {name: column for column, names in tomllib.loads(text).items() for name in names}


def table_of_file(path: Path) -> pd.DataFrame:
    """The first table of a CSV, TSV or Excel file, every cell as text.

    Raises:
        InputError: there is no such file, or it is not a table.
    """
    if not path.is_file():
        raise InputError(f"{path.name}: there is no such file; give a .csv, .tsv or .xlsx table or a chart.")
    try:
        rows = load_sheets(path, IssueList())[0].rows
    except RefusedError as refusal:
        raise InputError(f"{path.name}: {refusal.message.rstrip('.')}; {refusal.fix}") from None
    rows = [row for row in rows if any(str(cell).strip() for cell in row)]
    if len(rows) < 2:
        raise InputError(f"{path.name}: holds no row below the header; give a row for each variant and visit.")
    width = max(len(row) for row in rows)
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    return pd.DataFrame(full[1:], columns=[str(cell) for cell in full[0]]).astype(str)


def columns_of(table: pd.DataFrame) -> dict[str, str]:
    """Known column -> header of the table; the first of several headers with the same meaning."""
    found: dict[str, str] = {}
    for header in table.columns:
        flat = re.sub(r"[\s\-]+", "_", str(header).strip().lower())
        if flat in _names():
            found.setdefault(_names()[flat], str(header))
    return found


class Cells:
    """A long table and what is remarked about it.

    Args:
        table: as it came.
        name: of the file, for messages.
    """

    def __init__(self, table: pd.DataFrame, name: str) -> None:
        self.table, self.name = table, name
        self.issues = IssueList()
        self.column = columns_of(table)

    def note(self, code: str, message: str, row: int | None = None, column: str = "") -> None:
        """Remark what was repaired or assumed; `row` as the spreadsheet shows it."""
        self.issues.add("grey", code, Place(sheet=self.name, row=row, column=column), "", message)

    def where(self, row: int, column: str) -> str:
        """The place of a cell, for messages."""
        return f"{self.name}, row {row + 2}, {self.column.get(column, column)}"

    def text(self, column: str, row: int) -> str:
        """What stands in a cell, empty if nothing does."""
        if column not in self.column:
            return ""
        cell = self.table[self.column[column]].iat[row]
        shown = "" if cell is None or (isinstance(cell, float) and math.isnan(cell)) else str(cell).strip()
        return "" if shown.lower() in _EMPTY else shown

    def number(self, column: str, row: int) -> float | None:
        """The number in a cell, None if it is empty; a sign of percent and a sign of less are left out.

        Raises:
            InputError: it is not a finite number.
        """
        text = self.text(column, row).rstrip("%").removeprefix("<").strip()
        if not text:
            return None
        if re.fullmatch(r"-?\d+,\d+", text):
            text = text.replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            raise InputError(f"{self.where(row, column)}: '{text}' is not a number; correct that cell.") from None
        if not math.isfinite(value):
            raise InputError(f"{self.where(row, column)}: {value} is not finite; correct that cell.")
        return value
