"""The one internal unit system, and the suffix that every dimensioned public name carries.

Time in days, cells as counts, blood concentrations as the clinic reports them; age alone is in years.
Units in data files follow UCUM, the code system that laboratories use.
"""

from __future__ import annotations

from hscape.errors import InputError

#: A year of the calendar, and its twelfth, for landmarks that studies give in months.
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12.0

#: Dates inside kernels are whole ticks, so that a date is exact and can be part of a draw's address: 84 seconds.
TICKS_PER_DAY = 1024

#: Ending of a name -> the UCUM units it may stand for.
SUFFIX_UNITS: dict[str, tuple[str, ...]] = {
    "_mg_per_day": ("mg/d",),
    "_per_l_per_day": ("10*9/L/d",),
    "_per_decade": ("1/10.a",),
    "_per_year": ("1/a",),
    "_per_day": ("1/d",),
    "_years": ("a",),
    "_days": ("d",),
    "_hours": ("h",),
    "_g_per_dl": ("g/dL",),
    "_l_per_kg": ("L/kg",),
    "_mg_per_g": ("mg/g",),
    "_g_per_mol": ("g/mol",),
    "_mu_per_ml": ("mU/mL",),
    "_pg_per_ml": ("pg/mL",),
    "_1e9_per_l": ("10*9/L",),
    "_per_umol_l_per_day": ("L/umol/d",),
    "_umol_per_l": ("umol/L",),
    "_l_per_hour": ("L/h",),
    "_liters": ("L",),
    "_ml": ("mL",),
    "_mg": ("mg",),
    "_pg": ("pg",),
    "_kg": ("kg",),
    "_g": ("g",),
    "_log_sd": ("1",),
    "_bp_per_year": ("{bp}/a",),
    "_bp": ("{bp}",),
    "_cells": ("1",),
    "_count": ("1",),
    "_fraction": ("1",),
    "_share": ("1",),
    "_probability": ("1",),
    "_fold": ("1",),
    "_fold_max": ("1",),
    "_shape": ("1",),
}


def unit_suffix(name: str) -> str | None:
    """The unit ending of a name, longest first, or None."""
    endings = [suffix for suffix in SUFFIX_UNITS if name.endswith(suffix)]
    return max(endings, key=len) if endings else None


def check_unit(where: str, name: str, unit: str | None) -> None:
    """Check that a name ends in the unit that its record states.

    Raises:
        InputError: the unit is missing, or the ending of the name does not stand for it.
    """
    if not unit:
        raise InputError(f"{where}: the unit of '{name}' is missing; add unit = \"...\" (UCUM, '1' for a pure number).")
    dimensionless = unit == "1"
    suffix = unit_suffix(name) or unit_suffix(_without_qualifier(name))
    if suffix is None:
        if dimensionless:
            return
        raise InputError(
            f"{where}: '{name}' has the unit {unit} but no unit in its name; end it in one of "
            f"{', '.join(SUFFIX_UNITS)}."
        )
    if unit not in SUFFIX_UNITS[suffix]:
        raise InputError(
            f"{where}: '{name}' ends in {suffix}, which stands for {SUFFIX_UNITS[suffix][0]}, "
            f"but its unit is {unit}; rename it or correct the unit."
        )


def _without_qualifier(name: str) -> str:
    for ending in ("_max", "_min"):
        if name.endswith(ending):
            return name[: -len(ending)]
    return name
