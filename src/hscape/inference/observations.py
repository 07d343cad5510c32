"""What a chart says, as rows that a likelihood reads: one row a finding, with everything that its chance needs.

Nothing is dropped silently: what is not used is listed with the reason.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hscape.chart import Chart, CloneMeasurement, Measurement
from hscape.dynamics.coarse_record import COLUMNS
from hscape.fractions import Copies, cell_fraction, choose_copies
from hscape.genome.genes import find_gene
from hscape.inference.numbers import FIRST_OTHER, HLA, PNH
from hscape.inference.slots import CloneSlot, find_kind
from hscape.parameters import Parameters

COUNT, CELLULARITY, READS, SHARE, NO_READS, NO_SHARE, TRIGGER = range(7)
#: Columns of a row: day, what, place (column of the course, or slot), value, and four numbers that depend on `what`.
N_COLUMNS = 12
GRANULOCYTES, BLOOD, MARROW, LYMPHOCYTES, MONONUCLEAR = range(5)
_SPECIMENS = {
    "granulocytes": GRANULOCYTES, "monocytes": GRANULOCYTES, "blood": BLOOD, "unknown": BLOOD, "marrow": MARROW,
    "cd34_cells": MARROW, "lymphocytes": LYMPHOCYTES, "t_cells": LYMPHOCYTES, "b_cells": LYMPHOCYTES,
    "nk_cells": LYMPHOCYTES, "mononuclear_cells": MONONUCLEAR,
}  # fmt: skip
_COUNTS = {
    "hemoglobin_g_per_dl": "hemoglobin", "platelets_1e9_per_l": "platelets", "neutrophils_1e9_per_l": "neutrophils",
    "reticulocytes_1e9_per_l": "reticulocytes", "lymphocytes_1e9_per_l": "lymphocytes",
}  # fmt: skip
MOST_CLONES = 3


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


@dataclass(slots=True)
class _Reader:
    chart: Chart
    p: Parameters
    last_day: float
    rows: list[tuple[list[float], str]]
    left_out: dict[str, int]

    def add(self, label: str, *values: float) -> None:
        row = [float(v) for v in values]
        self.rows.append((row + [0.0] * (N_COLUMNS - len(row)), label))

    def leave(self, reason: str) -> None:
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


def read_observations(chart: Chart, parameters: Parameters, first_day: float, last_day: float) -> Observations:
    """Turn a chart into rows.

    Args:
        chart: of one patient; day 0 is the day on which the clinic first saw the failure.
        parameters: scatter of the assays.
        first_day: findings before it are not used (they are not of this failure).
        last_day: findings after it are not used.
    """
    reader = _Reader(chart, parameters, last_day, [], defaultdict(int))
    for entry in chart.measurements:
        if entry.day > last_day or entry.day < first_day:
            reader.leave("outside of the days that are explained")
        elif entry.analyte in _COUNTS:
            _count(reader, entry)
        elif entry.analyte == "marrow_cellularity_fraction":
            _cellularity(reader, entry)
    _triggers(reader)
    clones = _choose_clones(chart, parameters, last_day)
    _read_clones(reader, clones, first_day)
    reader.rows.sort(key=lambda item: (item[0][0], item[1]))
    rows = np.array([row for row, _ in reader.rows]).reshape(-1, N_COLUMNS)
    words = tuple(f"{reason}: {n}" for reason, n in sorted(reader.left_out.items()))
    return Observations(rows, tuple(label for _, label in reader.rows), words, clones)


def _count(reader: _Reader, entry: Measurement) -> None:
    p, short = reader.p, _COUNTS[entry.analyte]
    if "after_transfusion" in entry.flags:
        reader.leave("counts after a transfusion of the same cell")
        return
    if "on_g_csf" in entry.flags:
        reader.leave("neutrophils under G-CSF")
        return
    analytic = {"neutrophils": "white_cells", "lymphocytes": "white_cells"}.get(short, short)
    variance = p[f"{short}_biological_variation_fraction"] ** 2 + p[f"{analytic}_analytic_variation_fraction"] ** 2
    variance += p[f"chart_model_error_{short}_log_sd"] ** 2
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
    if value <= 0.0:
        value, censored = step, -1.0
    reader.add(
        f"{short}, day {entry.day:g}", entry.day, COUNT, COLUMNS.index(entry.analyte), value, math.sqrt(variance),
        absolute, censored, cells, p["count_outlier_probability"], p["count_outlier_fold"],
    )  # fmt: skip


def _cellularity(reader: _Reader, entry: Measurement) -> None:
    p = reader.p
    value = min(max(entry.value, 0.02), 0.98)
    step = p["cellularity_step_fraction"] / math.sqrt(12.0) / (value * (1.0 - value))
    sd = math.hypot(p["cellularity_reading_variation_logit"], step)
    censored = {"none": 0.0, "below": -1.0, "above": 1.0}[entry.censored]
    reader.add(f"cellularity, day {entry.day:g}", entry.day, CELLULARITY, 0, value, sd, censored)


def _triggers(reader: _Reader) -> None:
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
            column, trigger = 2, p["platelet_transfusion_trigger_1e9_per_l"]
            sd = p["platelet_trigger_log_sd"]
        reader.add(
            f"transfusion of {item.product.replace('_', ' ')}, day {item.day:g}", item.day, TRIGGER, column, trigger, sd
        )


def _choose_clones(chart: Chart, p: Parameters, last_day: float) -> tuple[CloneSlot, ...]:
    """The measured clones beside PNH and HLA loss: the largest, at most three."""
    found: dict[str, list[CloneMeasurement]] = defaultdict(list)
    for m in chart.clone_measurements:
        if (
            m.kind in ("gene", "chromosome", "other")
            and m.status == "positive"
            and m.day <= last_day
            and m.gene != "PIGA"
        ):
            found[m.clone].append(m)
    largest = {
        name: max((cell_fraction(m, chart.sex).fraction or 0.0) for m in entries) for name, entries in found.items()
    }
    made = []
    for name in sorted(largest, key=lambda key: (-largest[key], key))[:MOST_CLONES]:
        first = found[name][0]
        change = first.variant or first.karyotype or first.clone if first.kind == "chromosome" else ""
        kind = find_kind(first.gene, first.variant or name, change, p)
        is_late = kind is not None and kind.arises_only_in_failure and first.day > 0.0
        made.append(CloneSlot(label=name, kind=kind, is_late=is_late, first_day=min(m.day for m in found[name])))
    return tuple(made)


def _read_clones(reader: _Reader, clones: Sequence[CloneSlot], first_day: float) -> None:
    slots = {clone.label: FIRST_OTHER + i for i, clone in enumerate(clones)}
    hla: dict[float, list[CloneMeasurement]] = defaultdict(list)
    for m in reader.chart.clone_measurements:
        if m.status in ("not_tested", "not_assessable"):
            continue
        if m.day > reader.last_day or m.day < first_day:
            reader.leave("clone findings outside of the days that are explained")
        elif m.specimen not in _SPECIMENS:
            reader.leave(f"clone findings in {m.specimen.replace('_', ' ')}")
        elif m.kind == "pnh" or m.gene == "PIGA":
            if m.gene == "PIGA" and m.kind != "pnh":
                reader.leave("single PIGA variants (flow counts all of them)")
            else:
                _one(reader, m, PNH)
        elif m.kind == "hla_loss":
            hla[m.day].append(m)
        elif m.clone in slots:
            _one(reader, m, slots[m.clone])
        elif m.status == "positive":
            reader.leave("clones beyond the three largest, and kinds without a place in the model")
    for day in sorted(hla):
        _hla(reader, hla[day])


def _one(reader: _Reader, m: CloneMeasurement, slot: int, whole: float = 1.0) -> None:
    """One finding of one clone; `whole` is how much of its kind the assay can see."""
    p, chart = reader.p, reader.chart
    specimen, error = _SPECIMENS[m.specimen], p["clone_share_model_error_logit"]
    label = f"{m.clone}, {m.assay}, day {m.day:g}"
    if m.assay in ("sequencing", "sanger", "ddpcr") and m.baf is None and m.kind != "chromosome":
        copies = _copies(m, chart.sex)
        limit = m.detection_limit_fraction or p["sequencing_detection_limit_fraction"]
        depth = float(m.depth) if m.depth else 0.0
        vaf = m.measured_vaf_fraction
        if vaf is None and m.status == "positive":
            reader.leave("clones called positive without a number")
            return
        if depth <= 0.0:
            depth = 500.0
        reads = float(m.alt) if m.alt is not None else (round(vaf * depth) if vaf is not None else 0.0)
        is_count = vaf is not None
        what = READS if is_count else NO_READS
        reader.add(
            label, m.day, what, slot, reads if is_count else limit, depth, copies.mutant, copies.total, copies.normal,
            specimen, p["sequencing_concentration_reads"], p["sequencing_error_fraction"], whole,
        )  # fmt: skip
        return
    fraction = cell_fraction(m, chart.sex)
    background = p["pnh_background_fraction"] if slot == PNH else 0.0
    if m.status == "negative":
        limit = (
            fraction.high
            or m.detection_limit_fraction
            or (p["pnh_flow_routine_limit_fraction"] if slot == PNH else p["hla_flow_limit_fraction"])
        )
        if m.assay == "karyotype":
            limit = max(limit, p["karyotype_loss_cells_count"] / p["karyotype_metaphases_count"])
        reader.add(label, m.day, NO_SHARE, slot, min(limit, 0.9), error, whole, 0, background, specimen)
        return
    if fraction.fraction is None:
        reader.leave("clones called positive without a number")
        return
    share = min(max(fraction.fraction, 1e-6), 0.999)
    low = min(max(fraction.low if fraction.low is not None else share * 0.8, 1e-7), 0.9985)
    high = min(max(fraction.high if fraction.high is not None else share * 1.2, 1e-6), 0.9995)
    counting = max(0.0, (_logit(high) - _logit(low)) / 3.92)
    reader.add(label, m.day, SHARE, slot, share, math.hypot(counting, error), 0, 0, background, specimen)


def _copies(m: CloneMeasurement, sex: str | None) -> Copies:
    gene = find_gene(m.gene) if m.gene else None
    normal = (gene.n_copies(sex) if gene is not None and sex is not None else None) or 2
    state = m.copy_state
    if normal == 1 and state in ("heterozygous", "deletion"):
        state = "hemizygous"
    if normal == 2 and state == "hemizygous":
        state = "heterozygous"
    return choose_copies(state, normal)


def _hla(reader: _Reader, entries: Sequence[CloneMeasurement]) -> None:
    """Findings of one day on HLA loss: what was found counts, and if nothing was, the best test does."""
    positive = [m for m in entries if m.status == "positive"]
    flow = [m for m in positive if m.assay == "flow"]
    if flow:
        _one(reader, max(flow, key=lambda m: m.cell_fraction or 0.0), HLA)
        return
    if positive:
        total, low, high = 0.0, 0.0, 0.0
        for m in positive:
            found = cell_fraction(m, reader.chart.sex)
            if found.fraction is not None:
                total += found.fraction
                low += found.low if found.low is not None else 0.8 * found.fraction
                high += found.high if found.high is not None else 1.2 * found.fraction
        if total > 0.0:
            share = min(total, 0.99)
            counting = max(0.0, (_logit(min(high, 0.995)) - _logit(max(min(low, 0.99), 1e-6))) / 3.92)
            error = math.hypot(counting, reader.p["clone_share_model_error_logit"])
            first = positive[0]
            reader.add(f"HLA loss, {first.assay}, day {first.day:g}", first.day, SHARE, HLA, share, error, 0, 0, 0,
                       _SPECIMENS[first.specimen], _unequal_reads_sd(reader.p, positive))  # fmt: skip
        return
    p = reader.p
    rates = {"6p": p["clone_HLA_6p_CN_LOH_rate_per_year"], "mutation": p["clone_HLA_allele_mutation_rate_per_year"]}
    seen = rates["6p"] / sum(rates.values())
    tests = [m for m in entries if m.status == "negative"]
    whole = [m for m in tests if m.assay == "flow"]
    aware = [m for m in tests if m.is_allele_aware]
    if whole:
        _one(reader, whole[0], HLA)
    elif aware:
        reader.add(f"HLA loss, sequencing, day {aware[0].day:g}", aware[0].day, NO_SHARE, HLA, 0.06, 0.3, 1.0, 0, 0.0,
                   _SPECIMENS[aware[0].specimen])  # fmt: skip
    elif tests:
        limit = p["snp_array_limit_fraction"]
        reader.add(f"6p, {tests[0].assay}, day {tests[0].day:g}", tests[0].day, NO_SHARE, HLA, limit, 0.3, seen, 0, 0.0,
                   _SPECIMENS[tests[0].specimen])  # fmt: skip


def _unequal_reads_sd(p: Parameters, positive: Sequence[CloneMeasurement]) -> float:
    """Standard deviation of the share of cells that unequal reads of two haplotypes give; 0 if other findings speak.

    Alleles are captured unequally, so that a marrow without any loss passes the limit now and then.
    """
    if any(m.assay != "sequencing" or m.baf is None or not m.depth for m in positive):
        return 0.0
    depth = float(sum(m.depth or 0 for m in positive))
    n_loci = max(1.0, round(depth / p["hla_sequencing_depth_reads"]))
    return math.sqrt(1.0 / depth + 1.0 / (n_loci * p["hla_sequencing_concentration_reads"]))


def _logit(x: float) -> float:
    return math.log(x / (1.0 - x))
