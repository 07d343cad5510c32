"""Where batches run: in this process, in processes of this machine, or on a Dask cluster.

Each pool yields outcomes as they come and raises `WorkerLost` when a worker process died under a batch. Dask is
spoken to directly: through joblib's backend a task whose workers keep dying is never reported, and the run
would wait forever (joblib 1.6, distributed 2026.8).
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import Any

import joblib
from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.process_executor import BrokenProcessPool

from hscape.cohort.workers import Outcome, Work, run_batch, settle
from hscape.errors import InputError

SCHEDULER_TIMEOUT_SECONDS = 20
Batches = Iterable[tuple[int, ...]]


class WorkerLost(Exception):  # noqa: N818 - it is an event to deal with, not a mistake
    """A worker process died; whom it was at stands in the folder."""


def run_here(work: Work, todo: Batches, workers: int) -> Iterator[Outcome]:
    """Run batches on this machine; one worker is this process itself."""
    if workers == 1:
        for batch in todo:
            yield from run_batch(work, batch)
        return
    with joblib.parallel_config(
        backend="loky", n_jobs=workers, inner_max_num_threads=1, initializer=settle, initargs=(os.getpid(),)
    ):
        parallel = joblib.Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch=2 * workers)
        results = parallel(joblib.delayed(run_batch)(work, batch) for batch in todo)
    with closing(results):
        try:
            for outcomes in results:
                yield from outcomes
        except BrokenProcessPool as error:
            raise WorkerLost(str(error)) from None


def run_on_cluster(work: Work, todo: Batches, scheduler: str) -> Iterator[Outcome]:
    """Run batches on the workers of a Dask scheduler, a few batches ahead of each."""
    distributed = _distributed()
    client = _connect(distributed, scheduler)
    try:
        n_threads = sum(client.nthreads().values())
        if n_threads == 0:
            raise InputError(f"--scheduler: {scheduler} has no workers; start some and run the same command again.")
        yield from _as_completed(distributed, client, work, iter(todo), ahead=2 * n_threads)
    finally:
        client.close()


def _as_completed(
    distributed: Any, client: Any, work: Work, todo: Iterator[tuple[int, ...]], ahead: int
) -> Iterator[Outcome]:
    # Bytes travel with each task. A scattered object would be lost with the worker that holds it.
    packed = pickle.dumps(work)

    def submit(batch: tuple[int, ...]) -> Any:
        return client.submit(_run_packed, packed, batch, pure=False)

    running = distributed.as_completed([submit(batch) for batch in islice(todo, ahead)], loop=client.loop)
    lost = 0
    try:
        for future in running:
            error = future.exception() if future.status == "error" else None
            if isinstance(error, InputError):
                raise error
            if isinstance(error, distributed.KilledWorker) or future.status == "cancelled":
                lost += 1
            elif error is not None:
                raise InputError(f"--scheduler: a worker could not run a batch ({_words(error)}).")
            else:
                yield from future.result()
            if batch := next(todo, None):
                running.add(submit(batch))
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"--scheduler: the connection was lost ({_words(error)}); run the same command again to go on."
        ) from None
    if lost:
        raise WorkerLost(f"{lost} batches")


def run_alone(work: Work, number: int) -> Outcome | None:
    """Run one patient in a process of its own; None if the process died."""
    with ProcessPoolExecutor(max_workers=1, initializer=settle, initargs=(os.getpid(),)) as pool:
        try:
            return pool.submit(run_batch, work, (number,)).result()[0]
        except BrokenProcessPool:
            return None


def _run_packed(packed: bytes, numbers: tuple[int, ...]) -> list[Outcome]:
    work: Work = pickle.loads(packed)
    return run_batch(work, numbers)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise InputError("--scheduler: Dask is not installed; install it with pip install 'hscape[cluster]'.") from None
    return distributed


def _connect(distributed: Any, scheduler: str) -> Any:
    try:
        return distributed.Client(scheduler, timeout=SCHEDULER_TIMEOUT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"--scheduler: {scheduler} cannot be reached ({_words(error)}); give an address such as tcp://host:8786."
        ) from None


def _words(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:160]
