"""The issue list: what a reader says about a file instead of raising an exception.

Red blocks: the value, row or file was not read. Amber asks: the message says what was done meanwhile, and the
answer goes under `key` in the answers file. Grey informs: what was understood, and every automatic repair.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Severity = Literal["red", "amber", "grey"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One remark about one place of a file.

    Args:
        sheet: sheet name, or the file name of a CSV.
        row: row number as the spreadsheet shows it, None for a whole sheet or file.
        column: header of the column, empty for a whole row.
        value: what stood there; never shown if it may identify a person.
        severity: red, amber or grey.
        message: what we think.
        fix: what to do.
        code: fixed name of the kind of issue, for example ``unit_impossible``.
        key: where the answers file takes an answer, empty if none is asked.
        patient_id: patient it concerns, empty if it is about the file or about several patients.
        patient_ids: all patients it concerns, if there are several.
    """

    sheet: str
    row: int | None
    column: str
    value: str
    severity: Severity
    message: str
    fix: str
    code: str
    key: str = ""
    patient_id: str = ""
    patient_ids: tuple[str, ...] = ()

    def concerns(self, patient_id: str) -> bool:
        """True if the issue is about this patient."""
        return patient_id == self.patient_id or patient_id in self.patient_ids

    def as_dict(self) -> dict[str, object]:
        """The issue as the command line prints it with ``--json``."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "severity": self.severity,
            "message": self.message,
            "fix": self.fix,
            "code": self.code,
            "key": self.key,
            "patient_id": self.patient_id,
            "patient_ids": list(self.patient_ids),
        }


@dataclass(slots=True, kw_only=True)
class Place:
    """Where in a file: sheet, row and header of the column."""

    sheet: str = ""
    row: int | None = None
    column: str = ""


_MAX_SHOWN = 60


@dataclass(slots=True)
class IssueList:
    """Collects issues while a file is read."""

    found: list[Issue] = field(default_factory=list)

    def add(
        self,
        severity: Severity,
        code: str,
        place: Place,
        value: object,
        message: str,
        fix: str = "",
        *,
        key: str = "",
        patient_id: str = "",
    ) -> None:
        """Add one issue; long values are shortened."""
        shown = "" if value is None else " ".join(str(value).split())
        if len(shown) > _MAX_SHOWN:
            shown = shown[: _MAX_SHOWN - 1] + "…"
        self.found.append(
            Issue(
                sheet=place.sheet,
                row=place.row,
                column=place.column,
                value=shown,
                severity=severity,
                message=message,
                fix=fix,
                code=code,
                key=key,
                patient_id=patient_id,
            )
        )

    def row_left_out(self, code: str, place: Place, error: Exception, patient_id: str = "") -> None:
        """Add that a row holds what cannot be; the error says what."""
        self.add("red", code, place, "", f"{error} The row was left out.", "Correct the row.", patient_id=patient_id)

    def sorted(self) -> tuple[Issue, ...]:
        """Red first, then amber, then grey; within these by sheet and row; repeated ones joined."""
        rank = {"red": 0, "amber": 1, "grey": 2}
        return tuple(
            sorted(
                _joined(self.found),
                key=lambda item: (rank[item.severity], item.sheet, item.row or 0, item.column),
            )
        )


#: Kinds that come once a visit and say the same each time.
_JOINED = frozenset(
    {
        "count_derived", "reticulocytes_relative", "share_unused", "blood_in_neutropenia", "pnh_granulocytes_used",
        "pnh_red_cells_only", "pnh_cells_unknown", "hla_alignment", "hla_homozygous", "hla_not_carried",
        "value_repeated", "gene_unknown", "maf_no_vaf",
    }
)  # fmt: skip
_MAX_ROWS_SHOWN = 20


#: Kinds that are about a column and come once a patient.
_JOINED_OVER_PATIENTS = frozenset({"unit_assumed", "unit_missing", "unit_inferred", "unit_unknown"})


def _joined(issues: list[Issue]) -> list[Issue]:
    """One issue for many of one kind and column; the first is shown, and rows or patients of the others are named."""
    groups: dict[tuple[str, ...], list[Issue]] = {}
    for number, issue in enumerate(issues):
        groups.setdefault((issue.code, issue.sheet, issue.column, *_sameness(issue, number)), []).append(issue)
    return [_join(group) if len(group) > 1 else group[0] for group in groups.values()]


def _sameness(issue: Issue, number: int) -> tuple[str, ...]:
    if issue.code == "unit_missing" and issue.patient_id:
        return ("", "")
    if issue.code in _JOINED_OVER_PATIENTS and issue.patient_id:
        return ("", issue.message.replace(f"patient {issue.patient_id} ", ""))
    return (issue.patient_id, "" if issue.code in _JOINED else str(number))


def _join(group: list[Issue]) -> Issue:
    first = group[0]
    patients = list(dict.fromkeys(issue.patient_id for issue in group))
    told = patients[1:] if len(patients) > 1 else [str(issue.row) for issue in group[1:] if issue.row]
    shown = ", ".join(told[:_MAX_ROWS_SHOWN]) + (" …" if len(told) > _MAX_ROWS_SHOWN else "")
    what = "patients" if len(patients) > 1 else "rows"
    message = f"{first.message} The same in {len(told)} more {what}: {shown}."
    if len(patients) == 1:
        return replace(first, message=message)
    return replace(first, message=message, patient_id="", patient_ids=tuple(patients))


class RefusedError(Exception):
    """Inside the readers only: the whole file cannot be read; carries the reason and the fix."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix
