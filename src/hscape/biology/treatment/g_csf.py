"""G-CSF given as a drug: adds to the body's own.

Leaves out: the daily rise and fall after each injection; pegylated forms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence
from hscape.biology.treatment.course import Course

USUAL_DOSE_UG_PER_KG_PER_DAY = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GCSF(Influence):
    """Daily injections.

    Args:
        day: first day.
        duration_days: how long.
        dose_ug_per_kg_per_day: daily dose.
    """

    day: float
    duration_days: float
    dose_ug_per_kg_per_day: float = USUAL_DOSE_UG_PER_KG_PER_DAY

    def changes(self, context: Context) -> Iterable[Change]:
        """The added level."""
        share = self.dose_ug_per_kg_per_day / USUAL_DOSE_UG_PER_KG_PER_DAY
        added = share * context.parameters["g_csf_five_ug_per_kg_added_fold"]
        return [
            Change(
                channel=Channel.G_CSF_ADDED_FOLD,
                start_day=self.day,
                end_day=self.day + self.duration_days,
                addition=added,
            )
        ]

    def course(self) -> Course:
        """The line in a chart."""
        return Course("g_csf", self.day, self.day + self.duration_days, self.dose_ug_per_kg_per_day, "ug/kg/d")

    def marks(self) -> list[tuple[float, float, str]]:
        """A band."""
        return [(self.day, self.day + self.duration_days, "G-CSF")]
