"""Tree and allele fractions of one clone together: one growth rate, one logistic course, two likelihoods.

They share the rate, and how full the clone was when the colonies were taken: a clone near its ceiling has
grown slowly of late, which the tree alone would take for slow growth throughout.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hscape.clones.phylogeny.fractions import Series
from hscape.clones.phylogeny.law import EXPONENTIAL
from hscape.clones.phylogeny.numbers import number
from hscape.clones.phylogeny.posterior import (
    CENTER_REACH,
    COARSE,
    FINE,
    NEGLIGIBLE,
    Clades,
    Posterior,
    cell_area,
    closed_in,
    log_likelihood,
    quantiles,
)

#: When growth was fastest, before sampling, relative to the first meeting of lineages: the grid of how full the clone
#: was, as its log odds are the rate times this. Below zero growth would have been fastest after sampling.
FASTEST = np.linspace(-1.5, 1.0, 51)
#: Points of the center, and of the rate in the last grid; twice as many move no quantile by a thousandth.
CENTERS, RATES = 25, 61


def rate_box() -> tuple[float, float]:
    """Logarithms of the slowest and the fastest rate of the prior."""
    return float(np.log(number("tree_rate_prior_min_per_year"))), float(np.log(number("tree_rate_prior_max_per_year")))


@dataclass(frozen=True, kw_only=True)
class SeriesPosterior:
    """Density of the logarithm of the rate from allele fractions alone, on a grid of rates."""

    rate_per_year: np.ndarray
    density: np.ndarray

    def rate_quantiles(self, shares: np.ndarray) -> np.ndarray:
        """Quantiles of the rate per year."""
        return np.exp(quantiles(np.log(self.rate_per_year), self.density, shares))


def series_posterior(series: Series) -> SeriesPosterior:
    """Posterior of the rate from allele fractions alone, under the same prior as the tree's."""
    box = rate_box()
    for points in (COARSE[0], FINE[0]):
        rate = np.linspace(*box, points)
        value = np.logaddexp.reduce(series.log_likelihood(np.exp(rate)), axis=1)
        box = closed_in(rate, value > value.max() - NEGLIGIBLE)
    return SeriesPosterior(rate_per_year=np.exp(rate), density=np.exp(value - value.max()))


def joint_posterior(clade: Clades, series: Series, sampled_age_years: float | None) -> Posterior:
    """Posterior of one clone from tree and allele fractions.

    Args:
        clade: what is seen of the tree.
        series: allele fractions.
        sampled_age_years: age at which the colonies were taken; without it the tree cannot know how full the clone
            was, and grows exponentially.
    """
    fastest = FASTEST * clade.latest_onset_years if sampled_age_years is not None else None
    return _on_grid(clade, fastest, lambda rate: _share_out(series, rate, sampled_age_years, fastest))


def logistic_posterior(clade: Clades) -> Posterior:
    """Posterior of one clone from its tree, if it may have come near its final size long ago, or not yet.

    Prior: uniform in the time at which growth was fastest, from the first meeting of lineages to well after sampling.
    """
    return _on_grid(clade, FASTEST * clade.latest_onset_years, lambda rate: np.zeros((len(rate), len(FASTEST))))


def _on_grid(clade: Clades, fastest_years: np.ndarray | None, seen: Callable[[np.ndarray], np.ndarray]) -> Posterior:
    """Posterior over rate, time of fastest growth and center; `seen`: logarithm of the mass of rates and times."""
    box = rate_box()
    center = np.linspace(-CENTER_REACH, CENTER_REACH, CENTERS)
    for points in (COARSE[0], RATES):
        rate = np.linspace(*box, points)
        odds = _log_odds(np.exp(rate), fastest_years)[:, :, None]
        value, log_c = log_likelihood(clade, center[None, None, :], np.exp(rate)[:, None, None], odds)
        value = value + seen(np.exp(rate))[:, :, None]
        kept = value > value.max() - NEGLIGIBLE
        box = closed_in(rate, kept.any(axis=(1, 2)))
        center = np.linspace(*closed_in(center, kept.any(axis=(0, 1))), CENTERS)
    weight = np.exp(value - value.max())
    return Posterior(
        rate_per_year=np.broadcast_to(np.exp(rate)[:, None, None], value.shape).ravel(),
        log_c=np.broadcast_to(log_c, value.shape).ravel(),
        filled_log_odds=np.broadcast_to(odds, value.shape).ravel(),
        weight=(weight / weight.sum()).ravel(),
        clade=clade,
        log_evidence=float(value.max() + np.log(weight.sum() / odds.shape[1] * cell_area(rate, center))),
    ).thinned()


def _log_odds(rate_per_year: np.ndarray, fastest_years: np.ndarray | None) -> np.ndarray:
    """Log odds of the filled share, shape (n_rates, n_times); one column of minus infinity without times."""
    if fastest_years is None:
        return np.full((len(rate_per_year), 1), EXPONENTIAL)
    return rate_per_year[:, None] * fastest_years[None, :]


def _share_out(
    series: Series, rate_per_year: np.ndarray, sampled_age_years: float | None, fastest_years: np.ndarray | None
) -> np.ndarray:
    """Logarithm of the mass that the series gives to each rate and time of fastest growth, shape (n_rates, n_times)."""
    value = series.log_likelihood(rate_per_year)
    if sampled_age_years is None or fastest_years is None:
        return np.logaddexp.reduce(value, axis=1)[:, None]
    years = series.filled_log_odds(rate_per_year, sampled_age_years) / rate_per_year[:, None]
    last = len(fastest_years) - 1
    step = np.clip((years - fastest_years[0]) / (fastest_years[1] - fastest_years[0]), 0.0, last - 1e-9)
    left = step.astype(int)
    mass = np.exp(value - value.max())
    found = np.zeros((len(rate_per_year), len(fastest_years)))
    rows = np.broadcast_to(np.arange(len(rate_per_year))[:, None], left.shape)
    np.add.at(found, (rows, left), mass * (1.0 - (step - left)))
    np.add.at(found, (rows, left + 1), mass * (step - left))
    return np.log(found + 1e-300) + value.max()


def agreement_probability(tree: Posterior, series: SeriesPosterior) -> float:
    """Two-sided probability that two independent estimates of one rate lie this far apart."""
    rates, density = tree.rate_density()
    x = np.log(rates)
    mass = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(x))])
    y = np.log(series.rate_per_year)
    below = np.interp(y, x, mass / mass[-1], left=0.0, right=1.0)
    share = float(np.trapezoid(series.density * below, y) / np.trapezoid(series.density, y))
    return 2.0 * min(share, 1.0 - share)
