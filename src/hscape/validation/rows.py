"""The rows of `validate`: each published fact, what the simulator gives, and whether it passes."""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import Any

from hscape.parameters import Parameters, sources
from hscape.validation import perturbed, steady, unperturbed_clones


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
    """

    id: str
    what: str
    published: str
    simulated: dict[str, float]
    bounds: dict[str, tuple[float, float]]
    role: str
    source: str
    parameter_ids: tuple[str, ...]
    note: str

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
        values = {name: value if math.isfinite(value) else None for name, value in self.simulated.items()}
        return {
            "id": self.id,
            "what": self.what,
            "published": self.published,
            "simulated": values,
            "pass": self.passed,
            "bounds": {name: list(pair) for name, pair in self.bounds.items()},
            "role": self.role,
            "source": self.source,
            "parameter_ids": list(self.parameter_ids),
            "note": self.note,
        }

    def as_line(self) -> str:
        """One line for people."""
        values = ", ".join(f"{name} {value:.4g}" for name, value in self.simulated.items())
        verdict = "pass" if self.passed else "MISS"
        return (
            f"{verdict} {self.id:4} {self.role:9} {self.what}\n      published {self.published}; simulated {values}"
            + (f"\n      {self.note}" if self.note else "")
        )


@functools.cache
def targets() -> dict[str, dict[str, Any]]:
    """The published facts, by id."""
    text = resources.files("hscape.validation").joinpath("targets.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


#: Which experiment answers which targets: (parameters, seed) -> quantities by target.
EXPERIMENTS: tuple[Callable[[Parameters, int], dict[str, dict[str, float]]], ...] = (
    steady.production,
    steady.platelet_disappearance,
    perturbed.donation,
    perturbed.donation_with_iron,
    perturbed.docetaxel,
    perturbed.ablation,
    perturbed.thrombopoietin,
    perturbed.erythropoietin,
    steady.stem_cell_numbers,
    unperturbed_clones.growth,
    unperturbed_clones.lifetime_clonality,
)


def validate(
    parameters: Parameters | None = None, *, seed: int = 1, progress: Callable[[str], None] | None = None
) -> list[Row]:
    """Run every experiment and hold it against the published facts.

    Args:
        parameters: numbers in force.
        seed: of the simulated people.
        progress: is told what runs.

    Returns:
        One row a target, in the order of the target file.
    """
    numbers = parameters or Parameters()
    found: dict[str, dict[str, float]] = {}
    for i, experiment in enumerate(EXPERIMENTS):
        if progress:
            progress(f"{i + 1} of {len(EXPERIMENTS)}: {experiment.__name__.replace('_', ' ')}")
        found |= experiment(numbers, seed)
    return [_row(name, target, found[name]) for name, target in targets().items()]


def _row(name: str, target: dict[str, Any], simulated: dict[str, float]) -> Row:
    bounds = {key: (float(low), float(high)) for key, (low, high) in target["pass"].items()}
    row = Row(
        id=name,
        what=target["what"],
        published=target["published"],
        simulated=simulated,
        bounds=bounds,
        role=target["role"],
        source=sources()[target["source"]],
        parameter_ids=tuple(target["parameter_ids"]),
        note="",
    )
    if row.passed:
        return _with_note(row, _outside_published(target, simulated))
    parts = []
    for key in row.misses():
        low, high = bounds[key]
        value = simulated[key]
        shown = f"{value:.4g}" if math.isfinite(value) else "never reached"
        parts.append(f"{key} {shown} outside {low:.4g} to {high:.4g}")
    return _with_note(row, "Miss: " + "; ".join(parts) + ".")


def _outside_published(target: dict[str, Any], simulated: dict[str, float]) -> str:
    """One line about quantities that pass their tolerance but lie outside the published interval."""
    parts = [
        f"{key} {simulated[key]:.4g} (published {low:g} to {high:g})"
        for key, (low, high) in target.get("interval", {}).items()
        if not low <= simulated[key] <= high
    ]
    return "Within tolerance, outside the published interval: " + "; ".join(parts) + "." if parts else ""


def _with_note(row: Row, note: str) -> Row:
    return Row(**{name: getattr(row, name) for name in Row.__slots__ if name != "note"}, note=note)
