"""Standard normal coordinates of a person, and the numbers that they stand for.

Every unknown is a standard normal number under the prior, so that a sampler may move in a space without bounds or
units; this file is the one place where such a number becomes a killing rate, a set point or the size of a clone. The
formulas are those by which virtual patients are drawn (`cohort.population.draw_case`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from hscape.dynamics.coarse_record import DONOR, N_SLOTS
from hscape.inference.slots import CloneSlot
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR

#: Coordinates of every person, in order; each further clone adds those of `CLONE_COORDINATES`.
COORDINATES = (
    "killing", "tolerated_antigen", "suppression", "cyclosporine_sensitivity", "attack_seed", "regeneration",
    "globulin", "hemoglobin_set_point", "platelets_set_point", "neutrophils_set_point", "lymphocytes_set_point",
    "shown", "restriction", "transient", "end_of_attack",
    "piga_vulnerability", "piga_at_start", "hla_at_start",
)  # fmt: skip
CLONE_COORDINATES = ("size", "entry", "entry_size", "fitness", "interferon_fitness", "vulnerability")
#: Numbers of a person beside those of the slots, in order.
NUMBERS = (
    "attack_seed_fold", "killing_per_day", "tolerated_antigen_fraction", "suppression_fold",
    "cyclosporine_sensitivity_fold", "globulin_fold", "end_day", "regeneration_fold", "hemoglobin_factor",
    "platelets_factor", "neutrophils_factor", "lymphocytes_factor", "shown_level",
)  # fmt: skip
SLOT_NUMBERS = (
    "cells", "vulnerability", "fitness_per_day", "interferon_fitness_per_day", "origin_per_day", "output",
    "entry_day", "entry_cells",
)  # fmt: skip
N_NUMBERS = len(NUMBERS) + len(SLOT_NUMBERS) * N_SLOTS
AT = {name: i for i, name in enumerate(NUMBERS)}
PNH, HLA, FIRST_OTHER = 1, 2, 3
NEVER = 1.0e12


def slot_column(name: str, slot: int) -> int:
    """Column of a slot's number."""
    return len(NUMBERS) + SLOT_NUMBERS.index(name) * N_SLOTS + slot


