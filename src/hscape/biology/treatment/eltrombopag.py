"""Eltrombopag, an agonist of the thrombopoietin receptor: on stem cells and on megakaryocytes, past the block.

Native thrombopoietin is 17 to 29 times normal in aplastic anemia and still blocked by interferon; the drug
binds elsewhere on the receptor. A platelet rise on the drug is not reserve, so the two actions are apart.
Leaves out: iron chelation by the drug, liver toxicity, East Asian exposure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence
from hscape.biology.treatment.course import Course

FULL_DOSE_MG_PER_DAY = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Eltrombopag(Influence):
    """A course of eltrombopag.

    Args:
        day: first day.
        duration_days: how long.
        dose_mg_per_day: 150 is the dose of the trials; the action is taken as proportional to it.
    """

    day: float
    duration_days: float = 182.0
    dose_mg_per_day: float = FULL_DOSE_MG_PER_DAY

    def changes(self, context: Context) -> Iterable[Change]:
        """Signals that the receptor gives while the drug is taken."""
        share, end = self.dose_mg_per_day / FULL_DOSE_MG_PER_DAY, self.day + self.duration_days
        folds = [
            Change(
                channel=channel,
                start_day=self.day,
                end_day=end,
                factor=1.0 + share * (context.parameters[f"eltrombopag_{what}_fold"] - 1.0),
            )
            for channel, what in ((Channel.STEM_CELL_DIVISION, "renewal"), (Channel.PROGENITOR_OUTPUT, "output"))
        ]
        return folds + [
            Change(
                channel=channel,
                start_day=self.day,
                end_day=end,
                addition=share * context.parameters[f"eltrombopag_{cell}_agonist_fold"],
            )
            for channel, cell in (
                (Channel.STEM_CELL_AGONIST_FOLD, "stem_cell"),
                (Channel.MEGAKARYOCYTE_AGONIST_FOLD, "megakaryocyte"),
            )
        ]

    def course(self) -> Course:
        """The line in a chart."""
        return Course("eltrombopag", self.day, self.day + self.duration_days, self.dose_mg_per_day, "mg/d")

    def marks(self) -> list[tuple[float, float, str]]:
        """A band."""
        return [(self.day, self.day + self.duration_days, "eltrombopag")]
