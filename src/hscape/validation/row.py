"""One row of `validate`: a published fact, what the simulator gives, and whether it passes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hscape.parameters import sources

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One published fact against the simulator.

    Args:
        id: of the target.
        what: the fact in words, with units.
        published: the published figure as text.
        simulated: quantity -> simulated value.
        bounds: quantity -> lowest and highest value that pass.
        role: ``input``, ``fitted`` or ``predicted``.
        source: citation.
        parameter_ids: numbers that decide it most.
        note: one honest line when it misses, or passes outside the published interval.
        gate: True if the row counts for the verdict.
        interval: quantity -> 95 % Monte Carlo interval of the simulated value; none where nothing is drawn.
        people: quantity -> how many simulated people it rests on.
        part: ``biology`` or ``clinical``.
    """

    id: str
    what: str
    published: str
    simulated: dict[str, float]
    bounds: dict[str, Interval]
    role: str
    source: str
    parameter_ids: tuple[str, ...]
    note: str
    gate: bool = False
    interval: dict[str, Interval] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    part: str = "biology"

    @property
    def passed(self) -> bool:
        """Whether every quantity lies within its bounds."""
        return not self.misses()

    def misses(self) -> list[str]:
        """Quantities that lie outside their bounds."""
        return [
            name
            for name, (low, high) in self.bounds.items()
            if not (math.isfinite(self.simulated[name]) and low <= self.simulated[name] <= high)
        ]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; a value that was never reached is null."""
        return {
            "id": self.id,
            "part": self.part,
            "what": self.what,
            "published": self.published,
            "simulated": {name: _plain(value) for name, value in self.simulated.items()},
            "interval": {name: [_plain(end) for end in ends] for name, ends in self.interval.items()},
            "people": dict(self.people),
            "pass": self.passed,
            "gate": self.gate,
            "bounds": {name: list(pair) for name, pair in self.bounds.items()},
            "role": self.role,
            "source": self.source,
            "parameter_ids": list(self.parameter_ids),
            "note": self.note,
        }

    def values_in_words(self) -> str:
        """Simulated values, each with its interval and the number of people."""
        return ", ".join(f"{name} {value:.4g}{self._spread(name)}" for name, value in self.simulated.items())

    def as_line(self) -> str:
        """One line for people."""
        verdict = "pass" if self.passed else "MISS"
        role = self.role if self.gate or self.part == "biology" else f"{self.role}, shown only"
        return (
            f"{verdict} {self.id:4} {role:9} {self.what}\n"
            f"      published {self.published}; simulated {self.values_in_words()}"
            + (f"\n      {self.note}" if self.note else "")
        )

    def _spread(self, name: str) -> str:
        low, high = self.interval.get(name, (math.nan, math.nan))
        words = [f"{low:.3g} to {high:.3g}"] if math.isfinite(low) and math.isfinite(high) else []
        words += [f"n = {self.people[name]}"] if name in self.people else []
        return f" ({', '.join(words)})" if words else ""


def make_row(
    name: str,
    target: Mapping[str, Any],
    simulated: Mapping[str, float],
    *,
    gate: bool,
    interval: Mapping[str, Interval] | None = None,
    people: Mapping[str, int] | None = None,
    part: str = "biology",
) -> Row:
    """The row of a target.

    Args:
        name: id of the target.
        target: its table in the file of targets.
        simulated: quantity -> simulated value.
        gate: whether it counts for the verdict.
        interval: quantity -> Monte Carlo interval.
        people: quantity -> number of simulated people.
        part: ``biology`` or ``clinical``.
    """
    row = Row(
        id=name,
        what=target["what"],
        published=target["published"],
        simulated=dict(simulated),
        bounds={key: (float(low), float(high)) for key, (low, high) in target["pass"].items()},
        role=target["role"],
        source=sources()[target["source"]],
        parameter_ids=tuple(target.get("parameter_ids", ())),
        note="",
        gate=gate,
        interval=dict(interval or {}),
        people=dict(people or {}),
        part=part,
    )
    note = _outside_published(target, simulated) if row.passed else _miss_in_words(row)
    return replace(row, note=" ".join(text for text in (note, target.get("note", "")) if text))


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _miss_in_words(row: Row) -> str:
    parts = []
    for key in row.misses():
        low, high = row.bounds[key]
        value = row.simulated[key]
        shown = f"{value:.4g}" if math.isfinite(value) else "not reached, or nobody to count"
        parts.append(f"{key} {shown} outside {low:.4g} to {high:.4g}")
    return "Miss: " + "; ".join(parts) + "."


def _outside_published(target: Mapping[str, Any], simulated: Mapping[str, float]) -> str:
    """One line about quantities that pass their tolerance but lie outside the published interval."""
    parts = [
        f"{key} {simulated[key]:.4g} (published {low:g} to {high:g})"
        for key, (low, high) in target.get("interval", {}).items()
        if not low <= simulated[key] <= high
    ]
    return "Within tolerance, outside the published interval: " + "; ".join(parts) + "." if parts else ""
