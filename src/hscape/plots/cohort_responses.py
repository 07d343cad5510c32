"""Response at 3, 6 and 12 months by each definition and arm, with Wilson intervals."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hscape.clinic.response_at import MONTHS
from hscape.cohort.summary import eligible, response_table
from hscape.plots.cohort_style import arm_colors, arm_label, definition_name, foot, heading
from hscape.plots.style import GRID, MUTED, pyplot


def draw_responses(table: pd.DataFrame, arms: Sequence[str], definitions: Sequence[str]) -> Any:
    """Share of patients with a response; the dark part of each bar is complete response.

    Args:
        table: the patients' table of a cohort.
        arms: names of the arms, in order.
        definitions: keys of definitions of response.
    """
    plt = pyplot()
    responses = response_table(table, arms, definitions)
    n_panels = len(definitions)
    width, total = max(6.2, 2.5 * n_panels + 0.9), 4.5
    figure, axes = plt.subplots(1, n_panels, figsize=(width, total), sharey=True, squeeze=False)
    for axis, key in zip(axes[0], definitions, strict=True):
        _draw_panel(axis, responses[responses["definition"] == key], arms)
        axis.set_title("\n".join(textwrap.wrap(definition_name(key), 26)), pad=6)
    axes[0][0].set_ylabel("Patients with a response (%)")
    taken = eligible(table)["arm"].value_counts()
    from matplotlib.patches import Patch

    colors = arm_colors(arms)
    handles = [Patch(facecolor=colors[arm], label=arm_label(arm, int(taken.get(arm, 0)))) for arm in arms]
    legend_rows = -(-len(handles) // 2)
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.012, 1 - 0.34 / total),
        ncols=2,
        frameon=False,
        fontsize=8,
        borderpad=0,
    )
    heading(figure, "Response by definition and arm")
    left_out = int(responses[responses["month"] == MONTHS[1]]["n_cannot_tell"].sum())
    foot(
        figure,
        "Dark: complete response. Bars: 95 % interval (Wilson). Number above: patients counted. Results are those of "
        "the clinic's rules on simulated charts. Death or transplant before the month is no response; left out are "
        f"patients of whom the chart cannot tell ({left_out} at {MONTHS[1]} months over all panels) and whom the "
        "definition was not made for.",
    )
    figure.subplots_adjust(
        left=0.62 / width, right=1 - 0.15 / width, bottom=1.05 / total, top=1 - (0.78 + 0.19 * legend_rows) / total
    )
    return figure


def _draw_panel(axis: Any, rows: pd.DataFrame, arms: Sequence[str]) -> None:
    colors, thickness = arm_colors(arms), 0.8 / len(arms)
    for index, arm in enumerate(arms):
        own = rows[rows["arm"] == arm].set_index("month").loc[list(MONTHS)]
        x = np.arange(len(MONTHS)) + (index - (len(arms) - 1) / 2) * thickness
        share, complete = 100 * own["share"].to_numpy(float), 100 * own["complete_share"].to_numpy(float)
        bar = {"width": 0.88 * thickness, "color": colors[arm], "lw": 0}
        axis.bar(x, share, alpha=0.45, **bar)
        axis.bar(x, complete, **bar)
        low, high = 100 * own["low"].to_numpy(float), 100 * own["high"].to_numpy(float)
        errors = np.abs(np.vstack([share - low, high - share]))
        axis.errorbar(x, share, yerr=errors, fmt="none", ecolor="#333333", elinewidth=0.9, capsize=2.2, capthick=0.9)
        for place, top, n in zip(x, np.where(np.isnan(high), 0, high), own["n"], strict=True):
            axis.text(place, top + 1.8, str(n), ha="center", va="bottom", fontsize=6.8, color=MUTED)
    axis.set_xticks(range(len(MONTHS)), [str(month) for month in MONTHS])
    axis.set_xlabel("Months of treatment")
    axis.set_ylim(0, 108)
    axis.set_yticks(range(0, 101, 20))
    axis.grid(axis="y", color=GRID, lw=0.5)
    axis.set_axisbelow(True)
