"""The law of coalescence times in a growing clone, from the birth and death of its cells.

A clone divides at rate l and loses cells at rate m; a sample of colonies sees its reconstructed tree. That
tree is a comb of independent times (coalescent point process): the time H at which a colony meets its left
neighbor has

    P(H > t) = 1 / W(t),    W(t) = 1 + c A(t),    A(t) = integral over the last t years of n(now) / n(then),

with c = l times the share of cells sampled. With the net rate r and a clone that fills a share f of the room
it will ever fill at sampling (f = 0: it grows exponentially),

    A(t) = f t + (1 - f) (exp(r t) - 1) / r.

A clone that began T years ago with one cell and left a sample has density 1 / W(T) times the product of the
densities W'(h) / W(h)^2 of its coalescence times. Integrated over c with dc / c this is exact for a number of
colonies fixed beforehand, drawn from a much larger clone. Everything is kept as logarithms.

Sources: Lambert & Stadler 2013 (Theor Popul Biol 90:113) for the comb; Lambert 2018 (Theor Popul Biol 122:30)
for the fixed number; Johnson et al. 2023 (Bioinformatics 39:btad561) for the limit of large clones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any  # a number or an array; all arguments broadcast
#: Log odds of a clone that grows exponentially until sampling: no share of its final size is reached.
EXPONENTIAL = -np.inf
#: Factors of at most 2 whose product is far from the largest number.
FACTORS = 500


def log_span(time_years: Array, rate_per_year: Array, filled_log_odds: Array = EXPONENTIAL) -> Any:
    """Logarithm of A(t), in years."""
    x = rate_per_year * np.asarray(time_years, dtype=float)
    with np.errstate(divide="ignore"):
        growing = x + np.log(-np.expm1(-x)) - np.log(rate_per_year)
        if np.all(np.asarray(filled_log_odds) == EXPONENTIAL):
            return growing
        full, empty = -np.logaddexp(0.0, -filled_log_odds), -np.logaddexp(0.0, filled_log_odds)
        return np.logaddexp(full + np.log(time_years), empty + growing)


def log_speed(time_years: Array, rate_per_year: Array, filled_log_odds: Array = EXPONENTIAL) -> Any:
    """Logarithm of dA/dt, which is n(now) / n(then)."""
    x = rate_per_year * np.asarray(time_years, dtype=float)
    if np.all(np.asarray(filled_log_odds) == EXPONENTIAL):
        return x
    return np.logaddexp(-np.logaddexp(0.0, -filled_log_odds), x - np.logaddexp(0.0, filled_log_odds))


def log_scale(center: Array, middle_years: float, rate_per_year: Array, filled_log_odds: Array = EXPONENTIAL) -> Any:
    """Logarithm of c for which the odds of H < middle are exp(center): a parameter that hardly depends on the rate."""
    return center - log_span(middle_years, rate_per_year, filled_log_odds)


def log_times_density(
    times_years: np.ndarray, log_c: Array, rate_per_year: Array, filled_log_odds: Array = EXPONENTIAL
) -> Any:
    """Logarithm of the joint density of coalescence times.

    Args:
        times_years: coalescence times before sampling, shape (n,).
        log_c: logarithm of c (1/year); log_c, rate and share have a common shape.
        rate_per_year: net growth above zero.
        filled_log_odds: log odds of the share f of its final size that the clone has reached at sampling.
    """
    shape = np.broadcast(log_c, rate_per_year, filled_log_odds).shape
    total, above, product = np.zeros(shape), np.zeros(shape), np.ones(shape)
    for i, (time, repeats) in enumerate(zip(*np.unique(times_years, return_counts=True), strict=True)):
        u = log_c + log_span(time, rate_per_year, filled_log_odds)
        # log W = max(u, 0) + log(1 + exp(-|u|)): the last factors lie between 1 and 2, so one logarithm serves many.
        above += repeats * np.maximum(u, 0.0)
        factor = 1.0 + np.exp(-np.abs(u))
        if repeats == 1:
            product *= factor
        else:
            above += repeats * np.log(factor)
        total += repeats * log_speed(time, rate_per_year, filled_log_odds)
        if i % FACTORS == 0:
            above += np.log(product)
            product[...] = 1.0
    return total + len(times_years) * log_c - 2.0 * (above + np.log(product))


#: Nodes and weights on (0, 1) for integrals over the onset; 24 agree with the closed form to nine digits.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_NODES, _WEIGHTS = 0.5 * (1.0 + _NODES), 0.5 * _WEIGHTS


def log_onset_integral(
    first_years: float, last_years: float, log_c: Array, rate_per_year: Array, filled_log_odds: Array = EXPONENTIAL
) -> Any:
    """Logarithm of the integral of 1 / W(T) over onsets T between first and last, years before sampling.

    The substitution y = 1 - exp(-r (T - first)) makes the integrand smooth however fast the clone grows.
    """
    reach = -np.expm1(-rate_per_year * (last_years - first_years))
    parts = []
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        y = node * reach
        onset = first_years - np.log1p(-y) / rate_per_year
        log_w = np.logaddexp(0.0, log_c + log_span(onset, rate_per_year, filled_log_odds))
        parts.append(np.log(weight * reach / rate_per_year) - np.log1p(-y) - log_w)
    return np.logaddexp.reduce(np.array(parts), axis=0)
