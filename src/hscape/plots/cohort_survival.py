"""Overall survival by arm: Kaplan-Meier with its interval, and the numbers at risk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hscape.cohort.summary import eligible
from hscape.plots.chart_time import plain
from hscape.plots.cohort_style import DASHES, arm_colors, arm_label, at_risk_rows, foot, heading, month_ticks, n_at_risk
from hscape.plots.registry_curves import steps
from hscape.plots.style import GRID, MUTED, pyplot
from hscape.registry import kaplan_meier, time_to_event
from hscape.units import DAYS_PER_MONTH


def draw_survival(table: pd.DataFrame, arms: Sequence[str], *, months: float) -> Any:
    """Share alive from diagnosis on.

    Args:
        table: the patients' table of a cohort.
        arms: names of the arms, in order.
        months: follow-up of the design.
    """
    plt = pyplot()
    taken = eligible(table)
    under = 0.5 + 0.155 * len(arms)
    width, total = 6.8, 3.9 + under
    figure = plt.figure(figsize=(width, total))
    bottom = 0.62 + under
    axis = figure.add_axes((1.35 / width, bottom / total, 5.2 / width, (total - bottom - 0.55) / total))
    colors, ticks, rows = arm_colors(arms), month_ticks(months), []
    for index, arm in enumerate(arms):
        times = time_to_event(taken[taken["arm"] == arm], "death")
        when = (times["days"].round() / DAYS_PER_MONTH).to_numpy(float)
        rows.append((plain(arm, 22), colors[arm], n_at_risk(when, ticks)))
        if not len(times):
            continue
        died = times["event"].where(times["event"] == "death", "")
        curve = kaplan_meier(when.tolist(), died)
        x, y = steps(curve, curve.estimate, months)
        low, high = (steps(curve, values, months)[1] for values in (curve.low, curve.high))
        label = f"{arm_label(arm, len(times))}: {int((died == 'death').sum())} died"
        axis.plot(x, 100 * y, color=colors[arm], ls=DASHES[index % len(DASHES)], lw=1.8, label=label, zorder=4)
        axis.fill_between(x, 100 * low, 100 * high, color=colors[arm], alpha=0.15, lw=0, zorder=2)
    axis.set_xticks(ticks)
    axis.set_xlim(0, 1.02 * months)
    axis.set_ylim(0, 102)
    axis.set_yticks(range(0, 101, 20))
    axis.set_xlabel("Months from diagnosis", labelpad=1)
    axis.set_ylabel("Alive (%)")
    axis.grid(axis="y", color=GRID, lw=0.5)
    if axis.get_legend_handles_labels()[0]:
        axis.legend(loc="lower left", frameon=False, fontsize=8)
    at_risk_rows(axis, ticks, rows, first=0.55)
    height = total - bottom - 0.55
    axis.text(-0.055, -0.385 / height, "at risk", transform=axis.transAxes, ha="right", fontsize=7, color=MUTED)
    heading(figure, "Overall survival by arm")
    foot(figure, "Kaplan-Meier; shaded: 95 % interval (log-log). Transplant does not end the count.")
    return figure
