"""What the fit tells: a record a clone, a record a gene, and tables of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hscape.exchange import Issue

#: Level of every interval that is told.
LEVEL_PERCENT = 95


@dataclass(frozen=True, slots=True)
class Estimate:
    """Median and 95 % interval."""

    median: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """As the command prints it."""
        return {"median": self.median, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """Share of cells over the visits, for the pictures: times, median, and 95 % interval, each of shape (visits,)."""

    years: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CloneGrowth:
    """What is known of one clone.

    Args:
        person: code of the person.
        id: name of the variant.
        gene: symbol, empty if not given.
        net_growth_per_year: fitness less the mean fitness of the marrow, averaged over the visits.
        fitness_per_year: net growth advantage in a marrow without other clones.
        onset_years: when the clone began, in the time of the table (an age where ages were given).
        size_first: cells at the first visit.
        size_last: cells at the last visit.
        p_growing: probability that it is a selected clone with net growth above zero.
        p_drift: probability that chance alone made it.
        p_error: probability that it is an error of sequencing at the place.
        learnt: share of the prior variance of fitness that its own readings removed, 0 to 1.
        verdict: growing; shrinking; drift, not selection; not learnt.
        group: name of the clone that the variant belongs to; variants of one group are in the same cells.
        p_same_group: probability of that, 1 where the variant is alone.
        parent: group that this one lies in (pigeonhole), empty if none.
        mean_fitness_others_per_year: that the clone competed with, seen clones only.
        prior_fitness_per_year: before its own readings.
        growth_on_treatment_per_year: net growth in time on treatment, None without such time.
        growth_off_treatment_per_year: net growth in time off treatment, None without such time.
        treatment_change_per_year: on less off.
        n_visits: number of visits.
        band: size over time.
        density: of fitness at `evidence.FINE`; of its prior; net growth there; the weights of these net growths; net
            growth and weight of a clone made by chance. For pictures and checks.
        remarks: what a reader should know.
    """

    person: str
    id: str
    gene: str
    net_growth_per_year: Estimate
    fitness_per_year: Estimate
    onset_years: Estimate
    size_first: Estimate
    size_last: Estimate
    p_growing: float
    p_drift: float
    p_error: float
    learnt: float
    verdict: str
    group: str
    p_same_group: float
    parent: str
    mean_fitness_others_per_year: float
    prior_fitness_per_year: Estimate
    growth_on_treatment_per_year: Estimate | None = None
    growth_off_treatment_per_year: Estimate | None = None
    treatment_change_per_year: Estimate | None = None
    n_visits: int = 0
    band: Band | None = None
    density: tuple[np.ndarray, ...] | None = field(default=None, repr=False)
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The record as the command prints it with ``--json``; intervals are of 95 %."""
        found: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            if name in ("band", "density"):
                continue
            value = getattr(self, name)
            found[name] = value.as_dict() if isinstance(value, Estimate) else value
        return found | {"interval_percent": LEVEL_PERCENT, "remarks": list(self.remarks)}


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneGrowth:
    """What is known of the clones of one gene.

    Args:
        gene: symbol.
        n_clones: how many.
        mean_fitness_per_year: of its clones, with the readings of all.
        median_net_growth_per_year: median over the clones of their medians.
        n_growing: clones called growing.
        treatment_change_per_year: growth on less off treatment, pooled; None without both.
        p_falls_on_treatment: probability that this change is negative; None without both.
        treatment_verdict: falls on treatment; rises on treatment; no change seen; empty without both.
    """

    gene: str
    n_clones: int
    mean_fitness_per_year: Estimate
    median_net_growth_per_year: float
    n_growing: int
    treatment_change_per_year: Estimate | None = None
    p_falls_on_treatment: float | None = None
    treatment_verdict: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The record as the command prints it with ``--json``; intervals are of 95 %."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {key: value.as_dict() if isinstance(value, Estimate) else value for key, value in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrowthFit:
    """Every clone and gene of a table.

    Args:
        clones: in the order of the table.
        genes: by symbol.
        issues: what was repaired or assumed in reading.
        learned: what was estimated from the whole table, by name with unit.
        trajectories: the readings, in the order of the clones.
        seed: that the caller gave; the fit itself draws nothing.
    """

    clones: tuple[CloneGrowth, ...]
    genes: tuple[GeneGrowth, ...]
    issues: tuple[Issue, ...] = ()
    learned: dict[str, float] = field(default_factory=dict)
    trajectories: tuple[Any, ...] = ()
    seed: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The content of the command's JSON answer."""
        return {
            "issues": [issue.as_dict() for issue in self.issues],
            "interval_percent": LEVEL_PERCENT,
            "learned": self.learned,
            "clones": [clone.as_dict() for clone in self.clones],
            "genes": [gene.as_dict() for gene in self.genes],
        }

    def clones_table(self) -> pd.DataFrame:
        """A row a clone; intervals as _low and _high columns."""
        return pd.DataFrame([_flat(clone.as_dict()) for clone in self.clones])

    def genes_table(self) -> pd.DataFrame:
        """A row a gene."""
        return pd.DataFrame([_flat(gene.as_dict()) for gene in self.genes])


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= {key: value["median"], f"{key}_low": value["low"], f"{key}_high": value["high"]}
        else:
            flat[key] = "; ".join(value) if isinstance(value, list) else value
    return flat
