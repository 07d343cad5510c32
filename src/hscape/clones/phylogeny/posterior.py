"""Posterior of growth rate, sampling scale and onset of one clone, on a grid that closes in on the mass.

Prior: uniform in the logarithm of the rate, in the onset, and in the logarithm of c (see `law`). Rate and onset
are a scale and a location of the coalescence times; under this prior (Haar's) the intervals of such a pair cover
the truth as often as they say at every value of both, not only on average, as long as the bounds of the prior are
far away. No sampling: every quantile is a sum over the grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from hscape.clones.phylogeny import law
from hscape.clones.phylogeny.numbers import number

#: Points of the first and of the last grid in rate and center, and how many times the grid closes in.
COARSE, FINE, ROUNDS = (41, 37), (81, 49), 3
#: Odds of a coalescence before the middle time, as a logarithm: all that a clone of two colonies leaves possible.
CENTER_REACH = 12.0
#: Grid points whose logarithm lies this far below the best hold no mass that counts.
NEGLIGIBLE = 20.0
ONSET_POINTS = 160
#: Points between two of a density when its quantiles are taken: straight lines would widen 95 % intervals by 0.5 %.
SMOOTH = 16


@dataclass(frozen=True, kw_only=True)
class Clades:
    """What the likelihood sees of a clone: its times and when it can have begun.

    Args:
        times_years: coalescence times before sampling, shape (n_tips - 1,).
        latest_onset_years: onset cannot be later than this, the oldest meeting.
        earliest_onset_years: nor earlier than this.
    """

    times_years: np.ndarray
    latest_onset_years: float
    earliest_onset_years: float

    @property
    def middle_years(self) -> float:
        """Around which the grid is laid."""
        return float(max(np.median(self.times_years), 1.0e-6))


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Weighted points; together they are the posterior. All arrays have shape (n_points,).

    Args:
        rate_per_year: net growth of the clone in an empty room.
        log_c: logarithm of division rate times share of cells sampled, 1/year.
        filled_log_odds: log odds of the share of its final size reached at sampling; minus infinity for exponential
            growth.
        weight: adds up to one.
        clade: what was seen of the tree.
        log_evidence: logarithm of the likelihood averaged over the prior, up to a constant of the clade.
    """

    rate_per_year: np.ndarray
    log_c: np.ndarray
    filled_log_odds: np.ndarray
    weight: np.ndarray
    clade: Clades
    log_evidence: float = 0.0

    @property
    def is_logistic(self) -> bool:
        """Whether growth may have slowed before sampling."""
        return bool(np.isfinite(self.filled_log_odds).any())

    @property
    def filled_share(self) -> float:
        """Mean share of its final size that the clone had reached at sampling."""
        return float(self.weight @ np.exp(-np.logaddexp(0.0, -self.filled_log_odds)))

    def rate_density(self) -> tuple[np.ndarray, np.ndarray]:
        """Rates of the grid and the density of the logarithm of the rate there."""
        rates, index = np.unique(self.rate_per_year, return_inverse=True)
        mass = np.bincount(index, weights=self.weight)
        return rates, mass / np.trapezoid(mass, np.log(rates))

    def rate_quantiles(self, shares: np.ndarray) -> np.ndarray:
        """Quantiles of the rate per year."""
        rates, density = self.rate_density()
        return np.exp(quantiles(np.log(rates), density, shares))

    def onset_density(self) -> tuple[np.ndarray, np.ndarray]:
        """Onsets before sampling and their density."""
        first, last = self.clade.latest_onset_years, self.clade.earliest_onset_years
        few = self.thinned()
        near = 1.0e-3 / max(float(few.rate_per_year @ few.weight), 1.0e-9)
        steps = np.concatenate([[0.0], np.geomspace(min(near, 1e-3 * (last - first)), last - first, ONSET_POINTS)])
        onset = first + steps
        log_w = np.logaddexp(0.0, few.log_c[:, None] + law.log_span(
            onset[None, :], few.rate_per_year[:, None], few.filled_log_odds[:, None]))  # fmt: skip
        each = np.exp(log_w[:, :1] - log_w)
        each /= np.trapezoid(each, onset, axis=1)[:, None]
        return onset, few.weight @ each

    def onset_quantiles(self, shares: np.ndarray) -> np.ndarray:
        """Quantiles of the onset, years before sampling."""
        onset, density = self.onset_density()
        return quantiles(onset, density, shares)

    def thinned(self) -> Posterior:
        """Without the points that together hold less than a millionth."""
        order = np.argsort(self.weight)
        keep = np.sort(order[np.cumsum(self.weight[order]) > 1.0e-6])
        weight = self.weight[keep] / self.weight[keep].sum()
        return Posterior(rate_per_year=self.rate_per_year[keep], log_c=self.log_c[keep],
                         filled_log_odds=self.filled_log_odds[keep], weight=weight, clade=self.clade,
                         log_evidence=self.log_evidence)  # fmt: skip


