"""Write results into a folder: whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hscape.care import VirtualPatient
from hscape.fingerprint import model_fingerprint
from hscape.history import History, canonical_csv
from hscape.results.care import care_summary, care_table, seen_history
from hscape.results.colonies import sample_all, write_colonies
from hscape.results.run import Lived
from hscape.scenario import Scenario
from hscape.version import __version__

SCHEMA = "hscape.simulation/1"


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


def write_results(
    folder: Path, scenario: Scenario, lived: Sequence[Lived], seconds: float, colonies: int = 0
) -> dict[str, Any]:
    """Write tables, pictures, provenance and digest; returns the provenance with the file names.

    With colonies, so many are sampled of every person; the digest stays that of the course.
    """
    sampled = sample_all(lived, colonies) if colonies else None
    patients = [one for one in lived if isinstance(one, VirtualPatient)]
    histories = [seen_history(one) if isinstance(one, VirtualPatient) else one for one in lived]
    counts, clones = tables(histories)
    texts = {"history.csv": canonical_csv(counts), "clones.csv": canonical_csv(clones)}
    if patients:
        texts["care.csv"] = canonical_csv(care_table(patients))
    digest = hashlib.sha256("".join(texts[name] for name in sorted(texts, reverse=True)).encode()).hexdigest()
    record = provenance(scenario, histories, digest, seconds)
    texts["digest.txt"] = digest + "\n"
    texts["provenance.json"] = json.dumps(record, indent=1, sort_keys=True) + "\n"
    first = histories[0]
    with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as name:
        draft = Path(name)
        for file, text in texts.items():
            (draft / file).write_text(text, encoding="utf-8", newline="\n")
        if sampled is not None:
            write_colonies(draft, sampled)
        _draw(draft, scenario, first, patients[0] if patients else None)
        files = sorted(path.name for path in draft.iterdir())
        for file in files:
            os.replace(draft / file, folder / file)  # noqa: PTH105 - replaces in one motion
    care = care_summary(patients[0]) if patients else None
    left_out = sampled.left_out if sampled is not None else ()
    return record | {"files": files, "summary": summary(first), "care": care, "colonies_left_out": list(left_out)}


def _draw(folder: Path, scenario: Scenario, history: History, patient: VirtualPatient | None) -> None:
    """Pictures of the first patient."""
    from hscape.plots import plot

    wanted = ["counts"] if history.run.with_blood else []
    if len(history.clones["clone"].unique()) > 1:
        wanted.append("clones")
    if patient is not None:
        wanted.append("reserve")
    for what in wanted:
        picture = plot(history, what, title=_title(scenario.name), patient=patient)
        for ending in ("svg", "png"):
            picture.save(folder / f"{what}.{ending}")
        picture.close()


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


def _title(name: str) -> str:
    """The name as words; abbreviations stay in capitals."""
    words = [word.upper() if word in ("hla", "samd9") else word for word in name.replace("-", " ").split()]
    return " ".join([words[0] if words[0].isupper() else words[0].capitalize(), *words[1:]])
