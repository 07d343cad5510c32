"""The simulated studies of the clinical rows: one run a design, shared by all rows that ask for it.

People are numbered from 0 on and simulated in blocks until enough are eligible, so that the result depends on the
seed and the number wanted alone, whatever the number of workers.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hscape.care import VirtualPatient
from hscape.chart import Chart
from hscape.cohort import Arm, Design, default_hooks, load_design, response_table, run_patient
from hscape.parameters import Parameters
from hscape.validation.estimates import Estimate, share
from hscape.validation.hidden import hidden_numbers

PATIENTS = 1000  # eligible ones a design: a share of 0.4 is then known to 3 points, and in one of two arms to 4
LARGEST_SCREENING = 6  # simulated for one wanted, at most
BATCH = 10
REPORT_SECONDS = 5.0
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Study:
    """A design with the eligible people that were simulated for it.

    Args:
        design: the cohort.
        table: one row a person: what the clinic concludes, and hidden numbers.
        n_simulated: people simulated up to the last one taken, eligible or not.
    """

    design: Design
    table: pd.DataFrame
    n_simulated: int

    @property
    def arms(self) -> list[str]:
        """Names of the arms."""
        return [arm.name for arm in self.design.arms]

    def responses(
        self, definition: str, month: int, *, arm: str | None = None, where: pd.Series | None = None
    ) -> tuple[Estimate, Estimate]:
        """Share with any response and with a complete one.

        Args:
            definition: of response.
            month: 3, 6 or 12.
            arm: name; None for all together.
            where: which people of the table; None for all.
        """
        people = self.table if where is None else self.table[where]
        people = people.assign(arm="all") if arm is None else people
        found = response_table(people, [arm or "all"], [definition])
        line = found[found["month"] == month].iloc[0]
        return share(int(line["n_responded"]), int(line["n"])), share(int(line["n_complete"]), int(line["n"]))


def run_study(
    name: str,
    parameters: Parameters,
    *,
    seed: int,
    patients: int = PATIENTS,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Study:
    """Simulate a shipped design until enough people are eligible.

    Args:
        name: of the design.
        parameters: the numbers in force.
        seed: of the simulated people.
        patients: eligible people wanted.
        workers: processes; None for all that this process may use.
        progress: is told how far it is.
    """
    design = load_design(name)
    rows: list[dict[str, Any]] = []
    n_eligible, began, told = 0, time.perf_counter(), 0.0
    n_workers = 1 if patients <= BATCH else workers or usable_processors()  # starting workers costs more than a few
    for block in _blocks(patients, n_workers):
        for batch in _run_block(design, block, seed, parameters, n_workers):
            rows += batch
            n_eligible += sum(bool(row["is_eligible"]) for row in batch)
            now = time.perf_counter()
            if progress and now - told > REPORT_SECONDS:
                told = now
                left = (now - began) * max(0, patients - n_eligible) / max(1, n_eligible)
                progress(
                    f"{name}: {min(n_eligible, patients)} of {patients} eligible patients, about {left:.0f} s left"
                )
        if n_eligible >= patients:
            break
    places = [place for place, row in enumerate(rows) if row["is_eligible"]][:patients]
    n_simulated = places[-1] + 1 if len(places) == patients else len(rows)
    columns = list(dict.fromkeys(name for row in rows[:n_simulated] for name in row))
    return Study(design, pd.DataFrame([rows[place] for place in places], columns=columns), n_simulated)


def _blocks(patients: int, n_workers: int) -> Iterator[list[range]]:
    """Numbers of people in batches, a few batches a worker, so that little is simulated beyond what is wanted."""
    last = LARGEST_SCREENING * patients
    batches = [range(start, min(start + BATCH, last)) for start in range(0, last, BATCH)]
    size = 1 if n_workers == 1 else 4 * n_workers
    for first in range(0, len(batches), size):
        yield batches[first : first + size]


def _run_block(
    design: Design, block: Sequence[range], seed: int, parameters: Parameters, n_workers: int
) -> Iterable[list[dict[str, Any]]]:
    """Rows of people in order of their number, a batch at a time."""
    if n_workers == 1:
        return (run_people(design, numbers, seed, parameters) for numbers in block)
    from joblib import Parallel, delayed

    run = Parallel(n_jobs=n_workers, return_as="generator")
    found: Iterable[list[dict[str, Any]]] = run(delayed(run_people)(design, n, seed, parameters) for n in block)
    return found


def usable_processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_people(design: Design, numbers: Sequence[int], seed: int, parameters: Parameters) -> list[dict[str, Any]]:
    """Rows of people, one after the other on one thread.

    Args:
        design: the cohort.
        numbers: which people.
        seed: of the simulated people.
        parameters: the numbers in force.
    """
    if "numba" in sys.modules:
        sys.modules["numba"].set_num_threads(1)
    return [run_person(design, number, seed, parameters) for number in numbers]


def run_person(design: Design, number: int, seed: int, parameters: Parameters) -> dict[str, Any]:
    """The row of one person with the hidden numbers; the person itself is not kept.

    Args:
        design: the cohort.
        number: which person, from 0 on.
        seed: of the simulated people.
        parameters: the numbers in force.
    """
    usual = default_hooks()
    kept: dict[str, Any] = {}

    def make(design: Design, arm: Arm, number: int, seed: int, parameters: Parameters) -> VirtualPatient:
        kept["patient"] = usual.make_virtual_patient(design, arm, number, seed, parameters)
        return kept["patient"]

    def see(patient: VirtualPatient, design: Design, number: int, seed: int) -> Chart:
        kept["chart"] = usual.observe(patient, design, number, seed)
        return kept["chart"]

    hooks = replace(usual, make_virtual_patient=make, observe=see)
    row: dict[str, Any] = dict(run_patient(design, number, seed, parameters, hooks).row)
    if row["is_eligible"]:
        row |= hidden_numbers(kept["patient"], kept["chart"], row)
    return {name: math.nan if value is None else value for name, value in row.items()}
