"""Treatments that contradict each other are told when a file is read; the chart keeps them as they were written."""

from __future__ import annotations

from hscape.chart import Chart
from hscape.chart.contradictions import treatment_contradictions
from hscape.exchange.issues import IssueList, Place

_FIXES = {
    "twice": "Delete one of the two; an explanation takes one.",
    "overlap": "Give the earlier course its last day; an explanation lets the later one take its place.",
    "early": "Correct one of the two days; an explanation passes the step over.",
    "either": "Delete the one that was not given; an explanation takes the one that comes first, and says so.",
}


def doubt_treatments(chart: Chart, issues: IssueList) -> None:
    """Report contradictory treatments of a chart."""
    for one in treatment_contradictions(chart):
        issues.add(
            "amber" if one.which == "either" else "grey",
            "treatments_contradict",
            Place(),
            "",
            f"Patient {chart.patient_id}: {one.words}.",
            _FIXES[one.which],
            patient_id=chart.patient_id,
        )
