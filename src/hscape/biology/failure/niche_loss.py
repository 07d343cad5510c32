"""The niche follows its tenants: what stands empty is given up to fat, and is rebuilt over years.

The lost share L of the niche moves by  dL/dt = loss (1 - L - S) - recovery L, with S the stem cells relative
to health: a niche in use (S = 1 - L) only recovers. So a short emptiness (one course of chemotherapy) leaves
the niche as it was, a long one leaves a smaller niche that fills and then stays small for years.
Leaves out: which niche cells are lost; damage by radiation or drugs, which those causes bring themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Context, Effect, Influence, Term

STATE = "lost_niche"


@dataclass(frozen=True, slots=True, kw_only=True)
class NicheLoss(Influence):
    """Loss and recovery of the niche by the recorded rates.

    Args:
        lost_fraction: share that is lost at the start.
    """

    lost_fraction: float = 0.0

    def own_states(self) -> dict[str, float]:
        """The lost share."""
        return {STATE: self.lost_fraction}

    def terms(self, context: Context) -> Iterable[Term]:
        """Loss towards the emptiness, recovery towards none."""
        loss, recovery = context.parameters["niche_loss_per_day"], context.parameters["niche_recovery_per_day"]
        return [
            Term(state=STATE, coefficient_per_day=loss),
            Term(state=STATE, coefficient_per_day=-loss, times="stem_cells"),
            Term(state=STATE, coefficient_per_day=-(loss + recovery), times=STATE),
        ]

    def effects(self, context: Context) -> Iterable[Effect]:
        """The niche is smaller by the lost share."""
        return [Effect(channel=Channel.NICHE_CAPACITY, variable=STATE, coefficient=-1.0)]
