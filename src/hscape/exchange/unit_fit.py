"""A value with its unit, and whether values are usual in one."""

from __future__ import annotations

from dataclasses import dataclass, field

from hscape.exchange.draft import RawValue
from hscape.exchange.lab_units import Family, LabUnit

#: Units that only some countries use; offered as an explanation, but never inferred from a missing unit.
RARE = {"10^4/uL", "10^2/uL", "10^12/L", "10^6/L", "fmol", "permille", "ukat/L", "um3"}


def is_usual(unit: LabUnit, family: Family) -> bool:
    """True for a unit that may be meant where none is written: the chart's own, or one that is not rare."""
    return unit is family.units[0] or unit.key not in RARE


@dataclass(slots=True)
class Value:
    """A value in the unit of the chart, with the raw one it came from."""

    when: float
    analyte: str
    number: float
    censored: str
    raw: RawValue
    flags: set[str] = field(default_factory=set)
    low: float | None = None
    high: float | None = None


def usual_range(family: Family, unit: LabUnit) -> tuple[float, float]:
    """The range, in the chart's unit of the analyte, outside which a value is doubted."""
    if unit.analyte == family.units[0].analyte:
        return family.low, family.high
    if unit.analyte == "reticulocytes_fraction":
        return 0.0, 0.3
    return 0.0, 1.0


def convert(raw: RawValue, unit: LabUnit, flags: set[str] | None = None) -> Value:
    """A raw value in the unit of the chart."""
    return Value(raw.when, unit.analyte, raw.number * unit.factor, raw.censored, raw, flags or set())


def fits(number: float, censored: str, unit: LabUnit, family: Family) -> bool:
    """True if a number is usual in a unit."""
    low, high = usual_range(family, unit)
    return number * unit.factor <= high and (censored != "none" or number * unit.factor >= low)


def all_fit(raws: list[RawValue], unit: LabUnit, family: Family) -> bool:
    """True if every value is usual in a unit."""
    return all(fits(raw.number, raw.censored, unit, family) for raw in raws)


def most_common_unit(units: list[LabUnit]) -> LabUnit:
    """The first unit that is not rare."""
    return next((unit for unit in units if unit.key not in RARE), units[0])
