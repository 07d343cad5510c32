"""What pooling tells of each clone, each gene and the table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hscape.clones.growth.error_law import ErrorLaw


@dataclass(frozen=True, slots=True, eq=False)
class ClonePosterior:
    """What is known of one clone.

    Args:
        density: of fitness where the clone is selected, at each of `FINE`, sums to one.
        prior: the same without its own readings.
        p_selected: probability that it is a selected clone.
        p_drift: that chance alone made it.
        p_error: that it is no clone but an error of sequencing.
    """

    density: np.ndarray
    prior: np.ndarray
    p_selected: float
    p_drift: float
    p_error: float


@dataclass(frozen=True, slots=True, eq=False)
class GenePosterior:
    """Mean fitness of the clones of one gene: density at each of `MEANS`, sums to one, and how many clones."""

    gene: str
    density: np.ndarray
    n_clones: int


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Every clone and gene of a table, and what was estimated from it.

    Args:
        clones: in the order of the evidence.
        genes: by symbol.
        shares: of selected clones, chance and errors in the table.
        spread_per_year: of clones around the mean of their site.
        mean_per_year: of genes.
        errors: how errors of sequencing read.
    """

    clones: tuple[ClonePosterior, ...]
    genes: tuple[GenePosterior, ...]
    shares: np.ndarray
    spread_per_year: float
    mean_per_year: float
    errors: ErrorLaw
