"""Every number of the model as a record: value, unit, range, source and role.

The records live in `biology/values/*.toml`, which a hematologist can read and correct. They are loaded
once into a frozen set; a changed copy is made with `with_values`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Literal

from hscape.errors import InputError, unknown_name
from hscape.units import check_unit

Role = Literal["measured", "fitted", "assumed"]
ROLES: tuple[str, ...] = ("measured", "fitted", "assumed")
_KEYS = {"value", "range", "unit", "meaning", "source", "role", "note", "set_point", "checked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number with its conscience.

    Args:
        id: full name with the unit in it; unique in the package.
        subject: file that holds the record.
        value: the number, in the internal unit.
        low: smallest plausible value.
        high: largest plausible value.
        unit: UCUM code.
        meaning: one sentence of biology.
        source: key in `sources.toml`.
        role: measured, fitted or assumed.
        note: how the number was derived, if not printed in the source.
        set_point: True if it describes the person, so that production is balanced around it; a changed
            kinetic number is instead played against the production of the reference person.
    """

    id: str
    subject: str
    value: float
    low: float
    high: float
    unit: str
    meaning: str
    source: str
    role: str
    note: str = ""
    set_point: bool = False


def parse_records(text: str, subject: str, sources: Iterable[str]) -> list[Parameter]:
    """Read the records of one TOML file.

    Raises:
        InputError: a key is unknown or missing, a unit is missing, a value is outside its own range.
    """
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{subject}.toml: not readable as TOML ({error}); mend that line.") from None
    known_sources = set(sources)
    return [_parse_record(name, table, subject, known_sources) for name, table in tables.items() if name != "subject"]


def _parse_record(name: str, table: Any, subject: str, sources: set[str]) -> Parameter:
    where = f"{subject}.toml [{name}]"
    if not isinstance(table, dict):
        raise InputError(
            f"{where}: came as a bare value; write a table with value, range, unit, meaning, source, role."
        )
    for key in table:
        if key not in _KEYS:
            raise unknown_name(where, key, _KEYS, kind="key")
    check_unit(where, name, table.get("unit"))
    missing = [key for key in ("value", "range", "meaning", "source", "role") if key not in table]
    if missing:
        raise InputError(
            f"{where}: {', '.join(missing)} missing; every number needs value, range, unit, meaning, source, role."
        )
    if table["role"] not in ROLES:
        raise InputError(f"{where}: role '{table['role']}' is not one of {', '.join(ROLES)}.")
    if table["source"] not in sources:
        raise unknown_name(where, table["source"], sources, kind="source")
    value, (low, high) = float(table["value"]), (float(table["range"][0]), float(table["range"][1]))
    if not low <= value <= high:
        raise InputError(
            f"{where}: value {value:g} lies outside its own range [{low:g}, {high:g}]; correct one of them."
        )
    return Parameter(
        id=name,
        subject=subject,
        value=value,
        low=low,
        high=high,
        unit=table["unit"],
        meaning=table["meaning"],
        source=table["source"],
        role=table["role"],
        note=table.get("note", ""),
        set_point=bool(table.get("set_point", False)),
    )


@functools.cache
def sources() -> dict[str, str]:
    """Source key -> citation."""
    text = resources.files("hscape.biology.values").joinpath("sources.toml").read_text(encoding="utf-8")
    return {key: table["cite"] for key, table in tomllib.loads(text).items()}


@functools.cache
def records() -> dict[str, Parameter]:
    """Every record of the package, by id, in reading order."""
    found: dict[str, Parameter] = {}
    for entry in sorted(resources.files("hscape.biology.values").iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".toml") or entry.name == "sources.toml":
            continue
        for record in parse_records(entry.read_text(encoding="utf-8"), entry.name[:-5], sources()):
            if record.id in found:
                raise InputError(
                    f"{entry.name} [{record.id}]: the id is already used in "
                    f"{found[record.id].subject}.toml; rename one of them."
                )
            found[record.id] = record
    return found


