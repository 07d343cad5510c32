"""What a phylogeny says of a clone: growth rate, onset, size, and a verdict in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hscape.clones.phylogeny import population
from hscape.clones.phylogeny.clades import Clone
from hscape.clones.phylogeny.fractions import Series
from hscape.clones.phylogeny.joint import (
    SeriesPosterior,
    agreement_probability,
    joint_posterior,
    logistic_posterior,
    series_posterior,
)
from hscape.clones.phylogeny.numbers import number
from hscape.clones.phylogeny.posterior import Clades, Posterior, tree_posterior
from hscape.clones.phylogeny.shape import follows_growth
from hscape.clones.phylogeny.verdict import fits_marrow, in_words, level_shares
from hscape.errors import InputError
from hscape.parameters import Parameters

GROWTH = ("auto", "exponential", "logistic")


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Median and interval of a number."""

    median: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """As JSON, with the probability inside."""
        return {"median": self.median, "low": self.low, "high": self.high, "level": number("tree_interval_share")}


@dataclass(frozen=True, kw_only=True)
class CloneGrowth:
    """Growth of one clone.

    Args:
        clone: which part of which tree.
        method: ``tree``, or ``tree and VAF``.
        posterior: from all that was given.
        tree_posterior: from the tree alone.
        series: allele fractions, if any, with the posterior from them alone.
        sampled_age_years: age at which the colonies were taken, if known.
        sizes: sizes of the clone.
        verdict: what the numbers mean, one sentence each.
    """

    clone: Clone
    method: str
    posterior: Posterior
    tree_posterior: Posterior
    series: Series | None
    series_posterior: SeriesPosterior | None
    sampled_age_years: float | None
    sizes: population.Sizes
    verdict: tuple[str, ...] = field(default=())

    @property
    def growth(self) -> str:
        """Law of growth that the estimate rests on: exponential or logistic."""
        return "logistic" if self.posterior.is_logistic else "exponential"

    @property
    def rate_per_year(self) -> Interval:
        """Net growth in an empty room, per year."""
        return Interval(**_named(self.posterior.rate_quantiles(level_shares())))

    @property
    def onset_years(self) -> Interval:
        """Time since the clone began with one cell, years before sampling."""
        return Interval(**_named(self.posterior.onset_quantiles(level_shares())))

    @property
    def size_cells(self) -> Interval | None:
        """Cells of the clone at sampling; None if growth at this rate would have outgrown the marrow."""
        return self.size_if_steady_cells if fits_marrow(self.sizes) else None

    @property
    def size_if_steady_cells(self) -> Interval:
        """Cells of the clone at sampling if it grew until then as the posterior says."""
        return Interval(**_named(np.quantile(self.sizes.cells_at(0.0), level_shares())))

    def population(self) -> pd.DataFrame:
        """Cells of the clone over time."""
        return population.history(
            self.sizes, self.posterior.clade.latest_onset_years, level_shares(), self.sampled_age_years
        )

    def skyline(self) -> pd.DataFrame:
        """Cells between meetings of lineages, without assuming growth."""
        middle = float(np.median(self.sizes.division_per_year))
        return population.skyline(self.posterior.clade.times_years, level_shares(), middle)

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        onset, size = self.onset_years, self.size_cells
        found: dict[str, Any] = {
            "id": self.clone.name,
            "rate_per_year": self.rate_per_year.as_dict(),
            "onset_years": onset.as_dict(),
            "onset_years_means": "years before sampling",
            "n_tips": self.clone.n_tips,
            "method": self.method,
            "growth": self.growth,
            "size_now": {"cells": None if size is None else size.as_dict()},
            "size_if_steady": {"cells": self.size_if_steady_cells.as_dict()},
            "verdict": list(self.verdict),
            "notes": list(self.clone.notes),
            "population": self.population().to_dict(orient="records"),
        }
        if self.sampled_age_years is not None:
            age = self.sampled_age_years
            aged = Interval(median=age - onset.median, low=age - onset.high, high=age - onset.low)
            found["onset_age_years"] = aged.as_dict()
        if self.series_posterior is not None:
            alone = self.tree_posterior.rate_quantiles(level_shares())
            found["rate_per_year_tree_alone"] = Interval(**_named(alone)).as_dict()
            found["rate_per_year_vaf_alone"] = Interval(
                **_named(self.series_posterior.rate_quantiles(level_shares()))
            ).as_dict()
            found["agreement_probability"] = agreement_probability(self.tree_posterior, self.series_posterior)
        return found


