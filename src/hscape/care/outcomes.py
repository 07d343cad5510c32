"""Infection, bleeding, evolution and death: hazards from the counts of the course, drawn week by week.

Hazards multiply: neutrophils for infection, platelets for bleeding, age, and the era of care; the background
is that of people of the same age and sex. Reserve enters through the counts, and through whether a low count
lasts. Leaves out: site and germ, effects of an infection on the counts, thrombosis and hemolysis of PNH.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hscape.care.records import Happening
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

HIGH_RISK = ("monosomy 7",)
EVOLUTIONS = ("monosomy 7", "other chromosome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a course ends and what happens on the way."""

    death_day: float | None
    happenings: tuple[Happening, ...]


def infection_fold(neutrophils_1e9_per_l: np.ndarray, p: Parameters) -> np.ndarray:
    """Relative hazard of infection at neutrophil counts (any shape); one above 1e9/L."""
    found = np.ones_like(neutrophils_1e9_per_l)
    for limit, name in ((1.0, "1"), (0.5, "half"), (0.2, "fifth"), (0.1, "tenth")):
        found[neutrophils_1e9_per_l < limit] = p[f"infection_hazard_below_{name}_fold"]
    return found


def bleeding_fold(platelets_1e9_per_l: np.ndarray, p: Parameters) -> np.ndarray:
    """Relative hazard of bleeding at platelet counts: nearly flat from 80 down to 6, then steep."""
    steep = p["bleeding_hazard_below_5_fold"]
    is_mild = platelets_1e9_per_l > p["bleeding_mild_platelets_1e9_per_l"]
    found = np.where(is_mild, p["bleeding_hazard_above_80_fold"], 1.0)
    return np.where(platelets_1e9_per_l <= p["bleeding_steep_platelets_1e9_per_l"], steep, found)


def background_death_per_year(age_years: np.ndarray, sex: str, p: Parameters) -> np.ndarray:
    """Death rate of the general population at ages (any shape)."""
    at_40 = p[f"background_death_at_40_{sex}_per_year"]
    return at_40 * 2.0 ** ((age_years - 40.0) / p["background_death_doubling_years"])


def evolution_days(clones: pd.DataFrame, p: Parameters) -> dict[str, float]:
    """Day on which a chromosomal clone is first found by karyotype: kind -> day."""
    found: dict[str, float] = {}
    for kind in EVOLUTIONS:
        rows = clones[clones["clone"].str.startswith(kind)]
        if rows.empty:
            continue
        held = rows.groupby("day")["early_progenitor_fraction"].sum()
        large = held[held >= p["evolution_clone_fraction"]]
        if len(large):
            found[kind] = float(large.index[0])
    return found


def draw_outcome(
    counts: pd.DataFrame,
    clones: pd.DataFrame,
    *,
    sex: str,
    era: str,
    since_day: float,
    parameters: Parameters,
    random: np.random.Generator,
    procedure_deaths: Sequence[tuple[float, float]] = (),
) -> Outcome:
    """Draw what happens from diagnosis on.

    Args:
        counts: table of the course with its regular rows.
        clones: clone table of the course.
        sex: for the background.
        era: of care.
        since_day: day of diagnosis.
        parameters: the numbers in force.
        random: generator of this patient's outcomes.
        procedure_deaths: (day, chance) of death by a procedure within a year, for example a transplant.
    """
    p = parameters
    rows = counts[counts["day"] >= since_day]
    days, ages = rows["day"].to_numpy(), rows["age_years"].to_numpy()
    weeks = np.diff(days, append=days[-1] + 7.0) / DAYS_PER_YEAR
    older = p["death_hazard_per_decade_fold"] ** ((ages - 40.0) / 10.0)
    care = p["era_1970s_death_fold"] if era == "1970s" else 1.0
    infection = infection_fold(rows["neutrophils_1e9_per_l"].to_numpy(), p)
    bleeding = bleeding_fold(rows["platelets_1e9_per_l"].to_numpy(), p)
    evolved = evolution_days(clones, p)
    after = np.zeros_like(days)
    for kind, day in evolved.items():
        if kind in HIGH_RISK:
            after[days >= day] = p["high_risk_evolution_death_per_year"]
    causes = {
        "infection": (infection - 1.0) * p["infection_death_base_per_year"] * older * care,
        "bleeding": np.maximum(bleeding - p["bleeding_hazard_above_80_fold"], 0.0)
        * p["bleeding_death_base_per_year"]
        * older
        * care,
        "malignancy": after,
        "other": background_death_per_year(ages, sex, p),
    }
    death_day, cause = _first_death(days, weeks, causes, random)
    for day, chance in procedure_deaths:
        if random.random() < chance:
            shapes = p["transplant_death_time_first_shape"], p["transplant_death_time_second_shape"]
            at = day + p["transplant_death_within_days"] * random.beta(*shapes)
            if death_day is None or at < death_day:
                death_day, cause = at, "transplant"
    happened = [
        Happening(day=day, kind="evolution", detail=kind.replace("other chromosome", "del(13q)"))
        for kind, day in evolved.items()
        if day >= since_day
    ]
    rate = infection * p["serious_infection_base_per_year"] * weeks
    for index in np.flatnonzero(random.random(len(days)) < -np.expm1(-rate)):
        happened.append(Happening(day=float(days[index]), kind="infection", detail="serious infection"))
    if death_day is not None:
        happened = [item for item in happened if item.day <= death_day]
        happened.append(Happening(day=float(death_day), kind="death", detail=cause))
    return Outcome(death_day=death_day, happenings=tuple(sorted(happened, key=lambda item: (item.day, item.kind))))


def _first_death(
    days: np.ndarray, weeks: np.ndarray, causes: dict[str, np.ndarray], random: np.random.Generator
) -> tuple[float | None, str]:
    """Earliest of the competing causes, each with a draw of its own: (day, cause)."""
    best: tuple[float | None, str] = (None, "")
    for cause, rate in causes.items():
        cumulative = np.cumsum(np.maximum(rate, 0.0) * weeks)
        index = int(np.searchsorted(cumulative, random.exponential()))
        if index < len(days) and (best[0] is None or days[index] < best[0]):
            best = (float(days[index]), cause)
    return best
