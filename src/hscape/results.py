"""Results in a folder: tables, pictures, provenance and digest; whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd

from hscape.dynamics.simulate import simulate
from hscape.fingerprint import model_fingerprint
from hscape.history import History, canonical_csv
from hscape.parameters import Parameters
from hscape.scenario import Scenario
from hscape.version import __version__

SCHEMA = "hscape.simulation/1"
Progress = Callable[[int, int], None]


def run_scenario(
    scenario: Scenario, *, seed: int, workers: int, parameters: Parameters, progress: Progress | None = None
) -> list[History]:
    """Simulate every patient of a scenario; the result does not depend on the number of workers."""
    patient = scenario.patient(parameters)

    def one(number: int) -> History:
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

    done: list[History] = []
    first = one(0)  # compiles once, before threads start
    done.append(first)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            for history in pool.map(one, range(1, scenario.patients)):
                done.append(history)
                if progress:
                    progress(len(done), scenario.patients)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return done


def tables(histories: Sequence[History]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """History and clone tables of one or many patients; many have a first column `patient`."""
    if len(histories) == 1:
        return histories[0].counts, histories[0].clones
    both = []
    for kind in ("counts", "clones"):
        parts = []
        for history in histories:
            part = getattr(history, kind).copy()
            part.insert(0, "patient", history.run.number)
            parts.append(part)
        both.append(pd.concat(parts, ignore_index=True))
    return both[0], both[1]


def provenance(scenario: Scenario, histories: Sequence[History], digest: str, seconds: float) -> dict[str, Any]:
    """What made these results; the only place with a time stamp."""
    first = histories[0]
    return {
        "schema": SCHEMA,
        "version": __version__,
        "fingerprint": model_fingerprint(first.patient.parameters),
        "seed": first.run.seed,
        "patients": len(histories),
        "kernel": first.run.kernel,
        "calendar_days": first.run.calendar_days,
        "scenario": scenario.model_dump(mode="json"),
        "changed_parameters": dict(first.patient.parameters.changed),
        "parameters": first.patient.parameters.as_dict(),
        "digest": digest,
        "environment": {
            "python": platform.python_version(),
            "platform": platform.platform(),
            **{name: sys.modules[name].__version__ for name in ("numpy", "numba", "pandas") if name in sys.modules},
        },
        "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "seconds": round(seconds, 3),
    }


def write_results(folder: Path, scenario: Scenario, histories: Sequence[History], seconds: float) -> dict[str, Any]:
    """Write tables, pictures, provenance and digest; returns the provenance with the file names."""
    from hscape.plots import plot

    counts, clones = tables(histories)
    texts = {"history.csv": canonical_csv(counts), "clones.csv": canonical_csv(clones)}
    digest = hashlib.sha256("".join(texts[name] for name in ("history.csv", "clones.csv")).encode()).hexdigest()
    record = provenance(scenario, histories, digest, seconds)
    texts["digest.txt"] = digest + "\n"
    texts["provenance.json"] = json.dumps(record, indent=1, sort_keys=True) + "\n"
    first = histories[0]
    with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as name:
        draft = Path(name)
        for file, text in texts.items():
            (draft / file).write_text(text, encoding="utf-8", newline="\n")
        wanted = ["counts"] if first.run.with_blood else []
        if len(first.clones["clone"].unique()) > 1:
            wanted.append("clones")
        for what in wanted:
            picture = plot(first, what, title=scenario.name.replace("-", " ").capitalize())
            for ending in ("svg", "png"):
                picture.save(draft / f"{what}.{ending}")
            picture.close()
        files = sorted(path.name for path in draft.iterdir())
        for file in files:
            os.replace(draft / file, folder / file)  # noqa: PTH105 - replaces in one motion
    return record | {"files": files, "summary": summary(first)}


def summary(history: History) -> dict[str, dict[str, float]]:
    """First, lowest, highest and last value of each column of the first patient."""
    found = {}
    for column in history.counts.columns[1:]:
        values = history.counts[column].dropna()
        if values.empty:
            continue
        found[column] = {
            "first": float(values.iloc[0]),
            "lowest": float(values.min()),
            "highest": float(values.max()),
            "last": float(values.iloc[-1]),
        }
    return found
