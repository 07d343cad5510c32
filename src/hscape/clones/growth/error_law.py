"""How errors of sequencing read: each place has a level of its own and reads scatter around it.

The scatter is one of a few concentrations of the beta-binomial distribution; given the scatter, levels are log-normal.
They belong together: an error that scatters little must lie near the limit to be seen at all, one that jumps may lie
far below it. All of it is estimated from the table, whatever its variants are called.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hscape.clones.growth.evidence import ERROR_CONCENTRATIONS, ERROR_SHARES
from hscape.parameters import Parameters

_PLACES = np.log(ERROR_SHARES)


@dataclass(frozen=True, slots=True, eq=False)
class ErrorLaw:
    """Scatter and level of errors.

    Args:
        scatters: share of errors with each of `ERROR_CONCENTRATIONS`, shape (scatters,).
        log_levels: mean of the log VAF at each scatter, shape (scatters,).
        log_sds: its standard deviation between places, shape (scatters,).
    """

    scatters: np.ndarray
    log_levels: np.ndarray
    log_sds: np.ndarray

    @classmethod
    def assumed(cls, parameters: Parameters) -> ErrorLaw:
        """What the records assume: every scatter alike."""
        n = len(ERROR_CONCENTRATIONS)
        level = np.log(parameters["clone_growth_error_level_fraction"])
        return cls(np.full(n, 1.0 / n), np.full(n, level), np.full(n, parameters["clone_growth_error_level_log_sd"]))

    def log_kinds(self) -> np.ndarray:
        """Log probability of every scatter and level of an error, shape (scatters * shares,)."""
        away = (_PLACES[None, :] - self.log_levels[:, None]) / self.log_sds[:, None]
        levels = -0.5 * away**2
        top = levels.max(axis=1, keepdims=True)
        levels -= np.log(np.exp(levels - top).sum(axis=1, keepdims=True)) + top
        return (np.log(self.scatters)[:, None] + levels).ravel()

    def learn(self, found: np.ndarray, weight: float, steadiness: float, parameters: Parameters) -> ErrorLaw:
        """The law after errors were found.

        Args:
            found: expected number of errors of every scatter and level, shape (scatters * shares,).
            weight: number of errors that the assumed law weighs as.
            steadiness: number of errors that the level common to all scatters weighs as at each scatter.
            parameters: numbers in force.
        """
        found = found.reshape(len(ERROR_CONCENTRATIONS), -1)
        scatters = (found.sum(axis=1) + weight / len(found)) / (found.sum() + weight)
        level, spread = np.log(parameters["clone_growth_error_level_fraction"]), self.assumed(parameters).log_sds[0]
        level, spread = _around(found.sum(axis=0)[None, :], weight, np.array([level]), np.array([spread]))
        return ErrorLaw(scatters, *_around(found, steadiness, level, spread))


def _around(found: np.ndarray, weight: float, level: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the log level, the assumed ones weighing as `weight` errors; shapes (rows,)."""
    total = found.sum(axis=1) + weight
    mean = (found @ _PLACES + weight * level) / total
    apart = (found * (_PLACES[None, :] - mean[:, None]) ** 2).sum(axis=1)
    apart += weight * (spread**2 + (mean - level) ** 2)
    return mean, np.sqrt(apart / total)
