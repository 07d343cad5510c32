"""Cells after a coarse step, picked by one standard normal number from the distribution that the exact law has.

The mean, the variance and the chance of extinction are those of the closed-form birth-death law with immigration (see
`dynamics.step`); the shape in between is a gamma distribution's. So nearby numbers give nearby cells.
"""

from __future__ import annotations

import math

from numba.extending import overload

from hscape.compiled import compiled, inlined
from hscape.dynamics.step import transition
from hscape.lanes.number import INLINED, LANES, LanesType, lane_of, pick, with_lane

#: A chance of extinction below exp(-this) is none.
SURE = 40.0


@inlined
def normal_cdf(x):
    """Standard normal distribution."""
    return 0.5 * math.erfc(-x * 0.7071067811865476)


@compiled
def normal_quantile(u):
    """Inverse of the standard normal distribution (rational approximation of Acklam, error below 1.2e-9)."""
    if u < 0.02425:
        q = math.sqrt(-2.0 * math.log(max(u, 1e-300)))
        top = (
            (((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q
            + 4.374664141464968
        ) * q + 2.938163982698783
        return top / (
            (((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q
            + 1.0
        )
    if u > 1.0 - 0.02425:
        return -normal_quantile(1.0 - u)
    q = u - 0.5
    r = q * q
    top = (
        (
            (((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.3577518672690) * r
            - 30.66479806614716
        )
        * r
        + 2.506628277459239
    ) * q
    return top / (
        (
            (((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r
            - 13.28068155288572
        )
        * r
        + 1.0
    )


@inlined
def _grown(net, days):
    return math.expm1(net * days) / net if abs(net) * days > 1.0e-9 else days


@compiled
def transition_quantile(cells, arriving_per_day, division, loss, days, z):
    """Cells after a step, as the value that a standard normal number `z` picks from their distribution.

    Args:
        cells: at the start of the step.
        arriving_per_day: new cells that come from another slot.
        division: per cell and day.
        loss: per cell and day.
        days: length of the step.
        z: standard normal number.
    """
    a, b = transition(division, loss, days)
    left = (1.0 - a) / (1.0 - b)
    mean = cells * left
    variance = cells * left * (a + b) / (1.0 - b)
    least = cells * (1.0 - a)  # the logarithm of the chance of extinction is below minus this
    if arriving_per_day > 0.0:
        grown = b / ((1.0 - b) * division) if division > 1.0e-9 else _grown(division - loss, days)
        mean += arriving_per_day * grown
        variance += arriving_per_day * grown / (1.0 - b)
        least += arriving_per_day * (b / division if division > 1.0e-9 else days)
    if mean <= 0.0:
        return 0.0
    if least > SURE:
        mean_of_some, variance_of_some = mean, variance
    else:
        log_none = cells * math.log(a) if a > 0.0 else (0.0 if cells <= 0.0 else -1.0e9)
        if arriving_per_day > 0.0:
            log_none += arriving_per_day / division * math.log1p(-b) if division > 1.0e-9 else -arriving_per_day * days
        none = math.exp(log_none)
        u = normal_cdf(z)
        if u <= none:
            return 0.0
        mean_of_some = mean / (1.0 - none)
        variance_of_some = (variance + mean * mean) / (1.0 - none) - mean_of_some * mean_of_some
        z = normal_quantile((u - none) / (1.0 - none))
    if variance_of_some <= 0.0:
        return mean_of_some
    # A gamma distribution of this mean and variance, by the cube root that makes it nearly normal (Wilson, Hilferty).
    inverse_nine_shape = variance_of_some / (9.0 * mean_of_some * mean_of_some)
    root = 1.0 - inverse_nine_shape + z * math.sqrt(inverse_nine_shape)
    return mean_of_some * root * root * root if root > 0.0 else 0.0


#: Below this standard normal number (0.9938 of them) cells that come in fewer than this part of the steps do not come.
_USUAL, _RARE = 2.5, 0.005


@inlined
def moved_cells(cells, arriving_per_day, division, loss, days, z):
    """Cells after a step, as `transition_quantile`, for one person or for several side by side."""
    return _moved(cells, arriving_per_day, division, loss, days, z)


def _moved(cells, arriving_per_day, division, loss, days, z):  # type: ignore[no-untyped-def]
    raise NotImplementedError  # for compiled code only


@overload(_moved, jit_options=INLINED)
def _moved_compiled(cells, arriving_per_day, division, loss, days, z):  # type: ignore[no-untyped-def]
    if not isinstance(cells, LanesType):
        return lambda cells, arriving_per_day, division, loss, days, z: transition_quantile(
            cells, arriving_per_day, division, loss, days, z
        )

    def side_by_side(cells, arriving_per_day, division, loss, days, z):  # type: ignore[no-untyped-def]
        net = division - loss
        is_even, divides = abs(net) * days < 1.0e-9, division > 1.0e-9
        grown = math.expm1(net * days)
        scale = pick(is_even, days / (1.0 + division * days), grown / (division * grown + net))
        a, b = pick(is_even, division * scale, loss * scale), division * scale
        kept = 1.0 / (1.0 - b)
        left = (1.0 - a) * kept
        come = arriving_per_day * pick(divides, b * kept / division, pick(is_even, days, grown / net))
        mean = cells * left + come
        variance = (cells * left * (a + b) + come) * kept
        least = cells * (1.0 - a) + arriving_per_day * pick(divides, b / division, days)
        # the gamma distribution by its cube root, as for one person
        inverse_nine_shape = variance / (9.0 * mean * mean)
        root = max(1.0 - inverse_nine_shape + z * math.sqrt(max(inverse_nine_shape, 0.0)), 0.0)
        found = pick(variance > 0.0, mean * root * root * root, mean)
        found = pick(mean > 0.0, found, 0.0)
        few = pick(least > SURE, 0.0, pick(mean > 0.0, 1.0, 0.0))
        none_comes = pick(arriving_per_day * days < _RARE, pick(z < _USUAL, 1.0, 0.0), 0.0)
        none_comes = pick(cells > 0.0, 0.0, none_comes)
        for i in range(LANES):
            if lane_of(few, i) > 0.0:
                number = 0.0
                if lane_of(none_comes, i) == 0.0:
                    number = transition_quantile(
                        lane_of(cells, i), lane_of(arriving_per_day, i), lane_of(division, i), lane_of(loss, i),
                        lane_of(days, i), lane_of(z, i),
                    )  # fmt: skip
                found = with_lane(found, i, number)
        return found

    return side_by_side
