"""Every threshold that decides a verdict, from both sides, with the number that the source prints.

The value column names a count, `age`, or a day: `@` stands for the number of days itself, `@91` for day 91
plus the number, `@@70` for day 70 minus it, `@@+300` for day 300 plus it.
"""

from __future__ import annotations

import pytest
from spec_table import FOLDER, _cells, _given, build_chart, read_choices

from hscape.clinic import assess
from hscape.clinic.thresholds import threshold

LINES = [
    _cells(line)
    for line in (FOLDER / "07_boundaries.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|")
]
ROWS = [dict(zip(LINES[0], row, strict=True)) for row in LINES[2:]]
CASES = [
    pytest.param(row, side, id=f"{row['threshold']} {row['rule']} {side}")
    for row in ROWS
    for side in ("below", "exactly", "above")
    if row[side]
]


def _number(text: str) -> float:
    return float(text.rstrip(" %")) / (100 if text.endswith("%") else 1)


def _patient(row: dict[str, str], side: str) -> dict[str, str]:
    number, value = _number(row["number"]), row["value"]
    if value == "only the number":
        return _given(row["patient"])
    if "@" not in value:
        shifted = number * {"below": 0.99, "exactly": 1.0, "above": 1.01}[side]
        return _given(row["patient"]) | {value: repr(shifted)}
    days = number + {"below": -1, "exactly": 0, "above": 1}[side]
    if value.startswith("@@+"):
        day = float(value.removeprefix("@@+")) + days
    elif value.startswith("@@"):
        day = float(value.removeprefix("@@")) - days
    else:
        day = float(value.removeprefix("@") or 0) + days
    return _given(row["patient"].replace(value, f"{day:g}"))


@pytest.mark.parametrize("row", [pytest.param(row, id=row["threshold"]) for row in ROWS])
def test_the_threshold_is_the_number_of_the_table(row):
    assert threshold(row["threshold"]) == pytest.approx(_number(row["number"]))


@pytest.mark.parametrize(("row", "side"), CASES)
def test_the_verdict_changes_at_the_threshold(row, side):
    patient = _patient(row, side)
    (verdict,) = assess(build_chart(patient), row["rule"], choices=read_choices(patient))
    assert verdict.value == row[side], verdict.reasons
