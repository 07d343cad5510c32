"""From the registry table to times and events: who is counted from when, and what ends the count.

| event | counted from | competing events |
|---|---|---|
| response | start of treatment | transplant, death |
| transfusion_independence | start of treatment | transplant, death |
| relapse | first response | transplant, death |
| evolution | start of treatment, else diagnosis | transplant, death |
| transplant | start of treatment, else diagnosis | death |
| death | diagnosis, else start of treatment | none |

Patients without a start, or whom a definition was not made for, are left out and named in
`attrs["left_out"]`. Patients for whom the rule could not tell, for example whether a clone evolved in
somebody whose marrow was never tested again, are taken as free of the event, as registries do, and named in
`attrs["taken_as_free"]`; or they are left out too, with those of them who died.
"""

from __future__ import annotations

import math

import pandas as pd

from hscape.clinic.response import DEFINITIONS
from hscape.errors import unknown_name

EVENTS: tuple[str, ...] = (
    "response",
    "transfusion_independence",
    "relapse",
    "evolution",
    "transplant",
    "death",
)


def time_to_event(table: pd.DataFrame, event: str, *, definition: str = "nih", unknown: str = "free") -> pd.DataFrame:
    """Follow-up of each patient to an event, a competing event, or the last day seen.

    Args:
        table: what `registry_table` returns.
        event: one of `EVENTS`.
        definition: definition of response, for the events ``response`` and ``relapse``.
        unknown: ``free`` or ``left out``: what becomes of patients for whom the rule could not tell.

    Returns:
        One row a patient: patient_id, days, event (``censored`` if none).

    Raises:
        InputError: the event, the definition or the way with the unknown is not known.
    """
    if unknown not in ("free", "left out"):
        raise unknown_name("time_to_event, unknown", unknown, ("free", "left out"))
    if event not in EVENTS:
        raise unknown_name("time_to_event, event", event, EVENTS, kind="event")
    keys = [item.key for item in DEFINITIONS]
    if definition not in keys:
        raise unknown_name("time_to_event, definition", definition, keys, kind="definition")
    key = definition.replace("-", "_")
    rows, left_out, as_free = [], [], []
    for record in table.to_dict("records"):
        row = {str(name): value for name, value in record.items()}
        followed, open_rule = _follow(row, event, key), _open_rule(row, event, key)
        if isinstance(followed, str):
            left_out.append(f"{record['patient_id']}: {followed}")
        elif open_rule and unknown == "left out":
            left_out.append(f"{record['patient_id']}: {open_rule} cannot be told")
        else:
            as_free += [f"{record['patient_id']}: {open_rule} cannot be told"] if open_rule else []
            rows.append({"patient_id": record["patient_id"], "days": followed[0], "event": followed[1]})
    frame = pd.DataFrame(rows, columns=["patient_id", "days", "event"])
    frame.attrs["left_out"] = left_out
    frame.attrs["taken_as_free"] = as_free
    return frame


def _open_rule(row: dict[str, object], event: str, key: str) -> str:
    """The rule that could not tell whether the patient had the event; empty if it could."""
    column = _columns(row, event, key)[1]
    return column if column and row[column] == "cannot tell" else ""


def _follow(row: dict[str, object], event: str, key: str) -> tuple[float, str] | str:
    """Days and event of one patient, or why there are none."""
    start, value_column, day_column = _columns(row, event, key)
    if start is None:
        return "no day to count from"
    if event == "response" and row[value_column] == "not assessed":
        return f"{value_column} does not apply"
    ends = [(_number(row[day_column]), 0, event)]
    ends += [
        (_number(row[f"{other}_day"]), 1, other)
        for other in ("transplant", "death")
        if other != event and event != "death"
    ]
    ends.append((_number(row["last_day"]), 2, "censored"))
    known = [(day, order, name) for day, order, name in ends if day is not None and day >= start]
    if not known:
        return "no follow-up after the start"
    day, _, name = min(known)
    return day - start, name


def _columns(row: dict[str, object], event: str, key: str) -> tuple[float | None, str, str]:
    """Day to count from, column that says whether the rule could tell (empty if none), column of the day."""
    treated, diagnosed = _number(row["treatment_day"]), _number(row["diagnosis_day"])
    first = treated if treated is not None else diagnosed
    return {
        "response": (treated, f"response_{key}_first", f"response_{key}_first_day"),
        "transfusion_independence": (treated, "transfusion_independence", "transfusion_independence_day"),
        "relapse": (_number(row[f"response_{key}_first_day"]), f"relapse_{key}", f"relapse_{key}_day"),
        "evolution": (first, "evolution", "evolution_day"),
        "transplant": (first, "", "transplant_day"),
        "death": (diagnosed if diagnosed is not None else treated, "", "death_day"),
    }[event]


def _number(value: object) -> float | None:
    number = float("nan") if value is None else float(str(value))
    return None if math.isnan(number) else number
