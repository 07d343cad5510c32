"""How counts come back by arm: median and the range of 90 % of patients, by month of treatment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from hscape.plots.cohort_style import DASHES, arm_colors, foot, heading, month_ticks
from hscape.plots.style import GRID, MUTED, pyplot

#: Column -> title, whether on a logarithmic axis.
PANELS = {
    "truth_hemoglobin_g_per_dl": ("Hemoglobin (g/dL)", False),
    "truth_neutrophils_1e9_per_l": ("Neutrophils (10⁹/L)", True),
    "truth_platelets_1e9_per_l": ("Platelets (10⁹/L)", True),
}
QUANTILES = (0.05, 0.5, 0.95)
#: Beyond this many rows the picture takes the first patients only; its lines would not move by their own width.
MAX_ROWS = 2_000_000


def draw_recovery(courses: Path, eligible_patients: Sequence[int], arms: Sequence[str], *, months: float) -> Any:
    """True counts from a month before treatment on, among the living.

    Args:
        courses: ``courses.parquet`` of a cohort.
        eligible_patients: numbers of the patients to draw.
        arms: names of the arms, in order.
        months: follow-up of the design.
    """
    plt = pyplot()
    width, total = 10.4, 3.95
    figure, axes = plt.subplots(1, len(PANELS), figsize=(width, total))
    bands, n_patients = _quantiles(courses, np.asarray(eligible_patients), arms)
    colors = arm_colors(arms)
    for axis, (column, (title, is_log)) in zip(axes, PANELS.items(), strict=True):
        for index, arm in enumerate(arms):
            if (arm, column) not in bands:
                continue
            month, (low, middle, high) = bands[arm, column]
            label = f"{arm} (n = {n_patients[arm]})"
            axis.fill_between(month, low, high, color=colors[arm], alpha=0.14, lw=0)
            axis.plot(month, middle, color=colors[arm], ls=DASHES[index % len(DASHES)], lw=1.8, label=label)
            for edge in (low, high):
                axis.plot(month, edge, color=colors[arm], lw=0.6, alpha=0.7)
        axis.set_title(title, pad=5)
        axis.axvline(0, color=MUTED, lw=0.7, ls=(0, (2, 2)))
        axis.set_xticks(month_ticks(months))
        axis.set_xlim(-1, months)
        axis.set_xlabel("Months of treatment")
        axis.grid(axis="y", color=GRID, lw=0.5)
        if is_log and bands:
            _log_axis(axis)
        else:
            axis.set_ylim(bottom=0)
    handles, labels = axes[0].get_legend_handles_labels()
    if handles:
        figure.legend(
            handles,
            labels,
            loc="upper left",
            bbox_to_anchor=(0.012, 1 - 0.34 / total),
            ncols=2,
            frameon=False,
            fontsize=8,
            borderpad=0,
        )
    heading(figure, "Recovery of counts by arm")
    foot(
        figure,
        "Line: median; shaded: 5 to 95 % of patients alive in the month. True counts of the simulation, without the "
        "noise of a laboratory, with the effect of transfusions.",
    )
    rows = -(-len(arms) // 2)
    figure.subplots_adjust(
        left=0.5 / width, right=1 - 0.15 / width, bottom=0.95 / total, top=1 - (0.8 + 0.19 * rows) / total, wspace=0.2
    )
    return figure


def _log_axis(axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_yscale("log")
    axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=20))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.yaxis.set_minor_formatter(NullFormatter())


def _quantiles(courses: Path, patients: np.ndarray, arms: Sequence[str]) -> tuple[dict[tuple[str, str], Any], Any]:
    """By arm and column the months and the three quantiles; patients by arm. One column at a time in memory."""
    found: dict[tuple[str, str], Any] = {}
    n_patients = dict.fromkeys(arms, 0)
    for column in PANELS:
        part = _read(courses, column)
        if part is None:
            continue
        part = part[part["patient"].isin(patients)]
        for arm in arms:
            own = part[part["arm"] == arm]
            if own.empty:
                continue
            n_patients[arm] = int(own["patient"].nunique())
            table = own.groupby("month")[column].quantile(np.array(QUANTILES)).unstack().dropna()
            found[arm, column] = table.index.to_numpy(float), [table[q].to_numpy(float) for q in QUANTILES]
    return found, n_patients


def _read(courses: Path, column: str) -> pd.DataFrame | None:
    with pq.ParquetFile(courses) as file:
        if column not in file.schema_arrow.names:
            return None
        parts, n_rows = [], 0
        for batch in file.iter_batches(columns=["patient", "arm", "month", column]):
            parts.append(batch.to_pandas())
            n_rows += len(parts[-1])
            if n_rows > MAX_ROWS:
                break
    return pd.concat(parts, ignore_index=True) if parts else None
