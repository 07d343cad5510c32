"""Aging: the niche grows until adolescence and keeps its size; driver mutations accumulate all life.

Leaves out: any decline of the adult niche (none is seen in the number of contributing stem cells below
65) and of the single stem cell. The fall of cellularity with age is in `rates.normal_cellularity_fraction`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence
from hscape.units import DAYS_PER_YEAR

STEPS_PER_YEAR = 4  # the growing niche is a staircase; a finer one changes nothing visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Aging(Influence):
    """Growth of the niche from birth to adolescence, by the recorded sizes."""

    def changes(self, context: Context) -> Iterable[Change]:
        """A staircase of niche sizes up to adulthood, linear in age."""
        first = context.parameters["niche_at_birth_fraction"]
        adult = context.parameters["niche_full_age_years"]
        found: list[Change] = []
        step, age = 1.0 / STEPS_PER_YEAR, context.age_years
        while age < adult:
            start = (age - context.age_years) * DAYS_PER_YEAR
            size = first + (1.0 - first) * min(1.0, (age + 0.5 * step) / adult)
            found.append(
                Change(
                    channel=Channel.NICHE_CAPACITY, start_day=start, end_day=start + step * DAYS_PER_YEAR, factor=size
                )
            )
            age += step
        return found
