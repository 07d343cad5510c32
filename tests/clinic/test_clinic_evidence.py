"""Every row of the evidence spec gives its status, and the table as a whole keeps its promises."""

from __future__ import annotations

import re

import pytest
from spec_table import ANALYTES, FOLDER, _cells, build_chart

from hscape.chart import Chart
from hscape.clinic import NOTICE, evidence_table
from hscape.clinic.findings import CHECKS
from hscape.clinic.thresholds import read_data, sources
from hscape.errors import InputError

LINES = [
    _cells(line)
    for line in (FOLDER / "06_evidence.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|")
]
ROWS = [dict(zip(LINES[0], row, strict=True)) for row in LINES[2:]]
FINDINGS = read_data("evidence.toml")["finding"]


def _columns(row: dict[str, str]) -> dict[str, str]:
    values = [text.strip().rsplit(" ", 1) for text in row["values"].split("; ") if text != "none"]
    return {"clones": row["clones"], "treatment": row["treatment"], **{name: cell for name, cell in values}}


@pytest.mark.parametrize("row", [pytest.param(row, id=row["patient"]) for row in ROWS])
def test_row_gives_its_status(row):
    cause, check = row["finding"].split(": ")
    index = next(index for index, item in enumerate(FINDINGS) if (item["cause"], item["check"]) == (cause, check))
    if row["status"] == "refused":
        with pytest.raises(InputError, match=row["because"]):
            build_chart(_columns(row))
        return
    answer = evidence_table(build_chart(_columns(row)))[index]
    assert answer.status == row["status"], answer
    assert row["because"] in answer.observed


def test_every_check_is_used_and_every_finding_has_its_records():
    assert {item["check"] for item in FINDINGS} == set(CHECKS)
    for item in FINDINGS:
        assert item["source"] in sources()
        assert item["if_true"] in ("for", "against", "neither")
        assert item["if_false"] in ("for", "against", "neither")


def test_an_empty_chart_has_nothing_tested():
    table = evidence_table(Chart(patient_id="empty", day_zero_meaning="first visit in the file"))
    assert {row.status for row in table} == {"not tested"}


def test_every_cause_names_the_test_that_separates():
    table = evidence_table(Chart(patient_id="empty"))
    assert len({row.cause for row in table}) == 8
    assert all(row.test and row.separates and row.source for row in table)


def test_the_table_advises_nothing():
    text = NOTICE + " ".join(
        f"{row.finding} {row.observed} {row.note} {row.separates}" for row in evidence_table(Chart(patient_id="e"))
    )
    assert not re.search(r"\b(recommend\w*|should|best treatment|treat with)\b", text, re.IGNORECASE)
    assert "not a diagnosis" in NOTICE
    assert ANALYTES
