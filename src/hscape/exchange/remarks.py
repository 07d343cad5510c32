"""Gathers the remarks about single cells so that a thousand equal repairs become one line with its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hscape.exchange.issues import IssueList, Place, Severity

_MAX_ROWS_SHOWN = 12
_MAX_SINGLE = 100


@dataclass(slots=True)
class _Group:
    severity: Severity
    message: str
    fix: str
    key: str
    rows: list[int] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Remarks:
    """Remarks by sheet, column and kind; grey and keyed ones are joined, red ones stay one a cell."""

    groups: dict[tuple[str, str, str], _Group] = field(default_factory=dict)

    def add(
        self, note: str, known: dict[str, tuple[str, str, str]], place: Place, value: Any, *, key: str = ""
    ) -> None:
        """Note one cell; `known` maps the note to severity, message and fix."""
        severity, message, fix = known[note]
        group = self.groups.setdefault((place.sheet, place.column, note), _Group(severity, message, fix, key))  # type: ignore[arg-type]
        group.rows.append(place.row or 0)
        group.values.append(str(value))

    def report(self, issues: IssueList) -> None:
        """Turn the remarks into issues."""
        for (sheet, column, note), group in self.groups.items():
            if group.severity == "red":
                for row, value in list(zip(group.rows, group.values, strict=True))[:_MAX_SINGLE]:
                    issues.add(
                        "red",
                        note,
                        Place(sheet=sheet, row=row or None, column=column),
                        value,
                        group.message,
                        group.fix,
                    )
                if len(group.rows) > _MAX_SINGLE:
                    issues.add(
                        "red",
                        note,
                        Place(sheet=sheet, row=group.rows[_MAX_SINGLE], column=column),
                        "",
                        f"{group.message} The same in {len(group.rows) - _MAX_SINGLE} more rows: "
                        f"{_shorten(group.rows[_MAX_SINGLE:])}.",
                        group.fix,
                    )
                continue
            more = f" In {len(group.rows)} rows: {_shorten(group.rows)}." if len(group.rows) > 1 else ""
            issues.add(
                group.severity,
                note,
                Place(sheet=sheet, row=group.rows[0] or None, column=column),
                group.values[0],
                group.message + more,
                group.fix,
                key=group.key,
            )


def _shorten(rows: list[int]) -> str:
    shown = ", ".join(str(row) for row in rows[:_MAX_ROWS_SHOWN])
    return shown + (" …" if len(rows) > _MAX_ROWS_SHOWN else "")
