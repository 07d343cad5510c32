"""Shape of the tail of importance weights (Pareto k): above 0.7 the largest few decide, and nothing can be trusted.

The generalized Pareto distribution is fitted to the largest weights by the quick estimate of Zhang and Stephens (2009),
with the weak prior on k of Vehtari, Simpson, Gelman, Yao and Gabry (2024).
"""

from __future__ import annotations

import numpy as np


def pareto_tail(log_weights: np.ndarray) -> float:
    """Shape k of the tail of weights.

    Args:
        log_weights: shape (n,).

    Returns:
        k; minus infinity where the largest weights are all equal.
    """
    n = len(log_weights)
    m = int(min(0.2 * n, 3.0 * np.sqrt(n)))
    if m < 5:
        return float("inf")
    sorted_weights = np.sort(np.exp(log_weights - log_weights.max()))
    above = sorted_weights[-m:] - sorted_weights[-m - 1]
    if not above[-1] > 0.0 or above[0] == above[-1]:
        return float("-inf")
    above = np.sort(np.maximum(above, 1e-300))
    count = 30 + int(np.sqrt(m))
    grid = 1.0 - np.sqrt(count / (np.arange(1, count + 1) - 0.5))
    grid = grid / (3.0 * above[int(m / 4 + 0.5) - 1]) + 1.0 / above[-1]
    k = np.mean(np.log1p(-grid[:, None] * above), axis=1)
    profile = m * (np.log(-(grid / k)) - k - 1.0)
    weights = 1.0 / np.exp(profile - profile[:, None]).sum(axis=1)
    best = float((grid * weights).sum() / weights.sum())
    shape = float(np.mean(np.log1p(-best * above)))
    return shape * m / (m + 10.0) + 0.5 * 10.0 / (m + 10.0)
