"""Kinds of clone as the arrays that kernels read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hscape.biology.balance import DAYS_PER_YEAR
from hscape.biology.clone_kinds import CloneKind
from hscape.dynamics.mutation import MutationKinds


def mutation_kinds(kinds: Sequence[CloneKind]) -> MutationKinds:
    """Arrays of the kinds, in their order."""
    return MutationKinds(
        rate_per_day=np.array([k.rate_per_year for k in kinds]) / DAYS_PER_YEAR,
        fitness_per_day=np.array([k.fitness_per_year for k in kinds]) / DAYS_PER_YEAR,
        fitness_shape=np.array([k.fitness_shape for k in kinds], dtype=float),
        interferon_fitness_per_day=np.array([k.interferon_fitness_per_year for k in kinds]) / DAYS_PER_YEAR,
        vulnerability=np.array([k.vulnerability_fraction for k in kinds], dtype=float),
    )
