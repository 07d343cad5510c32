"""Blood counts in small multiples, with reference ranges and marks for what happened."""

from __future__ import annotations

from typing import Any

from hscape.care import VirtualPatient
from hscape.history import History
from hscape.parameters import records
from hscape.plots.course_axis import course_axis
from hscape.plots.style import BAND, GRID, INK, MARROW, MUTED, PLATELET, RED_CELL, SIGNAL, WHITE_CELL, pyplot

#: column, title, unit, color, record whose range is the reference range (``{sex}`` is filled in)
PANELS = (
    ("hemoglobin_g_per_dl", "Hemoglobin", "g/dL", RED_CELL, "hemoglobin_{sex}_g_per_dl"),
    ("reticulocytes_1e9_per_l", "Reticulocytes", "10⁹/L", RED_CELL, "reticulocytes_reference_1e9_per_l"),
    ("erythropoietin_mu_per_ml", "Erythropoietin", "mU/mL", SIGNAL, "erythropoietin_normal_mu_per_ml"),
    ("neutrophils_1e9_per_l", "Neutrophils", "10⁹/L", WHITE_CELL, "neutrophils_normal_1e9_per_l"),
    ("white_cells_1e9_per_l", "White cells", "10⁹/L", WHITE_CELL, "white_cells_reference_1e9_per_l"),
    ("g_csf_pg_per_ml", "G-CSF", "pg/mL", SIGNAL, "g_csf_normal_pg_per_ml"),
    ("platelets_1e9_per_l", "Platelets", "10⁹/L", PLATELET, "platelets_normal_1e9_per_l"),
    ("marrow_cellularity_fraction", "Marrow cellularity", "fraction", MARROW, "cellularity_at_age_30_fraction"),
    ("thrombopoietin_pg_per_ml", "Thrombopoietin", "pg/mL", SIGNAL, "thrombopoietin_normal_pg_per_ml"),
)
LOG_FROM_FOLD = 20.0  # a signal that spans more than this is drawn on a logarithmic axis


def draw_counts(history: History, title: str, patient: VirtualPatient | None = None) -> Any:
    """Nine panels: red line, white line, platelets and marrow, each with its signal."""
    plt = pyplot()
    table = history.counts
    time = course_axis(history, patient)
    x = time.place(history.days)
    figure, axes = plt.subplots(3, 3, figsize=(10.5, 7.2), sharex=True)
    for axis, (column, name, unit, color, record) in zip(axes.flat, PANELS, strict=True):
        values = table[column]
        low, high = _reference(record, history.patient.sex)
        if low is not None:
            axis.axhspan(low, high, color=BAND, zorder=0, lw=0)
        axis.plot(x, values, color=color, zorder=3)
        axis.set_title(f"{name} ({unit})")
        axis.grid(axis="y", color=GRID, lw=0.5)
        _limits(axis, values, low, high)
        time.draw_marks(axis)
        axis.set_xlim(x[0], x[-1])
    for axis in axes[-1]:
        axis.set_xlabel(time.label)
    figure.suptitle(title, x=0.012, ha="left", fontsize=12, fontweight="bold", color=INK)
    note = "Shaded: plausible adult range." + time.words()
    person = f" Simulated {history.patient.sex}, {history.patient.age_years:g} years on day 0, seed {history.run.seed};"
    figure.text(0.012, 0.008, note + person + " without day-to-day or assay variation.", fontsize=8, color=MUTED)
    figure.tight_layout(rect=(0, 0.025, 1, 0.975))
    return figure


def _reference(record: str | None, sex: str) -> tuple[float, float] | tuple[None, None]:
    if record is None:
        return None, None
    found = records()[record.format(sex=sex)]
    return found.low, found.high


def _limits(axis: Any, values: Any, low: float | None, high: float | None) -> None:
    smallest, largest = float(values.min()), float(values.max())  # empty rows of childhood are left out
    if smallest > 0 and largest / smallest > LOG_FROM_FOLD:
        axis.set_yscale("log")
        axis.set_title(axis.get_title(loc="left") + ", log scale")
        return
    if largest <= 1.0:  # a fraction
        axis.set_ylim(0, 1)
        return
    top = max(largest, high or largest) * 1.06
    bottom = min(smallest, low if low is not None else smallest)
    axis.set_ylim(0 if bottom < 0.45 * top else bottom * 0.94, top)
