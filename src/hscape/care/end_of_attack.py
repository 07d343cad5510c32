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
        rate_per_day: how fast.
    """

    day: float
    rate_per_day: float = 0.1

    def changes(self, context: Context) -> Iterable[Change]:
        """Killing of attacking cells."""
        return [Change(channel=Channel.EFFECTOR_KILLING_PER_DAY, start_day=self.day, addition=self.rate_per_day)]
