"""What a chart says, as rows that a likelihood reads: one row a finding, with everything that its chance needs.

Nothing is dropped silently: what is not used is listed with the reason.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from hscape.chart import Chart, Measurement
from hscape.chart.analytes import ANALYTES
from hscape.chart.records import GLOBULINS
from hscape.dynamics.coarse_record import COLUMNS
from hscape.inference.clone_findings import choose_clones, read_clones
from hscape.inference.finding_rows import (
    CELLULARITY,
    COUNT,
    LEAST_CELLULARITY,
    MOST_CELLULARITY,
    N_COLUMNS,
    TRIGGER,
    Reader,
)
from hscape.inference.slots import CloneSlot
from hscape.inference.unrecorded import unrecorded_limits
from hscape.parameters import Parameters

_COUNTS = {
    "hemoglobin_g_per_dl": "hemoglobin", "platelets_1e9_per_l": "platelets", "neutrophils_1e9_per_l": "neutrophils",
    "reticulocytes_1e9_per_l": "reticulocytes", "lymphocytes_1e9_per_l": "lymphocytes",
}  # fmt: skip
#: Drugs that empty the blood of lymphocytes: within a day or two, by a factor and for a time that differ much between
#: people and say nothing of their marrow. The model's depletion is one for all, and slower.
_DEPLETING = (*GLOBULINS, "alemtuzumab", "cyclophosphamide")


class Observations(NamedTuple):
    """Rows in order of day, what was left out, and the clones that have slots of their own."""

    rows: np.ndarray  # (n, n_columns)
    labels: tuple[str, ...]  # words for each row
    left_out: tuple[str, ...]
    clones: tuple[CloneSlot, ...]

    @property
    def days(self) -> np.ndarray:
        """Day of each row."""
        return self.rows[:, 0]


def read_observations(chart: Chart, parameters: Parameters, first_day: float, last_day: float) -> Observations:
    """Turn a chart into rows.

    Args:
        chart: of one patient; day 0 is the day on which the clinic first saw the failure.
        parameters: scatter of the assays.
        first_day: findings before it are not used (they are not of this failure).
        last_day: findings after it are not used.
    """
    reader = Reader(chart, parameters, last_day, [], defaultdict(int), unrecorded_limits(chart, parameters))
    for entry in chart.measurements:
        if entry.day > last_day or entry.day < first_day:
            reader.leave("outside of the days that are explained")
        elif entry.analyte in _COUNTS:
            _count(reader, entry)
        elif entry.analyte == "marrow_cellularity_fraction":
            _cellularity(reader, entry)
        else:
            reader.leave(f"{ANALYTES[entry.analyte].label.lower()} (not read by the model)")
    _triggers(reader)
    clones = choose_clones(chart, parameters, last_day)
    read_clones(reader, clones, first_day)
    reader.rows.sort(key=lambda item: (item[0][0], item[1]))
    rows = np.array([row for row, _ in reader.rows]).reshape(-1, N_COLUMNS)
    words = tuple(f"{reason}: {n}" for reason, n in sorted(reader.left_out.items()))
    return Observations(rows, tuple(label for _, label in reader.rows), words, clones)


def _count(reader: Reader, entry: Measurement) -> None:
    p, short = reader.p, _COUNTS[entry.analyte]
    if "after_transfusion" in entry.flags:
        reader.leave("counts after a transfusion of the same cell")
        return
    if short == "lymphocytes" and any(item.name in _DEPLETING for item in reader.chart.treatments):
        reader.leave("lymphocytes of a chart with a drug that depletes them")
        return
    if "on_g_csf" in entry.flags:
        reader.leave("neutrophils under G-CSF")
        return
    of_readings = readings_variance(p, short)
    variance = of_readings + p[f"chart_model_error_{short}_log_sd"] ** 2
    absolute, cells = 0.0, 0.0
    if short == "platelets":
        absolute = p["platelets_counting_noise_1e9_per_l"]
    if short in ("neutrophils", "lymphocytes"):
        is_manual = "manual" in entry.flags
        cells = p["manual_differential_cells_count" if is_manual else "analyzer_differential_cells_count"]
    step = {"hemoglobin": 0.1, "platelets": 1.0, "reticulocytes": 1.0}.get(short, 0.01)
    absolute = math.hypot(absolute, step / math.sqrt(12.0))
    censored = {"none": 0.0, "below": -1.0, "above": 1.0}[entry.censored]
    value = entry.value
    if censored == 0.0 and value < reader.unrecorded.get(entry.analyte, 0.0):
        censored = -1.0
    if value <= 0.0:
        value, censored = step, -1.0
    reader.add(
        f"{short}, day {entry.day:g}", entry.day, COUNT, COLUMNS.index(entry.analyte), value, math.sqrt(variance),
        absolute, censored, cells, p["count_outlier_probability"], p["count_outlier_fold"], of_readings,
    )  # fmt: skip


def readings_variance(p: Parameters, short: str) -> float:
    """Variance (natural logarithm) of readings of a count around the truth: of the person and of the analyzer.

    Args:
        p: scatter of the assays.
        short: such as ``neutrophils``; kinds of white cells are counted as white cells.
    """
    analytic = {"neutrophils": "white_cells", "lymphocytes": "white_cells"}.get(short, short)
    return p[f"{short}_biological_variation_fraction"] ** 2 + p[f"{analytic}_analytic_variation_fraction"] ** 2


def _cellularity(reader: Reader, entry: Measurement) -> None:
    p = reader.p
    value = min(max(entry.value, LEAST_CELLULARITY), MOST_CELLULARITY)
    step = p["cellularity_step_fraction"] / math.sqrt(12.0) / (value * (1.0 - value))
    sd = math.hypot(p["cellularity_reading_variation_logit"], step)
    censored = {"none": 0.0, "below": -1.0, "above": 1.0}[entry.censored]
    reader.add(f"cellularity, day {entry.day:g}", entry.day, CELLULARITY, 0, value, sd, censored)


def platelets_when_given(p: Parameters) -> float:
    """Count at which platelets are given, 1e9/L: counts are looked at once a day, and fall much in a day.

    Halfway (in logarithms) between the trigger and what a day of use leaves of it, by age (donors' platelets are of all
    ages) and by the loss at random that few platelets suffer most. Red cells fall by nothing beside their scatter.
    """
    trigger = p["platelet_transfusion_trigger_1e9_per_l"]
    by_age = 2.0 / p["platelet_aging_lifespan_days"]
    at_random = p["platelet_random_loss_1e9_per_l_per_day"] / (trigger + p["platelet_random_loss_half_1e9_per_l"])
    return trigger * math.exp(-0.5 * (by_age + at_random))


def _triggers(reader: Reader) -> None:
    """Transfusions as evidence on production: the count had fallen to the trigger."""
    p = reader.p
    last = {"red_cells": -math.inf, "platelets": -math.inf}
    for item in reader.chart.transfusions:
        if item.product not in last or not 0.0 < item.day <= reader.last_day:
            continue
        if item.day - last[item.product] < p["transfusion_spacing_days"]:
            continue
        last[item.product] = item.day
        if item.product == "red_cells":
            column, trigger = 1, p["red_cell_transfusion_trigger_g_per_dl"]
            sd = p["transfusion_trigger_log_sd"]
        else:
            column, trigger = 2, platelets_when_given(p)
            sd = p["platelet_trigger_log_sd"]
        reader.add(
            f"transfusion of {item.product.replace('_', ' ')}, day {item.day:g}", item.day, TRIGGER, column, trigger, sd
        )
