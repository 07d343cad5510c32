"""Many patients checked, so that it can be stopped at any moment and taken up again with the same result.

Each patient is a file of its own, written whole or not at all and keyed by number; a patient who fails is a file with
the reason. What is on disk is never computed again.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from hscape.cohort.workers import settle
from hscape.durable import one_sentence, write_durably
from hscape.errors import InputError, unknown_name
from hscape.fingerprint import model_fingerprint
from hscape.folders import check_folder
from hscape.inference.calibration.design import STUDIES, settings
from hscape.inference.calibration.one import check_one
from hscape.inference.calibration.posterior import LIGHT
from hscape.inference.engines import ENGINES
from hscape.inference.prior import analysis_prior

LARGEST_CHECK = 100_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Check:
    """What is checked.

    Args:
        engine: ``preview``, ``answer``, ``smc``, or ``light`` (one island of an answer with little effort).
        seed: 0 to 2**63 - 1.
        study: see `design.make_patient`.
        fault: a fault of the fitter that is planted on purpose (see `fitter_faults`); empty for none.
        misfit: a fault of the model that is planted on purpose (see `misfits`); empty for none.

    Raises:
        InputError: an unknown engine or study.
    """

    engine: str
    seed: int
    study: str = "sbc"
    fault: str = ""
    misfit: str = ""

    def __post_init__(self) -> None:
        if self.engine not in (*ENGINES, LIGHT):
            raise unknown_name("--engine", self.engine, ENGINES, kind="engine")
        if self.study not in STUDIES:
            raise unknown_name("study", self.study, STUDIES, kind="study")

    def identity(self) -> dict[str, Any]:
        """What must be the same for finished patients to be kept."""
        return {
            "schema": "hscape.sbc/1", "engine": self.engine, "seed": self.seed, "study": self.study,
            "fault": self.fault, "misfit": self.misfit, "design": settings(),
            "fingerprint": model_fingerprint(analysis_prior()),
        }  # fmt: skip


def run_check(
    check: Check, folder: Path | str, *, patients: int, workers: int = 1, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Check patients 0 to `patients` - 1; goes on where an earlier run of the same stopped.

    Args:
        check: what.
        folder: for ``check.json`` and one file a patient.
        patients: how many are drawn; those whose chart shows too little are named and not explained.
        workers: processes; the result does not depend on it.
        progress: called with how many are done and how many there are.

    Returns:
        one record a patient, in order of number (see `one.check_one`).

    Raises:
        InputError: the folder holds another check or cannot be written.
    """
    if not 1 <= patients <= LARGEST_CHECK:
        raise InputError(f"--patients: {patients} is out of range; give an integer from 1 to {LARGEST_CHECK}.")
    place = Path(folder).absolute()
    check_folder(place)
    with one_sentence(place):
        (place / "patients").mkdir(exist_ok=True)
        _claim(check, place)
    numbers = range(patients)
    todo = [number for number in numbers if not _file(place, number).exists()]
    done = patients - len(todo)
    if progress:
        progress(done, patients)
    for record in _records(check, todo, workers):
        with one_sentence(place):
            text = json.dumps(record, sort_keys=True, allow_nan=False)
            write_durably(_file(place, record["number"]), text.encode("utf-8"))
        done += 1
        if progress:
            progress(done, patients)
    return [json.loads(_file(place, number).read_text(encoding="utf-8")) for number in numbers]


def _records(check: Check, numbers: list[int], workers: int) -> Iterator[dict[str, Any]]:
    if workers <= 1 or len(numbers) <= 1:
        for number in numbers:
            yield _safely(check, number)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=settle, initargs=(os.getpid(),)) as pool:
        rest = iter(numbers)
        waiting: set[Future[dict[str, Any]]] = set()
        try:
            while True:
                for number in islice(rest, 2 * workers - len(waiting)):
                    waiting.add(pool.submit(_safely, check, number))
                if not waiting:
                    return
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (item.result() for item in ready)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _safely(check: Check, number: int) -> dict[str, Any]:
    """A patient who cannot be explained is a record with the reason, and the others go on."""
    began = time.perf_counter()
    try:
        record = check_one(
            number, seed=check.seed, engine=check.engine, study=check.study, fault=check.fault, misfit=check.misfit
        )
    except Exception as error:
        words = " ".join(str(error).split()) or "no message"
        record = {"number": number, "reason": "", "failed": f"{type(error).__name__}: {words}"}
    return _plain(record) | {"seconds": round(time.perf_counter() - began, 2)}


def _plain(value: Any) -> Any:
    """Content that JSON can hold: what is not a number becomes None."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool | str | int) or value is None:
        return value
    number = float(value)
    return number if math.isfinite(number) else None


def _claim(check: Check, place: Path) -> None:
    """The folder belongs to one check."""
    mine, file = json.dumps(check.identity(), sort_keys=True, indent=1), place / "check.json"
    if not file.exists():
        write_durably(file, mine.encode("utf-8"))
        return
    there = json.loads(file.read_text(encoding="utf-8"))
    different = sorted(key for key, value in json.loads(mine).items() if there.get(key) != value)
    if different:
        raise InputError(
            f"--out: {place} holds another check (it differs in {', '.join(different)}); give another folder, or "
            "remove it to begin again."
        )


def _file(place: Path, number: int) -> Path:
    return place / "patients" / f"{number:06d}.json"


def taken(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records of patients who were explained."""
    return [record for record in records if "ranks" in record]
