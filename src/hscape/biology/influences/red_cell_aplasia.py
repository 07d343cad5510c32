"""Red-cell aplasia, as after parvovirus B19: erythroid progenitors die, everything else goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence


@dataclass(frozen=True, slots=True, kw_only=True)
class RedCellAplasia(Influence):
    """Loss of erythroid progenitors between two days.

    Args:
        day: first day.
        duration_days: how long (parvovirus: 7 to 10 days); infinity if it stays.
        killing_per_day: death rate of erythroid progenitors; by default the recorded one.
    """

    day: float
    duration_days: float
    killing_per_day: float | None = None

    def changes(self, context: Context) -> Iterable[Change]:
        """The killing."""
        killing = self.killing_per_day
        if killing is None:
            killing = context.parameters["red_cell_aplasia_killing_per_day"]
        return [
            Change(
                channel=Channel.ERYTHROID_PROGENITOR_KILLING_PER_DAY,
                start_day=self.day,
                end_day=self.day + self.duration_days,
                addition=killing,
            )
        ]

    def marks(self) -> list[tuple[float, float, str]]:
        """A band."""
        return [(self.day, self.day + self.duration_days, "red-cell aplasia")]
