"""Evidence for the causes of a hypocellular marrow: for, against, not tested, and what separates them.

It is an evidence table, not a diagnosis: nothing is weighed, summed or advised.
"""

from __future__ import annotations

from dataclasses import dataclass

from hscape.chart import Chart
from hscape.clinic.course import read_course
from hscape.clinic.findings import CHECKS, Seen
from hscape.clinic.thresholds import cite, read_data
from hscape.clinic.verdict import Choices

FOR, AGAINST, NEITHER, NOT_TESTED = "for", "against", "neither", "not tested"
NOTICE = (
    "An evidence table, not a diagnosis: findings are listed, not weighed, and nothing is advised. Research use only."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One finding for one cause.

    Args:
        cause: the cause in words.
        finding: what is looked for.
        status: for, against, neither (tested, and it does not separate), or not tested.
        observed: what the chart says, empty if nothing.
        test: the test that shows it.
        separates: from what it separates the cause.
        source: citation.
        note: what the reader should know.
    """

    cause: str
    finding: str
    status: str
    observed: str
    test: str
    separates: str
    source: str
    note: str = ""


def evidence_table(chart: Chart, choices: Choices | None = None) -> list[EvidenceRow]:
    """Every finding for every cause, in the order of the table.

    Args:
        chart: the patient.
        choices: what the sources leave open.
    """
    data = read_data("evidence.toml")
    seen = Seen(chart=chart, course=read_course(chart), choices=choices if choices is not None else Choices())
    rows = []
    for entry in data["finding"]:
        finding = CHECKS[entry["check"]](seen)
        status = NOT_TESTED if finding.truth is None else entry["if_true" if finding.truth else "if_false"]
        rows.append(
            EvidenceRow(
                cause=data["causes"][entry["cause"]],
                finding=entry["finding"],
                status=status,
                observed="; ".join(finding.reasons),
                test=entry["test"],
                separates=entry["separates"],
                source=cite(entry["source"]),
                note=entry.get("note", ""),
            )
        )
    return rows
