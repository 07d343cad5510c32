"""Growth on and off treatment of every clone that has both, and what it says of each gene."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from hscape.clones.growth.results import Estimate
from hscape.clones.growth.treatment import (
    CHANGES,
    OFF,
    Contrast,
    clone_change,
    contrast_of,
    pooled_change,
    verdict_of_change,
)

if TYPE_CHECKING:
    from hscape.clones.growth.fit import Member, State


@dataclass(slots=True, eq=False)
class Treated:
    """What treatment changes.

    Args:
        clones: by identity of the clone: probabilities off, on (at `OFF`) and of the change (at `CHANGES`).
        genes: by symbol: the pooled change, the probability that growth falls, and the word for it.
    """

    clones: dict[int, tuple[np.ndarray, ...]] = field(default_factory=dict)
    genes: dict[str, tuple[Estimate, float, str]] = field(default_factory=dict)

    def of(self, member: Member, own_share: float, others: float) -> dict[str, Any]:
        """The fields of one clone's record; empty without time both on and off treatment."""
        from hscape.clones.growth.tell import estimate

        told = self.clones.get(id(member))
        if told is None:
            return {}
        off, on, change = told
        rate = OFF * (1.0 - min(own_share, 1.0)) - others
        return {
            "growth_off_treatment_per_year": estimate(rate, off),
            "growth_on_treatment_per_year": estimate(rate, on),
            "treatment_change_per_year": estimate(CHANGES, change),
        }


def tell_treatment(state: State) -> Treated:
    """Fit growth on and off treatment where the visits hold both, clone by clone and pooled by gene."""
    from hscape.clones.growth.tell import estimate

    contrasts: dict[str, list[tuple[Member, Contrast]]] = {}
    for member in state.members:
        if not any(one.treated for one in member.group) or not any(one.was_seen for one in member.group):
            continue
        found = contrast_of(member.group, state.setting, member.others, state.parameters)
        if found is not None:
            contrasts.setdefault(member.group[0].gene, []).append((member, found))
    treated = Treated()
    for gene, pairs in contrasts.items():
        every = [contrast for _, contrast in pairs]
        for i, (member, contrast) in enumerate(pairs):
            rest = [] if not gene else [one for j, one in enumerate(every) if j != i]
            without = pooled_change(rest, state.parameters)
            treated.clones[id(member)] = clone_change(contrast, without, state.parameters)
        if gene:
            pooled = pooled_change(every, state.parameters)
            treated.genes[gene] = (estimate(CHANGES, pooled), *verdict_of_change(pooled, state.parameters))
    return treated
