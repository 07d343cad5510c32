"""What is measured of a fit of growth, and the simple estimate beside it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hscape.clones.growth.evidence import FINE
from hscape.parameters import Parameters

WORKERS = 2
PARAMETERS = Parameters()
Say = Callable[[str], None]


def quantiles(values, weights, at):
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order]) - 0.5 * weights[order]
    return np.interp(np.array(at) * weights.sum(), below, values[order])


def logit_slope(years, vaf):
    """Least squares of logit(2 VAF) on time, zero readings at half of 0.001."""
    odds = np.clip(2.0 * vaf, 0.001, 0.999)
    y = np.log(odds / (1.0 - odds))
    if len(years) < 2:
        return 0.0, y[0], years[0]
    x = years - years.mean()
    return float((x * y).sum() / (x * x).sum()), float(y.mean()), float(years.mean())


def p_growing(posterior):
    """Probability that a clone grows by selection."""
    return float(posterior.p_selected * posterior.density[FINE > 0].sum())
