"""From finished patients to two tables on disk, a block at a time, in order of patient, with a digest.

The digest is SHA-256 over the one text form of the table (`history.canonical_csv`), so it is the same for
``hashlib.sha256(canonical_csv(pandas.read_parquet("patients.parquet")).encode())``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hscape.cohort.one_patient import PatientResult
from hscape.cohort.parts import read_blocks
from hscape.durable import replacing
from hscape.history import canonical_csv

_TYPES = {"number": pa.float64(), "truth": pa.bool_(), "text": pa.string()}


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256 of each table, and how many patients are in them."""

    patients: str
    courses: str
    n_patients: int


def assemble(folder: Path, patients: int, provenance: dict[str, Any]) -> Digests:
    """Write ``patients.parquet`` and ``courses.parquet``.

    Args:
        folder: the results' folder.
        patients: patients with a number below this one are taken.
        provenance: what made the results, put into the schema of both files.
    """
    parts = folder / "parts"
    kinds, course_names, n_patients = _columns(read_blocks(parts, patients))
    metadata = {b"hscape": json.dumps(provenance, sort_keys=True).encode()}
    rows = pa.schema([_field(name, kind) for name, kind in kinds.items()], metadata=metadata)
    courses = pa.schema(
        [
            pa.field("patient", pa.int64()),
            pa.field("arm", pa.string()),
            *(pa.field(name, pa.float32() if name != "month" else pa.int16()) for name in course_names),
        ],
        metadata=metadata,
    )
    row_digest, course_digest = hashlib.sha256(), hashlib.sha256()
    with (
        replacing(folder / "patients.parquet") as row_file,
        replacing(folder / "courses.parquet") as course_file,
        pq.ParquetWriter(row_file, rows, compression="zstd") as row_writer,
        pq.ParquetWriter(course_file, courses, compression="zstd") as course_writer,
    ):
        for index, results in enumerate(read_blocks(parts, patients)):
            _append(row_writer, [dict(result.row) for result in results], rows, row_digest, first=index == 0)
            _append(course_writer, _course_columns(results, course_names), courses, course_digest, first=index == 0)
    return Digests(row_digest.hexdigest(), course_digest.hexdigest(), n_patients)


def _append(writer: Any, content: Any, schema: pa.Schema, digest: Any, *, first: bool) -> None:
    if isinstance(content, dict):
        table = pa.table([pa.array(content[name], type=schema.field(name).type) for name in schema.names], schema)
    else:
        table = pa.Table.from_pylist(content, schema=schema)
    writer.write_table(table)
    text = canonical_csv(table.to_pandas())
    digest.update((text if first else text.partition("\n")[2]).encode())


def _columns(blocks: Iterable[list[PatientResult]]) -> tuple[dict[str, str], list[str], int]:
    """Columns of the patients with their kind, columns of the courses, number of patients."""
    kinds: dict[str, str] = {}
    courses: dict[str, None] = {"month": None}
    n_patients = 0
    for results in blocks:
        n_patients += len(results)
        for result in results:
            courses.update(dict.fromkeys(result.course))
            for name, value in result.row.items():
                kinds[name] = _wider(kinds.get(name, ""), value)
    ordered = sorted(kinds, key=lambda name: name.startswith("truth_"))  # what no clinic sees comes last
    return {name: kinds[name] or "number" for name in ordered}, list(courses), n_patients


def _wider(kind: str, value: Any) -> str:
    if value is None or kind == "text":
        return kind
    found = "truth" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
    return found if kind in ("", found) else "text"


def _field(name: str, kind: str) -> pa.Field:
    return pa.field(name, pa.int64() if name == "patient" else _TYPES[kind])


def _course_columns(results: list[PatientResult], names: list[str]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [] for name in ("patient", "arm", *names)}
    for result in results:
        n = len(result.course.get("month", ()))
        columns["patient"] += [result.number] * n
        columns["arm"] += [result.row["arm"]] * n
        for name in names:
            columns[name] += result.course.get(name) or [None] * n
    return columns
