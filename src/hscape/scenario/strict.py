"""What every part of a scenario file has in common: no unknown key, no infinite number."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Day = Annotated[float, Field(ge=0, le=45_000, description="day of the course, 0 is the start")]
PositiveDays = Annotated[float, Field(gt=0, le=45_000)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class Strict(BaseModel):
    """Part of a scenario file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)
