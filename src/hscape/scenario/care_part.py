"""Care in a scenario: what brings the person to the clinic, and what is then done. Nothing is recommended."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from hscape.scenario.strict import PositiveDays, Strict


class PresentationPart(Strict):
    """Counts below which the person goes to a doctor; any one suffices."""

    hemoglobin_g_per_dl: Annotated[float, Field(ge=0, le=20)] = 7.0
    platelets_1e9_per_l: Annotated[float, Field(ge=0, le=500)] = 15.0
    neutrophils_1e9_per_l: Annotated[float, Field(ge=0, le=10)] = 0.4


class CarePart(Strict):
    """Treatments count from diagnosis; without any, care is supportive."""

    treatments: list[dict[str, Any]] = Field(
        default_factory=list, description="each with type, after_diagnosis_days and options of that treatment"
    )
    rescue: list[dict[str, Any]] = Field(
        default_factory=list, description="each with type and when: no response, relapse"
    )
    era: Literal["modern", "1970s"] = "modern"
    transfusions: bool = True
    presentation: PresentationPart = Field(default_factory=PresentationPart)
    wait_days: PositiveDays = Field(default=3650.0, description="how long the failure may take to show")
