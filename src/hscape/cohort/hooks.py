"""What a cohort asks of the rest of the package: checks of a design, a patient, a chart, and compiling once.

All of it is handed over as an argument, so that a run can be tested with patients that cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from hscape.care import VirtualPatient, admit
from hscape.care.plan_file import read_plan, read_rescue, read_treatment
from hscape.chart import Chart
from hscape.cohort.design import Arm, Design
from hscape.cohort.population import draw_case, make_virtual_patient, populations
from hscape.errors import InputError, unknown_name
from hscape.observation import Assays, Visits, observe
from hscape.parameters import Parameters

ROUTINES = ("clinic",)
ASSAYS: dict[str, Callable[[], Assays]] = {"routine": Assays.routine, "research": Assays.research}


class MakePatient(Protocol):
    """Makes one patient: everything that happens to them, by the seed and their number alone."""

    def __call__(self, design: Design, arm: Arm, number: int, seed: int, parameters: Parameters) -> VirtualPatient:
        """The patient."""


class Observe(Protocol):
    """Makes the chart that a clinic would have of a patient; day 0 is the diagnosis."""

    def __call__(self, patient: VirtualPatient, design: Design, number: int, seed: int) -> Chart:
        """The chart."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a run calls for each patient.

    Args:
        make_virtual_patient: makes the patient.
        observe: makes the chart.
        warm_up: compiles everything, once, before workers start.
    """

    make_virtual_patient: MakePatient
    observe: Observe
    warm_up: Callable[[], None]

    def names(self) -> str:
        """Where patients and charts come from, as part of the fingerprint of a run."""
        both = (self.make_virtual_patient, self.observe)
        return " ".join(f"{hook.__module__}.{getattr(hook, '__qualname__', type(hook).__qualname__)}" for hook in both)


@dataclass(frozen=True, slots=True)
class Checks:
    """What can say that a design asks for something unknown; each raises InputError with the place it is given.

    Args:
        treatment: one mapping of an arm's treatments.
        rescue: one mapping of an arm's rescue.
        population: the name of a population.
        observation: visits and assays of the design.
    """

    treatment: Callable[[dict[str, Any], str], object]
    rescue: Callable[[dict[str, Any], str], object]
    population: Callable[[str, str], object]
    observation: Callable[[Design, str], object]


def check_treatment(mapping: dict[str, Any], where: str) -> None:
    """Check one treatment."""
    read_treatment(mapping, where)


def check_rescue(mapping: dict[str, Any], where: str) -> None:
    """Check one rescue."""
    read_rescue(mapping, where)


def check_population(name: str, where: str) -> None:
    """Check the name of a population."""
    if name not in populations():
        raise unknown_name(where, name, populations(), kind="population")


def check_observation(design: Design, where: str) -> None:
    """Check the names of visits and assays."""
    if design.visits.routine is not None and design.visits.routine not in ROUTINES:
        raise unknown_name(where, design.visits.routine, ROUTINES, kind="routine")
    for name in design.assays:
        if name not in ASSAYS:
            raise unknown_name(where.replace("visits", "assays"), name, ASSAYS, kind="set of assays")
    if len(design.assays) > 1:
        raise InputError(f"{where}: assays names {len(design.assays)} sets; keep one of {', '.join(ASSAYS)}.")


def default_checks() -> Checks:
    """The checks of this version."""
    return Checks(check_treatment, check_rescue, check_population, check_observation)


def observe_patient(patient: VirtualPatient, design: Design, number: int, seed: int) -> Chart:
    """Observe a patient as the design says."""
    years = design.follow_up_months / 12.0 + 0.25
    if design.visits.routine is not None:
        visits = Visits.clinic_routine(years)
    else:
        every = design.visits.every_days or 28.0
        days = tuple(float(day) for day in range(0, int(years * 366), int(every)))
        yearly = tuple(day for day in (0.0, 182.0, *(366.0 * i for i in range(1, int(years) + 1))) if day <= days[-1])
        visits = Visits(
            days_after_diagnosis=days, marrow_days=yearly, sequencing_days=yearly, pnh_flow_days=yearly, hla_days=yearly
        )
    return observe(patient, visits, ASSAYS[design.assays[0] if design.assays else "routine"](), seed=seed)


def compile_once() -> None:
    """Compile the kernels, so that workers find machine code in the cache."""
    plan = read_plan("warm up", [{"type": "transplant", "after_diagnosis_days": 7}], [])
    patient = admit(draw_case("trial-europe", plan, seed=1, number=0, follow_up_days=28.0), seed=1)
    observe(patient, Visits(days_after_diagnosis=(0.0, 14.0)), seed=1)


def default_hooks() -> Hooks:
    """The patients and charts of this version."""
    return Hooks(make_virtual_patient=make_virtual_patient, observe=observe_patient, warm_up=compile_once)
