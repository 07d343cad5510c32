"""The blood at coarse steps: the pools and rates of `biology.blood`, moved by whole weeks.

Each stage is solved implicitly, from the first to the last, so that a step of a week is stable for cells that live
hours and keeps the mean time spent in every stage; only the spread of the transit grows by the step. Platelets in
blood go by shorter parts of it: transfused ones would outlive their days otherwise. Signals are
solved in the same way from the pools just found. Leaves out: blood volume (taken as full) and the direct killing of
maturing cells, which no cause that is inferred uses.
"""

from __future__ import annotations

import math

from hscape.biology import rates
from hscape.biology.blood import (
    BLOOD_RETICULOCYTES,
    EPO,
    ERYTHROBLASTS,
    ERYTHROID_PROGENITORS,
    IRON,
    LYMPHOCYTES,
    MARROW_RETICULOCYTES,
    MATURING,
    MEGAKARYOCYTES,
    MITOTIC,
    MK_PROGENITORS,
    MONOCYTE_PRECURSORS,
    MONOCYTES,
    N_MATURING,
    N_MITOTIC,
    N_PLATELETS,
    N_RED_CELLS,
    NEUTROPHILS,
    PLATELETS,
    RED_CELLS,
    RESERVE,
    TPO,
    g_csf_level,
    platelet_pool,
    red_cell_pool,
)
from hscape.biology.channels import Channel as Ch
from hscape.compiled import compiled, inlined

LONGEST_PLATELET_PART_DAYS = 1.0
#: Parts of a step.
PARTS = 2
_ERYTHROID, _NEUTROPHIL = int(Ch.ERYTHROID_OUTPUT), int(Ch.NEUTROPHIL_OUTPUT)
_MEGAKARYOCYTE, _LYMPHOCYTE = int(Ch.MEGAKARYOCYTE_OUTPUT), int(Ch.LYMPHOCYTE_OUTPUT)
_MONOCYTE, _LYMPHOCYTE_KILLING = int(Ch.MONOCYTE_OUTPUT), int(Ch.LYMPHOCYTE_KILLING_PER_DAY)
_EPO_PRODUCTION, _TPO_PRODUCTION = int(Ch.ERYTHROPOIETIN_PRODUCTION), int(Ch.THROMBOPOIETIN_PRODUCTION)
_SIGNALING, _AGONIST = int(Ch.THROMBOPOIETIN_SIGNALING), int(Ch.MEGAKARYOCYTE_AGONIST_FOLD)


@inlined
def _stage(amount, inflow, loss, days):
    """A stage after a step: implicit, so that inflow and loss are those of the end of the step."""
    return (amount + days * inflow) / (1.0 + days * loss)


@inlined
def _chain(y, first, count, inflow, loss, days):
    """Stages one after the other, each as `_stage`, fed by the one before; the form with the shortest dependence."""
    kept = 1.0 / (1.0 + days * loss)
    y[first] = (y[first] + days * inflow) * kept
    before, passed = y[first], days * loss * kept
    for i in range(first + 1, first + count):
        before = y[i] * kept + passed * before
        y[i] = before


