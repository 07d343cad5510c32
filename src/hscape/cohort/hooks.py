"""What a cohort asks of the rest of the package: checks of a design, a patient, a chart, and compiling once.

Everything is imported when it is first needed, and handed over as an argument, so that a run can be tested with
patients that cost nothing.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from hscape.care import VirtualPatient
from hscape.chart import Chart
from hscape.cohort.design import Arm, Design
from hscape.errors import InputError
from hscape.parameters import Parameters


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
    """Check one treatment as a scenario would, as far as this version can."""
    parse = _find("hscape.scenario", "parse_treatment")
    if "type" not in mapping:
        raise InputError(f"{where} has no type; write for example type: horse_atg.")
    if parse is not None:
        parse(mapping, where)


def check_rescue(mapping: dict[str, Any], where: str) -> None:
    """Check one rescue, as far as this version can."""
    if "type" not in mapping:
        raise InputError(f"{where} has no type; write for example type: transplant.")
    parse = _find("hscape.scenario", "parse_rescue")
    if parse is not None:
        parse(mapping, where)


def check_population(name: str, where: str) -> None:
    """Check the name of a population, as far as this version can."""
    check = _find("hscape.cohort.population", "check_population")
    if check is not None:
        check(name, where)


def check_observation(design: Design, where: str) -> None:
    """Check visits and assays, as far as this version can."""
    check = _find("hscape.observation", "check_observation")
    if check is not None:
        check(design.visits.model_dump(), tuple(design.assays), where)


def default_checks() -> Checks:
    """The checks of this version."""
    return Checks(check_treatment, check_rescue, check_population, check_observation)


def observe_patient(patient: VirtualPatient, design: Design, number: int, seed: int) -> Chart:
    """Observe a patient as the design says."""
    observe = _need("hscape.observation", "observe")
    chart: Chart = observe(
        patient,
        visits=design.visits.routine or design.visits.every_days,
        assays=tuple(design.assays) or None,
        seed=seed,
        number=number,
    )
    return chart


def compile_once() -> None:
    """Compile the kernels, so that workers find machine code in the cache."""
    from hscape.dynamics.simulate import simulate
    from hscape.patient import Patient

    simulate(Patient(age_years=40), days=14, seed=1)


def default_hooks() -> Hooks:
    """The patients and charts of this version.

    Raises:
        InputError: this version has none.
    """
    make = _need("hscape.cohort.population", "make_virtual_patient")
    _need("hscape.observation", "observe")
    return Hooks(make_virtual_patient=make, observe=observe_patient, warm_up=compile_once)


def _find(module: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return None


def _need(module: str, name: str) -> Any:
    found = _find(module, name)
    if found is None:
        raise InputError(f"cohort: this version has no {module}.{name}; install one that can simulate cohorts.")
    return found
