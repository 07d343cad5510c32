"""Design of a cohort: who is taken, what each arm is given, how long and how often people are seen.

A design says nothing of how many patients there are or of the seed; those belong to a run. Treatments and
rescue are kept as written; whoever makes the patients checks and reads them (`hooks.Checks`).
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hscape.clinic.response import DEFINITIONS

#: Severities that the modified Camitta rule can give to a chart.
SEVERITIES = ("non-severe", "severe", "very severe")
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.+-]*$")]
Age = Annotated[float, Field(ge=0, le=120)]
Mapping = dict[str, Any]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Eligibility(_Strict):
    """Who is taken, judged on the chart as a clinic would."""

    severity: list[Literal["non-severe", "severe", "very severe"]] = Field(
        default_factory=list, description="modified Camitta; empty for any"
    )
    age_years: Annotated[list[Age], Field(min_length=2, max_length=2)] = Field(
        default_factory=lambda: [0.0, 120.0], description="youngest and oldest"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Eligibility:
        if self.age_years[1] < self.age_years[0]:
            raise ValueError("age_years ends before it begins")
        return self


class Arm(_Strict):
    """One way of treating, and the share of patients who get it."""

    name: Name
    share: Annotated[float, Field(gt=0, le=1)]
    treatments: list[Mapping] = Field(default_factory=list, description="in the words of a scenario")
    rescue: list[Mapping] = Field(default_factory=list, description="what follows if these fail")


class Visits(_Strict):
    """When people are seen: every so many days, or by a named routine."""

    every_days: Annotated[float, Field(ge=1, le=400)] | None = None
    routine: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> Visits:
        if (self.every_days is None) == (self.routine is None):
            raise ValueError("it must hold either every_days or routine")
        return self


class Censoring(_Strict):
    """How people leave without an event."""

    lost_per_year: Annotated[float, Field(ge=0, le=5)] = 0.0


class Design(_Strict):
    """A cohort before anybody is in it."""

    name: Name
    what: str = Field(default="", description="one sentence for people")
    population: Name
    eligibility: Eligibility = Field(default_factory=Eligibility)
    arms: Annotated[list[Arm], Field(min_length=1, max_length=8)]
    follow_up_months: Annotated[float, Field(gt=0, le=600)]
    era: Literal["modern", "1970s"] = "modern"
    visits: Visits
    assays: list[Name] = Field(default_factory=list, description="empty for what a clinic does by itself")
    censoring: Censoring = Field(default_factory=Censoring)
    responses: list[Literal["nih", "race", "camitta-2000", "japan-childhood"]] = Field(
        default_factory=lambda: [item.key for item in DEFINITIONS],  # type: ignore[arg-type]
        min_length=1,
    )

    @model_validator(mode="after")
    def _whole(self) -> Design:
        total = sum(arm.share for arm in self.arms)
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"the shares of the arms add to {total:g}, not to 1")
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError("two arms have the same name")
        return self

    def fingerprint(self) -> str:
        """SHA-256 over all that can change a result: everything but the sentence for people."""
        content = self.model_dump(mode="json", exclude={"what"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def arm_of(self, number: int) -> Arm:
        """The arm of a patient: shares are kept at any number of patients, and adding patients moves nobody."""
        place, total = _spread(number), 0.0
        for arm in self.arms:
            total += arm.share
            if place < total:
                return arm
        return self.arms[-1]


def _spread(number: int) -> float:
    """The number with its binary digits mirrored at the point: 0, 1/2, 1/4, 3/4, 1/8, ... (van der Corput)."""
    place, digit = 0.0, 0.5
    while number:
        place += digit * (number & 1)
        number >>= 1
        digit /= 2
    return place
