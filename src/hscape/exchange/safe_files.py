"""Limits on what is opened at all: size, compression, entities, cells. Nothing is inflated before it is weighed."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from hscape.exchange.issues import RefusedError

MAX_FILE_BYTES = 50_000_000
MAX_INFLATED_BYTES = 300_000_000
MAX_RATIO = 100
MAX_ENTRIES = 1000
MAX_CELLS = 4_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 1000
_CHUNK = 1 << 20
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})?(\d{1,7})"')
_ERROR = re.compile(rb'<c [^>]*t="e"[^>]*>')
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def check_size(path: Path) -> None:
    """Raise RefusedError for a file that is empty or too large."""
    size = path.stat().st_size
    if size == 0:
        raise RefusedError("file_empty", "The file is empty (0 bytes).", "Save it again from the program it came from.")
    if size > MAX_FILE_BYTES:
        raise RefusedError(
            "file_too_large",
            f"The file has {size / 1e6:.0f} MB; at most {MAX_FILE_BYTES / 1e6:.0f} MB are read.",
            "Split it by patient or by year, or delete pictures and unused sheets.",
        )


def check_workbook(path: Path) -> dict[str, list[tuple[int, int]]]:
    """Weigh an xlsx before it is read; declared sizes can lie, so every part is inflated in small pieces and counted.

    Returns:
        Sheet part -> row and column of the cells in which Excel shows an error.

    Raises:
        RefusedError: it is not a sound, moderate zip of XML without entities.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    if start == _OLD_OFFICE:
        raise RefusedError(
            "old_or_encrypted",
            "This is an old .xls file or a workbook protected by a password.",
            "Open it in Excel, remove the password and save it as .xlsx.",
        )
    if start[:2] != b"PK":
        raise RefusedError(
            "not_a_workbook",
            "The file is not an Excel workbook, although its name ends like one.",
            "Save it as .xlsx, or rename it to .csv if it is text.",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            return _check_archive(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise RefusedError(
            "workbook_damaged", f"The workbook is damaged ({error}).", "Open and save it again in Excel."
        ) from None


def _check_archive(archive: zipfile.ZipFile) -> dict[str, list[tuple[int, int]]]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise RefusedError(
            "too_many_parts",
            f"The workbook has {len(entries)} parts; at most {MAX_ENTRIES} are read.",
            "Copy the sheets that matter into a new workbook.",
        )
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names and not any(name.endswith("workbook.xml") for name in names):
        raise RefusedError(
            "not_a_workbook",
            "The file is a zip archive but holds no Excel workbook.",
            "Unpack it and give the workbook itself.",
        )
    if sum(entry.file_size for entry in entries) > MAX_INFLATED_BYTES:
        raise _bomb("it declares more than 300 MB when unpacked")
    total = 0
    errors: dict[str, list[tuple[int, int]]] = {}
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise RefusedError(
                "old_or_encrypted",
                "A part of the workbook is encrypted.",
                "Remove the password in Excel and save again.",
            )
        total += _weigh(archive, entry, MAX_INFLATED_BYTES - total, errors)
    return errors


def _weigh(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowed: int, errors: dict[str, list[tuple[int, int]]]
) -> int:
    """Inflate one part piece by piece; return its size."""
    size, tail = 0, b""
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    is_sheet = is_xml and "worksheets/" in entry.filename and not entry.filename.endswith(".rels")
    row_max = column_max = 0
    with archive.open(entry) as stream:
        while piece := stream.read(_CHUNK):
            size += len(piece)
            if size > allowed or (size > _CHUNK and size > MAX_RATIO * max(entry.compress_size, 1)):
                raise _bomb(f"'{entry.filename}' grows more than {MAX_RATIO}-fold or past 300 MB")
            if not is_xml:
                continue
            window = tail + piece
            _check_xml(entry.filename, window)
            if is_sheet:
                row_max, column_max = _extent(window, row_max, column_max)
                if b't="e"' in window:
                    found = [
                        _position(letters, digits)
                        for tag in _ERROR.findall(window)
                        for letters, digits in _REFERENCE.findall(tag)
                        if letters
                    ]
                    errors.setdefault(entry.filename.rpartition("/")[2], []).extend(found)
            tail = piece[-64:]
    if (row_max > MAX_ROWS and row_max * max(column_max, 1) > MAX_CELLS) or row_max * column_max > MAX_CELLS:
        raise RefusedError(
            "too_many_cells",
            f"A sheet reaches to row {row_max} and column {column_max}; "
            f"at most {MAX_CELLS / 1e6:g} million cells are read.",
            "Delete the empty rows and columns below and right of the table.",
        )
    return size


def _check_xml(name: str, window: bytes) -> None:
    flat = window.replace(b"\x00", b"").upper()
    if b"<!DOCTYPE" in flat or b"<!ENTITY" in flat:
        raise RefusedError(
            "xml_entities",
            f"'{name}' defines XML entities, which Excel never writes and which can be used to exhaust memory.",
            "Get the file again from its source; save it from Excel.",
        )


def _extent(window: bytes, row_max: int, column_max: int) -> tuple[int, int]:
    found = _REFERENCE.findall(window)
    for digits in {digits for _, digits in found}:
        row_max = max(row_max, int(digits))
    for letters in {letters for letters, _ in found}:
        column_max = max(column_max, _position(letters, b"1")[1])
    return row_max, column_max


def _position(letters: bytes, digits: bytes) -> tuple[int, int]:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(digits), column


def _bomb(what: str) -> RefusedError:
    return RefusedError(
        "zip_bomb",
        f"The workbook was refused: {what}, as a zip bomb does.",
        "Get the file again from its source; copy the table into a new workbook.",
    )
