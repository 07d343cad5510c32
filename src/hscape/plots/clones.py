"""Who holds the marrow: clone shares of stem cells as a stacked area; with care, of granulocytes as well."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hscape.care import VirtualPatient
from hscape.history import History
from hscape.plots.course_axis import CourseAxis, course_axis
from hscape.plots.style import CLONES, INK, MUTED, ORDINARY, REST, pyplot

N_NAMED = 8


def draw_clones(history: History, title: str, patient: VirtualPatient | None = None) -> Any:
    """Stacked shares over time; the eight largest clones by name, the rest together."""
    plt = pyplot()
    columns = {"stem_cell_fraction": "Share of stem cells"}
    if patient is not None:
        columns["granulocyte_fraction"] = "Share of granulocytes"
    time = course_axis(history, patient)
    named = _largest(_shares(history.clones, "stem_cell_fraction"))
    size = (8.6, 4.6) if len(columns) == 1 else (8.6, 6.4)
    figure, axes = plt.subplots(len(columns), 1, figsize=size, sharex=True, squeeze=False)
    for axis, (column, label) in zip(axes[:, 0], columns.items(), strict=True):
        _stack(axis, _shares(history.clones, column), named, time)
        axis.set_ylabel(label)
        for day, _ in time.events:
            axis.axvline(float(time.place(day)), color=INK, lw=0.8, zorder=5)
    axes[-1, 0].set_xlabel(time.label)
    handles, names = axes[0, 0].get_legend_handles_labels()
    axes[0, 0].legend(
        handles[::-1], names[::-1], loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8
    )
    figure.suptitle(title, x=0.012, ha="left", fontsize=12, fontweight="bold", color=INK)
    happened = "; ".join(dict.fromkeys(label for _, label in time.events))
    note = (
        f"One simulated person of many, seed {history.run.seed}. Named: the largest clones at the end; smaller clones: "
        f"the others that once held {history.run.report_fraction:.2g} of the niche."
    )
    figure.text(0.012, 0.012, note + (f" Lines: {happened}." if happened else ""), fontsize=8 if not happened else 7,
                color=MUTED)  # fmt: skip
    figure.tight_layout(rect=(0, 0.03, 1, 0.97))
    return figure


def _shares(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.pivot_table(index="day", columns="clone", values=column, aggfunc="sum").fillna(0.0)


def _stack(axis: Any, shares: pd.DataFrame, named: list[str], time: CourseAxis) -> None:
    nothing = pd.Series(0.0, index=shares.index)
    layers = [shares.get(name, nothing).to_numpy() for name in named]
    other = np.clip(1.0 - sum(layers) - shares.get("ordinary", nothing).to_numpy(), 0.0, 1.0)
    ordinary = np.clip(1.0 - sum(layers) - other, 0.0, 1.0)
    x = time.place(shares.index.to_numpy())
    labels = [*named, "smaller clones", "ordinary stem cells"]
    colors = [*CLONES[: len(named)], REST, ORDINARY]
    axis.stackplot(x, *layers, other, ordinary, colors=colors, labels=labels, lw=0.3, edgecolor="white")
    axis.set(xlim=(x[0], x[-1]), ylim=(0, 1))


def _largest(shares: pd.DataFrame) -> list[str]:
    last = shares.drop(columns="ordinary", errors="ignore").iloc[-1].sort_values(ascending=False)
    return [str(name) for name in last.index[:N_NAMED] if last[name] > 0]
