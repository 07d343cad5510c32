"""The chart of one patient: what a clinic has seen, and nothing else.

It is the narrow waist of the package: files become charts, a simulated patient is observed into a chart, and
every rule and every inference takes a chart and cannot tell the two apart. It holds no name, no record number,
no birth date and no calendar date: time is in days from `day_zero_meaning`.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal

from hscape.chart.analytes import find_analyte
from hscape.chart.checks import check_one_of, check_within
from hscape.chart.clones import CloneMeasurement
from hscape.chart.records import PRODUCTS, Event, HlaLocus, Measurement, Transfusion, Treatment
from hscape.errors import InputError

Sex = Literal["female", "male"]
SEXES: tuple[str, ...] = ("female", "male")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One patient's dated findings. Entries are put in order of day when the chart is made.

    Args:
        patient_id: a code that does not identify the person.
        sex: ``female``, ``male`` or None; needed for genes on the X chromosome.
        age_years: age at day zero, None if not known.
        day_zero_meaning: what day 0 is, for example ``diagnosis`` or ``first visit in the file``.
        measurements: blood counts and other laboratory values.
        clone_measurements: findings about clones.
        treatments: drugs and procedures.
        transfusions: blood products.
        transfusions_not_recorded: products for which the source of the chart has no place (``red_cells``,
            ``platelets``), so that none given cannot be told from none written down.
        hla_typing: germline HLA, one entry a locus.
        events: diagnosis, transplant, death, last follow-up and others.
        notes: free words.
    """

    patient_id: str
    sex: Sex | None = None
    age_years: float | None = None
    day_zero_meaning: str = "diagnosis"
    measurements: tuple[Measurement, ...] = ()
    clone_measurements: tuple[CloneMeasurement, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    transfusions: tuple[Transfusion, ...] = ()
    transfusions_not_recorded: tuple[str, ...] = ()
    hla_typing: tuple[HlaLocus, ...] = ()
    events: tuple[Event, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.patient_id:
            raise InputError(
                "chart: patient_id is empty; give a code that does not identify the person, for example AA-07."
            )
        if self.sex is not None:
            check_one_of(f"chart {self.patient_id}", self.sex, SEXES, "sex")
        check_within(f"chart {self.patient_id}, age_years", self.age_years, 0.0, 120.0, "years")
        for product in self.transfusions_not_recorded:
            check_one_of(f"chart {self.patient_id}, transfusions_not_recorded", product, PRODUCTS, "blood product")
        for name in (
            "measurements",
            "clone_measurements",
            "treatments",
            "transfusions",
            "hla_typing",
            "events",
        ):
            key = _order_measurement if name == "measurements" else _order
            object.__setattr__(self, name, tuple(sorted(getattr(self, name), key=key)))  # type: ignore[arg-type]

    def series(self, analyte: str) -> tuple[Measurement, ...]:
        """Every value of one analyte, in order of day.

        Raises:
            InputError: no such analyte.
        """
        find_analyte(analyte, f"chart {self.patient_id}")
        return tuple(entry for entry in self.measurements if entry.analyte == analyte)

    def events_of(self, kind: str) -> tuple[Event, ...]:
        """Every event of one kind, in order of day."""
        return tuple(event for event in self.events if event.kind == kind)

    @property
    def last_day(self) -> float | None:
        """Last day with any entry, None for an empty chart."""
        days = [
            entry.day
            for group in (self.measurements, self.clone_measurements, self.transfusions, self.events)
            for entry in group
        ]
        days += [entry.end_day if entry.end_day is not None else entry.start_day for entry in self.treatments]
        return max(days, default=None)


def _order_measurement(entry: Measurement) -> tuple[object, ...]:
    """Sort key of the many: the same as `_order` in effect, without looking fields up."""
    return (
        entry.day,
        entry.analyte,
        entry.value,
        entry.censored,
        entry.flags,
        -1.0 if entry.low is None else entry.low,
        -1.0 if entry.high is None else entry.high,
    )


def _order(entry: object) -> tuple[float, str]:
    """Sort key: the day, then everything that takes part in comparison."""
    day = getattr(entry, "day", getattr(entry, "start_day", 0.0))
    return float(day), repr(list(_compared(entry.__class__)(entry)))  # type: ignore[arg-type]


@functools.cache
def _compared(kind: Any) -> Callable[[object], tuple[object, ...]]:
    """Reads the fields of a record that take part in comparison."""
    names = (item.name for item in fields(kind) if item.compare)
    return operator.attrgetter(*names)
