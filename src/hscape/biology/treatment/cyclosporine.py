"""Cyclosporine: suppresses attacking cells without removing them, so the attack may return when it is tapered.

Leaves out: kidney and blood pressure, levels that wander; exposure is one at the target trough.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence
from hscape.biology.treatment.course import Course

TAPER_STEP_DAYS = 28.0
FULL_DOSE_MG_PER_KG_PER_DAY = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cyclosporine(Influence):
    """Full dose for a time, then a taper in monthly steps.

    Args:
        day: first day.
        full_days: how long at full dose; infinity if it goes on.
        taper_days: how long the taper takes; 0 stops at once.
        stop_day: day of the course on which it is stopped whatever was planned; infinity if not.
    """

    day: float
    full_days: float = 365.0
    taper_days: float = 365.0
    stop_day: float = math.inf

    def steps(self) -> list[tuple[float, float, float]]:
        """(first day, last day, exposure) of each dose."""
        full_end = self.day + self.full_days
        found = [(self.day, full_end, 1.0)]
        n = max(1, round(self.taper_days / TAPER_STEP_DAYS)) if self.taper_days > 0 and math.isfinite(full_end) else 0
        for i in range(n):
            start = full_end + i * self.taper_days / n
            found.append((start, full_end + (i + 1) * self.taper_days / n, 1.0 - (i + 1) / (n + 1)))
        return [(start, min(end, self.stop_day), share) for start, end, share in found if start < self.stop_day]

    def changes(self, context: Context) -> Iterable[Change]:
        """Exposure over time."""
        return [
            Change(channel=Channel.CYCLOSPORINE_EXPOSURE, start_day=start, end_day=end, addition=exposure)
            for start, end, exposure in self.steps()
        ]

    def course(self) -> Course:
        """The line in a chart."""
        steps = self.steps()
        taper = tuple((start, round(FULL_DOSE_MG_PER_KG_PER_DAY * exposure, 2)) for start, _, exposure in steps[1:])
        end = steps[-1][1]
        last = end if math.isfinite(end) else None
        return Course("cyclosporine", self.day, last, FULL_DOSE_MG_PER_KG_PER_DAY, "mg/kg/d", taper)

    def marks(self) -> list[tuple[float, float, str]]:
        """A band."""
        return [(self.day, self.steps()[-1][1], "cyclosporine")]
