"""The patient as the observer meets them: true counts and true shares of cells on a day after diagnosis.

A cell of a clone that arose within another clone carries both changes, so the carriers of a change are its clone and
all clones that descend from it. Whole blood is mixed from granulocytes, monocytes and lymphocytes by their counts.
Clones too small to be followed through the blood lines have there the share that they have of early progenitors.

Left out: cells in a blood sample beside these three lines, and what a marrow aspirate holds beside early progenitors.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hscape.care import CloneTraits, VirtualPatient
from hscape.errors import InputError
from hscape.history import ADULT_YEARS
from hscape.streams import Rekeyed

#: Specimen -> line of the clone table -> count that weighs it; a single line needs no weight.
_MIXTURES: dict[str, dict[str, str]] = {
    "granulocytes": {"granulocyte": ""},
    "monocytes": {"monocyte": ""},
    **{name: {"lymphocyte": ""} for name in ("lymphocytes", "t_cells", "b_cells", "nk_cells")},
    "platelets": {"platelet": ""},
    "red_cells": {"red_cell": ""},
    "marrow": {"early_progenitor": ""},
    "cd34_cells": {"early_progenitor": ""},
    "mononuclear_cells": {"lymphocyte": "lymphocytes_1e9_per_l", "monocyte": "monocytes_1e9_per_l"},
    "blood": {
        "granulocyte": "neutrophils_1e9_per_l",
        "lymphocyte": "lymphocytes_1e9_per_l",
        "monocyte": "monocytes_1e9_per_l",
    },
}
#: Columns that a transfusion moves at once -> product.
_MOVED_BY = {
    "hemoglobin_g_per_dl": "red_cells", "red_cells_1e12_per_l": "red_cells", "hemoglobin_mass_g": "red_cells",
    "platelets_1e9_per_l": "platelets",
}  # fmt: skip
_LINES = ("granulocyte", "monocyte", "lymphocyte", "platelet", "red_cell", "early_progenitor")
_SMALLEST = 1e-12
_SAME_DAY = 1e-6


def chart_day(day: float, diagnosis_day: float) -> float:
    """Whole day of the chart, counted from diagnosis, for a day of the course."""
    return float(math.floor(day - diagnosis_day + _SAME_DAY))


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A virtual patient with what an observer looks up.

    Args:
        patient: with the truth.
        seed: of the observation.
        diagnosis_day: day of the course that is day 0 of the chart.
        last_day: last day of the chart.
        row_days: days of the rows of `history.counts`.
        columns: column of `history.counts` -> values, shape (n_rows,).
        transfused: product -> days of the course on which it was given, in order.
        clone_days: days of the clone table, shape (n_days,).
        shares: (clone, line) -> share of cells, shape (n_days,); a clone alone, without its descendants.
        carriers: clone -> itself and all that descend from it.
        streams: gives the draws of every assay.
    """

    patient: VirtualPatient
    seed: int
    diagnosis_day: float
    last_day: float
    row_days: Sequence[float]
    columns: Mapping[str, np.ndarray]
    transfused: Mapping[str, Sequence[float]]
    clone_days: np.ndarray
    shares: Mapping[tuple[str, str], np.ndarray]
    carriers: Mapping[str, frozenset[str]]
    streams: Rekeyed = field(default_factory=Rekeyed, compare=False, repr=False)

    @classmethod
    def meet(cls, patient: VirtualPatient, seed: int) -> Subject:
        """Prepare a patient for observation.

        Raises:
            InputError: never diagnosed, simulated without blood, a child, or clones that descend in a circle.
        """
        if patient.diagnosis_day is None:
            raise InputError(
                f"patient {patient.patient_id}: diagnosis_day is None, so no clinic saw this patient and there is no "
                "chart; observe only patients with a diagnosis."
            )
        if not patient.history.run.with_blood:
            raise InputError(
                f"patient {patient.patient_id}: the history has no blood; simulate it with with_blood at True."
            )
        age_years = patient.history.patient.age_at(patient.diagnosis_day)
        if age_years < ADULT_YEARS:
            raise InputError(
                f"patient {patient.patient_id}: {age_years:.1f} years at diagnosis; the blood of the model is that of "
                f"an adult, give a patient of {ADULT_YEARS:g} years or more."
            )
        days, shares = _shares(patient)
        return cls(
            patient=patient,
            seed=seed,
            diagnosis_day=patient.diagnosis_day,
            last_day=chart_day(patient.last_day, patient.diagnosis_day),
            row_days=patient.history.counts["day"].tolist(),
            columns={str(name): values.to_numpy(dtype=float) for name, values in patient.history.counts.items()},
            transfused=_transfused(patient),
            clone_days=days,
            shares=shares,
            carriers=_carriers(patient.clone_traits),
        )

    @property
    def sex(self) -> str:
        """``female`` or ``male``."""
        return self.patient.history.patient.sex

    @property
    def traits(self) -> Mapping[str, CloneTraits]:
        """Clone -> what a laboratory would find."""
        return self.patient.clone_traits

    def day_of(self, day: float) -> float:
        """Whole day of the chart for a day of the course."""
        return chart_day(day, self.diagnosis_day)

    def is_transfused(self, product: str, day: float, window_days: float) -> bool:
        """Was a product given on a day of the chart, or in the days before it?"""
        given = self.transfused.get(product, ())
        upto = bisect.bisect_right(given, day, key=self.day_of)
        return upto > 0 and day - self.day_of(given[upto - 1]) <= window_days

    def chance(self, assay: str, day: float, *names: str) -> np.random.Generator:
        """Draws of one assay on one day of the chart; the same whatever else is observed. Good until the next call."""
        return self.streams.of(self.seed, "observation", self.patient.patient_id, assay, repr(float(day)), *names)

    def true_count(self, column: str, day: float) -> float:
        """True value of a column of `history.counts` on a day of the chart, log-linear between rows; NaN if unknown."""
        days, values = self.row_days, self.columns[column]
        when = self.diagnosis_day + day
        if not days[0] <= when <= max(days[-1], self.patient.last_day):
            return math.nan
        after = min(bisect.bisect_left(days, when), len(days) - 1)
        before = max(after - 1, 0)
        low, high = float(values[before]), float(values[after])
        if math.isnan(low) or math.isnan(high):
            return math.nan
        if after == before or days[after] <= when:
            return high
        if product := _MOVED_BY.get(column):
            given = self.transfused.get(product, ())
            jump = bisect.bisect_right(given, days[before])
            if (
                jump < len(given) and given[jump] <= days[after]
            ):  # a transfusion between two rows is a step, not a slope
                return low if when <= given[jump] else high
        weight = (when - days[before]) / (days[after] - days[before])
        return math.exp((1 - weight) * math.log(max(low, _SMALLEST)) + weight * math.log(max(high, _SMALLEST)))

    def true_share(self, clones: Iterable[str], specimen: str, day: float) -> float:
        """True share of the cells of a specimen that carry the change of any of these clones, 0 to 1."""
        cells: set[str] = set()
        for clone in clones:
            cells |= self.carriers[clone]
        return self.share_of_cells(cells, specimen, day)

    def share_of_cells(self, cells: Iterable[str], specimen: str, day: float) -> float:
        """True share of a specimen that is cells of these clones themselves, without descendants, 0 to 1."""
        if specimen not in _MIXTURES:
            return 0.0  # buccal cells, fibroblasts: no clone of the blood is in them
        mixture = _MIXTURES[specimen]
        weights = [self.true_count(column, day) if column else 1.0 for column in mixture.values()]
        total = sum(weights)
        if not total > 0:
            return 0.0
        names = sorted(set(cells))
        held = [sum(self._share(clone, line, day) for clone in names) for line in mixture]
        return min(1.0, sum(share * weight for share, weight in zip(held, weights, strict=True)) / total)

    def _share(self, clone: str, line: str, day: float) -> float:
        values = self.shares.get((clone, line))
        return 0.0 if values is None else float(np.interp(self.diagnosis_day + day, self.clone_days, values))


