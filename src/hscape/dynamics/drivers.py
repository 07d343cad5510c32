"""Driver records as the arrays that kernels read."""

from __future__ import annotations

import numpy as np

from hscape.biology.balance import DAYS_PER_YEAR
from hscape.biology.drivers import drivers
from hscape.dynamics.mutation import MutationKinds
from hscape.parameters import Parameters


def kinds_of(which: str, parameters: Parameters) -> MutationKinds:
    """Mutation kinds of the ``known`` drivers or of ``all``."""
    found = drivers(which, parameters)
    return MutationKinds(
        rate_per_day=np.array([d.rate_per_year for d in found]) / DAYS_PER_YEAR,
        fitness_per_day=np.array([d.fitness_per_year for d in found]) / DAYS_PER_YEAR,
        fitness_shape=np.array([d.fitness_shape for d in found]),
        vulnerability=np.ones(len(found)),
    )
