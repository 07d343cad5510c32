"""The reserve beside the counts: stem cells fall early, counts late, and come back in the other order.

Four panels on one time axis: stem cells and early progenitors relative to health, what presses on them,
the output of the marrow, and the counts relative to their own normal.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hscape.biology.channels import Channel
from hscape.biology.failure.immune import ATTACKING, INTERFERON
from hscape.biology.failure.niche_loss import STATE as LOST_NICHE
from hscape.care import VirtualPatient
from hscape.dynamics.acting import channels_over_time, marrow_output, own_states_over_time
from hscape.history import History
from hscape.plots.course_axis import CourseAxis, course_axis
from hscape.plots.style import GRID, INK, MARROW, MUTED, PLATELET, RED_CELL, SIGNAL, WHITE_CELL, pyplot

LEAST_SHOWN = 1.0e-5
_STATES = ((ATTACKING, "attacking cells", "#7F3C8D"), (INTERFERON, "interferon", "#E69F00"),
           (LOST_NICHE, "lost niche", MARROW))  # fmt: skip


def draw_reserve(history: History, title: str, patient: VirtualPatient | None = None) -> Any:
    """Reserve, pressure, marrow output and counts, one above the other."""
    plt = pyplot()
    time = course_axis(history, patient)
    x = time.place(history.days)
    figure, axes = plt.subplots(
        4, 1, figsize=(9.0, 8.6), sharex=True, gridspec_kw={"height_ratios": [1.25, 1.0, 0.8, 1.25]}
    )
    _draw_reserve(axes[0], x, history)
    _draw_pressure(axes[1], x, history)
    _draw_output(axes[2], x, history)
    _draw_counts(axes[3], x, history)
    for axis in axes:
        axis.grid(axis="y", color=GRID, lw=0.5)
        if axis.get_legend_handles_labels()[0]:
            axis.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8)
        axis.set_xlim(x[0], x[-1])
        time.draw_marks(axis)
    _name_events(axes[0], time)
    axes[-1].set_xlabel(time.label)
    figure.suptitle(title, x=0.012, ha="left", fontsize=12, fontweight="bold", color=INK)
    note = f"One simulated person of many, seed {history.run.seed}, without day-to-day or assay variation."
    figure.text(0.012, 0.008, note + time.words(), fontsize=7.5, color=MUTED)
    figure.tight_layout(rect=(0, 0.02, 1, 0.975))
    return figure


def _draw_reserve(axis: Any, x: np.ndarray, history: History) -> None:
    capacity = history.patient.parameters["stem_cell_niche_capacity_cells"]
    axis.plot(x, np.maximum(history.stem_cells / capacity, LEAST_SHOWN), color=INK, label="stem cells")
    early = np.maximum(history.pool("early_progenitors"), LEAST_SHOWN)
    axis.plot(x, early, color=SIGNAL, label="early progenitors")
    axis.set(yscale="log", ylim=(max(LEAST_SHOWN, min(0.1, 0.5 * history.stem_cells.min() / capacity)), 2.0))
    axis.set_title("Reserve (relative to health, log scale)", pad=14)


def _draw_pressure(axis: Any, x: np.ndarray, history: History) -> None:
    own = own_states_over_time(history)
    for name, label, color in _STATES:
        if name in own and own[name].max() > 0.0:
            axis.plot(x, own[name], color=color, label=label)
    acting = channels_over_time(history)
    division = acting[:, Channel.STEM_CELL_DIVISION]
    if np.ptp(division) > 0.0 or division[0] != 1.0:
        axis.plot(x, division, color=INK, lw=1.0, ls=(0, (4, 2)), label="stem-cell division\n(factor)")
    axis.set_ylim(0, None)
    axis.set_title("What presses on it (fraction; attack relative to a full one)")


def _draw_output(axis: Any, x: np.ndarray, history: History) -> None:
    axis.plot(x, marrow_output(history), color=MARROW, label="output of early\nprogenitors")
    axis.plot(x, history.counts["marrow_cellularity_fraction"], color=MUTED, lw=1.0, label="marrow cellularity")
    axis.set_ylim(0, None)
    axis.set_title("Marrow (output relative to health; cellularity as fraction)")


def _draw_counts(axis: Any, x: np.ndarray, history: History) -> None:
    table, c = history.counts, history.constants
    for column, normal, label, color in (
        ("hemoglobin_g_per_dl", c["hemoglobin_normal_g_per_dl"], "hemoglobin", RED_CELL),
        ("neutrophils_1e9_per_l", c["neutrophils_normal_1e9_per_l"], "neutrophils", WHITE_CELL),
        ("platelets_1e9_per_l", c["platelets_normal_1e9_per_l"], "platelets", PLATELET),
    ):
        axis.plot(x, table[column] / normal, color=color, lw=1.2, label=label)
    axis.set_ylim(0, None)
    axis.set_title("Counts (relative to this person's normal, transfusions included)")


def _name_events(axis: Any, time: CourseAxis) -> None:
    """Words above the uppermost panel; those too near to the one before are left to the foot note."""
    low, high = axis.get_xlim()
    last = -np.inf
    for day, label in sorted(time.events):
        place = float(time.place(day))
        if place - last > 0.09 * (high - low):
            axis.annotate(
                label, (place, 1.01), xycoords=("data", "axes fraction"), fontsize=7.5, color=INK, ha="center"
            )
            last = place