def _shares(patient: VirtualPatient) -> tuple[np.ndarray, dict[tuple[str, str], np.ndarray]]:
    table = patient.history.clones
    days, row_day = np.unique(table["day"].to_numpy(dtype=float), return_inverse=True)
    names = table["clone"].to_numpy()
    early = np.clip(table["early_progenitor_fraction"].to_numpy(dtype=float), 0.0, 1.0)
    found: dict[tuple[str, str], np.ndarray] = {}
    for clone in patient.clone_traits:
        rows = np.flatnonzero(names == clone)
        if not len(rows):
            continue
        for line in _LINES:
            values = table[f"{line}_fraction"].to_numpy(dtype=float)[rows]
            course = np.zeros(len(days))
            course[row_day[rows]] = np.where(np.isnan(values), early[rows], np.clip(values, 0.0, 1.0))
            found[clone, line] = course
    return days, found


def _transfused(patient: VirtualPatient) -> dict[str, list[float]]:
    given: dict[str, list[float]] = {}
    for item in patient.transfusions:
        given.setdefault(item.product, []).append(item.day)
    return {product: sorted(days) for product, days in given.items()}


def _carriers(traits: Mapping[str, CloneTraits]) -> dict[str, frozenset[str]]:
    lines: dict[str, list[str]] = {}
    for clone in traits:
        line, above = [clone], traits[clone].parent
        while above in traits:
            if above in line:
                raise InputError(f"clone_traits: '{clone}' descends from itself; correct the parents.")
            line.append(above)
            above = traits[above].parent
        lines[clone] = line
    return {clone: frozenset(other for other, line in lines.items() if clone in line) for clone in traits}
