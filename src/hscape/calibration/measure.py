"""The fitted figures on virtual trials: the same designs, definitions and rules as in validation.

Patients keep their draws when a number changes, so differences between two sets of numbers are far less noisy
than either figure alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from hscape.cohort import Design, load_design
from hscape.cohort.one_patient import run_patient
from hscape.cohort.summary import eligible, response_table
from hscape.parameters import Parameters
from hscape.registry import cumulative_incidence, time_to_event
from hscape.units import DAYS_PER_MONTH


class Fitted(NamedTuple):
    """One figure that is fitted: published value, standard error of the study, and where it is measured."""

    name: str
    published: float
    error: float
    design: str


#: Errors from the studies' own 95 % intervals: half their width over 1.96.
FITTED = (
    Fitted("21 horse, 6 months", 0.68, 0.061, "horse-or-rabbit"),
    Fitted("21b rabbit, 6 months", 0.37, 0.064, "horse-or-rabbit"),
    Fitted("22 horse, strict, 6 months", 0.41, 0.05, "race-like"),
    Fitted("22 horse, complete, 3 months", 0.10, 0.031, "race-like"),
    Fitted("23 with eltrombopag, strict, 6 months", 0.68, 0.048, "race-like"),
    Fitted("23 with eltrombopag, complete, 3 months", 0.22, 0.042, "race-like"),
    Fitted("28 relapse by 4 years", 0.39, 0.046, "with-eltrombopag-long"),
    Fitted("30 any evolution by 4 years", 0.15, 0.028, "with-eltrombopag-long"),
    Fitted("30 high-risk evolution by 4 years", 0.057, 0.018, "with-eltrombopag-long"),
)
#: Months of follow-up that the figures need; the rest of a design is not simulated.
NEEDED_MONTHS = {"horse-or-rabbit": 8.0, "race-like": 8.0, "with-eltrombopag-long": 50.0}


def designs() -> dict[str, Design]:
    """The designs, followed only as long as the figures need."""
    return {
        name: load_design(name).model_copy(update={"follow_up_months": months})
        for name, months in NEEDED_MONTHS.items()
    }


def run_design(design: Design, parameters: Parameters, *, patients: int, seed: int, workers: int) -> pd.DataFrame:
    """The patients' table of a design, without files."""
    rows = Parallel(n_jobs=workers, batch_size=8)(
        delayed(_row)(design, number, seed, parameters) for number in range(patients)
    )
    return pd.DataFrame(rows)


def _row(design: Design, number: int, seed: int, parameters: Parameters) -> dict[str, object]:
    return dict(run_patient(design, number, seed, parameters).row)


def incidence(table: pd.DataFrame, event: str, definition: str, months: float) -> float:
    """Cumulative incidence of an event by a month, transplant and death competing."""
    times = time_to_event(eligible(table), event, definition=definition)
    if times.empty:
        return math.nan
    days = times["days"].to_numpy(float)
    curve = cumulative_incidence(days.tolist(), times["event"], cause=event, may_be_absent=True)
    index = int(np.searchsorted(curve.days, months * DAYS_PER_MONTH, side="right")) - 1
    return float(curve.estimate[index]) if index >= 0 else 0.0


def _shares(table: pd.DataFrame, design: Design, definition: str, arm: int, month: int) -> tuple[float, float]:
    arms = [item.name for item in design.arms]
    rows = response_table(table, arms, [definition])
    row = rows[(rows["arm"] == arms[arm]) & (rows["month"] == month)].iloc[0]
    return float(row["share"]), float(row["complete_share"])


def measure(
    parameters: Parameters,
    *,
    patients: int,
    seed: int,
    workers: int,
    progress: Callable[[str], None] | None = None,
) -> dict[str, float]:
    """Every fitted figure with these numbers.

    Args:
        parameters: the numbers in force.
        patients: virtual patients a design, before eligibility.
        seed: 0 to 2**63 - 1.
        workers: processes.
        progress: called with the name of each design that is done.
    """
    found: dict[str, float] = {}
    for name, design in designs().items():
        table = run_design(design, parameters, patients=patients, seed=seed, workers=workers)
        if name == "horse-or-rabbit":
            found["21 horse, 6 months"] = _shares(table, design, "nih", 0, 6)[0]
            found["21b rabbit, 6 months"] = _shares(table, design, "nih", 1, 6)[0]
        elif name == "race-like":
            for arm, label in ((0, "22 horse"), (1, "23 with eltrombopag")):
                found[f"{label}, strict, 6 months"] = _shares(table, design, "race", arm, 6)[0]
                found[f"{label}, complete, 3 months"] = _shares(table, design, "race", arm, 3)[1]
        else:
            found["28 relapse by 4 years"] = incidence(table, "relapse", "nih", 48.0)
            found["30 any evolution by 4 years"] = incidence(table, "evolution", "nih", 48.0)
            found["30 high-risk evolution by 4 years"] = incidence(high_risk_only(table), "evolution", "nih", 48.0)
        if progress:
            progress(name)
    return {item.name: found[item.name] for item in FITTED}


def high_risk_only(table: pd.DataFrame) -> pd.DataFrame:
    """The table with only high-risk evolution counted as evolution; other findings leave a person free of it."""
    other = table["evolution"] != "high-risk evolution"
    changed = table.copy()
    changed.loc[other, ["evolution_day", "evolution_first_day"]] = np.nan
    return changed
