"""Events of a scenario: what shakes a marrow on a day."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from hscape.biology.influence import Influence
from hscape.biology.influences import (
    Bleeding,
    CytotoxicPulse,
    Infection,
    PlateletDestruction,
    RedCellAplasia,
)
from hscape.scenario.strict import Day, PositiveDays, Strict


class BleedingEvent(Strict):
    """Bleeding or blood donation."""

    type: Literal["bleeding"]
    day: Day
    volume_ml: Annotated[float, Field(gt=0, le=3000)]
    iron_mg_per_day: Annotated[float, Field(ge=0, le=400)] = 0.0
    iron_days: Annotated[float, Field(ge=0, le=1000)] = 0.0

    def influence(self) -> Influence:
        """The influence."""
        return Bleeding(
            day=self.day, volume_ml=self.volume_ml, iron_mg_per_day=self.iron_mg_per_day, iron_days=self.iron_days
        )


class InfectionEvent(Strict):
    """Bacterial infection."""

    type: Literal["infection"]
    day: Day
    duration_days: PositiveDays
    severity_share: Annotated[float, Field(ge=0, le=1)] = 1.0

    def influence(self) -> Influence:
        """The influence."""
        return Infection(day=self.day, duration_days=self.duration_days, severity_share=self.severity_share)


class CytotoxicPulseEvent(Strict):
    """Docetaxel, one dose or several."""

    type: Literal["cytotoxic_pulse"]
    drug: Literal["docetaxel"] = "docetaxel"
    day: Day
    dose_mg: Annotated[float, Field(gt=0, le=1000)]
    cycles: Annotated[int, Field(ge=1, le=50)] = 1
    interval_days: PositiveDays = 21.0

    def influence(self) -> Influence:
        """The influence."""
        return CytotoxicPulse(day=self.day, dose_mg=self.dose_mg, cycles=self.cycles, interval_days=self.interval_days)


class PlateletDestructionEvent(Strict):
    """Peripheral destruction of platelets."""

    type: Literal["platelet_destruction"]
    day: Day
    destruction_per_day: Annotated[float, Field(gt=0, le=50)]
    duration_days: PositiveDays | None = None

    def influence(self) -> Influence:
        """The influence."""
        return PlateletDestruction(
            day=self.day,
            destruction_per_day=self.destruction_per_day,
            duration_days=math.inf if self.duration_days is None else self.duration_days,
        )


class RedCellAplasiaEvent(Strict):
    """Red-cell aplasia."""

    type: Literal["red_cell_aplasia"]
    day: Day
    duration_days: PositiveDays
    killing_per_day: Annotated[float, Field(gt=0, le=50)] | None = None

    def influence(self) -> Influence:
        """The influence."""
        return RedCellAplasia(day=self.day, duration_days=self.duration_days, killing_per_day=self.killing_per_day)


Event = Annotated[
    BleedingEvent | InfectionEvent | CytotoxicPulseEvent | PlateletDestructionEvent | RedCellAplasiaEvent,
    Field(discriminator="type"),
]

EVENT_MODELS: dict[str, type[Strict]] = {
    "bleeding": BleedingEvent,
    "infection": InfectionEvent,
    "cytotoxic_pulse": CytotoxicPulseEvent,
    "platelet_destruction": PlateletDestructionEvent,
    "red_cell_aplasia": RedCellAplasiaEvent,
}
