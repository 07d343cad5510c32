"""Clone shares of stem cells as a stacked area."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hscape.biology.balance import DAYS_PER_YEAR
from hscape.history import History
from hscape.plots.style import CLONES, INK, MUTED, ORDINARY, REST, pyplot

N_NAMED = 8


def draw_clones(history: History, title: str) -> Any:
    """Stacked shares of stem cells over time; the eight largest clones by name, the rest together."""
    plt = pyplot()
    table = history.clones
    in_years = history.run.days > 3 * DAYS_PER_YEAR
    days = np.array(sorted(table["day"].unique()))
    x = days / DAYS_PER_YEAR + history.patient.age_years if in_years else days
    shares = table.pivot_table(index="day", columns="clone", values="stem_cell_fraction", aggfunc="sum").fillna(0.0)
    named = _largest(shares)
    figure, axis = plt.subplots(figsize=(8.6, 4.6))
    layers = [shares[name].to_numpy() for name in named]
    other = np.clip(1.0 - sum(layers) - shares.get("ordinary", pd.Series(0.0, index=shares.index)).to_numpy(), 0.0, 1.0)
    ordinary = np.clip(1.0 - sum(layers) - other, 0.0, 1.0)
    labels = [*named, "smaller clones", "ordinary stem cells"]
    colors = [*CLONES[: len(named)], REST, ORDINARY]
    axis.stackplot(x, *layers, other, ordinary, colors=colors, labels=labels, lw=0.3, edgecolor="white")
    axis.set(xlim=(x[0], x[-1]), ylim=(0, 1), ylabel="Share of stem cells", xlabel="Age (years)" if in_years else "Day")
    handles, names = axis.get_legend_handles_labels()
    axis.legend(handles[::-1], names[::-1], loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8)
    figure.suptitle(title, x=0.012, ha="left", fontsize=12, fontweight="bold", color=INK)
    figure.text(
        0.012,
        0.012,
        f"One simulated person of many, seed {history.run.seed}. Named: the largest clones at the end; smaller clones: "
        f"the others that once held {history.run.report_fraction:.1%} of the niche.",
        fontsize=8,
        color=MUTED,
    )
    figure.tight_layout(rect=(0, 0.03, 1, 0.97))
    return figure


def _largest(shares: pd.DataFrame) -> list[str]:
    last = shares.drop(columns="ordinary", errors="ignore").iloc[-1].sort_values(ascending=False)
    return [str(name) for name in last.index[:N_NAMED] if last[name] > 0]
