"""When a clone began: from its size at the first visit and its fitness, back along the stem-cell law.

Given fitness, the onset is taken as equally likely at every age before the first visit and weighed by the
probability of the size; a clone near all of the marrow is unfolded along the logistic curve first. Fitness is taken
from the course only: the size does not act back on it, since growth in youth may have been faster than what is seen.
"""

from __future__ import annotations

import numpy as np

_AGES = 160
_FURTHEST_SHARE = 0.98
_NEARLY_BALANCED, _LARGEST_EXPONENT = 1e-7, 300.0


def onset_density(
    cells: np.ndarray, first_size: np.ndarray, fitness: np.ndarray, weights: np.ndarray, age: float, turnover: float,
    capacity: float,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Years from onset to the first visit and their probabilities.

    Args:
        cells: sizes, shape (nodes,).
        first_size: likelihood of each size at the first visit times its 1/n weight, shape (nodes,).
        fitness: per year, shape (draws,).
        weights: of these fitnesses, shape (draws,).
        age: years before the first visit in which it may lie.
        turnover: divisions per cell and year at balance.
        capacity: stem cells in all.

    Returns:
        (years before the first visit, shape (ages,); probabilities that sum to one, shape (ages,)).
    """
    years = (np.arange(_AGES) + 0.5) * age / _AGES
    alive = cells > 0
    share = np.minimum(cells[alive] / capacity, _FURTHEST_SHARE)
    unfolded = cells[alive] / (1.0 - share)
    message = first_size[alive] * cells[alive]  # the 1/n weight taken out again
    keep = message > 1e-9 * message.max()
    unfolded, message = unfolded[keep], message[keep] / message[keep].sum()
    total = np.zeros(_AGES)
    for s, weight in zip(fitness, weights, strict=True):
        start, rest = _log_birth(turnover, float(s), years)
        logs = start[:, None] + (unfolded - 1.0)[None, :] * rest[:, None]
        logs -= logs.max(axis=0)  # along onset only: the size does not weigh the fitness
        told = np.exp(logs)
        total += weight * (told / told.sum(axis=0)) @ message
    return years, total / total.sum()


def _log_birth(turnover: float, fitness: float, years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logs of the chance of one cell after these years, and of each further one; shapes of `years`.

    One cell has n after t years with probability (1 - a)(1 - b) b^(n - 1), (a, b) as in `dynamics.step.transition`;
    1 - a and 1 - b are written out here, since they vanish beside one for old clones.
    """
    division, loss = (turnover + fitness, turnover) if fitness > 0 else (turnover, turnover - fitness)
    net = division - loss
    if abs(net) < _NEARLY_BALANCED:
        stays = 1.0 / (1.0 + division * years)
        return 2.0 * np.log(stays), np.log1p(-stays)
    grown = np.exp(np.clip(net * years, -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
    below = (division * grown - loss) / net
    return np.log(grown) - 2.0 * np.log(below), np.log1p(-1.0 / below)
