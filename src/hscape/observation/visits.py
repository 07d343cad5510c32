"""When a patient is seen, and what is done on which visit.

Days count from diagnosis. A design is the same for all patients; `Visits.kept` makes one patient's own calendar from
it: visits that are missed, and visits a few days off. Everything asked for on a day goes with its visit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from hscape.errors import InputError
from hscape.streams import check_seed, generator
from hscape.units import DAYS_PER_YEAR

_DAY_FIELDS = ("days_after_diagnosis", "marrow_days", "sequencing_days", "pnh_flow_days", "hla_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """The days of a design; a day of any assay is also a visit with a blood count.

    Args:
        days_after_diagnosis: days with a blood count; may be negative, for a count before diagnosis.
        marrow_days: biopsies: cellularity, karyotype, SNP array.
        sequencing_days: panel of genes.
        sequencing_depths: reads of each sequencing day; empty for the depth of the assay.
        pnh_flow_days: flow cytometry for PNH cells.
        hla_days: flow cytometry or allele-aware sequencing for loss of HLA alleles.
        jitter_days: standard deviation of the distance between the planned and the real day.
        missed_probability: chance that a visit does not take place; the visit of day 0 always does.

    Raises:
        InputError: a day that is not a number, depths that do not match the days, a chance outside 0 to 1.

    Example:
        >>> Visits(days_after_diagnosis=(0, 30), marrow_days=(0,)).all_days
        (0.0, 30.0)
    """

    days_after_diagnosis: tuple[float, ...]
    marrow_days: tuple[float, ...] = ()
    sequencing_days: tuple[float, ...] = ()
    sequencing_depths: tuple[int, ...] = ()
    pnh_flow_days: tuple[float, ...] = ()
    hla_days: tuple[float, ...] = ()
    jitter_days: float = 0.0
    missed_probability: float = 0.0

    def __post_init__(self) -> None:
        depths = tuple(self.sequencing_depths)
        if depths and (len(depths) != len(self.sequencing_days) or min(depths) < 1):
            raise InputError(
                f"visits.sequencing_depths: {len(depths)} depths for {len(self.sequencing_days)} sequencing days; "
                "give one of at least 1 for each day, or none."
            )
        by_day = dict(zip(map(float, self.sequencing_days), depths, strict=True)) if depths else {}
        for name in _DAY_FIELDS:
            object.__setattr__(self, name, _clean(name, getattr(self, name)))
        object.__setattr__(self, "sequencing_depths", tuple(by_day[day] for day in self.sequencing_days if by_day))
        if not 0 <= self.missed_probability < 1:
            raise InputError(f"visits.missed_probability: {self.missed_probability} is not from 0 to below 1.")
        if not (math.isfinite(self.jitter_days) and self.jitter_days >= 0):
            raise InputError(f"visits.jitter_days: {self.jitter_days} is not a distance; give 0 or more days.")

    @property
    def all_days(self) -> tuple[float, ...]:
        """Every day with anything, in order."""
        return tuple(sorted({day for name in _DAY_FIELDS for day in getattr(self, name)}))

    def sequencing_depth(self, day: float) -> int | None:
        """Depth asked for on a sequencing day, None for that of the assay."""
        return dict(zip(self.sequencing_days, self.sequencing_depths, strict=False)).get(day)

    def kept(self, *, seed: int, patient_id: str) -> Visits:
        """One patient's calendar: without missed visits, with real instead of planned days.

        Args:
            seed: of the observation.
            patient_id: each patient misses other visits.
        """
        if not self.missed_probability and not self.jitter_days:
            return self
        moved: dict[float, float] = {}
        for day in self.all_days:
            source = generator(seed, "observation", patient_id, "visit", repr(day))
            is_missed = source.random() < self.missed_probability
            shift = round(self.jitter_days * source.standard_normal())
            if day == 0 or not is_missed:
                moved[day] = day if day <= 0 else max(1.0, day + shift)
        return self._moved(moved)

    def _moved(self, moved: dict[float, float]) -> Visits:
        depths = {moved[day]: self.sequencing_depth(day) for day in self.sequencing_days if day in moved}
        days = {name: tuple(moved[day] for day in getattr(self, name) if day in moved) for name in _DAY_FIELDS}
        days["sequencing_days"] = tuple(depths)
        told = tuple(depth for depth in depths.values() if depth is not None)
        return replace(self, **days, sequencing_depths=told, jitter_days=0.0, missed_probability=0.0)  # type: ignore[arg-type]

    @classmethod
    def clinic_routine(cls, years: float, *, jitter_days: float = 0.0, missed_probability: float = 0.0) -> Visits:
        """A clinic's routine: weekly for a month, every two weeks to three months, monthly to a year, then quarterly.

        Marrow, sequencing, PNH flow and HLA assays at diagnosis, at six and twelve months, then yearly.

        Args:
            years: length after diagnosis.
            jitter_days: see `Visits`.
            missed_probability: see `Visits`.

        Raises:
            InputError: a length that is not above 0.

        Example:
            >>> len(Visits.clinic_routine(2).days_after_diagnosis)
            23
        """
        last = _length_days("visits.clinic_routine", years)
        days = [*range(0, 29, 7), *range(42, 85, 14), *range(112, 365, 28), *range(364 + 91, int(last) + 1, 91)]
        due = _due_days(last)
        return cls(
            days_after_diagnosis=tuple(float(day) for day in days if day <= last),
            marrow_days=due,
            sequencing_days=due,
            pnh_flow_days=due,
            hla_days=due,
            jitter_days=jitter_days,
            missed_probability=missed_probability,
        )

    @classmethod
    def irregular(
        cls,
        years: float,
        *,
        seed: int,
        patient_id: str = "",
        mean_gap_days: float = 30.0,
        missed_probability: float = 0.1,
    ) -> Visits:
        """Visits at random gaps, as in real records; assays of the routine are done at the first visit when due.

        Args:
            years: length after diagnosis.
            seed: gives the same days again.
            patient_id: gives each patient days of its own.
            mean_gap_days: mean of the gaps, which scatter by 71 % (gamma with shape 2).
            missed_probability: see `Visits`.

        Raises:
            InputError: a length or a gap that is not above 0.
        """
        last = _length_days("visits.irregular", years)
        if not mean_gap_days >= 1:
            raise InputError(f"visits.irregular, mean_gap_days: {mean_gap_days} is too short; give 1 day or more.")
        source = generator(check_seed(seed), "observation", patient_id, "gaps")
        days = [0.0]
        while days[-1] <= last:
            days.append(days[-1] + max(1.0, float(round(source.gamma(2.0, mean_gap_days / 2.0)))))
        days.pop()
        done = tuple(dict.fromkeys(next(day for day in days if day >= due) for due in _due_days(days[-1])))
        return cls(
            days_after_diagnosis=tuple(days),
            marrow_days=done,
            sequencing_days=done,
            pnh_flow_days=done,
            hla_days=done,
            missed_probability=missed_probability,
        )


def _clean(name: str, days: Iterable[float]) -> tuple[float, ...]:
    found = {float(day) for day in days}
    for day in found:
        if not math.isfinite(day):
            raise InputError(f"visits.{name}: {day} is not a day; give days after diagnosis.")
    return tuple(sorted(found))


def _length_days(where: str, years: float) -> float:
    if not (math.isfinite(years) and years > 0):
        raise InputError(f"{where}: {years} years is not a length; give more than 0.")
    return years * DAYS_PER_YEAR


def _due_days(last: float) -> tuple[float, ...]:
    return tuple(float(day) for day in (0, 182, *range(364, int(last) + 1, 364)) if day <= last)
