"""The clinical rows of `validate` at full size, so that chance moves no row."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hscape.validation import Row, judge, validate
from hscape.validation.studies import PATIENTS

FULL, QUICK = PATIENTS, 40


def row_line(row: Row) -> str:
    """One line of a table; the note stands with a miss."""
    role = row.role if row.gate else f"{row.role}, shown"
    return (
        f"| {row.id} | {role} | {row.what} | {row.published} | {row.values_in_words()} | "
        f"{'pass' if row.passed else row.note} |"
    )


def table(rows: Iterable[Row]) -> list[str]:
    """All rows as a table."""
    head = [
        "| id | role | figure | published | simulated (95 % by chance of the simulation) | |",
        "|---|---|---|---|---|---|",
    ]
    return head + [row_line(row) for row in rows]


def section(quick: bool, say: Callable[[str], None]) -> list[str]:
    """The section of the page."""
    patients = QUICK if quick else FULL
    rows = validate(parts=["clinical"], patients=patients, progress=say)
    gate = judge(rows)
    return ["## Clinical studies", "",
            f"`hscape validate --clinical --patients {patients}`: {patients} eligible patients in each simulated study; how "
            "each figure is counted stands in docs/reference/validation.md. Intervals are those of the simulation. "
            f"{gate.clinical_passed} of {gate.clinical_run} gated rows pass (12 of 14 wanted).", "",
            *table(rows), ""]  # fmt: skip