def _tree_alone(seen: Clades, growth: str) -> Posterior:
    """Posterior from the tree, with the law of growth that was asked for or that the meetings ask for."""
    steady = tree_posterior(seen)
    if growth == "exponential" or (growth == "auto" and follows_growth(seen.times_years)):
        return steady
    level = logistic_posterior(seen)
    is_better = level.log_evidence - steady.log_evidence > math.log(number("tree_growth_evidence_fold"))
    return level if growth == "logistic" or is_better else steady


def _named(values: Sequence[float] | np.ndarray) -> dict[str, float]:
    return {"low": float(values[0]), "median": float(values[1]), "high": float(values[2])}


def clade_seen(clone: Clone, sampled_age_years: float | None, where: str = "tree") -> Clades:
    """Coalescence times of a clone, and between which bounds it began.

    The clone began on the branch above its first meeting of lineages: not before the node above it, or, where the
    tree shows none, not before the conception of a person of this age, or of the oldest person.

    Raises:
        InputError: the clone is older than the person.
    """
    times = clone.tree.coalescence_years()
    first = float(times[0])
    before_birth = number("tree_before_birth_years")
    if sampled_age_years is not None and first > (sampled_age_years + before_birth) * (
        1.0 + number("tree_mended_deviation_share")
    ):
        raise InputError(
            f"{where}: lineages of clone '{clone.name}' meet {first:.4g} years before sampling, but the person was "
            f"{sampled_age_years:g} years old; correct the age, or give branch lengths in years."
        )
    earliest = number("tree_oldest_onset_years") if sampled_age_years is None else sampled_age_years + before_birth
    stem = clone.tree.stem_years
    last = min(first + stem, earliest) if stem > 0.0 else earliest
    return Clades(times_years=times, latest_onset_years=first, earliest_onset_years=max(last, first * (1.0 + 1e-6)))


def estimate_growth(
    clone: Clone,
    *,
    series: Series | None = None,
    sampled_age_years: float | None = None,
    parameters: Parameters | None = None,
    growth: str = "auto",
) -> CloneGrowth:
    """Growth rate, onset and size of a clone from its tree, and from its allele fractions if given.

    Args:
        clone: a clone of an ultrametric tree in years.
        series: allele fractions of the same clone at two ages or more.
        sampled_age_years: age at which the colonies were taken.
        parameters: numbers of the model; the rate of division turns drift into cells.
        growth: of the tree alone: ``exponential`` until sampling; ``logistic`` towards a size that it may have come
            near; ``auto`` takes the second if the meetings do not look like the first and fit the second far better.
            With allele fractions and an age growth is logistic in any case.

    Returns:
        the growth of the clone with 95 % intervals.

    Raises:
        InputError: the clone is older than the person, or the growth is not known.

    Source:
        `hscape.clones.phylogeny.law` and `posterior`.
    """
    seen = clade_seen(clone, sampled_age_years)
    if growth not in GROWTH:
        raise InputError(f"growth: '{growth}' is not known; give one of {', '.join(GROWTH)}.")
    tree_alone = _tree_alone(seen, growth)
    alone = series_posterior(series) if series is not None else None
    both = joint_posterior(seen, series, sampled_age_years) if series is not None else tree_alone
    grown = population.sizes(both, clone.n_tips, parameters or Parameters())
    return CloneGrowth(
        clone=clone,
        method="tree" if series is None else "tree and VAF",
        posterior=both,
        tree_posterior=tree_alone,
        series=series,
        series_posterior=alone,
        sampled_age_years=sampled_age_years,
        sizes=grown,
        verdict=in_words(clone, seen, both, tree_alone, alone, series, sampled_age_years, grown),
    )
