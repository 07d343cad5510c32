"""Peripheral destruction of platelets, as in immune thrombocytopenia: the marrow is full, the platelets are lost.

Leaves out: antibodies against megakaryocytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateletDestruction(Influence):
    """Extra loss of platelets whatever their age.

    Args:
        day: first day.
        destruction_per_day: share of the platelets lost a day, as a rate.
        duration_days: how long; infinity if it stays.
    """

    day: float
    destruction_per_day: float
    duration_days: float = float("inf")

    def changes(self, context: Context) -> Iterable[Change]:
        """The extra loss."""
        return [
            Change(
                channel=Channel.PLATELET_DESTRUCTION_PER_DAY,
                start_day=self.day,
                end_day=self.day + self.duration_days,
                addition=self.destruction_per_day,
            )
        ]

    def marks(self) -> list[tuple[float, float, str]]:
        """A band."""
        return [(self.day, self.day + self.duration_days, "platelet destruction")]
