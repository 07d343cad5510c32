"""A pulse of a cell-cycle-specific drug, docetaxel: dividing precursors die while it is in the blood.

The drug has a state of its own (its concentration) that decays, and kills in proportion to it. The
exposure is dose over clearance; one exponential of the right mean residence stands for three.
Leaves out: distribution phases, differences between patients, damage to stem cells (they divide rarely).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Context, Effect, Influence, Jump, Term

HOURS_PER_DAY = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CytotoxicPulse(Influence):
    """Docetaxel, one dose or several equal ones.

    Args:
        day: first dose.
        dose_mg: how much each time (100 mg per square meter is about 180 mg).
        cycles: how many doses.
        interval_days: from dose to dose.
    """

    day: float
    dose_mg: float
    cycles: int = 1
    interval_days: float = 21.0

    @property
    def state_name(self) -> str:
        """Name of the concentration state."""
        return f"docetaxel_umol_per_l@{self.day:g}"

    @property
    def dose_days(self) -> list[float]:
        """Day of every dose."""
        return [self.day + i * self.interval_days for i in range(self.cycles)]

    def own_states(self) -> dict[str, float]:
        """The concentration."""
        return {self.state_name: 0.0}

    def _decay_per_day(self, context: Context) -> float:
        return HOURS_PER_DAY / context.parameters["docetaxel_residence_hours"]

    def jumps(self, context: Context) -> Iterable[Jump]:
        """The concentration that gives the exposure dose / clearance."""
        p = context.parameters
        exposure_umol_h_per_l = (
            self.dose_mg / p["docetaxel_clearance_l_per_hour"] * 1000.0 / p["docetaxel_molar_mass_g_per_mol"]
        )
        first = exposure_umol_h_per_l / p["docetaxel_residence_hours"]
        return [Jump(day=day, target=self.state_name, amount=first) for day in self.dose_days]

    def terms(self, context: Context) -> Iterable[Term]:
        """First-order elimination."""
        return [Term(state=self.state_name, coefficient_per_day=-self._decay_per_day(context), times=self.state_name)]

    def effects(self, context: Context) -> Iterable[Effect]:
        """Killing of dividing precursors and, less, of early progenitors."""
        kill = context.parameters["docetaxel_killing_per_umol_l_per_day"]
        early = kill * context.parameters["cytotoxic_early_progenitor_sensitivity_fraction"]
        return [
            Effect(channel=Channel.PROLIFERATING_PRECURSOR_KILLING_PER_DAY, variable=self.state_name, coefficient=kill),
            Effect(channel=Channel.EARLY_PROGENITOR_KILLING_PER_DAY, variable=self.state_name, coefficient=early),
        ]

    def marks(self) -> list[tuple[float, float, str]]:
        """A tick for each dose."""
        return [(day, day, f"docetaxel {self.dose_mg:g} mg") for day in self.dose_days]
