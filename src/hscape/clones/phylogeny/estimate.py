"""What a phylogeny says of a clone: growth rate, onset, size, and a verdict in words."""

from __future__ import annotations

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
    series_posterior,
)
from hscape.clones.phylogeny.numbers import number
from hscape.clones.phylogeny.posterior import Clades, Posterior, tree_posterior
from hscape.clones.phylogeny.shape import follows_growth
from hscape.errors import InputError
from hscape.parameters import Parameters, records


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
    def rate_per_year(self) -> Interval:
        """Net growth in an empty room, per year."""
        return Interval(**_named(self.posterior.rate_quantiles(level_shares())))

    @property
    def onset_years(self) -> Interval:
        """Time since the clone began with one cell, years before sampling."""
        return Interval(**_named(self.posterior.onset_quantiles(level_shares())))

    @property
    def size_cells(self) -> Interval:
        """Cells of the clone at sampling."""
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
        onset = self.onset_years
        found: dict[str, Any] = {
            "id": self.clone.name,
            "rate_per_year": self.rate_per_year.as_dict(),
            "onset_years": onset.as_dict(),
            "onset_years_means": "years before sampling",
            "n_tips": self.clone.n_tips,
            "method": self.method,
            "size_now": {"cells": self.size_cells.as_dict()},
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


def level_shares() -> np.ndarray:
    """Probabilities of the lower end, the middle and the upper end of an interval."""
    outside = 0.5 * (1.0 - number("tree_interval_share"))
    return np.array([outside, 0.5, 1.0 - outside])


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
) -> CloneGrowth:
    """Growth rate, onset and size of a clone from its tree, and from its allele fractions if given.

    Args:
        clone: a clone of an ultrametric tree in years.
        series: allele fractions of the same clone at two ages or more.
        sampled_age_years: age at which the colonies were taken.
        parameters: numbers of the model; the rate of division turns drift into cells.

    Returns:
        the growth of the clone with 95 % intervals.

    Raises:
        InputError: the clone is older than the person.

    Source:
        `hscape.clones.phylogeny.law` and `posterior`.
    """
    seen = clade_seen(clone, sampled_age_years)
    tree_alone = tree_posterior(seen)
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
        verdict=_verdict(clone, seen, both, tree_alone, alone, series, sampled_age_years, grown),
    )


def _verdict(
    clone: Clone, seen: Clades, both: Posterior, tree_alone: Posterior, alone: SeriesPosterior | None,
    series: Series | None, sampled_age_years: float | None, grown: population.Sizes,
) -> tuple[str, ...]:  # fmt: skip
    said = []
    if clone.n_tips < number("tree_few_samples_count"):
        said.append(f"Only {clone.n_tips} colonies: the prior has a visible part in the interval.")
    slowest = number("tree_rate_prior_min_per_year")
    if float(both.rate_quantiles(level_shares())[0]) < 2.0 * slowest:
        said.append(
            f"Growth is not told from none: the lower end of the rate lies at the slowest that the prior holds ({slowest:g} "
            "a year), and a tree cannot show a clone that shrinks."
        )
    if not follows_growth(seen.times_years):
        said.append(
            "The meetings of lineages do not follow steady exponential growth (Anderson-Darling test, 1 %); read the rate "
            "as an average, and see the population history."
        )
    largest = records()["stem_cell_niche_capacity_cells"].high
    if float(np.median(grown.cells_at(0.0))) > largest:
        said.append(
            f"Steady growth until sampling would give more stem cells than a marrow holds ({largest:.0e}): growth has slowed "
            "since, so the rate is that of the early clone, and its size now is not known from the tree."
        )
    if alone is not None and agreement_probability(tree_alone, alone) < number("tree_disagreement_probability"):
        said.append("Tree and allele fractions disagree about the rate; look at each alone before using them together.")
    if series is not None and sampled_age_years is None:
        said.append("The age at sampling is not given, so the tree does not know how full the clone was; give --age-years.")
    if series is not None and series.ceiling > number("vaf_ceiling_fraction"):
        said.append("Allele fractions above one half: loss of the other allele is allowed for.")
    return tuple(said)
