"""Cells killed from outside: chemotherapy, radiation, a toxic drug; reversible or lasting.

On each dose every stem cell survives with a probability, early progenitors and dividing precursors die at a
rate for some days, and a share of the niche may be lost, which the niche-loss influence, needed beside this one,
then rebuilds over decades. What is left decides: with a niche and enough stem cells the marrow refills; few stem
cells refill it in years; a lost niche stays small.
Leaves out: pharmacokinetics (see the docetaxel pulse for a drug whose curve is known), dose fields of radiation,
mutations that the agent itself makes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.failure.niche_loss import STATE as LOST_NICHE
from hscape.biology.influence import Change, Context, Influence, Jump
from hscape.errors import InputError

AGENTS = ("chemotherapy", "radiation", "toxic_drug")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cytotoxic(Influence):
    """One agent, once or in equal cycles; None takes the recorded value of the agent.

    Args:
        agent: ``chemotherapy``, ``radiation`` or ``toxic_drug``.
        day: first dose.
        cycles: how many doses.
        interval_days: from dose to dose.
        duration_days: how long each dose kills.
        stem_cell_survival_fraction: chance of each stem cell to survive one dose.
        niche_lost_fraction: share of the niche that is lost with the first dose.

    Raises:
        InputError: an unknown agent.
    """

    agent: str = "chemotherapy"
    day: float = 0.0
    cycles: int = 1
    interval_days: float = 28.0
    duration_days: float | None = None
    stem_cell_survival_fraction: float | None = None
    niche_lost_fraction: float | None = None

    def __post_init__(self) -> None:
        if self.agent not in AGENTS:
            raise InputError(f"cytotoxic cause: agent '{self.agent}' is not known; give one of {', '.join(AGENTS)}.")

    @property
    def dose_days(self) -> list[float]:
        """Day of every dose."""
        return [self.day + i * self.interval_days for i in range(self.cycles)]

    def _value(self, name: str, context: Context) -> float:
        given = getattr(self, name, None)
        return context.parameters[f"{self.agent}_{name}"] if given is None else float(given)

    def jumps(self, context: Context) -> Iterable[Jump]:
        """Stem cells that survive each dose, and the niche that is lost with the first."""
        survival = self._value("stem_cell_survival_fraction", context)
        found = [Jump(day=day, target="stem_cells", factor=survival) for day in self.dose_days]
        lost = self._value("niche_lost_fraction", context)
        if lost > 0.0:
            found.append(Jump(day=self.day, target=LOST_NICHE, factor=1.0 - lost, amount=lost))
        return found

    def changes(self, context: Context) -> Iterable[Change]:
        """Killing of progenitors, precursors and lymphocytes after each dose."""
        days = self._value("duration_days", context)
        early = self._value("early_progenitor_killing_per_day", context)
        dividing = self._value("precursor_killing_per_day", context)
        found = []
        for day in self.dose_days:
            for channel, rate in (
                (Channel.EARLY_PROGENITOR_KILLING_PER_DAY, early),
                (Channel.PROLIFERATING_PRECURSOR_KILLING_PER_DAY, dividing),
                (Channel.LYMPHOCYTE_KILLING_PER_DAY, 0.1 * dividing),
            ):
                found.append(Change(channel=channel, start_day=day, end_day=day + days, addition=rate))
        return found

    def marks(self) -> list[tuple[float, float, str]]:
        """A tick for each dose."""
        return [(day, day, self.agent.replace("_", " ")) for day in self.dose_days]
