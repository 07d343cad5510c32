"""Logistic regression by Newton steps, with an optional weak ridge so that it always ends."""

from __future__ import annotations

import numpy as np

#: Beyond this condition number the two outcomes are parted without an error: no finite slope.
_LARGEST_CONDITION = 1e12
_STEPS, _LARGEST_STEP, _CLOSE = 100, 2.0, 1e-9


def fit_logistic(
    x: np.ndarray, happened: np.ndarray, *, start: np.ndarray | None = None, ridge: float = 0.0
) -> tuple[np.ndarray, np.ndarray] | None:
    """Coefficients and their information matrix; None if there is no finite answer.

    Args:
        x: with a column of ones, shape (n, n_coefficients).
        happened: 0 or 1, shape (n,).
        start: of the coefficients; zeros if None.
        ridge: penalty on squared coefficients, the first included.
    """
    beta = np.zeros(x.shape[1]) if start is None else np.array(start, dtype=float)
    for _ in range(_STEPS):
        mean = chance(x, beta)
        information = (x * (mean * (1.0 - mean))[:, None]).T @ x + ridge * np.eye(len(beta))
        if np.linalg.cond(information) > _LARGEST_CONDITION:
            return None
        step = np.linalg.solve(information, x.T @ (happened - mean) - ridge * beta)
        beta = beta + np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        if np.abs(step).max() < _CLOSE:
            return beta, information
    return None


def chance(x: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """Probability that it happens, shape (n,)."""
    return 1.0 / (1.0 + np.exp(-np.clip(x @ beta, -30.0, 30.0)))
