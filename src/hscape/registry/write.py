"""Writing the registry to CSV and Excel, so that no cell can run as a formula.

In Excel every text is written as text. CSV has no types, so a text that a spreadsheet could take for a
formula gets an apostrophe in front; numbers stay numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import xlsxwriter

from hscape.chart import Chart
from hscape.clinic import Choices
from hscape.clinic.thresholds import SEEN, sources, thresholds
from hscape.registry.table import reasons_table, registry_table

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
NOTICE = "Research use only. Days count from the day zero of each chart. 'cannot tell' and 'not assessed' are answers."


def write_registry(charts: Iterable[Chart], folder: Path | str, *, choices: Choices | None = None) -> list[Path]:
    """Write ``registry.csv``, ``reasons.csv`` and ``registry.xlsx`` into a folder; return their paths.

    Args:
        charts: the patients.
        folder: made if it does not exist.
        choices: what the sources of the rules leave open.

    Raises:
        InputError: two charts have the same patient_id.
    """
    listed, place = list(charts), Path(folder)
    tables = {
        "registry": registry_table(listed, choices=choices),
        "reasons": reasons_table(listed, choices=choices),
        "thresholds": thresholds_table(),
    }
    place.mkdir(parents=True, exist_ok=True)
    paths = [place / "registry.csv", place / "reasons.csv", place / "registry.xlsx"]
    for path, name in zip(paths[:2], ("registry", "reasons"), strict=True):
        write_csv(tables[name], path)
    write_xlsx(tables, paths[2])
    return paths


def thresholds_table() -> pd.DataFrame:
    """Every threshold with its source and what was read of the source."""
    return pd.DataFrame(
        [
            {
                "threshold": record.id,
                "value": record.value,
                "unit": record.unit,
                "meaning": record.meaning,
                "role": record.role,
                "source": sources()[record.source].cite,
                "seen": SEEN[sources()[record.source].seen],
                "note": record.note,
            }
            for record in thresholds().values()
        ]
    )


def as_text(value: object) -> str:
    """A cell of a CSV file: empty for missing, a number as it is, a text that cannot be a formula."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, (int, float)):
        return f"{value:.10g}"
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.lstrip().startswith(_STARTS_A_FORMULA) or text.startswith(_STARTS_A_FORMULA) else text


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV that Excel reads as UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([as_text(name) for name in table.columns])
        writer.writerows([as_text(value) for value in row] for row in table.itertuples(index=False, name=None))


def write_xlsx(tables: dict[str, pd.DataFrame], path: Path) -> None:
    """Write tables as sheets of one workbook; every text as text, no formulas, no links."""
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True})
        for name, table in tables.items():
            sheet = book.add_worksheet(name)
            for column, title in enumerate(table.columns):
                sheet.write_string(0, column, str(title), bold)
                sheet.set_column(column, column, min(40, max(10, len(str(title)))))
            for index, row in enumerate(table.itertuples(index=False, name=None), start=1):
                for column, value in enumerate(row):
                    _write_cell(sheet, index, column, value)
            sheet.freeze_panes(1, 1)
        book.add_worksheet("notice").write_string(0, 0, NOTICE)


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object) -> None:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return
    if isinstance(value, (int, float)):
        sheet.write_number(row, column, float(value))
    else:
        sheet.write_string(row, column, str(value)[:32_767])
