"""Clones beside PNH and HLA loss: which kind of the catalogue a measured clone is, and what is not known of it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, gammaincinv, ndtr

from hscape.biology.clone_kinds import CloneKind, catalogue_names, clone_kind, driver_kinds
from hscape.genome.iscn import read_karyotype
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR

#: Loss of chromosome 7 or 7q in words, as FISH and arrays tell it; not trisomy 7, not 17.
_LOSS_OF_7 = re.compile(r"monosomy[ _-]*7(?!\d)|(?<![\d\w])-7(?!\d)|del\(7\)|(?<!\d)7q-", re.IGNORECASE)
#: Kinds that arise while the marrow fails rather than before.
LATE = ("monosomy_7", "other_chromosome")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneSlot:
    """One measured clone.

    Args:
        label: as in the chart.
        kind: entry of the catalogue that it is taken for; None where the catalogue has none.
        is_late: True if it arises only in a failing marrow and was first found after day 0.
        first_day: day of the chart on which it was first found.
    """

    label: str
    kind: CloneKind | None
    is_late: bool
    first_day: float

    def numbers(self, z: np.ndarray, last_day: float, p: Parameters) -> dict[str, np.ndarray]:
        """Numbers of the slot from its six coordinates, shape (n, 6).

        A clone that arises only in a failing marrow is mostly born while many cells are left, so in the months in which
        the marrow empties unseen, long before day 0; the course then begins with the few cells that it soon is.
        """
        kind, n = self.kind, len(z)
        u = ndtr(z)
        is_of_failure = kind is not None and kind.arises_only_in_failure
        chance_late = p["chromosome_clone_late_probability" if is_of_failure else "measured_clone_late_probability"]
        late, share = u[:, 1] < chance_late, np.clip(u[:, 1] / chance_late, 0.0, 1.0)
        size = 10.0 ** (p["measured_clone_log10_cells"] + p["measured_clone_log10_cells_sd"] * z[:, 0])
        young = 10.0 ** (p["entering_clone_log10_cells"] + p["entering_clone_log10_cells_sd"] * z[:, 2])
        if is_of_failure:
            size = young
        entry = np.where(late, share * max(self.first_day, 1.0), 1.0e12)
        fitness = np.zeros(n)
        interferon = np.zeros(n)
        vulnerability = np.ones(n)
        if kind is None:
            fitness = p["unknown_clone_fitness_sd_per_year"] * z[:, 3]
        else:
            fitness = np.full(n, kind.fitness_per_year)
            if kind.fitness_shape > 0.0:
                fitness = (
                    kind.fitness_per_year
                    * gammaincinv(kind.fitness_shape, np.clip(u[:, 3], 1e-12, 1 - 1e-12))
                    / kind.fitness_shape
                )
            interferon = np.full(n, kind.interferon_fitness_per_year)
            vulnerability = np.full(n, kind.vulnerability_fraction)
            if kind.name == "BCOR":
                interferon = p["bcor_interferon_fitness_sd_per_year"] * z[:, 4]
                drawn = p["clone_BCOR_vulnerability_fraction"] + p["bcor_vulnerability_sd_fraction"] * z[:, 5]
                vulnerability = np.clip(drawn, p["bcor_vulnerability_low_fraction"], 1.0)
        return {
            "cells": np.where(late, 0.0, size),
            "entry_day": entry,
            "entry_cells": young,
            "fitness_per_day": fitness / DAYS_PER_YEAR,
            "interferon_fitness_per_day": interferon / DAYS_PER_YEAR,
            "vulnerability": vulnerability,
            "output": np.full(n, 1.0 if kind is None else kind.output_fraction),
        }


def is_loss_of_7(change: str) -> bool:
    """True for loss of chromosome 7 or of its long arm, from ISCN text or words."""
    clones = read_karyotype(change)
    if clones is None:
        return bool(_LOSS_OF_7.search(change))
    return any(one == "-7" or one.startswith("del(7)") for clone in clones for one in clone.abnormalities)


def find_kind(gene: str, variant: str, chromosome_change: str, p: Parameters) -> CloneKind | None:
    """The kind of the catalogue for a measured clone, None if there is none."""
    if chromosome_change:
        return clone_kind("monosomy_7" if is_loss_of_7(chromosome_change) else "other_chromosome", p)
    if gene in ("BCOR", "BCORL1"):
        return clone_kind("BCOR", p)
    if gene in catalogue_names():
        return clone_kind(gene, p)
    drivers = {kind.name: kind for kind in driver_kinds("known", p)}
    for name, kind in drivers.items():
        head, _, tail = name.partition("_")
        if head == gene and tail and tail in variant:
            return kind
    for name, kind in drivers.items():
        head, _, tail = name.partition("_")
        if head == gene and tail in ("", "other"):
            return kind
    return next((kind for name, kind in drivers.items() if name.split("_")[0] == gene), None)


@functools.lru_cache(maxsize=32)
def negative_binomial_quantiles(shape: float, mean: float, n: int = 4096) -> np.ndarray:
    """Cells of a kind that arose through life, at evenly spaced probabilities: neutral, with immigration.

    The distribution function of the negative binomial is a regularized incomplete beta function (`scipy.stats` says the
    same and takes a second to import).
    """
    u, p = (np.arange(n) + 0.5) / n, shape / (shape + mean)
    largest = 64
    while betainc(shape, largest + 1.0, p) < u[-1]:
        largest *= 2
    found = np.searchsorted(betainc(shape, np.arange(largest + 1) + 1.0, p), u).astype(float)
    found.setflags(write=False)
    return found


def life_long_cells(rate_per_year: float, age_years: float, p: Parameters) -> np.ndarray:
    """Quantiles of the cells of a neutral kind at an age.

    Mutants arise at a constant rate in a full niche and then drift: a birth-death process with immigration, whose size
    is negative binomial.
    """
    turnover = DAYS_PER_YEAR / p["stem_cell_division_interval_days"]
    arriving = rate_per_year * p["stem_cell_niche_capacity_cells"]
    return (
        negative_binomial_quantiles(arriving / turnover, arriving * max(age_years, 1.0), 4096)
        if arriving
        else np.zeros(4096)
    )
