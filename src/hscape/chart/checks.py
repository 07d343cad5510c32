"""The small vocabulary of checks that the records of a chart share."""

from __future__ import annotations

import math
from collections.abc import Collection

from hscape.errors import InputError, unknown_name


def check_finite(where: str, value: float | None) -> None:
    """Raise InputError unless the value is None or a finite number."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{where}: {value!r} is not a number; give a number or leave it out.")
    if not math.isfinite(value):
        raise InputError(f"{where}: {value} is not finite; give a number or leave it out.")


def check_within(where: str, value: float | None, low: float, high: float, unit: str = "") -> None:
    """Raise InputError unless the value is None or lies in [low, high]."""
    check_finite(where, value)
    if value is not None and not low <= value <= high:
        shown = f" {unit}" if unit and unit != "1" else ""
        raise InputError(f"{where}: {value:g} is outside {low:g} to {high:g}{shown}; correct the value or its unit.")


def check_one_of(where: str, name: str, known: Collection[str], kind: str) -> None:
    """Raise InputError unless the name is one of the known ones."""
    if name not in known:
        raise unknown_name(where, name, known, kind=kind)


def check_order(where: str, first: float | None, last: float | None) -> None:
    """Raise InputError if a last day comes before a first day."""
    if first is not None and last is not None and last < first:
        raise InputError(
            f"{where}: ends on day {last:g}, before it starts on day {first:g}; correct one of the two days."
        )