def find_record(name: str, where: str = "parameter") -> Parameter:
    """The record of an id, given as ``red_cell_lifespan_days`` or ``red_cells.red_cell_lifespan_days``.

    Raises:
        InputError: no such record; the message lists the nearest.
    """
    subject, _, short = name.rpartition(".")
    record = records().get(short)
    if record is None or (subject and subject != record.subject):
        raise unknown_name(where, name, records(), kind="parameter")
    return record


@dataclass(frozen=True, slots=True)
class Parameters:
    """A frozen set of parameter values: the package's own, or a copy with some changed."""

    changed: Mapping[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        """Value of a parameter, in its own unit."""
        return self.changed[name] if name in self.changed else records()[name].value

    def reference(self, name: str) -> float:
        """Value in the reference person: set points as given here, kinetics as in the data files."""
        record = records()[name]
        return self[name] if record.set_point else record.value

    def with_values(self, changes: Mapping[str, float]) -> Parameters:
        """A copy with some values changed.

        Args:
            changes: id -> value, in the unit that the id names.

        Raises:
            InputError: an unknown id, or a value that is not finite or not allowed for its record.
        """
        merged = dict(self.changed)
        for name, value in changes.items():
            record = find_record(name)
            merged[record.id] = check_value(record, value)
        return Parameters(dict(sorted(merged.items())))

    def as_dict(self) -> dict[str, float]:
        """Every id with its value."""
        return {name: self[name] for name in records()}

    def fingerprint(self) -> str:
        """SHA-256 over every value; the same on every machine."""
        text = json.dumps({name: float(value).hex() for name, value in self.as_dict().items()}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def check_value(record: Parameter, value: object, place: str = "parameter") -> float:
    """Return the value as a number that this record can take.

    Raises:
        InputError: not a finite number; negative where the record is never negative; a fraction above one;
            more than a hundredfold outside the plausible range.
    """
    where = f"{place} {record.id}"
    try:
        number = float(str(value))
    except ValueError:
        raise InputError(
            f"{where}: '{value}' is not a number; give it in {record.unit}, "
            f"plausibly {record.low:g} to {record.high:g}."
        ) from None
    if not math.isfinite(number):
        raise InputError(
            f"{where}: {number} is not finite; give a number in {record.unit}, "
            f"plausibly {record.low:g} to {record.high:g}."
        )
    if record.low >= 0 and number < 0:
        raise InputError(
            f"{where}: {number:g} is negative; give zero or more ({record.unit}), "
            f"plausibly {record.low:g} to {record.high:g}."
        )
    if number == 0 and record.low > 0:
        raise InputError(
            f"{where}: zero is not possible; give more than zero ({record.unit}), "
            f"plausibly {record.low:g} to {record.high:g}."
        )
    if record.id.endswith(("_fraction", "_share", "_probability")) and number >= 1:
        raise InputError(
            f"{where}: {number:g} is not below 1; give a fraction, plausibly {record.low:g} to {record.high:g}."
        )
    if record.id.endswith(("_fold", "_fold_max")) and record.low >= 1 and number < 1:
        raise InputError(
            f"{where}: {number:g} is below 1; a largest fold rise is at least 1, "
            f"plausibly {record.low:g} to {record.high:g}."
        )
    if number > 100 * max(abs(record.high), abs(record.low)) or (0 < number < record.low / 100):
        raise InputError(
            f"{where}: {number:g} is more than a hundredfold outside {record.low:g} to {record.high:g} "
            f"{record.unit}; check the unit."
        )
    return number


def parse_setting(text: str, where: str = "--set") -> tuple[str, float]:
    """Read ``ID=VALUE`` as the command line gives it.

    Raises:
        InputError: no equals sign, an unknown id or an impossible value.
    """
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise InputError(
            f"{where}: '{text}' is not of the form PARAMETER_ID=VALUE; for example red_cell_lifespan_days=60."
        )
    record = find_record(name.strip(), where)
    return record.id, check_value(record, value.strip(), where)
