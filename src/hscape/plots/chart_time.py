"""What the pictures of one chart share: the axis of days, the strip of treatments on top, and plain text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hscape.chart import Chart, Event, Treatment
from hscape.chart.records import GIVEN_ONCE
from hscape.clinic.course import last_seen_day
from hscape.plots.style import GRID, INK, MUTED

WIDTH, ROW, LEFT, RIGHT = 10.0, 0.21, 1.62, 1.95  # inches
TREATMENT, RED, YELLOW = "#7F9DB5", "#A63D00", "#8A6D00"
MAX_TREATMENTS = 12
_MAX_EVENTS = 12
_QUIET = ("diagnosis", "treatment_start", "last_follow_up", "other")
_TICKS = (1, 2, 5, 10, 15, 30, 60, 90, 180, 365, 730, 1825, 3650)
_SHORT = {"atg": "ATG", "alg": "ALG", "hsct": "HSCT", "csa": "CsA"}
_PRODUCTS = {
    "red_cells": "Red cells given",
    "platelets": "Platelets given",
    "granulocytes": "Granulocytes given",
    "plasma": "Plasma given",
}


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day of a picture."""

    first: float
    last: float

    @property
    def length(self) -> float:
        """Days from the first to the last."""
        return self.last - self.first


def plain(text: object, width: int = 0) -> str:
    """Words as they are, without anything that the drawing library would read as a formula; shortened to a width."""
    words = "".join(character if character.isprintable() else " " for character in str(text))
    words = " ".join(words.replace("$", r"\$").split())
    return words if not width or len(words) <= width else words[: width - 1] + "…"


def span_of(chart: Chart) -> Span:
    """From the first entry to the last day on which anything was seen."""
    groups = (chart.measurements, chart.clone_measurements, chart.transfusions, chart.events)
    days = [entry.day for group in groups for entry in group] + [entry.start_day for entry in chart.treatments]
    first, last = min(days, default=0.0), last_seen_day(chart) or 0.0
    return Span(first, last) if last - first >= 7 else Span(first - 3.5, max(last, first) + 3.5)


