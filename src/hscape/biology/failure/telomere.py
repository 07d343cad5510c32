"""Telomere biology disorder: stem cells divide less as their telomeres shorten with age.

    length(age) = length at birth - loss per year x age
    division is multiplied by (length - senescent length) / (ample length - senescent length), within (floor, 1)

A TERT promoter clone makes telomerase again and regains division (a fixed fitness; see `with_rescue`).
Leaves out, and this is much: telomeres are not followed in the single cell or clone, so a clone that divides more
does not shorten its own, the loss of 216 bp per year of persistent cytopenia does not feed back, a rescued clone
neither starts with its own length nor lengthens it, and its fitness is not matched to the fall as it goes on;
no lung, no liver, no spread between cells (senescence is a fall of the mean rate, not death of the shortest).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hscape.biology.channels import Channel
from hscape.biology.clone_kinds import CloneKind
from hscape.biology.influence import Change, Context, Influence
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR

STEPS_PER_YEAR = 2  # a staircase; a finer one changes nothing visible
RESCUED = ("TERT_promoter",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortTelomeres(Influence):
    """Division that falls with age; None takes the recorded value.

    Args:
        day: first day on which the fall acts; the length is that of the age on each day.
        length_at_birth_bp: telomeres of stem cells at birth.
        loss_bp_per_year: how much they lose.
        end_day: day on which division is normal again, for experiments; None if it stays low, as in patients.
    """

    day: float = 0.0
    length_at_birth_bp: float | None = None
    loss_bp_per_year: float | None = None
    end_day: float | None = None

    def division_fraction(self, age_years: float, parameters: Parameters) -> float:
        """What is left of stem-cell division at an age."""
        p = parameters
        born = p["telomere_disorder_length_at_birth_bp"] if self.length_at_birth_bp is None else self.length_at_birth_bp
        loss = p["telomere_disorder_loss_bp_per_year"] if self.loss_bp_per_year is None else self.loss_bp_per_year
        senescent, ample = p["telomere_senescent_length_bp"], p["telomere_ample_length_bp"]
        left = (born - loss * age_years - senescent) / (ample - senescent)
        return min(1.0, max(p["telomere_division_floor_fraction"], left))

    def changes(self, context: Context) -> Iterable[Change]:
        """A staircase of division, two steps a year, up to the end of the course."""
        end = context.days if self.end_day is None else min(self.end_day, context.days)
        length = DAYS_PER_YEAR / STEPS_PER_YEAR
        found, start = [], self.day
        while start < end:
            stop = min(start + length, end)
            last = stop >= context.days
            age = context.age_years + 0.5 * (start + stop) / DAYS_PER_YEAR
            found.append(
                Change(
                    channel=Channel.STEM_CELL_DIVISION, start_day=start, end_day=float("inf") if last else stop,
                    factor=self.division_fraction(age, context.parameters),
                )
            )  # fmt: skip
            start = stop
        return found


def with_rescue(kinds: Iterable[CloneKind], parameters: Parameters) -> list[CloneKind]:
    """The kinds as they behave here: a TERT promoter clone divides normally where others are left with a fraction.

    Chromosomal clones arise more rarely than in acquired failure: here they are counted while the marrow is still full.

    Args:
        kinds: kinds of the catalogue.
        parameters: the numbers in force.
    """
    left = parameters["telomere_rescue_division_fraction"]
    turnover_per_year = DAYS_PER_YEAR / parameters["stem_cell_division_interval_days"]
    gained = turnover_per_year * (1.0 / left - 1.0)
    rarer = parameters["telomere_chromosome_clone_rate_fraction"]
    found = []
    for kind in kinds:
        if kind.name in RESCUED:
            kind = replace(
                kind, fitness_per_year=gained, arises_only_in_failure=True,
                rate_per_year=parameters["telomere_TERT_promoter_rate_per_year"],
            )  # fmt: skip
        elif kind.arises_only_in_failure:
            kind = replace(kind, rate_per_year=rarer * kind.rate_per_year)
        found.append(kind)
    return found
