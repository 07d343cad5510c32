"""Experiments on a marrow at rest: production, lifespans, stem-cell numbers."""

from __future__ import annotations

import math

import numpy as np

from hscape.biology.balance import LN2
from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence, Jump
from hscape.dynamics.simulate import simulate
from hscape.history import History
from hscape.parameters import Parameters
from hscape.patient import Patient
from hscape.units import DAYS_PER_YEAR


class ProductionStop(Influence):
    """The marrow makes nothing more from a day on; what has left it lives on."""

    def __init__(self, day: float, pools: tuple[str, ...]) -> None:
        self.day, self.pools = day, pools

    def jumps(self, context: Context) -> list[Jump]:
        """The pools are emptied."""
        return [Jump(day=self.day, target=pool, factor=0.0) for pool in self.pools]

    def changes(self, context: Context) -> list[Change]:
        """Nothing enters any line."""
        return [Change(channel=Channel.PROGENITOR_OUTPUT, start_day=self.day, factor=0.0)]


def first_day(days: np.ndarray, values: np.ndarray, level: float, *, below: bool, after: int = 0) -> float:
    """Day on which a curve first passes a level, between rows by a straight line; infinite if never."""
    passed = values < level if below else values > level
    passed[:after] = False
    hits = np.flatnonzero(passed)
    if len(hits) == 0:
        return math.inf
    i = int(hits[0])
    if i == 0 or i == after:
        return float(days[i])
    step = values[i] - values[i - 1]
    return float(days[i - 1] + (level - values[i - 1]) / step * (days[i] - days[i - 1]))


def _at_rest(parameters: Parameters, seed: int) -> History:
    return simulate(Patient(parameters=parameters), days=364, seed=seed, kernel="mean")


def production(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """Cells made a day and time spent, from pool sizes and losses at rest."""
    history = _at_rest(parameters, seed)
    last, c = history.counts.iloc[-1], history.constants
    liters = float(last["blood_volume_liters"])
    reticulocytes = last["reticulocytes_1e9_per_l"] * 1e9 * liters
    red_cells = reticulocytes / _reticulocyte_days(history)
    all_neutrophils = last["neutrophils_1e9_per_l"] * 1e9 * liters / (1.0 - parameters["neutrophil_marginal_fraction"])
    neutrophils = all_neutrophils * c["neutrophil_loss_per_day"]
    monocytes = last["monocytes_1e9_per_l"] * 1e9 * liters * c["monocyte_loss_per_day"]
    lymphocytes = last["lymphocytes_1e9_per_l"] * 1e9 * liters * c["lymphocyte_loss_per_day"]
    transit = parameters["neutrophil_maturation_days"] + parameters["neutrophil_reserve_days"]
    return {
        "1": {"red_cells_per_day": float(red_cells)},
        "2": {"half_life_hours": 24.0 * LN2 / float(c["neutrophil_loss_per_day"]), "transit_days": transit},
        "4": {"cells_per_day": float(red_cells + neutrophils + monocytes + lymphocytes)},
    }


def _reticulocyte_days(history: History) -> float:
    from hscape.biology import rates

    return float(rates.reticulocyte_blood_days(history.pool("erythropoietin")[-1], history.constants))


def platelet_disappearance(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """Platelets after all production stops."""
    stop = ProductionStop(7.0, ("megakaryocyte_progenitors", "megakaryocytes"))
    history = simulate(
        Patient(parameters=parameters, influences=[stop]), days=28, seed=seed, kernel="mean", output_every_days=0.25
    )
    left = history.counts["platelets_1e9_per_l"].to_numpy() / history.counts["platelets_1e9_per_l"].iloc[0]
    days = history.days - 7.0
    return {
        "3": {
            "day_of_one_fifth": first_day(days, left, 0.2, below=True),
            "left_on_day_10_fraction": float(np.interp(10.0, days, left)),
        }
    }


def stem_cell_numbers(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """Stem cells and their turnover over ten years at rest."""
    history = simulate(Patient(parameters=parameters), days=3640, seed=seed, with_blood=False, output_every_days=91)
    number = float(history.stem_cells.mean())
    years = parameters["stem_cell_division_interval_days"] / DAYS_PER_YEAR
    return {"12": {"stem_cells": number, "n_tau_cell_years": number * years}}
