"""What a worker does: batches of patients, each written as soon as it is finished, whatever becomes of the rest.

A worker owes nothing to the process that asked: results are on disk, and a batch that is asked for again skips
what is there. A patient whose simulation fails is reported and the next one begins.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from hscape.cohort import parts as store
from hscape.cohort.design import Design
from hscape.cohort.hooks import Hooks
from hscape.cohort.one_patient import run_patient
from hscape.durable import one_sentence
from hscape.errors import InputError
from hscape.parameters import Parameters

LARGEST_BATCH = 25
BATCHES_PER_WORKER = 16
WATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """All that a worker needs to know.

    Args:
        folder: the results' folder, which every worker must see under this path.
        design: the cohort.
        seed: the user's seed.
        parameters: the numbers in force.
        hooks: where patients and charts come from.
    """

    folder: Path
    design: Design
    seed: int
    parameters: Parameters
    hooks: Hooks

    @property
    def parts(self) -> Path:
        """Where finished patients lie."""
        return self.folder / "parts"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one patient ended: `reason` and `place` are empty if it is on disk."""

    number: int
    reason: str = ""
    place: str = ""


def batches(numbers: Iterable[int], n_patients: int, workers: int) -> Iterator[tuple[int, ...]]:
    """Numbers in batches small enough to keep every worker busy to the end."""
    size = max(1, min(LARGEST_BATCH, n_patients // (workers * BATCHES_PER_WORKER)))
    rest = iter(numbers)
    while batch := tuple(islice(rest, size)):
        yield batch


def run_batch(work: Work, numbers: Iterable[int]) -> list[Outcome]:
    """Run patients one after the other, each on one thread.

    Args:
        work: the cohort.
        numbers: which patients.

    Raises:
        InputError: the folder cannot be written.
    """
    if "numba" in sys.modules:
        sys.modules["numba"].set_num_threads(1)
    return [_run_one(work, number) for number in numbers]


def _run_one(work: Work, number: int) -> Outcome:
    if store.is_finished(work.parts, number):
        return Outcome(number)
    with one_sentence(work.folder):
        store.mark_started(work.parts, number)
    try:
        result = run_patient(work.design, number, work.seed, work.parameters, work.hooks)
    except Exception as error:
        with one_sentence(work.folder):
            store.mark_ended(work.parts, number)
        return Outcome(number, _reason(error), _place(error))
    with one_sentence(work.folder):
        store.write_patient(work.parts, result)
        store.mark_ended(work.parts, number)
    return Outcome(number)


def settle(owner: int) -> None:
    """Begin a worker process: Ctrl-C is left to the process that owns it, and it does not outlive that process.

    Left alone, a worker would wait five minutes for more work, and go on with what it had.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        threading.Thread(target=_end_with, args=(owner,), daemon=True).start()


def _end_with(owner: int) -> None:
    while os.getppid() == owner:
        time.sleep(WATCH_SECONDS)
    os._exit(1)


def _reason(error: Exception) -> str:
    words = " ".join(str(error).split()) or "no message"
    return words if isinstance(error, InputError) else f"{type(error).__name__}: {words}"


def _place(error: Exception) -> str:
    """Module and line where it happened, without folders of this machine."""
    frames = list(traceback.walk_tb(error.__traceback__))
    named = [(str(frame.f_globals.get("__name__", "?")), line) for frame, line in frames]
    ours = [entry for entry in named if entry[0].startswith("hscape.") and not entry[0].startswith("hscape.cohort.")]
    module, line = (ours or named)[-1]
    return f"{module}:{line}"
