"""What care adds to results: a history that ends with the last day, and a table of what was done and happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hscape.care import VirtualPatient
from hscape.history import History
from hscape.units import TICKS_PER_DAY

COLUMNS = ("day_after_diagnosis", "day", "what", "name", "end_day_after_diagnosis", "amount", "unit", "detail")


def seen_history(patient: VirtualPatient) -> History:
    """The history up to the last day: death, or the end of the simulation."""
    history = patient.history
    last = patient.last_day
    n = int(np.searchsorted(history.days, last, side="right"))
    ticks = history.clone_rows[:, 0] <= last * TICKS_PER_DAY
    if n == len(history.days):
        return history
    return replace(
        history, run=replace(history.run, days=last), days=history.days[:n], states=history.states[:n],
        stem_cells=history.stem_cells[:n], factors=history.factors[:n], clone_rows=history.clone_rows[ticks],
    )  # fmt: skip


def care_table(patients: Sequence[VirtualPatient]) -> pd.DataFrame:
    """Treatments, transfusions and happenings in order of their day; many patients have a first column `patient`."""
    parts = []
    for patient in patients:
        table = _one(patient)
        if len(patients) > 1:
            table.insert(0, "patient", patient.history.run.number)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _one(patient: VirtualPatient) -> pd.DataFrame:
    zero = np.nan if patient.diagnosis_day is None else patient.diagnosis_day
    rows: list[tuple[object, ...]] = []
    for t in patient.treatments:
        end = np.nan if t.end_day is None else t.end_day - zero
        amount = np.nan if t.dose is None else t.dose
        taper = "; ".join(f"{dose:g} from day {day - zero:.0f}" for day, dose in t.taper)
        rows.append((t.start_day - zero, t.start_day, "treatment", t.name, end, amount, t.dose_unit, t.detail or taper))
    for g in patient.transfusions:
        rows.append((g.day - zero, g.day, "transfusion", g.product, np.nan, g.units, "units", ""))
    for h in patient.happenings:
        rows.append((h.day - zero, h.day, "happening", h.kind, np.nan, np.nan, "", h.detail))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["day", "what", "name"], kind="stable", ignore_index=True)


def care_summary(patient: VirtualPatient) -> dict[str, Any]:
    """What happened to a patient, in a few numbers."""
    found = patient.diagnosis_day
    return {
        "diagnosis_day": found,
        "last_day_after_diagnosis": None if found is None else patient.last_day - found,
        "treatments": list(dict.fromkeys([*(t.name for t in patient.treatments), *_transplants(patient)])),
        "transfusions": len(patient.transfusions),
        "death": next((item.detail for item in patient.happenings if item.kind == "death"), None),
    }


def _transplants(patient: VirtualPatient) -> list[str]:
    return [item.kind for item in patient.happenings if item.kind == "transplant"]
