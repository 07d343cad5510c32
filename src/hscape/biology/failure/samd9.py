"""SAMD9 or SAMD9L: a germline change of growth restraint that all ordinary stem cells carry.

From its day on, division of every stem cell is multiplied by a fraction d. A clone that loses the mutated copy
divides as it should again: with turnover q its fitness f makes (q + f) d = q, so f = q (1 / d - 1). Three kinds
of clone do so: UPD7q and a second mutation in cis (adaptive), and monosomy 7, which takes the copy away with the
whole chromosome (maladaptive: it is counted as evolution). They compete in one marrow, and which comes first is chance.
Leaves out: childhood (the blood is an adult's, so day 0 stands for the day on which the defect begins to act, as
after an infection, since interferon drives both genes; before it the defect is silent), direct restraint of
progenitors, the other organs, differences between variants.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hscape.biology.channels import Channel
from hscape.biology.clone_kinds import CloneKind
from hscape.biology.influence import Change, Context, Influence
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR

#: Kinds of clone that lose the mutated copy.
RESCUED = ("UPD7q", "SAMD9L_cis_loss", "monosomy_7")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthRestraint(Influence):
    """The germline defect; None takes the recorded value.

    Args:
        day: first day on which it acts.
        division_fraction: what is left of stem-cell division.
        end_day: day on which it stops to act, for experiments; None if it does not, as in patients.
    """

    day: float = 0.0
    division_fraction: float | None = None
    end_day: float | None = None

    def changes(self, context: Context) -> Iterable[Change]:
        """Less division of every stem cell; rescued clones make up for it by their fitness."""
        given = self.division_fraction
        left = context.parameters["samd9_division_fraction"] if given is None else given
        end = float("inf") if self.end_day is None else self.end_day
        return [Change(channel=Channel.STEM_CELL_DIVISION, start_day=self.day, end_day=end, factor=left)]


def regained_fitness_per_year(division_fraction: float, parameters: Parameters) -> float:
    """Fitness that gives a clone its normal division back where all others are left with a fraction."""
    turnover_per_year = DAYS_PER_YEAR / parameters["stem_cell_division_interval_days"]
    return turnover_per_year * (1.0 / division_fraction - 1.0)


def with_rescue(kinds: Iterable[CloneKind], division_fraction: float | None, parameters: Parameters) -> list[CloneKind]:
    """The kinds as they behave here: what loses the mutated copy regains normal division.

    Args:
        kinds: kinds of the catalogue.
        division_fraction: of the influence; None for the recorded one.
        parameters: the numbers in force.
    """
    left = parameters["samd9_division_fraction"] if division_fraction is None else division_fraction
    gained = regained_fitness_per_year(left, parameters)
    found = []
    for kind in kinds:
        if kind.name in RESCUED:
            rate = parameters["samd9_monosomy_7_rate_per_year"] if kind.name == "monosomy_7" else kind.rate_per_year
            kind = replace(kind, fitness_per_year=gained, rate_per_year=rate, arises_only_in_failure=True)
        found.append(kind)
    return found
