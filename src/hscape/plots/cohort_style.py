"""What the pictures of a cohort share: a color an arm, the heading, the words at the foot."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from hscape.clinic.response import DEFINITIONS
from hscape.plots.chart_time import plain
from hscape.plots.style import CLONES, MUTED

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (5, 1.5, 1, 1.5)), "-", (0, (5, 1.6)), (0, (1.2, 1.2)), "-")


def arm_colors(arms: Sequence[str]) -> dict[str, str]:
    """A color for each arm, in order."""
    return {arm: CLONES[index % len(CLONES)] for index, arm in enumerate(arms)}


def arm_label(arm: str, n: int) -> str:
    """An arm with how many are in it."""
    return f"{plain(arm, 34)} (n = {n})"


def definition_name(key: str) -> str:
    """Name of a definition of response."""
    return next(item.name for item in DEFINITIONS if item.key == key)


def heading(figure: Any, text: str) -> None:
    """Title of the whole picture; says that nobody in it is real."""
    total = figure.get_figheight()
    figure.text(
        0.012, 1 - 0.1 / total, f"{text}, simulated patients", fontsize=12, fontweight="bold", va="top", ha="left"
    )


def foot(figure: Any, note: str) -> None:
    """Small words at the foot."""
    total = figure.get_figheight()
    lines = textwrap.wrap(f"{note} Simulated patients; research use only.", int(15.8 * figure.get_figwidth()))
    for index, line in enumerate(reversed(lines)):
        figure.text(0.012, (0.07 + 0.15 * index) / total, line, fontsize=7.8, color=MUTED)


def month_ticks(end: float) -> list[float]:
    """Whole months for an axis, at most seven steps."""
    step = next((tick for tick in (1, 2, 3, 6, 12, 24, 60, 120) if end / tick <= 7), 240)
    return [float(tick) for tick in range(0, int(end + 1e-9) + 1, step)]


def n_at_risk(months: Any, ticks: Sequence[float]) -> list[int]:
    """How many were followed up to each tick, to the day."""
    return [int((months >= tick - 1.0 / 30.0).sum()) for tick in ticks]


def at_risk_rows(
    axis: Any, ticks: Sequence[float], rows: Sequence[tuple[str, str, Sequence[int]]], first: float
) -> None:
    """Numbers at risk under an axis: rows of (words, color, one number a tick)."""
    height = axis.get_position().height * axis.figure.get_figheight()
    for index, (words, color, numbers) in enumerate(rows):
        y = -(first + 0.155 * index) / height
        axis.text(-0.055, y, words, transform=axis.transAxes, ha="right", va="center", fontsize=7, color=color)
        for tick, number in zip(ticks, numbers, strict=True):
            axis.text(
                tick,
                y,
                str(number),
                transform=axis.get_xaxis_transform(),
                ha="center",
                va="center",
                fontsize=7.3,
                color=color,
            )
