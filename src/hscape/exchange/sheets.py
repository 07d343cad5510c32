"""From a file to plain grids of cells, with the row numbers that the spreadsheet shows.

CSV cells stay text: nothing is converted before our own parser sees it, so 007 stays 007 and the gene NA stays NA.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hscape.exchange.headers import read_header
from hscape.exchange.issues import IssueList, Place, RefusedError
from hscape.exchange.safe_files import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, check_size, check_workbook

_DELIMITERS = (",", ";", "\t", "|")
#: Sheets that our own template holds for its drop-downs and its explanation.
OWN_SHEETS = ("Lists", "Read me")


@dataclass(slots=True)
class Sheet:
    """A grid of cells; row 0 of `rows` is row 1 of the spreadsheet."""

    name: str
    rows: list[list[Any]]


def load_sheets(path: Path, issues: IssueList) -> list[Sheet]:
    """Read every sheet of an xlsx, or the one table of a text file.

    Raises:
        RefusedError: the file is too large, damaged, dangerous or not a table.
    """
    check_size(path)
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        return _load_workbook(path, check_workbook(path), issues)
    if suffix in (".csv", ".tsv", ".txt", ".maf"):
        return [_load_text(path, issues)]
    if suffix in (".xls", ".xlsb", ".ods"):
        raise RefusedError(
            "format_unknown", f"{suffix} files are not read.", "Open it in Excel and save it as .xlsx or CSV."
        )
    raise RefusedError(
        "format_unknown",
        f"'{suffix or path.name}' is not a format that can be read.",
        "Give .xlsx, .csv, .tsv, .txt, .maf, .yaml or .json.",
    )


def _load_workbook(path: Path, errors: dict[str, list[tuple[int, int]]], issues: IssueList) -> list[Sheet]:
    import python_calamine

    try:
        parts = _parts_of_sheets(path) if errors else {}
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets: list[Sheet] = []
        for meta in workbook.sheets_metadata:
            if meta.name in OWN_SHEETS:
                continue
            if "visible" not in str(meta.visible).lower():
                issues.add(
                    "grey",
                    "sheet_hidden",
                    Place(sheet=meta.name),
                    "",
                    "This sheet is hidden and was not read.",
                    "Unhide it in Excel if it belongs to the data.",
                )
                continue
            if "worksheet" not in str(meta.typ).lower():
                continue
            rows = workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
            sheets.append(Sheet(meta.name, rows))
            _mark_errors(sheets[-1], errors.get(parts.get(meta.name, ""), []))
    except Exception as error:  # the library raises its own kinds, and pyo3 panics
        raise RefusedError(
            "workbook_damaged",
            f"The workbook cannot be read ({type(error).__name__}: {str(error)[:120]}).",
            "Open and save it again in Excel.",
        ) from None
    return sheets


def _parts_of_sheets(path: Path) -> dict[str, str]:
    """Sheet name -> part of the archive."""
    from xml.etree import ElementTree  # entities were refused before

    spread = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    with zipfile.ZipFile(path) as archive:
        targets = {
            item.get("Id"): item.get("Target", "")
            for item in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{spread}sheet")
        return {item.get("name", ""): targets.get(item.get(relation), "").rpartition("/")[2] for item in sheets}


def _mark_errors(sheet: Sheet, errors: list[tuple[int, int]]) -> None:
    """Put a word where Excel shows an error: the library leaves such cells empty, which would hide a lost value."""
    for row, column in errors:
        if row <= len(sheet.rows):
            cells = sheet.rows[row - 1]
            cells.extend([""] * (column - len(cells)))
            cells[column - 1] = "#VALUE!"


def _load_text(path: Path, issues: IssueList) -> Sheet:
    raw = path.read_bytes()
    place = Place(sheet=path.name)
    if raw[:2] == b"PK" or raw[:4] == b"\xd0\xcf\x11\xe0":
        raise RefusedError(
            "not_text", "The file is a workbook although its name ends like text.", "Rename it to .xlsx."
        )
    text = _decode(raw, place, issues)
    if "\x00" in text:
        raise RefusedError(
            "not_text", "The file holds NUL bytes: it is not a text table.", "Export it again as CSV (UTF-8)."
        )
    delimiter = _find_delimiter(text)
    rows: list[list[Any]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    n_cells = 0
    try:
        for cells in reader:
            while len(rows) < reader.line_num - 1 and cells and "\n" in "".join(cells):
                rows.append([])  # a quoted line break: keep the row numbers of the file
            rows.append(cells)
            n_cells += len(cells)
            if len(rows) > MAX_ROWS or n_cells > MAX_CELLS or len(cells) > MAX_COLUMNS:
                raise RefusedError(
                    "too_many_cells",
                    f"The table has more than {MAX_ROWS:,} rows or {MAX_COLUMNS:,} columns.",
                    "Split it by patient or by year.",
                )
    except csv.Error as error:
        raise RefusedError(
            "text_broken",
            f"Row {reader.line_num}: {error}; probably a quotation mark that is never closed.",
            "Close or delete that quotation mark.",
        ) from None
    _check_quotes(rows, text)
    return Sheet(path.name, rows)


def _check_quotes(rows: list[list[Any]], text: str) -> None:
    """A quotation mark that never closes swallows the rest of the file; say where it opened."""
    for index, cells in enumerate(rows):
        for cell in cells:
            if cell.count("\n") > 5:
                raise RefusedError(
                    "text_broken",
                    f"Row {index + 1}: one cell holds {cell.count(chr(10))} lines; probably a "
                    "quotation mark that is never closed.",
                    "Close or delete that quotation mark.",
                )


def _decode(raw: bytes, place: Place, issues: IssueList) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError:
            raise RefusedError(
                "not_text", "The file says UTF-16 but is not.", "Export it again as CSV (UTF-8)."
            ) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    texts: dict[str, str] = {}
    for encoding in ("cp1252", "cp932"):
        try:
            texts[encoding] = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    if texts:
        encoding = max(texts, key=lambda name: _known_headers(texts[name]))  # the first of equals
        issues.add(
            "grey",
            "encoding",
            place,
            encoding,
            f"The file is not UTF-8; it was read as {encoding}.",
            "Check letters with accents; save as CSV UTF-8 to be sure.",
        )
        return texts[encoding]
    raise RefusedError("not_text", "The letters of the file cannot be decoded.", "Export it again as CSV (UTF-8).")


def _known_headers(text: str) -> int:
    """How many cells of the first lines are headers that we know: tells encodings apart."""
    cells = [cell.strip(' "') for line in text.splitlines()[:10] for cell in re.split(r"[,;\t|]", line)]
    return sum(1 for cell in cells if 0 < len(cell) < 80 and read_header(cell, 0).role)


def _find_delimiter(text: str) -> str:
    """The delimiter that splits the most lines into the same number of cells, more than one."""
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                counts = [len(cells) for cells in csv.reader(lines, delimiter=delimiter)]
            except csv.Error:
                continue
        common = max(set(counts), key=counts.count) if counts else 1
        header = counts[0] if counts else 1
        if common < 2 and header < 2:
            continue
        score = counts.count(common) / len(counts) * min(max(common, header), 12) + (1 if header == common else 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best
