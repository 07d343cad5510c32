"""Counting cells and reads: binomial and beta-binomial draws, or their expectation."""

from __future__ import annotations

import math

import numpy as np


def count_cells(source: np.random.Generator, n: int, share: float, *, is_exact: bool) -> int:
    """How many of n cells are of a clone: binomial, or the expectation.

    Args:
        source: draws.
        n: cells looked at.
        share: true share, 0 to 1.
        is_exact: True for the rounded expectation.
    """
    share = min(max(share, 0.0), 1.0)
    return round(n * share) if is_exact else int(source.binomial(n, share))


def count_reads(source: np.random.Generator, depth: int, share: float, concentration: float, *, is_exact: bool) -> int:
    """How many of the reads show a variant: beta-binomial, or the expectation.

    The share of the sample drawn for the reads scatters as a beta distribution with mean m and sum of parameters s, so
    the reads have mean n m and variance n m (1 - m) (s + n) / (s + 1).

    Args:
        source: draws.
        depth: reads at the place, n.
        share: expected share of reads, m.
        concentration: s; infinity for a binomial distribution.
        is_exact: True for the rounded expectation.
    """
    if is_exact or not 0.0 < share < 1.0:
        return round(depth * min(max(share, 0.0), 1.0))
    if math.isfinite(concentration):
        share = float(source.beta(concentration * share, concentration * (1.0 - share)))
    return int(source.binomial(depth, share))


def read_depth(source: np.random.Generator, mean: int, variation: float) -> int:
    """Depth at a place: log-normal with the given mean and coefficient of variation, at least one read."""
    spread = math.sqrt(math.log1p(variation**2))
    return max(1, round(mean * math.exp(spread * source.standard_normal() - 0.5 * spread**2)))
