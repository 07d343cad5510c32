"""Figures of the clinical rows as they are read off coarse courses, which hold counts and clones without noise.

Counts are those without transfusion, so that freedom from it means counts above the triggers for two months.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from hscape.biology import rates
from hscape.calibration.coarse_trials import AGE_YEARS, ARMS, TREATMENT_DAY, Followed, follow
from hscape.clinic.thresholds import threshold
from hscape.dynamics.coarse_record import COLUMNS, EARLY_SHARE
from hscape.inference.numbers import HLA, PNH
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from hscape.validation.hidden import FLAT_FOLD, SEEN_FRACTION
from hscape.validation.plated import cells_of_cellularity
from hscape.validation.reserve import RESERVE_FRACTION

_RATES: Any = rates  # compiled functions; their plain form is not in their type
_HEMOGLOBIN, _PLATELETS, _NEUTROPHILS, _RETICULOCYTES = 1, 2, 3, 4
_TPO, _STEM_CELLS = COLUMNS.index("thrombopoietin"), COLUMNS.index("stem_cells_count")
_FREE_DAYS = 60.0
#: Smallest clone that a figure on clones follows: middle of the limits for one and two copies of the X chromosome.
_SEQUENCED_FRACTION = 0.03
_REPORTED_FRACTION = 3.0e-4
_LATE_MONTHS = 30.0  # to which lasting cytopenia is followed, as in `validation.reserve`
_FEWEST_AT_A_TENTH = 10  # people; the middle of fewer is chance, and a search would follow it


class Trial:
    """An arm with what is asked of it again and again."""

    def __init__(self, followed: Followed, parameters: Parameters) -> None:
        self.of, self.p = followed, parameters
        self.is_severe = self._severe(followed.rows)
        few_red = followed.rows[..., _HEMOGLOBIN] < parameters["red_cell_transfusion_trigger_g_per_dl"]
        few_platelets = followed.rows[..., _PLATELETS] < parameters["platelet_transfusion_trigger_1e9_per_l"]
        self.is_low: np.ndarray = few_red | few_platelets
        self.severe = followed.has_shown & self.is_severe[:, 0]
        self.non_severe = followed.has_shown & ~self.is_severe[:, 0]

    def _severe(self, rows: np.ndarray) -> np.ndarray:
        p = self.p
        few_red = (rows[..., _RETICULOCYTES] < p["care_severe_reticulocytes_1e9_per_l"]) & (
            rows[..., _HEMOGLOBIN] < p["care_severe_reticulocytes_hemoglobin_g_per_dl"]
        )
        low = (
            (rows[..., _NEUTROPHILS] < p["care_severe_neutrophils_1e9_per_l"]).astype(int)
            + (rows[..., _PLATELETS] < p["care_severe_platelets_1e9_per_l"])
            + few_red
        )
        return np.asarray(low >= 2)

    def place(self, months: float) -> int:
        """Place of a day by months after treatment."""
        return self.of.index(TREATMENT_DAY + months * DAYS_PER_MONTH)

    def is_free(self, day: float) -> np.ndarray:
        """No transfusion needed in the two months before a day."""
        window = (self.of.days >= day - _FREE_DAYS) & (self.of.days <= day + 3.0)
        return np.asarray(~self.is_low[:, window].any(axis=1))

    def responds(self, months: float, *, is_strict: bool = False) -> np.ndarray:
        """No longer severe; and free of transfusions by the stricter definition."""
        at = self.place(months)
        found = ~self.is_severe[:, at]
        return found & self.is_free(self.of.days[at]) if is_strict else found

    def responds_completely(self, months: float) -> np.ndarray:
        """Complete response by the stricter definition."""
        row = self.of.rows[:, self.place(months)]
        counts = (
            (row[:, _HEMOGLOBIN] >= threshold("race_complete_hemoglobin_g_per_dl"))
            & (row[:, _NEUTROPHILS] >= threshold("race_complete_neutrophils_1e9_per_l"))
            & (row[:, _PLATELETS] >= threshold("race_complete_platelets_1e9_per_l"))
        )
        return self.responds(months, is_strict=True) & counts

    def share(self, slot: int, place: int) -> np.ndarray:
        """Share of a slot in the early progenitors."""
        return self.of.rows[:, place, EARLY_SHARE + slot]


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def _quantile(values: np.ndarray, level: float = 0.5) -> float:
    return float(np.quantile(values, level)) if len(values) else math.nan


def figures(parameters: Parameters, *, people: int, seed: int) -> dict[str, float]:
    """All figures with these numbers.

    Args:
        parameters: the numbers in force.
        people: in each arm, before eligibility.
        seed: 0 to 2**63 - 1.
    """
    trials = {name: Trial(follow(arm, parameters, people=people, seed=seed), parameters) for name, arm in ARMS.items()}
    found: dict[str, float] = {}
    for read in _READ:
        found |= read(trials)
    return found


def _responses(t: dict[str, Trial]) -> dict[str, float]:
    plain, agonist, second = t["strict"], t["strict with eltrombopag"], t["second"]
    failed = second.severe & ~second.responds(6)
    older = {id(trial): trial.of.age_years > 60.0 for trial in (plain, agonist)}

    def by_age(is_older: bool) -> float:
        parts = [
            _mean(trial.responds(6, is_strict=True)[trial.severe & (older[id(trial)] == is_older)])
            for trial in (plain, agonist)
        ]
        return 0.5 * sum(parts)

    return {
        "21 horse, 6 months": _mean(t["horse"].responds(6)[t["horse"].severe]),
        "21b rabbit, 6 months": _mean(t["rabbit"].responds(6)[t["rabbit"].severe]),
        "22 horse, strict, 6 months": _mean(plain.responds(6, is_strict=True)[plain.severe]),
        "22 horse, complete, 3 months": _mean(plain.responds_completely(3)[plain.severe]),
        "23 with eltrombopag, strict, 6 months": _mean(agonist.responds(6, is_strict=True)[agonist.severe]),
        "23 with eltrombopag, complete, 3 months": _mean(agonist.responds_completely(3)[agonist.severe]),
        "27 above 60 years": by_age(True),
        "27 up to 60 years": by_age(False),
        "29 second course": _mean(second.responds(12)[failed]),
        "42 cyclosporine": _camitta(t["non-severe, cyclosporine"]),
        "42 with ATG": _camitta(t["non-severe, horse"]),
    }


def _camitta(trial: Trial) -> float:
    """Non-severe disease: free of transfusions, if they were needed; else a line that doubled or became normal."""
    at = trial.place(6)
    now, before = trial.of.rows[:, at], trial.of.rows[:, 0]
    platelets = threshold("camitta_complete_platelets_above_1e9_per_l")
    neutrophils = threshold("camitta_complete_neutrophils_above_1e9_per_l")
    doubled = now >= threshold("camitta_doubling_fold") * before
    rose = doubled[:, _PLATELETS] | (now[:, _PLATELETS] > platelets)
    rose |= (before[:, _NEUTROPHILS] < neutrophils) & (doubled[:, _NEUTROPHILS] | (now[:, _NEUTROPHILS] > neutrophils))
    rose |= now[:, _HEMOGLOBIN] >= before[:, _HEMOGLOBIN] + threshold("camitta_rise_hemoglobin_g_per_dl")
    return _mean((trial.is_free(trial.of.days[at]) & (trial.is_low[:, 0] | rose))[trial.non_severe])


def _registry(t: dict[str, Trial]) -> dict[str, float]:
    trial, found = t["registry"], {}
    hit: np.ndarray = np.zeros(len(trial.severe), dtype=bool)
    done = 0
    for limit in (90.0, 180.0, 365.0):
        for place, day in enumerate(trial.of.days):
            if place >= done and _FREE_DAYS < day - TREATMENT_DAY <= limit:
                hit |= ~trial.is_severe[:, place] & trial.is_free(day)
                done = place + 1
        found[f"24 registry, by day {limit:.0f}"] = _mean(hit[trial.severe])
    return found


def _relapse(t: dict[str, Trial]) -> dict[str, float]:
    trial = t["long"]
    responded = trial.severe & trial.responds(6)
    later = trial.of.days > TREATMENT_DAY + 6.0 * DAYS_PER_MONTH
    return {"28 relapse by 4 years": _mean((trial.is_severe | trial.is_low)[:, later].any(axis=1)[responded])}


def _clones(t: dict[str, Trial]) -> dict[str, float]:
    trial = t["strict"]
    pnh = [trial.share(PNH, trial.place(months)) for months in (-0.5, 0.0, 6.0, 12.0, 24.0)]
    responded = trial.severe & trial.responds(6)
    seen = responded & (pnh[2] >= _SEQUENCED_FRACTION)
    reported = responded & (pnh[1] >= _REPORTED_FRACTION)
    before, after = pnh[1][reported], pnh[3][reported]
    fold = after * (1.0 - before) / np.maximum(before * (1.0 - after), 1.0e-12)
    lacking = trial.of.rows[:, :, EARLY_SHARE + HLA]
    horse = t["horse"]
    stop, later = horse.place(6), horse.of.index(TREATMENT_DAY + 182.0 + DAYS_PER_YEAR)
    at_stop, year_later = horse.share(HLA, stop), horse.share(HLA, later)
    kept = horse.severe & horse.responds(6) & (at_stop >= SEEN_FRACTION) & ~horse.is_severe[:, later]
    at_start = pnh[0][trial.severe]
    return {
        "36 PNH clone at diagnosis": _mean(at_start >= SEEN_FRACTION),
        "36 PNH share, three fifths": _quantile(at_start, 0.62),
        "36 PNH share, four fifths": _quantile(at_start, 0.8),
        "38 HLA loss within 2 years": _mean((lacking[trial.severe] >= SEEN_FRACTION).any(axis=1)),
        "44 HLA loss rises": _mean((year_later > at_stop)[kept]),
        "46 PNH flat": _mean((pnh[4] <= FLAT_FOLD * pnh[2])[seen]),
        "47 PNH in parallel": _mean((fold > 0.5) & (fold < 2.0)),
    }


def _reserve(t: dict[str, Trial]) -> dict[str, float]:
    trial = t["horse"]
    capacity = trial.p["stem_cell_niche_capacity_cells"]
    responded = trial.severe & trial.responds(6)
    place = trial.place(24)
    stem_cells = trial.of.rows[:, :, _STEM_CELLS] / capacity
    per_cell = stem_cells / _marrow_cells(trial)
    in_remission = responded & ~trial.is_severe[:, place]
    row = trial.of.rows[:, place]
    at_count = in_remission & (row[:, _PLATELETS] > 120.0) & (row[:, _PLATELETS] < 220.0)
    passed = []
    for person in np.flatnonzero(responded & (stem_cells[:, 1] < RESERVE_FRACTION)):
        places = np.flatnonzero((trial.of.days >= TREATMENT_DAY) & (stem_cells[person] >= RESERVE_FRACTION))
        if len(places):
            passed.append(trial.of.rows[person, places[0], _HEMOGLOBIN : _NEUTROPHILS + 1])
    is_told = len(passed) >= _FEWEST_AT_A_TENTH
    middle: np.ndarray = np.asarray(np.median(passed, axis=0)) if is_told else np.full(3, math.nan)
    return {
        "10 thrombopoietin in remission": _mean(row[at_count, _TPO]),
        "18 stem cells per marrow cell, diagnosis": _mean(per_cell[trial.severe, 0]),
        "18 stem cells per marrow cell, 1 year": _mean(per_cell[in_remission, trial.place(12)]),
        "18 stem cells per marrow cell, 2 years": _mean(per_cell[in_remission, place]),
        "19 hemoglobin at a tenth": float(middle[0]),
        "19 platelets at a tenth": float(middle[1]),
        "19 people who pass a tenth": len(passed) / max(1, int(responded.sum())),
        "20 base pairs lost in lasting cytopenia": _base_pairs(trial),
        "20 stem cells left in lasting cytopenia": _mean(_has_stem_cells(trial)[_nothing_helps(trial)]),
    }


def _constants(p: Parameters) -> SimpleNamespace:
    """The constants that the rates below read; these are called as plain Python, on arrays (`py_func`)."""
    names = (
        "cellularity_at_age_30_fraction", "cellularity_slope_fraction_per_decade",
        "thrombopoietin_stem_cell_activation_fold",
    )  # fmt: skip
    return SimpleNamespace(**{name: p[name] for name in names})


def _marrow_cells(trial: Trial) -> np.ndarray:
    """Blood-forming cells relative to health, from the cellularity."""
    normal = _RATES.normal_cellularity_fraction.py_func(AGE_YEARS, _constants(trial.p))
    seen = trial.of.rows[:, :, COLUMNS.index("marrow_cellularity_fraction")]
    return np.maximum(cells_of_cellularity(seen, normal), 1.0e-6)


def _nothing_helps(trial: Trial) -> np.ndarray:
    """Severe disease without response at six months and at two years."""
    return np.asarray(trial.severe & ~trial.responds(6, is_strict=True) & ~trial.responds(24, is_strict=True))


def _has_stem_cells(trial: Trial) -> np.ndarray:
    return np.asarray(np.nan_to_num(trial.of.rows[:, trial.place(_LATE_MONTHS), _STEM_CELLS]) >= 1.0)


def _base_pairs(trial: Trial) -> float:
    """Base pairs a year that stem cells lose beyond health where nothing helps and stem cells are left."""
    p, days = trial.p, trial.of.days
    failed = _nothing_helps(trial) & _has_stem_cells(trial)
    first, last = (TREATMENT_DAY + months * DAYS_PER_MONTH for months in (6.0, _LATE_MONTHS))
    rows = trial.of.rows[failed][:, (days > first) & (days <= last)]
    if not len(rows):
        return math.nan
    interferon = rows[:, :, COLUMNS.index("interferon")]
    own = _constants(p)
    own.niche_empty_division_fold = trial.of.regeneration_fold[failed][:, None]
    blocked = 1.0 / (1.0 + p["interferon_thrombopoietin_block_fold"] * interferon)
    signal = _RATES.thrombopoietin_signal.py_func(rows[:, :, _TPO], blocked, 0.0)
    room = np.maximum(1.0 - rows[:, :, COLUMNS.index("lost_niche")], 1.0e-4)
    occupancy = rows[:, :, _STEM_CELLS] / p["stem_cell_niche_capacity_cells"] / room
    fold = _RATES.niche_fold.py_func(occupancy, own) * _RATES.stem_cell_activation.py_func(signal, own)
    fold = fold / (1.0 + p["interferon_renewal_block_fold"] * interferon)
    per_year = 2.0 * p["telomere_loss_per_division_bp"] * DAYS_PER_YEAR / p["stem_cell_division_interval_days"]
    return per_year * (_mean(fold.ravel()) - 1.0)


def _presentation(t: dict[str, Trial]) -> dict[str, float]:
    trial = t["strict"]
    first = trial.of.rows[trial.severe, 0]
    return {
        "shown": _mean(t["horse"].of.has_shown),
        "severe at diagnosis": _mean(t["horse"].is_severe[t["horse"].of.has_shown, 0]),
        "days to diagnosis": _quantile(t["horse"].of.waited_days[t["horse"].of.has_shown]),
        "neutrophils at diagnosis": _quantile(first[:, _NEUTROPHILS]),
        "hemoglobin at diagnosis": _quantile(first[:, _HEMOGLOBIN]),
        "platelets at diagnosis": _quantile(first[:, _PLATELETS]),
    }


_READ: tuple[Callable[[dict[str, Trial]], dict[str, float]], ...] = (
    _responses, _registry, _relapse, _clones, _reserve, _presentation,
)  # fmt: skip
