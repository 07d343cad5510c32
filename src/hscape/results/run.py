"""Run a scenario: one patient after another, on threads if there are many."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from hscape.care import VirtualPatient, admit
from hscape.dynamics.simulate import simulate
from hscape.history import History
from hscape.parameters import Parameters
from hscape.scenario import Scenario

Progress = Callable[[int, int], None]
Lived = History | VirtualPatient


def run_scenario(
    scenario: Scenario, *, seed: int, workers: int, parameters: Parameters, progress: Progress | None = None
) -> list[Lived]:
    """Simulate every patient of a scenario; the result does not depend on the number of workers.

    Returns:
        histories, or virtual patients with their care if the scenario has a cause.
    """
    one = _one_case(scenario, seed, parameters) if scenario.cause else _one_course(scenario, seed, parameters)
    done = [one(0)]  # compiles once, before threads start
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            for lived in pool.map(one, range(1, scenario.patients)):
                done.append(lived)
                if progress:
                    progress(len(done), scenario.patients)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return done


def _one_course(scenario: Scenario, seed: int, parameters: Parameters) -> Callable[[int], Lived]:
    patient = scenario.patient(parameters)

    def one(number: int) -> Lived:
        return simulate(
            patient,
            days=scenario.days,
            seed=seed,
            number=number,
            kernel=scenario.kernel,
            with_blood=scenario.with_blood,
            output_every_days=scenario.output_every_days,
            clones_every_days=scenario.clones_every_days,
        )

    return one


def _one_case(scenario: Scenario, seed: int, parameters: Parameters) -> Callable[[int], Lived]:
    case = scenario.case(parameters)

    def one(number: int) -> Lived:
        return admit(case, seed=seed, number=number, kernel=scenario.kernel)

    return one
