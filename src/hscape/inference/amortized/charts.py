"""Findings of a person by random assays: the rows of `inference.observations`, by the chances of `likelihood`.

What is looked for, how often, how deeply, and what is missing differs from chart to chart and never depends on the
person. Most charts in which none of the clones that were looked for is found are left out: that is seen in the chart,
so that what the network learns stays the posterior.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hscape.compiled import compiled
from hscape.inference.amortized.plans import Plan
from hscape.inference.finding_rows import (
    LEAST_CELLULARITY,
    LEAST_SHARE,
    MOST_CELLULARITY,
    MOST_SHARE,
    N_COLUMNS,
    karyotype_limit,
)
from hscape.inference.hla_findings import hla_sequencing_limit
from hscape.inference.likelihood import below_mean, share_in
from hscape.inference.observations import platelets_when_given, readings_variance
from hscape.parameters import Parameters

MOST_ROWS = 700
CHROMOSOME, GENE, GENE_ON_X = range(3)
_TINY = 1.0e-12


class Assays(NamedTuple):
    """Scatter and limits of the assays."""

    variance: np.ndarray  # of the five counts, in order of the columns of a course, with the error of the course
    of_readings: np.ndarray  # without it
    absolute: np.ndarray
    step: np.ndarray
    analyzer_cells: float
    manual_cells: float
    manual_below: float
    outlier_probability: float
    outlier_fold: float
    reading_logit: float
    cellularity_step: float
    share_error: float
    background: float
    pnh_limits: np.ndarray
    hla_limit: float
    hla_sequencing_limit: float
    array_limit: float
    karyotype_limit: float
    metaphases: float
    seen_by_array: float
    concentration: float
    read_error: float
    vaf_limit: float
    red_window: float
    platelet_window: float
    spacing: float
    kept_without_clone: float
    triggers: np.ndarray  # hemoglobin and its scatter, platelets and their scatter


def make_assays(p: Parameters) -> Assays:
    """The records of the assays as the kernel reads them."""
    names = ("hemoglobin", "platelets", "neutrophils", "reticulocytes", "lymphocytes")
    of_readings = np.array([readings_variance(p, name) for name in names])
    step = np.array([0.1, 1.0, 0.01, 1.0, 0.01])
    counting = np.array([0.0, p["platelets_counting_noise_1e9_per_l"], 0.0, 0.0, 0.0])
    mutation, loss = p["clone_HLA_allele_mutation_rate_per_year"], p["clone_HLA_6p_CN_LOH_rate_per_year"]
    return Assays(
        variance=of_readings + np.array([p[f"chart_model_error_{name}_log_sd"] ** 2 for name in names]),
        of_readings=of_readings,
        absolute=np.hypot(counting, step / math.sqrt(12.0)), step=step,
        analyzer_cells=p["analyzer_differential_cells_count"], manual_cells=p["manual_differential_cells_count"],
        manual_below=p["manual_differential_below_1e9_per_l"], outlier_probability=p["count_outlier_probability"],
        outlier_fold=p["count_outlier_fold"], reading_logit=p["cellularity_reading_variation_logit"],
        cellularity_step=p["cellularity_step_fraction"], share_error=p["clone_share_model_error_logit"],
        background=p["pnh_background_fraction"],
        pnh_limits=np.array([p["pnh_flow_routine_limit_fraction"], p["pnh_flow_sensitive_limit_fraction"]]),
        hla_limit=p["hla_flow_limit_fraction"], hla_sequencing_limit=hla_sequencing_limit(p),
        array_limit=p["snp_array_limit_fraction"],
        karyotype_limit=karyotype_limit(p),
        metaphases=p["karyotype_metaphases_count"], seen_by_array=loss / (loss + mutation),
        concentration=p["sequencing_concentration_reads"], read_error=p["sequencing_error_fraction"],
        vaf_limit=p["sequencing_detection_limit_fraction"], red_window=p["hemoglobin_transfusion_window_days"],
        platelet_window=p["platelets_transfusion_window_days"], spacing=p["transfusion_spacing_days"],
        kept_without_clone=0.25,
        triggers=np.array([p["red_cell_transfusion_trigger_g_per_dl"], p["transfusion_trigger_log_sd"],
                           platelets_when_given(p), p["platelet_trigger_log_sd"]]),
    )  # fmt: skip


def clone_table(plan: Plan) -> np.ndarray:
    """Clones of a plan as rows: how it is measured, first day."""
    found = []
    for clone in plan.clones:
        kind = clone.kind
        is_chromosome = kind is not None and kind.shown_as == "chromosome"
        on_x = kind is not None and kind.chromosome == "X" and plan.sex == "male"
        found.append((CHROMOSOME if is_chromosome else (GENE_ON_X if on_x else GENE), clone.first_day))
    return np.array(found, dtype=float).reshape(-1, 2)


@compiled
def _logit(x):
    x = min(max(x, 1.0e-9), 1.0 - 1.0e-9)
    return math.log(x / (1.0 - x))


@compiled
def _share(x):
    return 1.0 / (1.0 + math.exp(-x))


@compiled
def _count(row, column, a, o):
    """One count into a row of findings."""
    truth = max(row[column], _TINY)
    j = column - 1
    cells, spread = 0.0, math.sqrt(a.variance[j])
    more = (a.absolute[j] / truth) ** 2
    if column == 3 or column == 5:
        white = max(row[3] + row[5] + row[6], truth)
        cells = a.manual_cells if white < a.manual_below else a.analyzer_cells
        share = min(max(truth / white, 1.0e-4), 0.9999)
        more += (1.0 - share) / (share * cells)
    sd = min(math.sqrt(a.variance[j] + more), 3.0)
    if np.random.random() < a.outlier_probability:
        sd *= a.outlier_fold
    value = truth * math.exp(min(sd, 4.0) * np.random.standard_normal() - below_mean(a.of_readings[j] + more))
    value = round(value / a.step[j]) * a.step[j]
    o[2], o[3], o[4], o[5], o[6], o[7] = column, value, spread, a.absolute[j], 0.0, cells
    if value <= 0.0:
        o[3], o[6] = a.step[j], -1.0
    o[8], o[9], o[10] = a.outlier_probability, a.outlier_fold, a.of_readings[j]


@compiled
def _found_share(slot, specimen, share, sd, background, limit, whole, o):
    """A finding of cells: positive with its share, or negative with its limit; true if positive."""
    shown = share + background * (1.0 - share)
    value = _share(_logit(shown) + sd * np.random.standard_normal())
    is_seen = np.random.random() < whole
    o[2], o[8], o[7] = slot, specimen, background
    if is_seen and value >= limit:
        o[1], o[3], o[4] = 3.0, min(max(value, LEAST_SHARE), MOST_SHARE), sd
        return True
    o[1], o[3], o[4], o[5] = 5.0, limit, sd, whole
    return False


@compiled
def _found_reads(slot, specimen, share, depth, limit, mutant, total, normal, a, o):
    """A finding of reads; true if positive."""
    vaf = share * mutant / (share * total + (1.0 - share) * normal)
    shown = min(max(vaf * (1.0 - a.read_error) + (1.0 - vaf) * a.read_error, 1.0e-7), 1.0 - 1.0e-7)
    own = np.random.beta(shown * a.concentration, (1.0 - shown) * a.concentration)
    alt = np.random.binomial(int(depth), min(max(own, 0.0), 1.0))
    o[2], o[4], o[5], o[6], o[7], o[8] = slot, depth, mutant, total, normal, specimen
    o[9], o[10], o[11] = a.concentration, a.read_error, 1.0
    if alt / depth >= limit:
        o[1], o[3] = 2.0, alt
        return True
    o[1], o[3] = 4.0, limit
    return False


@compiled
def draw_findings(course, days, given, n_given, clones, is_male, a, rows):
    """Findings of one person.

    Args:
        course: rows of the course on the days, shape (n_days, n_columns).
        days: shape (n_days,).
        given: transfusions: day, product.
        n_given: how many of them count.
        clones: see `clone_table`.
        is_male: of the person.
        a: assays.
        rows: is filled, shape (n_rows, n_columns).

    Returns:
        how many rows; 0 for most charts in which no clone was found on the day on which it was looked for.
    """
    n, u = 0, np.random.random
    keep = 1.0 if u() < 0.4 else 0.2 + 0.8 * u()
    has_marrow, has_reticulocytes, has_lymphocytes = u() < 0.75, u() < 0.75, u() < 0.85
    marrow_rate, pnh_rate, hla_rate, panel_rate = 0.5 * u() ** 2, 0.7 * u() ** 2, 0.6 * u() ** 2, 0.6 * u() ** 2
    pnh, hla = u() < 0.8, u()
    pnh_limit = a.pnh_limits[0] if u() < 0.6 else a.pnh_limits[1]
    pnh_specimen = 0 if u() < 0.8 else 1
    has_piga_reads = u() < 0.08
    n_clones = clones.shape[0]
    tested_before = np.random.random(3) < 0.6
    specimen = 1 if u() < 0.6 else 2
    limit = a.vaf_limit if u() < 0.7 else math.exp(math.log(0.003) + u() * math.log(10.0))
    depth_center = math.exp(math.log(150.0) + u() * math.log(20.0))
    is_array = u() < 0.5
    copies = np.random.random(3) < 0.1
    n_found = 0
    for d in range(days.shape[0]):
        row, day, is_last = course[d], days[d], d == days.shape[0] - 1
        if day == 0.0 or is_last or u() < keep:
            red_ago, platelets_ago = 1.0e9, 1.0e9
            for i in range(n_given):
                if given[i, 0] <= day:
                    if given[i, 1] == 0.0:
                        red_ago = day - given[i, 0]
                    else:
                        platelets_ago = day - given[i, 0]
            for column in range(1, 6):
                if (column == 4 and not has_reticulocytes) or (column == 5 and not has_lymphocytes):
                    continue
                if (column == 1 and red_ago < a.red_window) or (column == 2 and platelets_ago < a.platelet_window):
                    continue
                if u() < 0.03:
                    continue
                o = rows[n]
                o[:] = 0.0
                o[0] = day
                _count(row, column, a, o)
                n += 1
        if day < 0.0:
            continue
        first = 0.7 if day == 0.0 else 0.0
        if has_marrow and u() < max(first, marrow_rate):
            value = _share(_logit(row[7]) + a.reading_logit * np.random.standard_normal())
            value = round(value / a.cellularity_step) * a.cellularity_step
            value = min(max(value, LEAST_CELLULARITY), MOST_CELLULARITY)
            o = rows[n]
            o[:] = 0.0
            step = a.cellularity_step / math.sqrt(12.0) / (value * (1.0 - value))
            o[0], o[1], o[3], o[4] = day, 1.0, value, math.hypot(a.reading_logit, step)
            n += 1
        if pnh and u() < max(first, pnh_rate):
            o = rows[n]
            o[:] = 0.0
            o[0] = day
            _found_share(1, pnh_specimen, share_in(pnh_specimen, 1, row), 1.02 * a.share_error, a.background,
                         pnh_limit, 1.0, o)  # fmt: skip
            n += 1
        if has_piga_reads and u() < max(first, pnh_rate):
            o = rows[n]
            o[:] = 0.0
            o[0] = day
            total = 1.0 if is_male else 2.0
            depth = max(20.0, float(np.random.poisson(depth_center)))
            _found_reads(1, 1, share_in(1, 1, row), depth, limit, 1.0, total, total, a, o)
            n += 1
        if hla < 0.65 and u() < max(first, hla_rate):
            o = rows[n]
            o[:] = 0.0
            o[0] = day
            if hla < 0.3:
                _found_share(2, 0, share_in(0, 2, row), 1.05 * a.share_error, 0.0, a.hla_limit, 1.0, o)
            elif hla < 0.5:
                _found_share(2, 2, share_in(2, 2, row), 2.0 * a.share_error, 0.0, a.array_limit, a.seen_by_array, o)
            else:
                _found_share(2, 1, share_in(1, 2, row), 2.0 * a.share_error, 0.0, a.hla_sequencing_limit, 1.0, o)
            n += 1
        for k in range(n_clones):
            is_first = day == clones[k, 1]
            if day < clones[k, 1] and not tested_before[k]:
                continue
            if not (is_first or u() < max(first, panel_rate)):
                continue
            o = rows[n]
            o[:] = 0.0
            o[0] = day
            slot = 3 + k
            if clones[k, 0] == 0.0:
                share = share_in(2, slot, row)
                noisy = min(max(share, 0.02), 0.95)
                cut = a.array_limit if is_array else a.karyotype_limit
                counting = 0.0 if is_array else 1.0 / math.sqrt(a.metaphases * noisy * (1.0 - noisy))
                sd = math.hypot(a.share_error, counting)
                is_positive = _found_share(slot, 2, share, min(sd, 1.0), 0.0, cut, 1.0, o)
            else:
                mutant, total, normal = 1.0, 2.0, 2.0
                if clones[k, 0] == 2.0:
                    total, normal = 1.0, 1.0
                elif copies[k]:
                    mutant = 2.0
                depth = max(20.0, float(np.random.poisson(depth_center)))
                share = share_in(specimen, slot, row)
                is_positive = _found_reads(slot, specimen, share, depth, limit, mutant, total, normal, a, o)
            n += 1
            n_found += is_first and is_positive
    if n_clones > 0 and n_found == 0 and u() > a.kept_without_clone:
        return 0
    return _triggers(given, n_given, days[-1], a, rows, n)


@compiled
def _triggers(given, n_given, last_day, a, rows, n):
    """Transfusions that count as evidence, as `observations` reads them."""
    last = np.full(2, -1.0e9)
    for i in range(n_given):
        day, product = given[i, 0], int(given[i, 1])
        if not 0.0 < day <= last_day or day - last[product] < a.spacing or n >= rows.shape[0]:
            continue
        last[product] = day
        o = rows[n]
        o[:] = 0.0
        o[0], o[1], o[2], o[3], o[4] = day, 6.0, 1.0 + product, a.triggers[2 * product], a.triggers[2 * product + 1]
        n += 1
    return n


def empty_findings() -> np.ndarray:
    """Room for the findings of one chart."""
    return np.zeros((MOST_ROWS, N_COLUMNS))
