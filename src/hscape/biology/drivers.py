"""Driver mutations as records: how often each arises in a stem cell and what fitness it gives."""

from __future__ import annotations

from typing import NamedTuple

from hscape.errors import InputError
from hscape.parameters import Parameters, records

PREFIX, RATE, MEAN, SHAPE = "driver_", "_rate_per_year", "_fitness_per_year", "_fitness_shape"


class Driver(NamedTuple):
    """One kind of driver."""

    name: str
    rate_per_year: float  # new mutants per stem cell
    fitness_per_year: float  # mean
    fitness_shape: float  # gamma shape; 0 for the same fitness each time


def driver_names(which: str) -> list[str]:
    """Names of the drivers: ``known`` genes, or ``all`` with the unknown ones."""
    names = [name[len(PREFIX) : -len(RATE)] for name in records() if name.startswith(PREFIX) and name.endswith(RATE)]
    if which == "known":
        return [name for name in names if name != "unknown"]
    if which == "all":
        return names
    raise InputError(f"drivers: '{which}' is not known; give one of known, all.")


def drivers(which: str, parameters: Parameters) -> list[Driver]:
    """The drivers with the numbers in force."""
    return [
        Driver(
            name,
            parameters[f"{PREFIX}{name}{RATE}"],
            parameters[f"{PREFIX}{name}{MEAN}"],
            parameters[f"{PREFIX}{name}{SHAPE}"],
        )
        for name in driver_names(which)
    ]
