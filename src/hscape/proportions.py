"""The interval of a proportion: so many of so many."""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

from hscape.errors import InputError


def wilson_interval(successes: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion; not a number for no trials.

    Args:
        successes: how many had it; a share times the trials need not be whole.
        trials: how many were looked at.
        confidence: of the interval.

    Raises:
        InputError: more successes than trials, or fewer than none.

    Example:
        >>> low, high = wilson_interval(41, 96)
        >>> round(low, 3), round(high, 3)
        (0.333, 0.527)
    """
    if not 0 <= successes <= trials:
        raise InputError(f"wilson_interval: {successes} of {trials} is not a share; give successes up to the trials.")
    if trials == 0:
        return math.nan, math.nan
    z = _normal_quantile((1 + confidence) / 2)
    share, spread = successes / trials, z**2 / trials
    center = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials))
    # The ends themselves where they must be, not a rounding away.
    low = 0.0 if successes == 0 else max(0.0, (center - half) / (1 + spread))
    return low, 1.0 if successes == trials else min(1.0, (center + half) / (1 + spread))


@functools.cache
def _normal_quantile(probability: float) -> float:
    return NormalDist().inv_cdf(probability)
