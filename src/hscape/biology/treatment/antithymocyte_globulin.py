"""Antithymocyte globulin: attacking cells fall at once by a factor, lymphocytes for weeks.

The two are kept apart on purpose. Rabbit globulin depletes lymphocytes longer than horse globulin and yet
helps fewer patients, so what it does to the attack is a number of its own.
Leaves out: serum sickness, fever, platelet refractoriness, regulatory T cells.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence
from hscape.biology.treatment.course import Course
from hscape.errors import InputError

DOSES_MG_PER_KG_PER_DAY = {"horse": 40.0, "rabbit": 3.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class AntithymocyteGlobulin(Influence):
    """One course.

    Args:
        day: first infusion.
        source: ``horse`` or ``rabbit``.
        log_kill_fold: natural logarithm of the drop of attacking cells; None for the recorded one.

    Raises:
        InputError: another source.
    """

    day: float
    source: str = "horse"
    log_kill_fold: float | None = None

    def __post_init__(self) -> None:
        if self.source not in DOSES_MG_PER_KG_PER_DAY:
            raise InputError(f"antithymocyte globulin: source '{self.source}' is not known; give horse or rabbit.")

    def changes(self, context: Context) -> Iterable[Change]:
        """Killing of attacking cells during the course, of lymphocytes for longer."""
        p = context.parameters
        days = p[f"{self.source}_atg_course_days"]
        log_kill = p[f"{self.source}_atg_log_kill_fold"] if self.log_kill_fold is None else self.log_kill_fold
        return [
            Change(
                channel=Channel.EFFECTOR_KILLING_PER_DAY,
                start_day=self.day,
                end_day=self.day + days,
                addition=log_kill / days,
            ),
            Change(
                channel=Channel.LYMPHOCYTE_KILLING_PER_DAY,
                start_day=self.day,
                end_day=self.day + p[f"{self.source}_atg_lymphocyte_depletion_days"],
                addition=p["atg_lymphocyte_killing_per_day"],
            ),
        ]

    def course(self) -> Course:
        """The line in a chart."""
        days = 4.0 if self.source == "horse" else 5.0
        dose = DOSES_MG_PER_KG_PER_DAY[self.source]
        return Course(f"{self.source}_atg", self.day, self.day + days - 1.0, dose, "mg/kg/d")

    def marks(self) -> list[tuple[float, float, str]]:
        """A tick."""
        return [(self.day, self.day, f"{self.source} ATG")]
