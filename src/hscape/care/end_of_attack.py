"""The attack ends by itself: its trigger, a drug or an infection, has gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfAttack(Influence):
    """From a day on the attacking cells die out.

    Args:
        day: first day.
        rate_per_day: how fast; None takes the recorded value.
    """

    day: float
    rate_per_day: float | None = None

    def changes(self, context: Context) -> Iterable[Change]:
        """Killing of attacking cells."""
        recorded = context.parameters["attack_own_end_per_day"]
        rate = recorded if self.rate_per_day is None else self.rate_per_day
        return [Change(channel=Channel.EFFECTOR_KILLING_PER_DAY, start_day=self.day, addition=rate)]
