"""What a simulated course comes to: recovered, free of transfusion, responding, relapsed, alive; on arrays of rows."""

from __future__ import annotations

import numpy as np

from hscape.care.outcomes import background_death_per_year, bleeding_fold, infection_fold
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR

_HB, _PLT, _ANC, _RET = 1, 2, 3, 4
#: Weeks above the triggers that make a course free of transfusions.
FREE_WEEKS = 8


def is_recovered(row: np.ndarray, p: Parameters) -> np.ndarray:
    """Counts that call a marrow recovered; rows of the course, shape (..., n_columns)."""
    return (
        (row[..., _ANC] >= p["road_neutrophils_1e9_per_l"])
        & (row[..., _PLT] >= p["road_platelets_1e9_per_l"])
        & (row[..., _HB] >= p["road_hemoglobin_g_per_dl"])
    )


def is_severe(row: np.ndarray, p: Parameters) -> np.ndarray:
    """Two of three counts in the severe range."""
    low = (
        (row[..., _ANC] < p["care_severe_neutrophils_1e9_per_l"]).astype(int)
        + (row[..., _PLT] < p["care_severe_platelets_1e9_per_l"])
        + (
            (row[..., _RET] < p["care_severe_reticulocytes_1e9_per_l"])
            & (row[..., _HB] < p["care_severe_reticulocytes_hemoglobin_g_per_dl"])
        )
    )
    return low >= 2


def needs_no_transfusion(row: np.ndarray, p: Parameters) -> np.ndarray:
    """Counts above the triggers of transfusion."""
    return (row[..., _HB] >= p["red_cell_transfusion_trigger_g_per_dl"]) & (
        row[..., _PLT] >= p["platelet_transfusion_trigger_1e9_per_l"]
    )


def free_from(weeks: np.ndarray, p: Parameters) -> np.ndarray:
    """First week from which a course stays free for `FREE_WEEKS`; the number of weeks if never.

    Args:
        weeks: weekly rows without transfusions, shape (n, n_weeks, n_columns).
        p: the numbers in force.
    """
    is_free = needs_no_transfusion(weeks, p)
    n, n_weeks = is_free.shape
    found = np.full(n, n_weeks)
    for start in range(n_weeks - FREE_WEEKS, -1, -1):
        found = np.where(is_free[:, start : start + FREE_WEEKS].all(axis=1), start, found)
    return found


def death_weeks(
    weeks: np.ndarray, age_years: float, sex: str, p: Parameters, random: np.random.Generator
) -> np.ndarray:
    """Week of death by infection, bleeding or what people of this age die of; the number of weeks if none.

    Args:
        weeks: weekly rows, shape (n, n_weeks, n_columns).
        age_years: at the first row.
        sex: for the background.
        p: hazards.
        random: one draw a course.
    """
    n, n_weeks = weeks.shape[:2]
    ages = age_years + np.arange(n_weeks) * (7.0 / DAYS_PER_YEAR)
    older = p["death_hazard_per_decade_fold"] ** ((ages - 40.0) / 10.0)
    hazard = (infection_fold(weeks[..., _ANC], p) - 1.0) * p["infection_death_base_per_year"] * older
    bleeding = np.maximum(bleeding_fold(weeks[..., _PLT], p) - p["bleeding_hazard_above_80_fold"], 0.0)
    hazard = hazard + bleeding * p["bleeding_death_base_per_year"] * older
    hazard = hazard + background_death_per_year(ages, sex, p)
    passed = np.cumsum(hazard * 7.0 / DAYS_PER_YEAR, axis=1)
    drawn = np.asarray(random.exponential(size=(n,)))
    is_dead = passed > drawn[:, None]
    return np.where(is_dead.any(axis=1), is_dead.argmax(axis=1), n_weeks)
