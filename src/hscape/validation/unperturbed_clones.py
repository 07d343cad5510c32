"""Experiments on clones without disease: growth of single drivers, clonality over a life."""

from __future__ import annotations

import math

import numpy as np

from hscape.biology.influences import Aging
from hscape.dynamics.simulate import simulate
from hscape.parameters import Parameters
from hscape.patient import Founder, Patient
from hscape.units import DAYS_PER_YEAR

N_PEOPLE = 400  # standard error of a prevalence of 0.12: 0.016
YEAR = DAYS_PER_YEAR
LIFETIME_DAYS = 80 * YEAR
CLONE_CELL_FRACTION = 0.04  # a variant fraction of 0.02, heterozygous


def _growth_per_year(parameters: Parameters, driver: str, seed: int) -> float:
    """Growth of a clone of one percent over three years, by expectation."""
    capacity = parameters["stem_cell_niche_capacity_cells"]
    clone = Founder(
        name="clone",
        stem_cells=round(0.01 * capacity),
        fitness_per_year=parameters[f"driver_{driver}_fitness_per_year"],
    )
    history = simulate(
        Patient(parameters=parameters, clones=[clone]),
        days=3 * 364,
        seed=seed,
        kernel="mean",
        with_blood=False,
        clones_every_days=364,
        output_every_days=364,
    )
    sizes = history.clone_rows[history.clone_rows[:, 1] == 0][:, 2]
    return float(math.log(sizes[-1] / sizes[0]) / (3 * 364 / YEAR))


def growth(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """Growth of the drivers whose order is published."""
    names = ("DNMT3A_R882H", "DNMT3A_other", "TP53", "TET2", "U2AF1", "SRSF2_P95H")
    found = {name: _growth_per_year(parameters, name, seed) for name in names}
    pairs = (("DNMT3A_other", "TET2"), ("TP53", "TET2"), ("TET2", "U2AF1"), ("TET2", "SRSF2_P95H"))
    in_order = sum(found[slow] < found[fast] for slow, fast in pairs)
    return {"14": {"growth_per_year": found["DNMT3A_R882H"]}, "15": {"pairs_in_order": float(in_order)}}


def lifetime_clonality(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """Lives from birth to 80: how many clones, how much they hold, who carries a known driver."""
    patient = Patient(age_years=0, influences=[Aging()], drivers="all", parameters=parameters)
    numbers, shares, carriers = [], [], {35: 0, 75: 0}
    for number in range(N_PEOPLE):
        history = simulate(
            patient,
            days=LIFETIME_DAYS,
            seed=seed,
            number=number,
            with_blood=False,
            output_every_days=YEAR,
            clones_every_days=YEAR,
            report_fraction=0.005,
        )
        clones = history.clones[history.clones["clone"] != "ordinary"]
        year = (clones["day"] / YEAR).round().astype(int)
        last = clones[(year == 80) & (clones["stem_cell_fraction"] > 0.01)]["stem_cell_fraction"]
        numbers.append(len(last))
        shares.append(float(last.sum()))
        for age in carriers:
            large = clones[(year == age) & (clones["stem_cell_fraction"] >= CLONE_CELL_FRACTION)]
            carriers[age] += bool((~large["clone"].str.startswith("unassigned")).any())
    return {
        "13": {
            "clones": float(np.median(numbers)),
            "share_fraction": float(np.median(shares)),
            "clones_5th": float(np.quantile(numbers, 0.05)),
            "clones_95th": float(np.quantile(numbers, 0.95)),
            "share_5th": float(np.quantile(shares, 0.05)),
            "share_95th": float(np.quantile(shares, 0.95)),
        },
        "16": {"at_35_fraction": carriers[35] / N_PEOPLE, "at_75_fraction": carriers[75] / N_PEOPLE},
    }
