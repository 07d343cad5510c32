"""Finished patients on disk: one small file each, packed into blocks, so that any run can be taken up again.

``parts/00003/00000812.json`` is patient 812; once all 256 of a block are there they become ``parts/00003.jsonl.gz``.
A patient's file depends on nothing but the patient, so writing it twice does no harm. ``parts/started`` holds
an empty file for each patient that a worker is at, which tells after a crash whom it was at.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

from hscape.cohort.one_patient import PatientResult
from hscape.durable import UNFINISHED, write_durably
from hscape.errors import InputError

BLOCK_PATIENTS = 256
_PATIENT = re.compile(r"(\d{8})\.json")
_BLOCK = re.compile(r"(\d{5})\.jsonl\.gz")


def write_patient(parts: Path, result: PatientResult) -> None:
    """Write one finished patient."""
    path = _patient_path(parts, result.number)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"number": result.number, "row": dict(result.row), "course": dict(result.course)}
    write_durably(path, json.dumps(content, separators=(",", ":"), allow_nan=False).encode())


def mark_started(parts: Path, number: int) -> None:
    """Note that a worker is at a patient."""
    folder = parts / "started"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{number:08d}").touch()


def mark_ended(parts: Path, number: int) -> None:
    """Note that the worker is done with the patient, well or not."""
    (parts / "started" / f"{number:08d}").unlink(missing_ok=True)


def started(parts: Path) -> list[int]:
    """Patients that a worker was at when it stopped."""
    folder = parts / "started"
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit()) if folder.is_dir() else []


def is_finished(parts: Path, number: int) -> bool:
    """True if the patient is on disk."""
    return _patient_path(parts, number).exists() or _block_path(parts, number // BLOCK_PATIENTS).exists()


def finished(parts: Path) -> set[int]:
    """Every patient on disk."""
    found: set[int] = set()
    for entry in parts.iterdir() if parts.is_dir() else ():
        if matched := _BLOCK.fullmatch(entry.name):
            found.update(_numbers_of(int(matched.group(1))))
        elif entry.is_dir() and entry.name.isdigit():
            found.update(int(m.group(1)) for path in entry.iterdir() if (m := _PATIENT.fullmatch(path.name)))
    return found


def tidy(parts: Path) -> None:
    """Remove what a stopped run left half written, and pack what it did not come to pack."""
    for path in [*parts.glob(f"{UNFINISHED}*"), *parts.glob(f"*/{UNFINISHED}*")]:
        path.unlink(missing_ok=True)
    for entry in sorted(parts.iterdir()):
        if entry.is_dir() and entry.name.isdigit():
            pack(parts, int(entry.name))


def pack(parts: Path, block: int) -> None:
    """Turn the files of a block into one, if all of its patients are there."""
    folder, target = parts / f"{block:05d}", _block_path(parts, block)
    if not target.exists():
        paths = [_patient_path(parts, number) for number in _numbers_of(block)]
        if not all(path.exists() for path in paths):
            return
        lines = b"".join(path.read_bytes() + b"\n" for path in paths)
        write_durably(target, gzip.compress(lines, compresslevel=6, mtime=0))
    shutil.rmtree(folder, ignore_errors=True)


def read_blocks(parts: Path, patients: int) -> Iterator[list[PatientResult]]:
    """Finished patients below a number in order of their number, a block at a time; nothing else stays in memory.

    Raises:
        InputError: a file is damaged.
    """
    for block in range(-(-patients // BLOCK_PATIENTS)):
        results = [result for result in _read_block(parts, block) if result.number < patients]
        if results:
            yield results


def _read_block(parts: Path, block: int) -> Iterator[PatientResult]:
    path = _block_path(parts, block)
    if path.exists():
        for line in _read(path).splitlines():
            yield _parse(line, path)
        return
    for number in _numbers_of(block):
        single = _patient_path(parts, number)
        if single.exists():
            yield _parse(_read(single), single)


def _read(path: Path) -> bytes:
    data = path.read_bytes()
    try:
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except (OSError, EOFError, zlib.error):
        raise _damaged(path) from None


def _parse(line: bytes, path: Path) -> PatientResult:
    try:
        content = json.loads(line)
        return PatientResult(number=content["number"], row=content["row"], course=content["course"])
    except (ValueError, KeyError, TypeError):
        raise _damaged(path) from None


def _damaged(path: Path) -> InputError:
    return InputError(f"--out: {path} is damaged; delete it and run the same command again.")


def _numbers_of(block: int) -> range:
    return range(block * BLOCK_PATIENTS, (block + 1) * BLOCK_PATIENTS)


def _patient_path(parts: Path, number: int) -> Path:
    return parts / f"{number // BLOCK_PATIENTS:05d}" / f"{number:08d}.json"


def _block_path(parts: Path, block: int) -> Path:
    return parts / f"{block:05d}.jsonl.gz"