def quantiles(x: np.ndarray, density: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Quantiles of a density given at points, with a smooth curve between them."""
    fine = np.interp(np.arange(SMOOTH * (len(x) - 1) + 1) / SMOOTH, np.arange(len(x)), x)
    x, density = fine, PchipInterpolator(x, density)(fine)
    mass = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(x))])
    return np.interp(np.asarray(shares) * mass[-1], mass, x)


def log_likelihood(
    clade: Clades, center: np.ndarray, rate_per_year: np.ndarray, filled_log_odds: np.ndarray | float
) -> tuple:
    """Logarithm of the likelihood with the onset integrated out, and of c; the arguments broadcast."""
    log_c = law.log_scale(center, clade.middle_years, rate_per_year, filled_log_odds)
    density = law.log_times_density(clade.times_years, log_c, rate_per_year, filled_log_odds)
    onset = law.log_onset_integral(
        clade.latest_onset_years, clade.earliest_onset_years, log_c, rate_per_year, filled_log_odds
    )
    return density + onset, log_c


def tree_posterior(clade: Clades) -> Posterior:
    """Posterior of one clone from its tree alone, if it grew exponentially until sampling.

    Args:
        clade: coalescence times and bounds of the onset.
    """
    low, high = np.log(number("tree_rate_prior_min_per_year")), np.log(number("tree_rate_prior_max_per_year"))
    box = [(low, high), (-CENTER_REACH, CENTER_REACH)]
    for turn in range(ROUNDS):
        shape = FINE if turn == ROUNDS - 1 else COARSE
        rate = np.linspace(*box[0], shape[0])
        center = np.linspace(*box[1], shape[1])
        value, log_c = log_likelihood(clade, center[None, :], np.exp(rate)[:, None], law.EXPONENTIAL)
        kept = value > value.max() - NEGLIGIBLE
        box = [closed_in(rate, kept.any(axis=1)), closed_in(center, kept.any(axis=0))]
    weight = np.exp(value - value.max())
    weight[[0, -1], :] *= 0.5  # trapezoid
    rates = np.broadcast_to(np.exp(rate)[:, None], value.shape)
    return Posterior(
        rate_per_year=rates.ravel(),
        log_c=log_c.ravel(),
        filled_log_odds=np.full(value.size, law.EXPONENTIAL),
        weight=(weight / weight.sum()).ravel(),
        clade=clade,
        log_evidence=float(value.max() + np.log(weight.sum() * cell_area(rate, center))),
    )


def cell_area(rate: np.ndarray, center: np.ndarray) -> float:
    """Area of a cell of the grid in the logarithm of the rate and the center."""
    return float((rate[1] - rate[0]) * (center[1] - center[0]))


def closed_in(x: np.ndarray, kept: np.ndarray) -> tuple[float, float]:
    """The part of the grid that holds the mass, and one cell more on each side."""
    inside = np.flatnonzero(kept)
    return float(x[max(inside[0] - 1, 0)]), float(x[min(inside[-1] + 1, len(x) - 1)])