class Coordinates(NamedTuple):
    """Names of all coordinates of a chart's person."""

    names: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many."""
        return len(self.names)


def coordinates(clones: tuple[CloneSlot, ...]) -> Coordinates:
    """The coordinates of a person with these further clones."""
    return Coordinates(
        COORDINATES + tuple(f"{what} of {clone.label}" for clone in clones for what in CLONE_COORDINATES)
    )


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """From coordinates to numbers, for the person of one chart.

    Args:
        parameters: medians and spreads in force (the analysis prior).
        age_years: age on day 0.
        last_day: last day of the chart; later clones enter before it.
        clones: measured clones beside PNH and HLA loss.
        piga_quantiles: cells of PNH clones at the start, at evenly spaced probabilities.
        hla_quantiles: cells of HLA-lost clones, likewise.
    """

    parameters: Parameters
    age_years: float
    last_day: float
    clones: tuple[CloneSlot, ...]
    piga_quantiles: np.ndarray
    hla_quantiles: np.ndarray

    def numbers(self, z: np.ndarray) -> np.ndarray:
        """Numbers of persons.

        Args:
            z: coordinates, shape (n, n_coordinates).

        Returns:
            shape (n, n_numbers).
        """
        p, n = self.parameters, len(z)
        found = np.zeros((n, N_NUMBERS))
        self._attack(z, found)
        older = 1.0 - p["regeneration_loss_per_decade"] * (self.age_years - 40.0) / 10.0
        empty = p["niche_empty_division_fold"]
        found[:, AT["regeneration_fold"]] = np.maximum(
            1.2, 1.0 + (empty - 1.0) * older * np.exp(p["regeneration_log_sd"] * z[:, 5])
        )
        found[:, AT["hemoglobin_factor"]] = np.exp(p["hemoglobin_set_point_log_sd"] * z[:, 7])
        for index, name in enumerate(("platelets", "neutrophils", "lymphocytes"), start=8):
            found[:, AT[f"{name}_factor"]] = np.exp(p["set_point_log_sd"] * z[:, index])
        found[:, AT["shown_level"]] = z[:, 11]
        self._slots(z, found)
        return found

    def _attack(self, z: np.ndarray, found: np.ndarray) -> None:
        p = self.parameters

        def spread(name: str, sd: str, index: int) -> np.ndarray:
            return p[name] * np.exp(p[sd] * z[:, index])

        found[:, AT["killing_per_day"]] = spread("attack_killing_per_day", "attack_killing_log_sd", 0)
        tolerated = spread("attack_tolerated_antigen_fraction", "attack_tolerated_antigen_log_sd", 1)
        found[:, AT["tolerated_antigen_fraction"]] = np.minimum(0.95, tolerated)
        found[:, AT["suppression_fold"]] = spread("attack_suppression_fold", "attack_suppression_log_sd", 2)
        found[:, AT["cyclosporine_sensitivity_fold"]] = spread(
            "cyclosporine_sensitivity_fold", "cyclosporine_sensitivity_log_sd", 3
        )
        found[:, AT["attack_seed_fold"]] = np.minimum(0.1, spread("attack_seed_fold", "attack_seed_log_sd", 4))
        found[:, AT["globulin_fold"]] = np.exp(p["atg_log_kill_log_sd"] * z[:, 6])
        is_transient = ndtr(z[:, 13]) < p["transient_attack_probability"]
        end = -p["transient_attack_end_days"] * np.log1p(-np.minimum(ndtr(z[:, 14]), 1.0 - 1e-16))
        found[:, AT["end_day"]] = np.where(is_transient, end, NEVER)

    def _slots(self, z: np.ndarray, found: np.ndarray) -> None:
        p = self.parameters
        for slot in range(N_SLOTS):
            found[:, slot_column("vulnerability", slot)] = 1.0
            found[:, slot_column("output", slot)] = 1.0
            found[:, slot_column("entry_day", slot)] = NEVER
        found[:, slot_column("vulnerability", DONOR)] = 0.0  # the attacking cells are gone with the patient's own
        found[:, slot_column("cells", 0)] = p["stem_cell_niche_capacity_cells"]
        low, high = p["piga_vulnerability_low_fraction"], p["piga_vulnerability_high_fraction"]
        found[:, slot_column("vulnerability", PNH)] = low + (high - low) * ndtr(z[:, 15])
        found[:, slot_column("origin_per_day", PNH)] = p["clone_PIGA_rate_per_year"] / DAYS_PER_YEAR
        found[:, slot_column("cells", PNH)] = quantile(self.piga_quantiles, ndtr(z[:, 16]))
        is_restricted = ndtr(z[:, 12]) < p["hla_restricted_probability"]
        found[:, slot_column("vulnerability", HLA)] = np.where(is_restricted, 1.0 - p["hla_restricted_share"], 1.0)
        rate = p["clone_HLA_allele_mutation_rate_per_year"] + p["clone_HLA_6p_CN_LOH_rate_per_year"]
        found[:, slot_column("origin_per_day", HLA)] = rate / DAYS_PER_YEAR
        found[:, slot_column("cells", HLA)] = quantile(self.hla_quantiles, ndtr(z[:, 17]))
        for index, clone in enumerate(self.clones):
            first = len(COORDINATES) + index * len(CLONE_COORDINATES)
            block = z[:, first : first + len(CLONE_COORDINATES)]
            for name, values in clone.numbers(block, self.last_day, p).items():
                found[:, slot_column(name, FIRST_OTHER + index)] = values


def quantile(table: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Values of a distribution at probabilities, from its values at evenly spaced ones."""
    return np.interp(u, (np.arange(len(table)) + 0.5) / len(table), table)
