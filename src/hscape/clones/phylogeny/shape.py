"""Whether the meetings of lineages look like those of a clone that grew steadily."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from hscape.clones.phylogeny.numbers import number


def anderson_darling(times_years: np.ndarray) -> float:
    """Modified statistic of Anderson and Darling for the logistic law, its location and scale fitted.

    In a large clone that grew steadily the times of meeting are logistic (Johnson et al. 2023).
    """
    x = np.sort(times_years)
    n = len(x)
    start = np.array([np.median(x), np.log(max(x.std(), 1e-9) * np.sqrt(3.0) / np.pi)])

    def minus_log_likelihood(p: np.ndarray) -> float:
        z = (x - p[0]) / np.exp(p[1])
        return float(np.sum(z + 2.0 * np.logaddexp(0.0, -z)) + n * p[1])

    fitted = minimize(minus_log_likelihood, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8}).x
    z = (x - fitted[0]) / np.exp(fitted[1])
    log_below, log_above = -np.logaddexp(0.0, -z), -np.logaddexp(0.0, z)
    ranks = 2.0 * np.arange(1, n + 1) - 1.0
    statistic = -n - float(np.sum(ranks * (log_below + log_above[::-1]))) / n
    return statistic * (1.0 + 0.25 / n)


def follows_growth(times_years: np.ndarray) -> bool:
    """False if steady growth is rejected at 1 %; too few meetings cannot reject it."""
    return len(times_years) < number("tree_shape_fewest_count") or (
        anderson_darling(times_years) <= number("tree_shape_critical")
    )
