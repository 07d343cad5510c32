"""Bleeding or blood donation: whole blood leaves at once; plasma refills in days, red cells in weeks.

Leaves out: loss over hours and the reflexes of shock; a loss above a third of the blood volume is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence, Jump
from hscape.biology.state import CIRCULATING
from hscape.errors import InputError

LARGEST_LOSS_FRACTION = 1.0 / 3.0  # above it, untreated, circulation fails and counts are not the question


@dataclass(frozen=True, slots=True, kw_only=True)
class Bleeding(Influence):
    """A loss of whole blood on one day, with oral iron afterwards if wished.

    Args:
        day: when.
        volume_ml: whole blood lost.
        iron_mg_per_day: elemental iron taken by mouth.
        iron_days: for how long.
    """

    day: float
    volume_ml: float
    iron_mg_per_day: float = 0.0
    iron_days: float = 0.0

    def jumps(self, context: Context) -> Iterable[Jump]:
        """What circulates falls by the share of blood lost."""
        lost = self.volume_ml / 1000.0 / context.blood_volume_liters
        if lost > LARGEST_LOSS_FRACTION:
            raise InputError(
                f"bleeding on day {self.day:g}: {self.volume_ml:g} mL is more than a third of the blood volume "
                f"({context.blood_volume_liters * 1000:.0f} mL); split the loss over several days."
            )
        p = context.parameters  # cells in the spleen and at vessel walls stay behind
        shed = {
            "platelets": 1.0 - p["platelet_splenic_fraction"],
            "neutrophils": 1.0 - p["neutrophil_marginal_fraction"],
        }
        return [Jump(day=self.day, target=pool, factor=1.0 - lost * shed.get(pool, 1.0)) for pool in CIRCULATING]

    def changes(self, context: Context) -> Iterable[Change]:
        """Absorbed iron while it is taken."""
        if self.iron_mg_per_day <= 0 or self.iron_days <= 0:
            return []
        absorbed = self.iron_mg_per_day * context.parameters["iron_supplement_absorbed_fraction"]
        return [
            Change(
                channel=Channel.IRON_SUPPLEMENT_MG_PER_DAY,
                start_day=self.day,
                end_day=self.day + self.iron_days,
                addition=absorbed,
            )
        ]

    def marks(self) -> list[tuple[float, float, str]]:
        """One tick for the loss, a band for iron."""
        found = [(self.day, self.day, f"{self.volume_ml:g} mL of blood lost")]
        if self.iron_mg_per_day > 0 and self.iron_days > 0:
            found.append((self.day, self.day + self.iron_days, "oral iron"))
        return found
