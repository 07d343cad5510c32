"""What a chart writes of a treatment."""

from __future__ import annotations

from typing import NamedTuple


class Course(NamedTuple):
    """One line of a treatment list; days of the simulated course."""

    name: str
    start_day: float
    end_day: float | None
    dose: float | None
    dose_unit: str
    taper: tuple[tuple[float, float], ...] = ()
    detail: str = ""
