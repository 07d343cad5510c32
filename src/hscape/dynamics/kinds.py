"""Kinds of clone as the arrays that kernels read, with what a counterfactual takes from some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hscape.biology.clone_kinds import CloneKind
from hscape.dynamics.mutation import ABSENT, WITHOUT_ESCAPE, WITHOUT_FITNESS, MutationKinds
from hscape.patient import CloneChange
from hscape.units import DAYS_PER_YEAR


def mutation_kinds(kinds: Sequence[CloneKind], changed: Mapping[int | str, CloneChange] | None = None) -> MutationKinds:
    """Arrays of the kinds, in their order.

    Args:
        kinds: which clones may arise.
        changed: what is taken from single clones (by address) or from every clone of a kind (by its name).
    """
    changed = changed or {}
    single = {key: change for key, change in changed.items() if isinstance(key, int)}
    return MutationKinds(
        rate_per_day=np.array([k.rate_per_year for k in kinds]) / DAYS_PER_YEAR,
        fitness_per_day=np.array([k.fitness_per_year for k in kinds]) / DAYS_PER_YEAR,
        fitness_shape=np.array([k.fitness_shape for k in kinds], dtype=float),
        interferon_fitness_per_day=np.array([k.interferon_fitness_per_year for k in kinds]) / DAYS_PER_YEAR,
        vulnerability=np.array([k.vulnerability_fraction for k in kinds], dtype=float),
        output=np.array([k.output_fraction for k in kinds], dtype=float),
        change=np.array([_as_bits(changed.get(k.name)) for k in kinds], dtype=np.int64),
        changed_address=np.array(list(single), dtype=np.uint64),
        changed_what=np.array([_as_bits(change) for change in single.values()], dtype=np.int64),
    )


def _as_bits(change: CloneChange | None) -> int:
    if change is None:
        return 0
    return (
        ABSENT * change.is_absent
        + WITHOUT_ESCAPE * change.is_without_escape
        + WITHOUT_FITNESS * change.is_without_fitness
    )
