"""The blood at coarse steps: the pools and rates of `biology.blood`, moved by whole weeks.

Each stage is solved for its mean over the step, from the first to the last: trapezoidal, and so of second order, for
cells that stay longer than half a step; for those that pass sooner as near to it as leaves no stage below nothing
(`_end_weight`). The mean time spent in a stage is kept in any case; where cells pass sooner the
spread of the transit grows by the step. Platelets in blood go by shorter parts of it: transfused ones would outlive
their days otherwise. Signals are solved implicitly from the pools just found. One person's numbers or those of several
side by side (`lanes`) may be handed in. Leaves out: blood volume (taken as full) and the direct killing of
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
    N_ERYTHROBLASTS,
    N_ERYTHROID_PROGENITORS,
    N_MATURING,
    N_MEGAKARYOCYTES,
    N_MITOTIC,
    N_MK_PROGENITORS,
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
from hscape.compiled import inlined
from hscape.dynamics.coarse_person import OUTPUT_BEFORE, TOWARD_BEFORE
from hscape.lanes.functions import most, next_whole
from hscape.lanes.number import pick

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
    """A signal after a step: implicit, so that inflow and loss are those of the end of the step."""
    return (amount + days * inflow) / (1.0 + days * loss)


@inlined
def _end_weight(passed):
    """How much the end of a step counts in its mean: one half for cells that stay long, near one for those that pass.

    One half is of second order in the step; more keeps what is left of a stage above nothing.
    """
    return max(0.5, 1.0 - 1.0 / passed)


@inlined
def _kept(passed):
    """Weight of the end, what a stage is divided by (inverse), and what is kept of it at the end and in the mean."""
    weight = _end_weight(passed)
    scale = 1.0 / (1.0 + weight * passed)
    kept = (1.0 - (1.0 - weight) * passed) * scale
    return weight, scale, kept, 1.0 - weight + weight * kept


@inlined
def _pass(y, i, inflow, loss, days):
    """A stage by a step, in place; returns its mean amount over the step, which is what fed the next one."""
    passed = days * loss
    weight = _end_weight(passed)
    before = y[i]
    after = (before * (1.0 - (1.0 - weight) * passed) + days * inflow) / (1.0 + weight * passed)
    y[i] = after
    return before + weight * (after - before)


@inlined
def _chain(y, first, count, inflow, loss, days):
    """Stages one after the other, each as `_pass`, fed by the one before; the form with the shortest dependence.

    Returns the mean amount of the last stage over the step.
    """
    passed = days * loss
    weight, scale, kept, mean_kept = _kept(passed)
    mean_fed = weight * passed * scale
    fed = inflow / loss
    for i in range(first, first + count):
        before = y[i]
        y[i] = kept * before + passed * scale * fed
        fed = mean_kept * before + mean_fed * fed
    return fed


@inlined
def _red_cells(y, u, h, c, days):
    k, k_ref = c.erythroid_progenitor_stage_per_day, c.erythroid_progenitor_stage_reference_per_day
    last = _chain(y, ERYTHROID_PROGENITORS, N_ERYTHROID_PROGENITORS, k_ref * u * h[_ERYTHROID], k, days)
    flow = c.erythroid_progenitor_stage_pass * last * rates.erythropoiesis_fold(y[EPO], y[IRON], c)
    iron_used = flow
    k, k_ref = c.erythroblast_stage_per_day, c.erythroblast_stage_reference_per_day
    flow = c.erythroblast_stage_pass * _chain(y, ERYTHROBLASTS, N_ERYTHROBLASTS, k_ref * flow, k, days)
    blood_days = rates.reticulocyte_blood_days(y[EPO], c)
    k_marrow, k_blood = 1.0 / (c.reticulocyte_total_days - blood_days), 1.0 / blood_days
    released = k_marrow * _pass(y, MARROW_RETICULOCYTES, c.marrow_reticulocyte_reference_per_day * flow, k_marrow, days)
    inflow = c.reticulocyte_marrow_to_blood_ratio * released
    inflow = c.reticulocyte_to_red_cell_ratio * k_blood * _pass(y, BLOOD_RETICULOCYTES, inflow, k_blood, days)
    senescent = c.red_cell_stage_pass * _chain(y, RED_CELLS, N_RED_CELLS, inflow, c.red_cell_stage_per_day, days)
    y[IRON] += days * (
        c.iron_use_per_day * (senescent - iron_used)
        + c.per_iron_stores_mg * (rates.iron_absorption_mg_per_day(y[IRON], c) - c.iron_loss_mg_per_day)
    )
    y[IRON] = max(y[IRON], 0.0)
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
    last = _chain(y, MITOTIC, N_MITOTIC, inflow, k, days)
    flow = c.neutrophil_mitotic_stage_pass * last * rates.neutrophil_extra_division_fold(g, c)
    faster = rates.neutrophil_maturation_fold(g, c)
    k = c.neutrophil_maturing_stage_per_day * faster
    inflow = c.neutrophil_maturing_stage_reference_per_day * flow
    flow = c.neutrophil_maturing_stage_pass * faster * _chain(y, MATURING, N_MATURING, inflow, k, days)
    faster = rates.neutrophil_release_fold(g, c)
    inflow = c.neutrophil_reserve_reference_per_day * flow
    flow = c.neutrophil_reserve_pass * faster * _pass(y, RESERVE, inflow, c.neutrophil_reserve_per_day * faster, days)
    _pass(y, NEUTROPHILS, c.neutrophil_loss_reference_per_day * flow, c.neutrophil_loss_per_day, days)


@inlined
def _circulating_platelets(y, flow, c, days):
    """Platelets in blood live days, so that a step of a week is cut into parts of a day at most.

    The parts go in pairs, of which both take the random loss at the pair's start: they are moved through the stages
    side by side, since one alone would wait for itself at every stage.
    """
    k_in = c.platelet_stage_reference_per_day + c.platelet_random_loss_reference_per_day
    pass_on = c.platelet_stage_pass * k_in
    n_pairs = max(next_whole(0.5 * days / LONGEST_PLATELET_PART_DAYS), 1.0)
    part = 0.5 * days / n_pairs
    for pair in range(most(n_pairs)):
        is_left = float(pair) < n_pairs  # beside longer steps a short one has fewer pairs
        count = c.platelets_normal_1e9_per_l * platelet_pool(y, c)
        lost = part * (c.platelet_stage_per_day + rates.platelet_random_loss_per_day(count, c))
        weight, scale, kept, mean_kept = _kept(lost)
        fed = part * k_in * flow * scale
        fed_again, passed = fed, part * pass_on * scale
        for i in range(PLATELETS, PLATELETS + N_PLATELETS):
            before = y[i]
            first = kept * before + fed
            y[i] = pick(is_left, kept * first + fed_again, before)
            fed = passed * (mean_kept * before + weight * fed)
            fed_again = passed * (mean_kept * first + weight * fed_again)


@inlined
def _platelets(y, u, h, c, days):
    k, k_ref = c.megakaryocyte_progenitor_stage_per_day, c.megakaryocyte_progenitor_stage_reference_per_day
    last = _chain(y, MK_PROGENITORS, N_MK_PROGENITORS, k_ref * u * h[_MEGAKARYOCYTE], k, days)
    signal = rates.thrombopoietin_signal(y[TPO], h[_SIGNALING], h[_AGONIST])
    flow = c.megakaryocyte_progenitor_stage_pass * last * rates.megakaryocyte_mass_fold(signal, c)
    k, k_ref = c.megakaryocyte_stage_per_day, c.megakaryocyte_stage_reference_per_day
    last = _chain(y, MEGAKARYOCYTES, N_MEGAKARYOCYTES, k_ref * flow, k, days)
    flow = c.megakaryocyte_stage_pass * last * rates.platelet_yield_fold(signal, c)
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
    last = _pass(y, MONOCYTE_PRECURSORS, k_ref * u * h[_MONOCYTE], k, days)
    inflow = c.monocyte_loss_reference_per_day * c.monocyte_precursor_pass * last
    _pass(y, MONOCYTES, inflow, c.monocyte_loss_per_day, days)
    return entered


@inlined
def move_blood(y, u, h, c, days, memory):
    """Move every pool and signal of the blood by a step, in place.

    The step is cut into `PARTS`, over which the output moves evenly from what it was.

    Args:
        y: state relative to health, shape (n_states,).
        u: output of the early progenitors at the end of the step, relative to health.
        h: channels at the end of the step, shape (n_channels,).
        c: record of constants.
        days: length of the step.
        memory: what is kept from step to step, see `coarse_person`: the output at the start of the step, and what of it
            goes to neutrophils, are read and renewed.

    Returns:
        what entered the lymphocytes from the marrow per day, relative to health.
    """
    toward = u * h[_NEUTROPHIL]
    first, first_toward = memory[OUTPUT_BEFORE], memory[TOWARD_BEFORE]
    part_days, entered = days / PARTS, 0.0 * u
    for part in range(PARTS):
        share = (part + 0.5) / PARTS
        entered = _move_part(
            y, first + share * (u - first), first_toward + share * (toward - first_toward), h, c, part_days
        )
    memory[OUTPUT_BEFORE], memory[TOWARD_BEFORE] = u, toward
    return entered
