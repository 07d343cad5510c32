"""Cumulative incidence of response, relapse and evolution by arm, with transplant and death as competing events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hscape.cohort.summary import eligible
from hscape.plots.chart_time import plain
from hscape.plots.cohort_style import (
    arm_colors,
    arm_label,
    at_risk_rows,
    definition_name,
    foot,
    heading,
    month_ticks,
    n_at_risk,
)
from hscape.plots.registry_curves import steps
from hscape.plots.style import GRID, INK, MUTED, pyplot
from hscape.registry import cumulative_incidence, time_to_event
from hscape.units import DAYS_PER_MONTH

EVENTS = {
    "response": "First response\nfrom the start of treatment",
    "relapse": "Relapse\nfrom the first confirmed response",
    "evolution": "Clonal evolution\nfrom the start of treatment",
}


def draw_incidence(table: pd.DataFrame, arms: Sequence[str], *, definition: str, months: float) -> Any:
    """Three panels, one an event; each arm with what competes with the event, thin.

    Args:
        table: the patients' table of a cohort.
        arms: names of the arms, in order.
        definition: definition of response and relapse.
        months: follow-up of the design.
    """
    plt = pyplot()
    taken = eligible(table)
    under = 0.48 + 0.155 * len(arms)
    total = 3.85 + under
    figure = plt.figure(figsize=(11.6, total))
    bottom = 0.62 + under
    height = total - bottom - 1.08
    left_out, untold = 0, 0
    for index, (event, title) in enumerate(EVENTS.items()):
        axis = figure.add_axes(((1.5 + 3.4 * index) / 11.6, bottom / total, 2.85 / 11.6, height / total))
        axis.set_title(title, pad=5, fontsize=9)
        times = {arm: _times(taken[taken["arm"] == arm], event, definition) for arm in arms}
        _draw_event(axis, event, times, months, is_first=index == 0)
        left_out += sum(len(found.attrs["left_out"]) for found in times.values()) if event == "response" else 0
        untold += sum(len(found.attrs["untold"]) for found in times.values()) if event == "evolution" else 0
    _legend(figure, taken, arms, total)
    heading(figure, f"Cumulative incidence, response by {definition_name(definition)}")
    notes = [f"Never treated or the definition does not apply: {left_out} left out."] if left_out else []
    notes += [f"Evolution is followed to the last test; {untold} were never tested."] if untold else []
    foot(
        figure,
        "Aalen-Johansen; shaded: 95 % interval. Dashed: transplant or death before the event. "
        + " ".join([*notes, "Relapse is counted among those who responded."]),
    )
    return figure


def _times(part: pd.DataFrame, event: str, definition: str) -> pd.DataFrame:
    times = time_to_event(part, event, definition=definition)
    attributes = dict(times.attrs)
    times["days"] = times["days"].round()  # whole days, as a registry has them, keep the number of steps small
    times["event"] = times["event"].replace({"transplant": "other", "death": "other"})
    times.attrs.update(attributes)
    return times


def _draw_event(axis: Any, event: str, times: dict[str, pd.DataFrame], months: float, *, is_first: bool) -> None:
    colors = arm_colors(list(times))
    ticks = month_ticks(months)
    rows = []
    for arm, found in times.items():
        when = (found["days"] / DAYS_PER_MONTH).to_numpy(float)
        words = plain(arm, 22) if is_first else ""
        rows.append((words, colors[arm], n_at_risk(when, ticks)))
        if not len(found):
            continue
        for cause, style in ((event, {"lw": 1.8}), ("other", {"lw": 0.8, "ls": (0, (4, 2))})):
            curve = cumulative_incidence(when.tolist(), found["event"], cause=cause, may_be_absent=True)
            x, y = steps(curve, curve.estimate, months)
            axis.plot(x, 100 * y, color=colors[arm], zorder=4, **style)
            if cause == event:
                low, high = (steps(curve, values, months)[1] for values in (curve.low, curve.high))
                axis.fill_between(x, 100 * low, 100 * high, color=colors[arm], alpha=0.15, lw=0, zorder=2)
    axis.set_xticks(ticks)
    axis.set_xlim(0, 1.02 * months)
    axis.set_ylim(0, 100)
    axis.set_yticks(range(0, 101, 25))
    axis.set_xlabel("Months", labelpad=1)
    if is_first:
        axis.set_ylabel("Patients (%)")
    axis.grid(axis="y", color=GRID, lw=0.5)
    at_risk_rows(axis, ticks, rows, first=0.52)
    if is_first:
        height = axis.get_position().height * axis.figure.get_figheight()
        axis.text(-0.055, -0.365 / height, "at risk", transform=axis.transAxes, ha="right", fontsize=7, color=MUTED)


def _legend(figure: Any, taken: pd.DataFrame, arms: Sequence[str], total: float) -> None:
    from matplotlib.lines import Line2D

    colors, n = arm_colors(arms), taken["arm"].value_counts()
    handles = [Line2D([], [], color=colors[arm], lw=2, label=arm_label(arm, int(n.get(arm, 0)))) for arm in arms]
    handles.append(Line2D([], [], color=INK, lw=0.8, ls=(0, (4, 2)), label="transplant or death first"))
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.012, 1 - 0.34 / total),
        ncols=3,
        frameon=False,
        fontsize=8,
        borderpad=0,
    )
