"""Every threshold of a clinical rule as a record: value, unit, meaning, source and role.

The records live in `criteria/*.toml`, which a hematologist can read and correct. The role says whether the
number is published or a choice of this package; the source says what was read of the publication.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from hscape.errors import InputError, unknown_name

ROLES: tuple[str, ...] = ("published", "choice")
#: What was read of a source -> what that means for trust.
SEEN: dict[str, str] = {
    "text": "the rule or table itself was read",
    "abstract": "the abstract was read",
    "repeated": "a page that repeats the rule was read",
    "recall": "nothing was re-read; general knowledge of the field",
    "choice": "no source; a choice of this package",
}
_KEYS = ("value", "unit", "meaning", "source", "role", "note")
_NOT_THRESHOLDS = ("sources.toml", "evidence.toml", "drugs.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One number of a clinical rule.

    Args:
        id: full name that ends in the unit; unique in the package.
        subject: heading of the file that holds the record.
        value: the number.
        unit: UCUM code.
        meaning: one sentence for a hematologist.
        source: key in `sources.toml`.
        role: published, or a choice of this package.
        note: what the reader should know, empty if nothing.
    """

    id: str
    subject: str
    value: float
    unit: str
    meaning: str
    source: str
    role: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a rule comes from, and what was read of it."""

    key: str
    cite: str
    seen: str
    address: str = ""


@functools.cache
def read_data(name: str) -> Mapping[str, Any]:
    """One data file of `criteria/`, for example ``severity.toml``."""
    return tomllib.loads(resources.files("hscape.clinic.criteria").joinpath(name).read_text(encoding="utf-8"))


@functools.cache
def sources() -> Mapping[str, Source]:
    """Source key -> citation."""
    return {key: Source(key=key, **table) for key, table in read_data("sources.toml").items()}


def parse_thresholds(tables: Mapping[str, Any], file: str, known_sources: Iterable[str]) -> list[Threshold]:
    """Read the records of one file.

    Raises:
        InputError: a key is unknown or missing, or a role or source is not known.
    """
    subject = str(tables.get("subject", file))
    return [
        _parse(name, table, subject, file, set(known_sources)) for name, table in tables.items() if name != "subject"
    ]


def _parse(name: str, table: Mapping[str, Any], subject: str, file: str, known_sources: set[str]) -> Threshold:
    where = f"{file} [{name}]"
    for key in table:
        if key not in _KEYS:
            raise unknown_name(where, key, _KEYS, kind="key")
    missing = [key for key in _KEYS[:-1] if key not in table]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} missing; every threshold needs {', '.join(_KEYS[:-1])}.")
    if table["role"] not in ROLES:
        raise InputError(f"{where}: role '{table['role']}' is not one of {', '.join(ROLES)}.")
    if table["source"] not in known_sources:
        raise unknown_name(where, table["source"], known_sources, kind="source")
    return Threshold(
        id=name,
        subject=subject,
        value=float(table["value"]),
        unit=table["unit"],
        meaning=table["meaning"],
        source=table["source"],
        role=table["role"],
        note=table.get("note", ""),
    )


def collect(groups: Iterable[list[Threshold]]) -> dict[str, Threshold]:
    """All records by id.

    Raises:
        InputError: two records have the same id.
    """
    found: dict[str, Threshold] = {}
    for record in (record for group in groups for record in group):
        if record.id in found:
            raise InputError(
                f"threshold {record.id}: stands in '{found[record.id].subject}' and in '{record.subject}'; "
                "rename one of them."
            )
        found[record.id] = record
    return found


@functools.cache
def thresholds() -> Mapping[str, Threshold]:
    """Every threshold of the package, by id, in reading order."""
    names = sorted(entry.name for entry in resources.files("hscape.clinic.criteria").iterdir())
    files = [name for name in names if name.endswith(".toml") and name not in _NOT_THRESHOLDS]
    return collect(parse_thresholds(read_data(name), name, sources()) for name in files)


def threshold(name: str) -> float:
    """The value of a threshold.

    Raises:
        InputError: no such threshold; the message lists the nearest.
    """
    record = thresholds().get(name)
    if record is None:
        raise unknown_name("threshold", name, thresholds(), kind="threshold")
    return record.value


def cite(*keys: str) -> str:
    """The citations of one or more source keys, in words."""
    return " | ".join(sources()[key].cite for key in keys)
