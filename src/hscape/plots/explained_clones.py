"""The clones of an explained chart: share of granulocytes with bands, what was measured, and limits of detection."""

from __future__ import annotations

from typing import Any

import numpy as np

from hscape.fractions import cell_fraction
from hscape.inference.explain import Explanation
from hscape.inference.findings import FOUND, NOT_FOUND, Finding, clone_findings
from hscape.inference.quantities import percent
from hscape.plots.chart_clones import is_open_above
from hscape.plots.chart_time import plain
from hscape.plots.explained_time import chart_span, fill_band, finish, shown_days, slot_color
from hscape.plots.style import GRID, INK, MUTED, pyplot

_LOWEST = 1.0e-5
_MARKERS = {"granulocytes": "o", "blood": "D", "marrow": "P", "monocytes": "h", "red_cells": "s"}


def title_of_clones(e: Explanation) -> str:
    """What the picture shows."""
    findings = clone_findings(e.problem)
    found = [label for label, item in findings.items() if item.state == FOUND]
    missed = [label for label, item in findings.items() if item.state == NOT_FOUND]
    untested = [label for label, item in findings.items() if item.state not in (FOUND, NOT_FOUND)]
    parts = []
    if found:
        shares = ", ".join(f"{plain(label, 30)} {percent(float(np.median(_shares(e, label))))}" for label in found)
        parts.append(f"found {shares} of granulocytes on day {e.problem.last_day:g}")
    if missed:
        parts.append(f"looked for and not found: {', '.join(missed)}")
    if untested:
        parts.append(f"not tested: {', '.join(untested)}")
    return "Clones: " + "; ".join(parts)


def _shares(e: Explanation, label: str) -> np.ndarray:
    return e.causes.shares[:, e.causes.labels.index(label)]


def draw_explained_clones(e: Explanation) -> Any:
    """One panel a clone; a logarithmic axis, since clones differ by orders of magnitude.

    Args:
        e: the explanation.
    """
    plt, span = pyplot(), chart_span(e)
    findings = clone_findings(e.problem)
    figure, axes = plt.subplots(
        len(findings), 1, figsize=(10.0, 1.4 + 1.75 * len(findings)), sharex=True, squeeze=False
    )
    kept = shown_days(e, span)
    for axis, (label, finding) in zip(axes[:, 0], findings.items(), strict=True):
        slot = e.causes.slots[e.causes.labels.index(label)]
        quantiles = np.maximum(e.course.share_quantiles[label][:, kept], _LOWEST / 10)
        fill_band(axis, e.course.days[kept], 100 * quantiles, slot_color(slot))
        _draw_findings(axis, e, finding)
        axis.set_yscale("log")
        axis.set_ylim(100 * _LOWEST, 130)
        axis.set_yticks([0.001, 0.01, 0.1, 1, 10, 100], ["0.001", "0.01", "0.1", "1", "10", "100"])
        axis.minorticks_off()
        axis.grid(axis="y", color=GRID, lw=0.4)
        axis.set_title(f"{plain(label, 40)}: {finding.state} (% of granulocytes, log scale)", pad=3)
    note = (
        "Bands: 50 and 90 % of the granulocytes in courses that agree with the chart. Filled: found, with its 95 % "
        "interval (circle granulocytes; gray, since it is of other cells than the bands: diamond blood, plus marrow, "
        "square red cells). Open triangle: looked for and not found, drawn at the limit of the test. "
        "What lies below a limit stays a hypothesis."
    )
    return finish(figure, list(axes[:, 0]), e, span, title_of_clones(e), note)


def _draw_findings(axis: Any, e: Explanation, finding: Finding) -> None:
    for m in finding.entries:
        if m.gene == "PIGA" and m.kind != "pnh":
            continue  # one of several variants; flow counts the cells of all of them
        share = cell_fraction(m, e.chart.sex)
        if m.status == "positive" and share.fraction is not None:
            marker = _MARKERS.get(m.specimen, "o")
            color = INK if m.specimen == "granulocytes" else MUTED  # the bands are of granulocytes
            if share.low is not None and share.high is not None and not is_open_above(share):
                low, high = max(share.low, _LOWEST), max(share.high, _LOWEST)
                axis.plot([m.day, m.day], [100 * low, 100 * high], color=color, lw=0.8, zorder=4)
            axis.plot([m.day], [100 * max(share.fraction, _LOWEST)], marker=marker, ms=5, color=color, ls="", zorder=5)
        elif m.status == "negative":
            limit = share.high or m.detection_limit_fraction
            if limit:
                axis.plot([m.day], [100 * limit], marker="v", ms=6, mfc="white", mec=INK, ls="", zorder=5)
    if not finding.entries:
        axis.text(0.5, 0.92, "not tested in this chart", transform=axis.transAxes, ha="center", va="top", color=MUTED)


def describe_explained_clones(e: Explanation) -> str:
    """The picture in words."""
    told = [title_of_clones(e) + "."]
    for label, finding in clone_findings(e.problem).items():
        low, middle, high = np.quantile(_shares(e, label), (0.05, 0.5, 0.95))
        first = "" if finding.first_day is None else f", first found on day {finding.first_day:g}"
        told.append(
            f"{label}: {finding.state}{first}; {percent(middle)} of granulocytes on the last day "
            f"(90 % interval {percent(low)} to {percent(high)})."
        )
    return " ".join(told)
