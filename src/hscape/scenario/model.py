"""The scenario itself, and how it becomes a patient or, with a cause, a case."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from hscape.biology.clone_kinds import CloneKind
from hscape.biology.failure import NicheLoss
from hscape.biology.influence import Influence
from hscape.biology.influences import Aging
from hscape.care import CarePlan, Case, Presentation
from hscape.care.plan_file import read_plan
from hscape.parameters import Parameters
from hscape.patient import Founder, Patient
from hscape.scenario.care_part import CarePart
from hscape.scenario.causes import Cause
from hscape.scenario.events import Event
from hscape.scenario.person import Person
from hscape.scenario.strict import PositiveDays, Strict

#: Share of the niche from which a clone is reported: five cells, since in an empty marrow they may be most of it.
SMALLEST_REPORTED = 5.0e-5


class Scenario(Strict):
    """A patient and a course."""

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$")]
    what: str = Field(default="", description="one sentence for people")
    person: Person
    days: Annotated[float, Field(gt=0, le=44_000)] = Field(description="length; with a cause, counted from diagnosis")
    output_every_days: PositiveDays = 7.0
    clones_every_days: PositiveDays = 28.0
    kernel: Literal["step", "exact", "mean"] = "step"
    with_blood: bool = True
    patients: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    parameters: dict[str, float] = Field(default_factory=dict, description="parameter id -> value in its unit")
    cause: Cause | None = Field(default=None, description="what makes the marrow fail, from day 0")
    care: CarePart | None = Field(default=None, description="what is done; only with a cause")
    events: list[Event] = Field(default_factory=list, description="in order of their day")

    def patient(self, parameters: Parameters | None = None) -> Patient:
        """The patient that this scenario describes.

        Args:
            parameters: numbers in force before those of the scenario.
        """
        base = Parameters(dict(self.parameters)) if self.parameters else Parameters()
        merged = base.with_values(parameters.changed) if parameters is not None else base
        influences: list[Influence] = [self.cause.influence(), NicheLoss()] if self.cause else []
        influences += [Aging()] if self.person.aging else []
        influences += [event.influence() for event in self.events]
        founders = [
            Founder(
                name=clone.name, stem_cells=clone.stem_cells, fitness_per_year=clone.fitness_per_year,
                vulnerability_fraction=clone.vulnerability_fraction,
            )
            for clone in self.person.clones
        ]  # fmt: skip
        return Patient(
            age_years=self.person.age_years,
            sex=self.person.sex,
            influences=influences,
            clones=founders,
            drivers=self.person.drivers,
            kinds=tuple(self.kinds(merged)),
            parameters=merged,
        )

    def failure_clone_names(self) -> tuple[str, ...]:
        """Names of the clones of marrow failure that may arise."""
        asked = self.person.failure_clones
        if self.cause is None or asked == "none":
            return ()
        return self.cause.failure_clones if asked is None or asked == "all" else tuple(asked)

    def kinds(self, parameters: Parameters) -> list[CloneKind]:
        """Kinds of clone of marrow failure as the cause lets them behave."""
        return [] if self.cause is None else self.cause.kinds(self.failure_clone_names(), parameters)

    def plan(self, where: str = "care") -> CarePlan:
        """The plan of care.

        Raises:
            InputError: a treatment without a date, an unknown word, an impossible dose.
        """
        care = self.care or CarePart()
        read = read_plan(self.name, care.treatments, care.rescue, era=care.era, where=where)
        return replace(read, with_transfusions=care.transfusions)

    def case(self, parameters: Parameters | None = None) -> Case:
        """The case that care.admit lives; only with a cause.

        Args:
            parameters: numbers in force before those of the scenario.
        """
        care = self.care or CarePart()
        patient = self.patient(parameters)
        return Case(
            patient=patient,
            presentation=Presentation(**care.presentation.model_dump()),
            plan=self.plan(),
            wait_days=care.wait_days,
            follow_up_days=self.days,
            log_kill_fold={source: patient.parameters[f"{source}_atg_log_kill_fold"] for source in ("horse", "rabbit")},
            hla_typing={locus: (pair[0], pair[1]) for locus, pair in self.person.hla_typing.items()},
            has_life_before=self.person.life_before,
            output_every_days=self.output_every_days,
            clones_every_days=self.clones_every_days,
            report_fraction=SMALLEST_REPORTED,
            patient_id=self.name,
        )