def set_days(axis: Any, span: Span) -> None:
    """Limits and ticks of the axis of days."""
    step = next((tick for tick in _TICKS if span.length / tick <= 9), _TICKS[-1])
    first = math.ceil(span.first / step) * step
    axis.set_xticks([first + step * index for index in range(int((span.last - first) // step) + 1)])
    axis.set_xlim(span.first - 0.02 * span.length, span.last + 0.02 * span.length)


def day_label(chart: Chart) -> str:
    """Words under the axis."""
    return f"Day (day 0: {plain(chart.day_zero_meaning, 50)})"


def figure_with_strip(
    plt: Any, chart: Chart, heights: Sequence[float], note: str, title: str, lead: str = ""
) -> tuple[Any, list[Any]]:
    """A figure: the strip of treatments on top, an axis for each height, words at the bottom, the lead in ink."""
    lanes, n_rows = _lanes(chart), _n_rows(chart)
    lines = [(line, INK, 9.0) for line in textwrap.wrap(lead, 142)]
    lines += [(line, MUTED, 8.0) for line in textwrap.wrap(note, 160)]
    top, bottom, gap = 0.42, 0.62 + 0.165 * len(lines), 0.36
    strip = ROW * n_rows
    total = top + strip + sum(heights) + gap * len(heights) + bottom
    figure = plt.figure(figsize=(WIDTH, total))
    span = span_of(chart)
    width, position = 1 - (LEFT + RIGHT) / WIDTH, total - top
    axes: list[Any] = []
    for index, height in enumerate([strip, *heights]):
        if height:
            position -= height
            axes.append(figure.add_axes((LEFT / WIDTH, position / total, width, height / total)))
            set_days(axes[-1], span)
        position -= gap if index < len(heights) else 0
    panels = axes
    if n_rows:
        draw_strip(axes[0], chart, lanes, span)
        panels = axes[1:]
    for axis in panels:
        draw_events(axis, chart)
        axis.tick_params(labelbottom=axis is panels[-1])
    panels[-1].set_xlabel(day_label(chart))
    figure.text(0.1 / WIDTH, 1 - 0.12 / total, title, fontsize=12, fontweight="bold", color=INK, va="top")
    for index, (line, color, size) in enumerate(reversed(lines)):
        figure.text(0.1 / WIDTH, (0.08 + 0.165 * index) / total, line, fontsize=size, color=color)
    return figure, panels


def strip_words(chart: Chart) -> str:
    """What the marks of the strip mean, for the note."""
    words = []
    if any(entry.end_day is None and not _is_procedure(entry) for entry in chart.treatments):
        words.append("Pale bar with dashed edge: no last day recorded, drawn to the last day seen.")
    if any(entry.taper for entry in chart.treatments):
        words.append("Height of a bar: dose.")
    if len(_lanes(chart)) > MAX_TREATMENTS:
        words.append(f"{len(_lanes(chart)) - MAX_TREATMENTS} more treatments are not drawn.")
    return " ".join(words)


def _is_procedure(treatment: Treatment) -> bool:
    return treatment.name in GIVEN_ONCE or "transplant" in treatment.name.lower()


def _lanes(chart: Chart) -> dict[str, list[Treatment]]:
    lanes: dict[str, list[Treatment]] = {}
    for treatment in chart.treatments:
        lanes.setdefault(treatment.name, []).append(treatment)
    return lanes


def _marked(chart: Chart) -> list[Event]:
    return [event for event in chart.events if event.kind not in _QUIET]


def _n_rows(chart: Chart) -> int:
    products = {entry.product for entry in chart.transfusions}
    return min(len(_lanes(chart)), MAX_TREATMENTS) + len(products) + bool(_marked(chart))


def draw_strip(axis: Any, chart: Chart, lanes: dict[str, list[Treatment]], span: Span) -> None:
    """Events, treatments as bars and transfusions as ticks, a row each, the first on top."""
    labels: list[str] = []
    if _marked(chart):
        labels.append("Events")
        _draw_event_words(axis, _marked(chart), span)
    for name, courses in list(lanes.items())[:MAX_TREATMENTS]:
        largest = max((dose for course in courses for dose in _doses(course)), default=0.0)
        for course in courses:
            _draw_course(axis, course, len(labels), span, largest)
        labels.append(drug_words(name))
    for product, words in _PRODUCTS.items():
        days = [entry.day for entry in chart.transfusions if entry.product == product]
        if days:
            axis.plot(days, [len(labels)] * len(days), ls="", marker="|", ms=8, mew=1.1, color=RED, zorder=3)
            labels.append(words)
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.set_yticks(range(len(labels)), labels, fontsize=8, color=INK)
    axis.tick_params(length=0, labelbottom=False)
    for side in ("left", "bottom"):
        axis.spines[side].set_visible(False)
    axis.grid(axis="x", color=GRID, lw=0.4)
    axis.set_axisbelow(True)


def drug_words(name: str) -> str:
    """Name of a treatment for a picture."""
    return plain(spoken_name(name), 24)


def spoken_name(name: str) -> str:
    """Name of a treatment as it is written in words, for example horse ATG."""
    return " ".join(_SHORT.get(word, word) for word in name.replace("_", " ").replace("g csf", "G-CSF").split(" "))


def _doses(course: Treatment) -> list[float]:
    return [dose for dose in (course.dose, *(step.dose for step in course.taper)) if dose is not None]


def _draw_course(axis: Any, course: Treatment, row: int, span: Span, largest: float) -> None:
    if _is_procedure(course) and course.end_day is None:
        axis.plot([course.start_day], [row], marker="D", ms=5, color=INK, ls="")
        return
    is_open = course.end_day is None
    end = span.last if is_open else min(float(course.end_day or 0.0), span.last)
    steps = [(course.start_day, course.dose), *((step.day, step.dose) for step in course.taper)]
    shortest = 0.008 * span.length
    for (start, dose), stop in zip(steps, [*(day for day, _ in steps[1:]), end], strict=True):
        share = dose / largest if course.taper and dose is not None and largest > 0 else 1.0
        if stop >= start and share > 0:
            axis.barh(
                row + 0.36 * (1 - share),
                max(stop - start, shortest),
                left=start,
                height=0.72 * share,
                color=TREATMENT,
                alpha=0.45 if is_open else 1.0,
                edgecolor=MUTED,
                lw=0.6,
                ls="--" if is_open else "-",
            )
    if course.dose is not None:
        words = plain(f"{course.dose:g} {course.dose_unit}".replace("ug", "µg"), 16)
        room = end - course.start_day
        if room > 0.012 * span.length * len(words):
            place, inside = course.start_day + 0.006 * span.length, True
        else:
            place, inside = max(end, course.start_day + shortest) + 0.006 * span.length, False
        if inside or place + 0.012 * span.length * len(words) < span.last:
            axis.text(place, row, words, fontsize=6.5, va="center", color=INK, clip_on=True)


def _draw_event_words(axis: Any, events: Sequence[Event], span: Span) -> None:
    """Words beside their marks; marks that stand too close together for words share them."""
    near = 0.012 * span.length
    groups: list[tuple[float, str, float]] = []
    for event in events[:_MAX_EVENTS]:
        axis.plot([event.day], [0], marker="v", ms=4.5, color=INK, ls="", zorder=4)
        word = plain(event.kind.replace("_", " "))
        if groups and event.day <= groups[-1][0] + near * (1 + len(groups[-1][1])):
            groups[-1] = (
                event.day,
                groups[-1][1] if word in groups[-1][1] else f"{groups[-1][1]}, {word}",
                groups[-1][2],
            )
        else:
            groups.append((event.day, word, event.day))
    for last, words, first in groups:
        if last + near * (1 + len(words)) < span.last:
            axis.text(last + 0.8 * near, 0, words, fontsize=7, va="center", color=INK)
        else:
            axis.text(first - 0.8 * near, 0, words, fontsize=7, va="center", ha="right", color=INK)


def draw_events(axis: Any, chart: Chart) -> None:
    """Thin lines through a panel: first days of treatments dotted, events dashed."""
    for course in chart.treatments[:60]:
        axis.axvline(course.start_day, color=TREATMENT, lw=0.6, ls=(0, (1, 2)), zorder=1)
    for event in _marked(chart)[:_MAX_EVENTS]:
        axis.axvline(event.day, color=MUTED, lw=0.7, ls=(0, (4, 2)), zorder=1)


def set_root_scale(axis: Any, top: float, ticks: Sequence[float]) -> None:
    """A square-root axis from zero: zero stays zero, and what is low can be told apart."""
    import numpy as np

    axis.set_yscale("function", functions=(lambda y: np.sqrt(np.maximum(y, 0.0)), np.square))
    axis.set_ylim(0, top)
    shown: list[float] = []
    for tick in sorted((tick for tick in ticks if 0 < tick <= top), reverse=True):
        if math.sqrt(tick) > 0.05 * math.sqrt(top) and (
            not shown or math.sqrt(shown[-1]) - math.sqrt(tick) > 0.05 * math.sqrt(top)
        ):
            shown.append(tick)
    shown.append(0)
    axis.set_yticks(shown, [f"{tick:g}" for tick in shown])
    axis.minorticks_off()
