"""Bacterial infection: G-CSF rises, the marginal pool lets go, neutrophils leave the blood for the tissue.

Leaves out: the first hours, in which counts may fall; endotoxin tolerance, anemia of inflammation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence


@dataclass(frozen=True, slots=True, kw_only=True)
class Infection(Influence):
    """An infection between two days.

    Args:
        day: first day.
        duration_days: how long.
        severity_share: 1 for a serious bacterial infection, less for a mild one.
    """

    day: float
    duration_days: float
    severity_share: float = 1.0

    def changes(self, context: Context) -> Iterable[Change]:
        """G-CSF production and neutrophil clearance while it lasts."""
        end = self.day + self.duration_days
        made = 1.0 + self.severity_share * (context.parameters["infection_g_csf_production_fold"] - 1.0)
        used = 1.0 + self.severity_share * (context.parameters["infection_neutrophil_clearance_fold"] - 1.0)
        freed = 1.0 + self.severity_share * (context.parameters["infection_circulating_share_fold"] - 1.0)
        return [
            Change(channel=Channel.NEUTROPHIL_CIRCULATING_SHARE, start_day=self.day, end_day=end, factor=freed),
            Change(channel=Channel.G_CSF_PRODUCTION, start_day=self.day, end_day=end, factor=made),
            Change(channel=Channel.NEUTROPHIL_CLEARANCE, start_day=self.day, end_day=end, factor=used),
        ]

    def marks(self) -> list[tuple[float, float, str]]:
        """A band."""
        return [(self.day, self.day + self.duration_days, "infection")]