@inlined
def _red_cells(y, u, h, c, days):
    k, k_ref = c.erythroid_progenitor_stage_per_day, c.erythroid_progenitor_stage_reference_per_day
    y[ERYTHROID_PROGENITORS] = _stage(y[ERYTHROID_PROGENITORS], k_ref * u * h[_ERYTHROID], k, days)
    y[ERYTHROID_PROGENITORS + 1] = _stage(y[ERYTHROID_PROGENITORS + 1], k * y[ERYTHROID_PROGENITORS], k, days)
    fold = rates.erythropoiesis_fold(y[EPO], y[IRON], c)
    flow = c.erythroid_progenitor_stage_pass * y[ERYTHROID_PROGENITORS + 1] * fold
    iron_used = flow
    k, k_ref = c.erythroblast_stage_per_day, c.erythroblast_stage_reference_per_day
    y[ERYTHROBLASTS] = _stage(y[ERYTHROBLASTS], k_ref * flow, k, days)
    y[ERYTHROBLASTS + 1] = _stage(y[ERYTHROBLASTS + 1], k * y[ERYTHROBLASTS], k, days)
    y[ERYTHROBLASTS + 2] = _stage(y[ERYTHROBLASTS + 2], k * y[ERYTHROBLASTS + 1], k, days)
    flow = c.erythroblast_stage_pass * y[ERYTHROBLASTS + 2]
    blood_days = rates.reticulocyte_blood_days(y[EPO], c)
    k_marrow, k_blood = 1.0 / (c.reticulocyte_total_days - blood_days), 1.0 / blood_days
    y[MARROW_RETICULOCYTES] = _stage(
        y[MARROW_RETICULOCYTES], c.marrow_reticulocyte_reference_per_day * flow, k_marrow, days
    )
    released = k_marrow * y[MARROW_RETICULOCYTES]
    y[BLOOD_RETICULOCYTES] = _stage(
        y[BLOOD_RETICULOCYTES], c.reticulocyte_marrow_to_blood_ratio * released, k_blood, days
    )
    inflow = c.reticulocyte_to_red_cell_ratio * k_blood * y[BLOOD_RETICULOCYTES]
    _chain(y, RED_CELLS, N_RED_CELLS, inflow, c.red_cell_stage_per_day, days)
    senescent = c.red_cell_stage_pass * y[RED_CELLS + N_RED_CELLS - 1]
    y[IRON] += days * (
        c.iron_use_per_day * (senescent - iron_used)
        + c.per_iron_stores_mg * (rates.iron_absorption_mg_per_day(y[IRON], c) - c.iron_loss_mg_per_day)
    )
    if y[IRON] < 0.0:
        y[IRON] = 0.0
    pool = red_cell_pool(y, c)
    erythroblasts = 0.5 * (y[ERYTHROBLASTS] + y[ERYTHROBLASTS + 1])
    turnover = c.erythropoietin_turnover_per_day
    made = turnover * rates.erythropoietin_production(pool, c) * h[_EPO_PRODUCTION]
    y[EPO] = _stage(y[EPO], made, turnover * rates.erythropoietin_clearance(1.0, erythroblasts, c), days)


@inlined
def _neutrophils(y, u, h, c, days):
    g = g_csf_level(y, h, c)
    k, k_ref = c.neutrophil_mitotic_stage_per_day, c.neutrophil_mitotic_stage_reference_per_day
    inflow = k_ref * u * rates.neutrophil_recruitment_fold(g, c)
    _chain(y, MITOTIC, N_MITOTIC, inflow, k, days)
    flow = c.neutrophil_mitotic_stage_pass * y[MITOTIC + N_MITOTIC - 1] * rates.neutrophil_extra_division_fold(g, c)
    faster = rates.neutrophil_maturation_fold(g, c)
    k = c.neutrophil_maturing_stage_per_day * faster
    inflow = c.neutrophil_maturing_stage_reference_per_day * flow
    _chain(y, MATURING, N_MATURING, inflow, k, days)
    flow = c.neutrophil_maturing_stage_pass * faster * y[MATURING + N_MATURING - 1]
    faster = rates.neutrophil_release_fold(g, c)
    y[RESERVE] = _stage(
        y[RESERVE], c.neutrophil_reserve_reference_per_day * flow, c.neutrophil_reserve_per_day * faster, days
    )
    flow = c.neutrophil_reserve_pass * faster * y[RESERVE]
    y[NEUTROPHILS] = _stage(y[NEUTROPHILS], c.neutrophil_loss_reference_per_day * flow, c.neutrophil_loss_per_day, days)


@inlined
def _circulating_platelets(y, flow, c, days):
    """Platelets in blood live days, so that a step of a week is cut into parts of a day at most.

    The parts go in pairs, of which both take the random loss at the pair's start: they are moved through the stages
    side by side, since one alone would wait for itself at every stage.
    """
    k_in = c.platelet_stage_reference_per_day + c.platelet_random_loss_reference_per_day
    pass_on = c.platelet_stage_pass * k_in
    n_pairs = max(1, math.ceil(0.5 * days / LONGEST_PLATELET_PART_DAYS))
    part = 0.5 * days / n_pairs
    for _ in range(n_pairs):
        count = c.platelets_normal_1e9_per_l * platelet_pool(y, c)
        kept = 1.0 / (1.0 + part * (c.platelet_stage_per_day + rates.platelet_random_loss_per_day(count, c)))
        entered, passed = part * k_in * flow * kept, part * pass_on * kept
        first = y[PLATELETS] * kept + entered
        second = first * kept + entered
        y[PLATELETS] = second
        for i in range(PLATELETS + 1, PLATELETS + N_PLATELETS):
            first = y[i] * kept + passed * first
            second = first * kept + passed * second
            y[i] = second


