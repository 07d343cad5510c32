"""Run a cohort so that it can be stopped at any moment, by anyone, and be taken up again with the same result.

`run_cohort` is the one door. What is on disk is never computed again; who was being simulated when a worker
died is tried alone, so that a patient who kills workers is found and set aside while the others finish.
"""

from __future__ import annotations

import csv
import io
import json
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hscape.cohort import parts as store
from hscape.cohort.assemble import Digests, assemble
from hscape.cohort.design import Design
from hscape.cohort.hooks import Hooks, default_hooks
from hscape.cohort.identity import alone, claim, identify
from hscape.cohort.pools import WorkerLost, run_alone, run_here, run_on_cluster
from hscape.cohort.workers import Outcome, Work, batches
from hscape.durable import one_sentence, write_durably
from hscape.errors import InputError, NumericsError
from hscape.fingerprint import model_fingerprint
from hscape.folders import check_folder
from hscape.parameters import Parameters
from hscape.version import __version__

SCHEMA = "hscape.cohort/1"
#: How often a patient may end the process it runs in before it is set aside.
TRIES = 2
LARGEST_COHORT = 1_000_000
#: Workers that a cluster is taken to have at least, which keeps batches small.
CLUSTER_WORKERS = 16
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortResult:
    """What a finished run left in its folder.

    Args:
        folder: where.
        provenance: content of ``provenance.json``.
        failures: patients that could not be simulated, in order; the same as ``failures.csv``.
    """

    folder: Path
    provenance: dict[str, Any]
    failures: tuple[Outcome, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the patients' table."""
        return str(self.provenance["digest"])


@dataclass(slots=True)
class _Tally:
    """Who is finished and who failed, and the packing of blocks that are full."""

    parts: Path
    patients: int
    finished: set[int]
    failed: dict[int, Outcome] = field(default_factory=dict)
    progress: Progress | None = None

    def take(self, outcome: Outcome) -> None:
        if outcome.reason:
            self.failed[outcome.number] = outcome
        else:
            self.finished.add(outcome.number)
            self._pack(outcome.number // store.BLOCK_PATIENTS)
        if self.progress:
            self.progress(self.n_done(), self.patients)

    def _pack(self, block: int) -> None:
        first = block * store.BLOCK_PATIENTS
        if self.finished.issuperset(range(first, first + store.BLOCK_PATIENTS)):
            store.pack(self.parts, block)

    def n_done(self) -> int:
        return len(self.finished) + len(self.failed)

    def todo(self) -> list[int]:
        return [number for number in range(self.patients) if number not in self.finished and number not in self.failed]


def run_cohort(
    design: Design,
    folder: Path | str,
    *,
    patients: int,
    seed: int,
    workers: int = 1,
    parameters: Parameters | None = None,
    scheduler: str | None = None,
    hooks: Hooks | None = None,
    progress: Progress | None = None,
) -> CohortResult:
    """Simulate every patient of a cohort and write the tables; goes on where an earlier run of the same stopped.

    Args:
        design: the cohort.
        folder: for ``patients.parquet``, ``courses.parquet``, ``digest.txt``, ``provenance.json``, ``failures.csv``
            (only if any failed) and ``parts/``, by which a run is taken up again.
        patients: how many; a later run with more keeps those that are there.
        seed: whole number from 0 on; the same seed gives the same digest.
        workers: processes on this machine; the result does not depend on it.
        parameters: the numbers in force.
        scheduler: address of a Dask scheduler whose workers see `folder` under the same path.
        hooks: where patients and charts come from; those of the package by default.
        progress: called with how many are done and how many there are.

    Raises:
        InputError: the folder holds another run or cannot be written, or the scheduler cannot be reached.
        NumericsError: no patient could be simulated.
    """
    began = time.perf_counter()
    place, numbers, hooks = Path(folder).absolute(), parameters or Parameters(), hooks or default_hooks()
    if not 1 <= patients <= LARGEST_COHORT:
        raise InputError(f"patients: {patients} is out of range; give an integer from 1 to {LARGEST_COHORT}.")
    check_folder(place)
    work = Work(folder=place, design=design, seed=seed, parameters=numbers, hooks=hooks)
    identity = identify(design, seed, numbers, hooks)
    with one_sentence(place):
        work.parts.mkdir(exist_ok=True)
    with alone(work.parts):
        with one_sentence(place):
            claim(work.parts, identity)
            store.tidy(work.parts)
        tally = _Tally(work.parts, patients, _finished(work, patients), progress=progress)
        if tally.todo():
            hooks.warm_up()
            with one_sentence(place):
                _run_all(work, tally, workers, scheduler)
        record = _record(work, patients, identity.fingerprint())
        with one_sentence(place):
            return _write(work, tally, record, workers, began)


def _run_all(work: Work, tally: _Tally, workers: int, scheduler: str | None) -> None:
    """Until every patient is finished or has failed; each round of a lost worker settles whom it was at."""
    _try_alone(work, tally, store.started(work.parts))
    fruitless = 0
    while todo := tally.todo():
        n_before = tally.n_done()
        share = batches(todo, len(todo), max(workers, CLUSTER_WORKERS) if scheduler else workers)
        outcomes = run_on_cluster(work, share, scheduler) if scheduler else run_here(work, share, workers)
        try:
            for outcome in outcomes:
                tally.take(outcome)
        except WorkerLost as lost:
            tally.finished = _finished(work, tally.patients)
            _try_alone(work, tally, store.started(work.parts))
            fruitless = 0 if tally.n_done() > n_before else fruitless + 1
            if fruitless == 3:
                raise NumericsError(
                    f"cohort: workers die before they begin ({lost}); run the same command again with fewer workers."
                ) from None
            continue
        if missing := [number for number in todo if number not in tally.failed and number not in tally.finished]:
            raise NumericsError(f"cohort: {len(missing)} patients came back without an outcome.")
        _check_visible(work, todo, tally)


def _finished(work: Work, patients: int) -> set[int]:
    return {number for number in store.finished(work.parts) if number < patients}


def _try_alone(work: Work, tally: _Tally, suspects: list[int]) -> None:
    """Run those that a lost worker was at, each in a process of its own."""
    for number in suspects:
        wanted = number < tally.patients and not store.is_finished(work.parts, number)
        outcome = Outcome(number) if not wanted else None
        for _ in range(TRIES):
            outcome = outcome or run_alone(work, number)
        store.mark_ended(work.parts, number)
        if wanted:
            tally.take(outcome or Outcome(number, f"ended the process that simulated it, {TRIES} times of {TRIES}"))


def _check_visible(work: Work, todo: list[int], tally: _Tally) -> None:
    if any(not store.is_finished(work.parts, number) for number in todo if number not in tally.failed):
        raise InputError(
            f"--scheduler: workers finished patients that are not in {work.folder}; give a folder that every worker "
            "sees under this path."
        )


def _record(work: Work, patients: int, fingerprint: str) -> dict[str, Any]:
    """What made the results, without the moment and the machine."""
    return {
        "schema": SCHEMA,
        "version": __version__,
        "fingerprint": model_fingerprint(work.parameters),
        "run_fingerprint": fingerprint,
        "seed": work.seed,
        "patients": patients,
        "design": work.design.model_dump(mode="json"),
        "changed_parameters": dict(work.parameters.changed),
        "parameters": work.parameters.as_dict(),
    }


def _write(work: Work, tally: _Tally, record: dict[str, Any], workers: int, began: float) -> CohortResult:
    failures = tuple(tally.failed[number] for number in sorted(tally.failed))
    _write_failures(work, failures)
    if len(failures) == tally.patients:
        raise NumericsError(
            f"cohort: none of {tally.patients} patients could be simulated; the first failed with: "
            f"{failures[0].reason} (all in {work.folder / 'failures.csv'})"
        )
    digests: Digests = assemble(work.folder, tally.patients, record)
    modules = ("numpy", "numba", "pandas", "pyarrow", "joblib", "distributed")
    provenance = record | {
        "finished_patients": digests.n_patients,
        "failed_patients": len(failures),
        "digest": digests.patients,
        "courses_digest": digests.courses,
        "workers": workers,
        "environment": {
            "python": platform.python_version(),
            "platform": platform.platform(),
            **{name: sys.modules[name].__version__ for name in modules if name in sys.modules},
        },
        "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "seconds": round(time.perf_counter() - began, 3),
    }
    write_durably(work.folder / "digest.txt", f"{digests.patients}\n".encode())
    text = json.dumps(provenance, indent=1, sort_keys=True) + "\n"
    write_durably(work.folder / "provenance.json", text.encode())
    return CohortResult(folder=work.folder, provenance=provenance, failures=failures)


def _write_failures(work: Work, failures: tuple[Outcome, ...]) -> None:
    path = work.folder / "failures.csv"
    if not failures:
        path.unlink(missing_ok=True)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["patient", "arm", "reason", "place"])
    for failure in failures:
        writer.writerow([failure.number, work.design.arm_of(failure.number).name, failure.reason, failure.place])
    write_durably(path, text.getvalue().encode())
