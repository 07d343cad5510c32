"""From the registry table to times and events: who is counted from when, and what ends the count.

| event | counted from | competing events | known to be free until |
|---|---|---|---|
| response | start of treatment | transplant, death | last counts that show none |
| transfusion_independence | start of treatment | transplant, death | last day seen |
| relapse | first confirmed response | transplant, death | last counts that can be told, or the day of doubt |
| evolution | start of treatment, else diagnosis | transplant, death | last test of all chromosomes |
| transplant | start of treatment, else diagnosis | death | last day seen |
| death | diagnosis, else start of treatment | none | last day seen |

Nobody is counted as free of an event longer than that is known. A patient who was never tested for evolution, or in
whom a rule could not tell from the start, is not in the risk set; one in whom it could tell for a time is followed for
that time. A death or a transplant soon after the last test competes; a much later one does not, because what happened
in between is not known.

The table of times names in its `attrs`: ``left_out`` (no day to count from, or the definition does not apply),
``untold`` (could have been counted, but never tested or told), ``doubtful`` (followed to the day of doubt only),
``n_eligible`` and ``event``. Who evolved by the word of the chart, without a test, is in the risk set, and who was not
tested and did not evolve is not: with few tested the curve reads too high, and `is_estimable` says so.
"""

from __future__ import annotations

import math

import pandas as pd

from hscape.clinic.response import DEFINITIONS
from hscape.clinic.thresholds import threshold
from hscape.errors import unknown_name

EVENTS: tuple[str, ...] = (
    "response",
    "transfusion_independence",
    "relapse",
    "evolution",
    "transplant",
    "death",
)
#: Events that are known only where a test or a count says so.
_TOLD_BY_TESTS = ("response", "relapse", "evolution")


def time_to_event(table: pd.DataFrame, event: str, *, definition: str = "nih") -> pd.DataFrame:
    """Follow-up of each patient to an event, a competing event, or the last day on which the status was known.

    Args:
        table: what `registry_table` returns.
        event: one of `EVENTS`.
        definition: definition of response, for the events ``response`` and ``relapse``.

    Returns:
        One row a patient in the risk set: patient_id, days, event (``censored`` if none).

    Raises:
        InputError: the event or the definition is not known.
    """
    if event not in EVENTS:
        raise unknown_name("time_to_event, event", event, EVENTS, kind="event")
    keys = [item.key for item in DEFINITIONS]
    if definition not in keys:
        raise unknown_name("time_to_event, definition", definition, keys, kind="definition")
    rows, named = [], {"left_out": [], "untold": [], "doubtful": []}  # type: ignore[var-annotated]
    for record in table.to_dict("records"):
        row = {str(name): value for name, value in record.items()}
        code, columns = record["patient_id"], _columns(event, definition.replace("-", "_"))
        why, words = _why_not(row, columns)
        if why:
            named[why].append(f"{code}: {words}")
            continue
        if row.get(columns["value"]) == "cannot tell":
            named["doubtful"].append(f"{code}: {columns['value']} cannot be told to the end")
        days, name = _follow(row, event, columns)
        rows.append({"patient_id": code, "days": days, "event": name})
    frame = pd.DataFrame(rows, columns=["patient_id", "days", "event"])
    frame.attrs |= named
    frame.attrs["event"] = event
    frame.attrs["n_eligible"] = len(rows) + len(named["untold"])
    return frame


def is_estimable(times: pd.DataFrame) -> bool:
    """Were enough of the patients tested, so that a curve is of the disease and not of the testing?"""
    told, eligible = len(times), times.attrs["n_eligible"]
    if not told or told < threshold("curve_told_fraction") * eligible:
        return False
    # Whether anybody was tested for evolution is a choice of the center, so a few tested say little of the others.
    return not (times.attrs["untold"] and times.attrs["event"] == "evolution" and told < threshold("curve_told_count"))


def firm_days(times: pd.DataFrame) -> float:
    """Days up to which enough patients are followed for the curve to be read."""
    ordered, enough = sorted(times["days"], reverse=True), int(threshold("curve_at_risk_count"))
    return float(ordered[enough - 1]) if len(ordered) >= enough else 0.0


def _why_not(row: dict[str, object], columns: dict[str, str]) -> tuple[str, str]:
    """Why a patient is not in the risk set, and which list names him; empty if he is."""
    start, value = _start(row, columns), row.get(columns["value"])
    if start is None:
        response = columns["start"].removesuffix("_day")
        is_relapse = response.startswith("response")
        return "left_out", f"no confirmed response ({row[response]})" if is_relapse else "no day to count from"
    if columns["value"].startswith("response") and value == "not assessed":
        return "left_out", f"{columns['value']} does not apply"
    ends = [_number(row[name]) for name in (columns["day"], "transplant_day", "death_day", "last_day")]
    if not [day for day in ends if day is not None and day >= start]:
        return "left_out", "no follow-up after the start"
    is_free_known = not columns["free"] or _number(row[columns["free"]]) is not None
    if _number(row[columns["day"]]) is None and (not is_free_known or (value == "cannot tell" and not columns["free"])):
        return "untold", f"{columns['value']} cannot be told"
    return "", ""


def _follow(row: dict[str, object], event: str, columns: dict[str, str]) -> tuple[float, str]:
    """Days and event of one patient in the risk set."""
    start = _start(row, columns) or 0.0
    happened, free = _number(row[columns["day"]]), _number(row[columns["free"]]) if columns["free"] else None
    last = _number(row["last_day"]) if free is None else free
    ends = [(happened, 0, event)]
    for other in ("transplant", "death"):
        day = _number(row[f"{other}_day"])
        is_unknown = happened is None and free is not None
        is_late = is_unknown and day is not None and day > (free or 0.0) + threshold("status_holds_days")
        if other != event and event != "death" and not is_late:
            ends.append((day, 1, other))
    if happened is None:
        # A doubt ends the count; a competing event after it is not the first thing that happened for sure.
        is_doubtful = row.get(columns["value"]) == "cannot tell"
        ends = ends[:1] if is_doubtful else ends
        is_known = any(day is not None and day >= start for day, _, _ in ends)
        if not is_known:
            ends.append((last, 2, "censored"))
    day, _, name = min((day, order, name) for day, order, name in ends if day is not None and day >= start)
    return day - start, name


def _start(row: dict[str, object], columns: dict[str, str]) -> float | None:
    first = _number(row[columns["start"]])
    return first if first is not None or not columns["otherwise"] else _number(row[columns["otherwise"]])


def _columns(event: str, key: str) -> dict[str, str]:
    """Columns of the start, of what the rule says (empty if there is no rule), of the day and of known freedom."""
    treated, diagnosed = "treatment_day", "diagnosis_day"
    value = {
        "response": f"response_{key}_first",
        "transfusion_independence": "transfusion_independence",
        "relapse": f"relapse_{key}",
        "evolution": "evolution",
    }.get(event, "")
    start = {"relapse": f"response_{key}_first_day", "death": diagnosed}.get(event, treated)
    otherwise = {"evolution": diagnosed, "transplant": diagnosed, "death": treated}.get(event, "")
    day = {"evolution": "evolution_first_day"}.get(event, f"{value or event}_day")
    free = f"{value}_free_until_day" if event in _TOLD_BY_TESTS else ""
    return {"start": start, "otherwise": otherwise, "value": value, "day": day, "free": free}


def _number(value: object) -> float | None:
    number = float("nan") if value is None else float(str(value))
    return None if math.isnan(number) else number
