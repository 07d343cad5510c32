"""What the pictures of an explanation share: bands, the axis of days, and where the explanation ends."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from hscape.inference.explain import Explanation
from hscape.inference.numbers import FIRST_OTHER, HLA, PNH
from hscape.plots.chart_time import RED, TREATMENT, Span, drug_words, plain, set_days, span_of
from hscape.plots.style import CLONES, MUTED, ORDINARY

#: Longest time before day 0 that is drawn.
_MOST_BEFORE_DAYS = 728.0
#: Clone -> color; the same in every picture of an explanation.
_COLORS = {0: "#8C8C8C", PNH: CLONES[0], HLA: CLONES[1]}


def slot_color(slot: int, *, pale: bool = False) -> str:
    """Color of a slot; ordinary cells are gray, paler in areas."""
    if slot == 0 and pale:
        return ORDINARY
    return _COLORS.get(slot) or CLONES[2 + (slot - FIRST_OTHER) % (len(CLONES) - 2)]


def fill_band(axis: Any, x: np.ndarray, quantiles: np.ndarray, color: str, label: str | None = None) -> None:
    """Bands of 90 and 50 % and the median.

    Args:
        axis: where.
        x: shape (n,).
        quantiles: at 5, 25, 50, 75 and 95 %, shape (5, n).
        color: of all.
        label: of the median.
    """
    axis.fill_between(x, quantiles[0], quantiles[4], color=color, alpha=0.18, lw=0, zorder=2)
    axis.fill_between(x, quantiles[1], quantiles[3], color=color, alpha=0.30, lw=0, zorder=2)
    axis.plot(x, quantiles[2], color=color, lw=1.3, zorder=3, label=label)


def past_span(e: Explanation) -> Span:
    """From the likely beginning of the attack to the last explained day."""
    before = float(np.nanquantile(e.quantities["attack_days_before_day_0"], 0.5))
    first = max(-_MOST_BEFORE_DAYS, -1.1 * before, float(e.course.days[0]))
    return Span(first, max(e.problem.last_day, first + 14.0))


def chart_span(e: Explanation) -> Span:
    """From the first entry to the last explained day."""
    span = span_of(e.chart)
    return Span(span.first, max(min(span.last, e.problem.last_day), span.first + 14.0))


def shown_days(e: Explanation, span: Span) -> np.ndarray:
    """True for the days of the course that are drawn."""
    return (e.course.days >= span.first - 7.0) & (e.course.days <= span.last + 0.5)


def finish(
    figure: Any, axes: Sequence[Any], e: Explanation, span: Span, title: str, note: str, *, right: float = 0.25
) -> Any:
    """Axis of days, lines of treatments, title and note.

    Args:
        figure: one axis above the other.
        axes: from top to bottom.
        e: the explanation.
        span: days that are drawn.
        title: the finding.
        note: how to read the picture.
        right: inches kept free at the right, for a legend.
    """
    for axis in axes:
        set_days(axis, span)
        draw_treatment_lines(axis, e, span)
        axis.tick_params(labelbottom=axis is axes[-1])
    axes[-1].set_xlabel(f"Day (day 0: {plain(e.chart.day_zero_meaning, 50)})")
    return put_words(figure, title, f"{note} {treatment_words(e)} Research use only.", right=right)


def put_words(
    figure: Any, title: str, note: str, *, left: float = 0.8, right: float = 0.25, gap: float = 0.38,
    head: float = 0.2, beside: float = 0.3,
) -> Any:  # fmt: skip
    """Title above and note below; room is made in inches, whatever is drawn.

    Args:
        figure: with its axes in a grid.
        title: the finding.
        note: how to read the picture.
        left: inches left of the axes.
        right: inches right of them.
        gap: inches between rows.
        head: inches between the title and the first row.
        beside: inches between columns.
    """
    width, height = figure.get_size_inches()
    heads, lines = textwrap.wrap(title, 100), textwrap.wrap(note, 150)
    top, bottom = 0.14 + 0.21 * len(heads) + head, 0.62 + 0.155 * len(lines)
    grid = figure.axes[0].get_subplotspec().get_gridspec()
    row = (height - top - bottom - gap * (grid.nrows - 1)) / grid.nrows
    column = (width - left - right - beside * (grid.ncols - 1)) / grid.ncols
    figure.subplots_adjust(
        left=left / width, right=1 - right / width, top=1 - top / height, bottom=bottom / height,
        hspace=gap / row, wspace=beside / column,
    )  # fmt: skip
    for index, line in enumerate(heads):
        figure.text(0.01, 1 - (0.07 + 0.21 * index) / height, line, fontsize=11.5, fontweight="bold", va="top")
    for index, line in enumerate(reversed(lines)):
        figure.text(0.01, (0.06 + 0.155 * index) / height, line, fontsize=8, color=MUTED)
    return figure


def draw_treatment_lines(axis: Any, e: Explanation, span: Span) -> None:
    """Dotted lines where a drug begins, and the day of a transplant."""
    for item in e.chart.treatments[:60]:
        if span.first <= item.start_day <= span.last:
            axis.axvline(item.start_day, color=TREATMENT, lw=0.8, ls=(0, (1, 2)), zorder=1)
    day = e.problem.given.transplant_day
    if day is not None and span.first <= day <= span.last:
        axis.axvline(day, color=RED, lw=1.0, ls=(0, (4, 2)), zorder=1)


def treatment_words(e: Explanation) -> str:
    """What the lines mean."""
    begins: dict[str, list[str]] = {}
    for item in e.chart.treatments:
        begins.setdefault(drug_words(item.name), []).append(f"{item.start_day:g}")
    told = ", ".join(f"{plain(name, 24)} day {days[0]}" for name, days in list(begins.items())[:6])
    return f"Dotted lines: first days of treatment ({told})." if told else ""