@inlined
def _platelets(y, u, h, c, days):
    k, k_ref = c.megakaryocyte_progenitor_stage_per_day, c.megakaryocyte_progenitor_stage_reference_per_day
    y[MK_PROGENITORS] = _stage(y[MK_PROGENITORS], k_ref * u * h[_MEGAKARYOCYTE], k, days)
    y[MK_PROGENITORS + 1] = _stage(y[MK_PROGENITORS + 1], k * y[MK_PROGENITORS], k, days)
    signal = rates.thrombopoietin_signal(y[TPO], h[_SIGNALING], h[_AGONIST])
    flow = c.megakaryocyte_progenitor_stage_pass * y[MK_PROGENITORS + 1] * rates.megakaryocyte_mass_fold(signal, c)
    k, k_ref = c.megakaryocyte_stage_per_day, c.megakaryocyte_stage_reference_per_day
    y[MEGAKARYOCYTES] = _stage(y[MEGAKARYOCYTES], k_ref * flow, k, days)
    y[MEGAKARYOCYTES + 1] = _stage(y[MEGAKARYOCYTES + 1], k * y[MEGAKARYOCYTES], k, days)
    flow = c.megakaryocyte_stage_pass * y[MEGAKARYOCYTES + 1] * rates.platelet_yield_fold(signal, c)
    _circulating_platelets(y, flow, c, days)
    megakaryocytes = 0.5 * (y[MEGAKARYOCYTES] + y[MEGAKARYOCYTES + 1])
    turnover = c.thrombopoietin_turnover_per_day
    cleared = rates.thrombopoietin_clearance(y[TPO], platelet_pool(y, c), megakaryocytes, c) / y[TPO]
    y[TPO] = _stage(y[TPO], turnover * h[_TPO_PRODUCTION], turnover * cleared, days)


@inlined
def _move_part(y, u, u_neutrophil, h, c, days):
    """Every pool and signal by a part of a step."""
    _red_cells(y, u, h, c, days)
    _neutrophils(y, u_neutrophil, h, c, days)
    _platelets(y, u, h, c, days)
    entered = c.lymphocyte_loss_reference_per_day * rates.lymphocyte_renewal(0.0, u * h[_LYMPHOCYTE], c)
    made = c.lymphocyte_loss_reference_per_day * rates.lymphocyte_renewal(y[LYMPHOCYTES], u * h[_LYMPHOCYTE], c)
    lost = c.lymphocyte_loss_per_day + h[_LYMPHOCYTE_KILLING]
    grown = math.expm1(-lost * days)  # globulin kills fast, so that an implicit step would be too slow
    y[LYMPHOCYTES] += (y[LYMPHOCYTES] - made / lost) * grown
    k, k_ref = c.monocyte_precursor_per_day, c.monocyte_precursor_reference_per_day
    y[MONOCYTE_PRECURSORS] = _stage(y[MONOCYTE_PRECURSORS], k_ref * u * h[_MONOCYTE], k, days)
    flow = c.monocyte_loss_reference_per_day * c.monocyte_precursor_pass * y[MONOCYTE_PRECURSORS]
    y[MONOCYTES] = _stage(y[MONOCYTES], flow, c.monocyte_loss_per_day, days)
    return entered


@compiled
def move_blood(y, u, h, c, days, before):
    """Move every pool and signal of the blood by a step, in place.

    The step is cut into `PARTS`, over which the output moves evenly from what it was: stages that are solved implicitly
    run ahead of an output that grows fast, the more the longer a part.

    Args:
        y: state relative to health, shape (n_states,).
        u: output of the early progenitors at the end of the step, relative to health.
        h: channels at the end of the step, shape (n_channels,).
        c: record of constants.
        days: length of the step.
        before: output at the start of the step, and what of it goes to neutrophils, shape (2,) or more; is renewed.

    Returns:
        what entered the lymphocytes from the marrow per day, relative to health.
    """
    toward, entered = u * h[_NEUTROPHIL], 0.0
    first, first_toward = before[0], before[1]
    for part in range(PARTS):
        share = (part + 1.0) / PARTS
        entered = _move_part(
            y, first + share * (u - first), first_toward + share * (toward - first_toward), h, c, days / PARTS
        )
    before[0], before[1] = u, toward
    return entered
