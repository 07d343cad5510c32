"""How reads scatter around the share of cells that carry a variant: beta-binomial, with an error floor and outliers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betaln, gammaln

from hscape.clones.growth.readings import Trajectory, cell_share_to_vaf
from hscape.parameters import Parameters

_FIRST_SHARE = 1e-9
#: Below this the concentration counts as known: averaging would widen intervals by a few percent. Numerical.
SURE_LOG_SD = 0.3
#: Three points and weights that stand for a normal distribution (Gauss-Hermite); exact up to its fifth moment.
_NORMAL = ((-math.sqrt(3.0), 1.0 / 6.0), (0.0, 2.0 / 3.0), (math.sqrt(3.0), 1.0 / 6.0))


@dataclass(frozen=True, slots=True)
class Noise:
    """Scatter of a laboratory.

    Args:
        concentration_reads: of the beta-binomial distribution; smaller means more scatter.
        error_fraction: share of reads that show a wrong base.
        outlier_probability: chance that a reading says nothing.
        depth_fold: by how much an assumed depth is multiplied; 1 where depths were given.
        concentration_log_sd: how well the concentration is known, as the standard deviation of its logarithm. What is
            not known is averaged over, clone by clone.
    """

    concentration_reads: float
    error_fraction: float
    outlier_probability: float
    depth_fold: float = 1.0
    concentration_log_sd: float = 0.0

    @classmethod
    def of(cls, parameters: Parameters) -> Noise:
        """The noise that the records assume."""
        return cls(
            parameters["sequencing_concentration_reads"],
            parameters["sequencing_error_fraction"],
            parameters["clone_growth_outlier_probability"],
            concentration_log_sd=parameters["clone_growth_concentration_log_sd"],
        )

    @property
    def scatters(self) -> tuple[tuple[Noise, float], ...]:
        """The noise at each concentration that is held possible, and the probability of each."""
        if self.concentration_log_sd < SURE_LOG_SD:
            return ((self, 1.0),)
        folds = [(math.exp(self.concentration_log_sd * at), weight) for at, weight in _NORMAL]
        return tuple((replace(self, concentration_reads=self.concentration_reads * fold, concentration_log_sd=0.0),
                      weight) for fold, weight in folds)  # fmt: skip

    def reads(self, one: Trajectory) -> tuple[np.ndarray, np.ndarray]:
        """Reads with the variant and depth of every visit, an assumed depth multiplied by `depth_fold`."""
        fold = 1.0 if one.has_depth else self.depth_fold
        return one.alt * fold, one.depth * fold

    def read_share(self, cell_share: np.ndarray, one: Trajectory) -> np.ndarray:
        """Expected share of reads with the variant from shares of cells."""
        vaf = cell_share_to_vaf(cell_share, one.copies)
        return vaf * (1.0 - self.error_fraction) + (1.0 - vaf) * self.error_fraction


def log_reads(alt: float, depth: float, share: np.ndarray, concentration: float) -> np.ndarray:
    """Log beta-binomial probability of `alt` of `depth` reads at these expected shares; alt need not be whole."""
    share = np.clip(share, _FIRST_SHARE, 1.0 - _FIRST_SHARE)
    ways = gammaln(depth + 1.0) - gammaln(alt + 1.0) - gammaln(depth - alt + 1.0)
    first, second = share * concentration, (1.0 - share) * concentration
    return ways + betaln(alt + first, depth - alt + second) - betaln(first, second)


def missed(least: float, depth: float, share: np.ndarray, noise: Noise) -> np.ndarray:
    """Probability of fewer than `least` reads with the variant, shape of `share`."""
    total = np.zeros_like(share)
    for count in range(math.ceil(least - 1e-9)):
        total += np.exp(log_reads(float(count), depth, share, noise.concentration_reads))
    return np.minimum(total, 1.0)


def emission(one: Trajectory, share: np.ndarray, noise: Noise) -> np.ndarray:
    """Probability of every reading at expected shares of reads, shape (visits, shares); absolute, with outliers."""
    alt, depth = noise.reads(one)
    found = np.empty((alt.size, share.size))
    for k in range(alt.size):
        if one.below[k]:
            found[k] = missed(max(alt[k], 1.0), depth[k], share, noise)
            outlier = max(alt[k], 1.0) / (depth[k] + 1.0)
        else:
            found[k] = np.exp(log_reads(alt[k], depth[k], share, noise.concentration_reads))
            outlier = 1.0 / (depth[k] + 1.0)
        found[k] = (1.0 - noise.outlier_probability) * found[k] + noise.outlier_probability * outlier
    return found
