"""Suppression by a virus: the marrow is held down while the infection lasts, and comes back when it ends.

Between two days the output of early progenitors and the division of stem cells are multiplied by a fraction.
Hardly a cell dies, so what recovers is what was there: this is suppression without loss. For parvovirus, which
stops the red line alone, see the red-cell aplasia among the influences.
Leaves out: the virus itself, an immune attack that it may leave behind (an immune cause with a flare),
hemophagocytosis, differences between viruses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence


@dataclass(frozen=True, slots=True, kw_only=True)
class ViralSuppression(Influence):
    """An infection of the whole marrow; None takes the recorded value.

    Args:
        day: first day.
        duration_days: how long; infinity if it is never cleared.
        output_fraction: what is left of the output of early progenitors.
        division_fraction: what is left of stem-cell division.
    """

    day: float = 0.0
    duration_days: float | None = None
    output_fraction: float | None = None
    division_fraction: float | None = None

    def _value(self, name: str, context: Context) -> float:
        given = getattr(self, name)
        return context.parameters[f"viral_{name}"] if given is None else float(given)

    def changes(self, context: Context) -> Iterable[Change]:
        """Less output and less division while it lasts."""
        end = self.day + self._value("duration_days", context)
        return [
            Change(channel=channel, start_day=self.day, end_day=end, factor=self._value(name, context))
            for channel, name in (
                (Channel.PROGENITOR_OUTPUT, "output_fraction"),
                (Channel.STEM_CELL_DIVISION, "division_fraction"),
            )
        ]

    def marks(self) -> list[tuple[float, float, str]]:
        """A band, or a tick if its length is the recorded one."""
        known = self.duration_days is not None and math.isfinite(self.duration_days)
        return [(self.day, self.day + (self.duration_days if known else 0.0), "viral infection")]  # type: ignore[operator]
