"""How the blood moves: the time derivative of every pool and signal, from the rates.

Symbols: `y` the state (see `state.POOLS`), `dy` its derivative per day, `gain` what enters each pool of
cells from the pool before it per day, `h` the channels (see `channels.Channel`), `f` the numbers lent by
the stem-cell layer (see `state.FROZEN`), `c` the constants. The same function serves the fast integrator,
the reference solver and, through `gain`, the clone composition of every pool.
"""

from __future__ import annotations

from hscape.biology import rates
from hscape.biology.channels import Channel as Ch
from hscape.biology.state import POOLS
from hscape.compiled import compiled, inlined

ERYTHROID_PROGENITORS = POOLS["erythroid_progenitors"].start
N_ERYTHROID_PROGENITORS = POOLS["erythroid_progenitors"].stages
ERYTHROBLASTS = POOLS["erythroblasts"].start
N_ERYTHROBLASTS = POOLS["erythroblasts"].stages
MARROW_RETICULOCYTES = POOLS["marrow_reticulocytes"].start
BLOOD_RETICULOCYTES = POOLS["blood_reticulocytes"].start
RED_CELLS = POOLS["red_cells"].start
N_RED_CELLS = POOLS["red_cells"].stages
MITOTIC = POOLS["neutrophil_mitotic"].start
N_MITOTIC = POOLS["neutrophil_mitotic"].stages
MATURING = POOLS["neutrophil_maturing"].start
N_MATURING = POOLS["neutrophil_maturing"].stages
RESERVE = POOLS["neutrophil_reserve"].start
NEUTROPHILS = POOLS["neutrophils"].start
MK_PROGENITORS = POOLS["megakaryocyte_progenitors"].start
N_MK_PROGENITORS = POOLS["megakaryocyte_progenitors"].stages
MEGAKARYOCYTES = POOLS["megakaryocytes"].start
N_MEGAKARYOCYTES = POOLS["megakaryocytes"].stages
PLATELETS = POOLS["platelets"].start
N_PLATELETS = POOLS["platelets"].stages
LYMPHOCYTES = POOLS["lymphocytes"].start
MONOCYTE_PRECURSORS = POOLS["monocyte_precursors"].start
MONOCYTES = POOLS["monocytes"].start
EPO = POOLS["erythropoietin"].start
TPO = POOLS["thrombopoietin"].start
VOLUME = POOLS["blood_volume"].start
IRON = POOLS["iron_stores"].start
EARLY = POOLS["early_progenitors"].start

# Plain integers: an enumeration member is not a compile-time constant.
_DIFFERENTIATION = int(Ch.STEM_CELL_DIFFERENTIATION)
_CONTACT_KILLING = int(Ch.CONTACT_KILLING_PER_DAY)
_EARLY_KILLING = int(Ch.EARLY_PROGENITOR_KILLING_PER_DAY)
_PROGENITOR_OUTPUT = int(Ch.PROGENITOR_OUTPUT)
_ERYTHROID_OUTPUT = int(Ch.ERYTHROID_OUTPUT)
_NEUTROPHIL_OUTPUT = int(Ch.NEUTROPHIL_OUTPUT)
_MEGAKARYOCYTE_OUTPUT = int(Ch.MEGAKARYOCYTE_OUTPUT)
_LYMPHOCYTE_OUTPUT = int(Ch.LYMPHOCYTE_OUTPUT)
_MONOCYTE_OUTPUT = int(Ch.MONOCYTE_OUTPUT)
_EPO_PRODUCTION = int(Ch.ERYTHROPOIETIN_PRODUCTION)
_G_CSF_PRODUCTION = int(Ch.G_CSF_PRODUCTION)
_TPO_PRODUCTION = int(Ch.THROMBOPOIETIN_PRODUCTION)
_SIGNALING = int(Ch.THROMBOPOIETIN_SIGNALING)
_STEM_CELL_AGONIST = int(Ch.STEM_CELL_AGONIST_FOLD)
_MEGAKARYOCYTE_AGONIST = int(Ch.MEGAKARYOCYTE_AGONIST_FOLD)
_SPLENIC_POOL = int(Ch.SPLENIC_POOL)
_NEUTROPHIL_CLEARANCE = int(Ch.NEUTROPHIL_CLEARANCE)
_NEUTROPHIL_SHARE = int(Ch.NEUTROPHIL_CIRCULATING_SHARE)
_ERYTHROID_KILLING = int(Ch.ERYTHROID_PROGENITOR_KILLING_PER_DAY)
_PROLIFERATING_KILLING = int(Ch.PROLIFERATING_PRECURSOR_KILLING_PER_DAY)
_LYMPHOCYTE_KILLING = int(Ch.LYMPHOCYTE_KILLING_PER_DAY)
_G_CSF_ADDED = int(Ch.G_CSF_ADDED_FOLD)
_PLATELET_DESTRUCTION = int(Ch.PLATELET_DESTRUCTION_PER_DAY)
_RED_CELL_DESTRUCTION = int(Ch.RED_CELL_DESTRUCTION_PER_DAY)
_IRON_SUPPLEMENT = int(Ch.IRON_SUPPLEMENT_MG_PER_DAY)


@inlined
def red_cell_pool(y, c):
    """All circulating red cells, reticulocytes included, relative to health."""
    mature = 0.0
    for i in range(N_RED_CELLS):
        mature += y[RED_CELLS + i]
    return c.blood_reticulocyte_share * y[BLOOD_RETICULOCYTES] + c.mature_red_cell_stage_share * mature


@inlined
def platelet_pool(y, c):
    """All platelets, spleen included, relative to health.

    In health random loss thins the older stages; a stage's weight is its share of the healthy pool.
    """
    kept = c.platelet_stage_survival_probability
    kept_twice = kept * kept
    even, odd = 0.0, 0.0  # two sums side by side: a single one would wait for itself ten times
    for i in range(N_PLATELETS - 2, -1, -2):
        even = even * kept_twice + y[PLATELETS + i]
        odd = odd * kept_twice + y[PLATELETS + i + 1]
    return (even + kept * odd) * c.platelet_first_stage_share


@compiled
def circulating_platelet_fold(splenic_pool_factor, c):
    """Share of the platelets outside the spleen, relative to health."""
    spleen = min(0.95, c.platelet_splenic_fraction * splenic_pool_factor)
    return (1.0 - spleen) / (1.0 - c.platelet_splenic_fraction)


@inlined
def activation_in(y, h, c):
    """Fold change of stem-cell turnover under the hormone, its block and an agonist."""
    signal = rates.thrombopoietin_signal(y[TPO], h[_SIGNALING], h[_STEM_CELL_AGONIST])
    return rates.stem_cell_activation(signal, c)


@inlined
def g_csf_level(y, h, c):
    """G-CSF relative to health: production and clearance balance within hours; what is injected adds to it."""
    late_precursors = 0.5 * (y[MATURING + N_MATURING - 1] + y[RESERVE])
    return h[_G_CSF_ADDED] + rates.g_csf_level(y[NEUTROPHILS], late_precursors, h[_G_CSF_PRODUCTION], c)


@compiled
def _red_cells(y, u, h, c, dy, gain):
    """Erythron and iron."""
    stress_killing = h[_PROLIFERATING_KILLING]
    # progenitors to erythroblasts
    k, k_ref = c.erythroid_progenitor_stage_per_day, c.erythroid_progenitor_stage_reference_per_day
    killing = h[_ERYTHROID_KILLING] + stress_killing
    a, b = y[ERYTHROID_PROGENITORS], y[ERYTHROID_PROGENITORS + 1]
    gain[ERYTHROID_PROGENITORS] = k_ref * u * h[_ERYTHROID_OUTPUT]
    gain[ERYTHROID_PROGENITORS + 1] = k * a
    dy[ERYTHROID_PROGENITORS] = gain[ERYTHROID_PROGENITORS] - (k + killing) * a
    dy[ERYTHROID_PROGENITORS + 1] = k * a - (k + killing) * b
    flow = c.erythroid_progenitor_stage_pass * b * rates.erythropoiesis_fold(y[EPO], y[IRON], c)
    iron_used = flow  # erythroblasts take their iron when they begin, so that the stores never fall below nothing
    k, k_ref = c.erythroblast_stage_per_day, c.erythroblast_stage_reference_per_day
    e0, e1, e2 = y[ERYTHROBLASTS], y[ERYTHROBLASTS + 1], y[ERYTHROBLASTS + 2]
    gain[ERYTHROBLASTS] = k_ref * flow
    gain[ERYTHROBLASTS + 1] = k * e0
    gain[ERYTHROBLASTS + 2] = k * e1
    dy[ERYTHROBLASTS] = k_ref * flow - (k + killing) * e0  # what kills progenitors kills pronormoblasts
    dy[ERYTHROBLASTS + 1] = k * e0 - (k + stress_killing) * e1
    dy[ERYTHROBLASTS + 2] = k * (e1 - e2)  # the last stage no longer divides
    flow = c.erythroblast_stage_pass * e2
    # reticulocytes, released early under stress
    blood_days = rates.reticulocyte_blood_days(y[EPO], c)
    marrow_days = c.reticulocyte_total_days - blood_days
    product = 1.0 / (blood_days * marrow_days)  # one division for both rates
    k_blood, k_marrow = marrow_days * product, blood_days * product
    destruction = h[_RED_CELL_DESTRUCTION]
    gain[MARROW_RETICULOCYTES] = c.marrow_reticulocyte_reference_per_day * flow
    dy[MARROW_RETICULOCYTES] = gain[MARROW_RETICULOCYTES] - k_marrow * y[MARROW_RETICULOCYTES]
    released = k_marrow * y[MARROW_RETICULOCYTES]  # per day; at rest the reference marrow rate
    gain[BLOOD_RETICULOCYTES] = c.reticulocyte_marrow_to_blood_ratio * released
    dy[BLOOD_RETICULOCYTES] = gain[BLOOD_RETICULOCYTES] - (k_blood + destruction) * y[BLOOD_RETICULOCYTES]
    ripened = k_blood * y[BLOOD_RETICULOCYTES]
    k = c.red_cell_stage_per_day
    k_out = k + destruction
    gain[RED_CELLS] = c.reticulocyte_to_red_cell_ratio * ripened
    dy[RED_CELLS] = gain[RED_CELLS] - k_out * y[RED_CELLS]
    for i in range(RED_CELLS + 1, RED_CELLS + N_RED_CELLS):
        gain[i] = k * y[i - 1]
        dy[i] = k * y[i - 1] - k_out * y[i]
    # iron: in with senescent cells and diet, out with new hemoglobin
    senescent = c.red_cell_stage_pass * y[RED_CELLS + N_RED_CELLS - 1]
    pool = red_cell_pool(y, c)
    destroyed = destruction * c.red_cell_lifespan_reference_days * pool
    dy[IRON] = c.iron_use_per_day * (senescent + destroyed - iron_used) + c.per_iron_stores_mg * (
        rates.iron_absorption_mg_per_day(y[IRON], c) + h[_IRON_SUPPLEMENT] - c.iron_loss_mg_per_day
    )
    return (e0 + e1) * 0.5, pool


@compiled
def _neutrophils(y, u, h, c, dy, gain):
    """Granulocyte line."""
    killing = h[_PROLIFERATING_KILLING]
    g = g_csf_level(y, h, c)
    k, k_ref = c.neutrophil_mitotic_stage_per_day, c.neutrophil_mitotic_stage_reference_per_day
    gain[MITOTIC] = k_ref * u * h[_NEUTROPHIL_OUTPUT] * rates.neutrophil_recruitment_fold(g, c)
    dy[MITOTIC] = gain[MITOTIC] - (k + killing) * y[MITOTIC]
    for i in range(MITOTIC + 1, MITOTIC + N_MITOTIC):
        gain[i] = k * y[i - 1]
        dy[i] = gain[i] - (k + killing) * y[i]
    flow = c.neutrophil_mitotic_stage_pass * y[MITOTIC + N_MITOTIC - 1] * rates.neutrophil_extra_division_fold(g, c)
    k_ref = c.neutrophil_maturing_stage_reference_per_day
    faster = rates.neutrophil_maturation_fold(g, c)
    k = c.neutrophil_maturing_stage_per_day * faster
    gain[MATURING] = k_ref * flow
    dy[MATURING] = gain[MATURING] - k * y[MATURING]
    for i in range(MATURING + 1, MATURING + N_MATURING):
        gain[i] = k * y[i - 1]
        dy[i] = gain[i] - k * y[i]
    flow = c.neutrophil_maturing_stage_pass * faster * y[MATURING + N_MATURING - 1]
    k_ref = c.neutrophil_reserve_reference_per_day
    faster = rates.neutrophil_release_fold(g, c)
    k = c.neutrophil_reserve_per_day * faster
    gain[RESERVE] = k_ref * flow
    dy[RESERVE] = gain[RESERVE] - k * y[RESERVE]
    flow = c.neutrophil_reserve_pass * faster * y[RESERVE]
    gain[NEUTROPHILS] = c.neutrophil_loss_reference_per_day * flow
    dy[NEUTROPHILS] = gain[NEUTROPHILS] - c.neutrophil_loss_per_day * h[_NEUTROPHIL_CLEARANCE] * y[NEUTROPHILS]


@compiled
def _platelets(y, u, volume_inverse, h, c, dy, gain):
    """Megakaryocytes and platelets; returns the platelet pool relative to health."""
    killing = h[_PROLIFERATING_KILLING]
    k, k_ref = c.megakaryocyte_progenitor_stage_per_day, c.megakaryocyte_progenitor_stage_reference_per_day
    a, b = y[MK_PROGENITORS], y[MK_PROGENITORS + 1]
    gain[MK_PROGENITORS] = k_ref * u * h[_MEGAKARYOCYTE_OUTPUT]
    gain[MK_PROGENITORS + 1] = k * a
    signal = rates.thrombopoietin_signal(y[TPO], h[_SIGNALING], h[_MEGAKARYOCYTE_AGONIST])
    dy[MK_PROGENITORS] = gain[MK_PROGENITORS] - (k + killing) * a
    dy[MK_PROGENITORS + 1] = k * a - (k + killing) * b
    flow = c.megakaryocyte_progenitor_stage_pass * b * rates.megakaryocyte_mass_fold(signal, c)
    k, k_ref = c.megakaryocyte_stage_per_day, c.megakaryocyte_stage_reference_per_day
    a, b = y[MEGAKARYOCYTES], y[MEGAKARYOCYTES + 1]
    gain[MEGAKARYOCYTES] = k_ref * flow
    gain[MEGAKARYOCYTES + 1] = k * a
    dy[MEGAKARYOCYTES] = k_ref * flow - k * a
    dy[MEGAKARYOCYTES + 1] = k * (a - b)
    flow = c.megakaryocyte_stage_pass * b * rates.platelet_yield_fold(signal, c)
    pool = platelet_pool(y, c)
    count = c.platelets_normal_1e9_per_l * pool * volume_inverse
    if h[_SPLENIC_POOL] != 1.0:
        count *= circulating_platelet_fold(h[_SPLENIC_POOL], c)
    k = c.platelet_stage_per_day
    k_in = c.platelet_stage_reference_per_day + c.platelet_random_loss_reference_per_day
    k_out = k + rates.platelet_random_loss_per_day(count, c) + h[_PLATELET_DESTRUCTION]
    gain[PLATELETS] = k_in * flow
    dy[PLATELETS] = k_in * flow - k_out * y[PLATELETS]
    # A stage at rest holds less than the one before it: random loss has thinned it on the way.
    pass_on = c.platelet_stage_pass * k_in
    for i in range(PLATELETS + 1, PLATELETS + N_PLATELETS):
        gain[i] = pass_on * y[i - 1]
        dy[i] = gain[i] - k_out * y[i]
    return pool


@compiled
def blood_derivative(y, h, f, c, dy, gain):
    """Write the derivative per day of every blood pool and signal into `dy`.

    Args:
        y: state, shape (n_states,), relative to health.
        h: channels, shape (n_channels,).
        f: numbers lent by the stem-cell layer, shape (n_frozen,), relative to health.
        c: record of constants.
        dy: written up to `N_BLOOD`; own states of influences are not touched.
        gain: what enters each pool of cells from the one before it, per day; for the clone composition.
    """
    activation = activation_in(y, h, c)
    dy[EARLY] = (
        rates.early_progenitor_inflow_per_day(
            f[0] * c.stem_cell_niche_capacity_cells, activation, h[_DIFFERENTIATION], c
        )
        - rates.early_progenitor_net_loss_per_day(y[EARLY], h[_EARLY_KILLING], h[_CONTACT_KILLING], f[2], c) * y[EARLY]
    )
    u = rates.progenitor_output(y[EARLY], f[4], h[_PROGENITOR_OUTPUT])
    volume_inverse = 1.0 / y[VOLUME]
    erythroblasts, red_cells = _red_cells(y, u, h, c, dy, gain)
    _neutrophils(y, u, h, c, dy, gain)
    platelets = _platelets(y, u, volume_inverse, h, c, dy, gain)
    lymphoid = u * h[_LYMPHOCYTE_OUTPUT]
    gain[LYMPHOCYTES] = c.lymphocyte_loss_reference_per_day * rates.lymphocyte_renewal(0.0, lymphoid, c)
    dy[LYMPHOCYTES] = (
        c.lymphocyte_loss_reference_per_day * rates.lymphocyte_renewal(y[LYMPHOCYTES], lymphoid, c)
        - (c.lymphocyte_loss_per_day + h[_LYMPHOCYTE_KILLING]) * y[LYMPHOCYTES]
    )
    k, k_ref = c.monocyte_precursor_per_day, c.monocyte_precursor_reference_per_day
    gain[MONOCYTE_PRECURSORS] = k_ref * u * h[_MONOCYTE_OUTPUT]
    dy[MONOCYTE_PRECURSORS] = gain[MONOCYTE_PRECURSORS] - (k + h[_PROLIFERATING_KILLING]) * y[MONOCYTE_PRECURSORS]
    gain[MONOCYTES] = c.monocyte_loss_reference_per_day * c.monocyte_precursor_pass * y[MONOCYTE_PRECURSORS]
    dy[MONOCYTES] = gain[MONOCYTES] - c.monocyte_loss_per_day * y[MONOCYTES]
    dy[EPO] = c.erythropoietin_turnover_per_day * (
        rates.erythropoietin_production(red_cells * volume_inverse, c) * h[_EPO_PRODUCTION]
        - rates.erythropoietin_clearance(y[EPO], erythroblasts, c)
    )
    megakaryocytes = 0.5 * (y[MEGAKARYOCYTES] + y[MEGAKARYOCYTES + 1])
    dy[TPO] = c.thrombopoietin_turnover_per_day * (
        h[_TPO_PRODUCTION] - rates.thrombopoietin_clearance(y[TPO], platelets, megakaryocytes, c)
    )
    dy[VOLUME] = (1.0 - y[VOLUME]) * c.blood_volume_refill_per_day


@compiled
def fastest_rate_per_day(y, h, c):
    """Upper bound of the local rates, from which the integrator takes its substep."""
    killing = h[_PROLIFERATING_KILLING] + h[_ERYTHROID_KILLING]
    epo = c.erythropoietin_turnover_per_day * (
        1.0 + c.erythropoietin_marrow_clearance_fraction * (y[ERYTHROBLASTS] - 1.0)
    )
    g = g_csf_level(y, h, c)
    release = c.neutrophil_reserve_per_day * rates.neutrophil_release_fold(g, c)
    maturing = c.neutrophil_maturing_stage_per_day * rates.neutrophil_maturation_fold(g, c)
    platelets = c.platelet_stage_per_day + h[_PLATELET_DESTRUCTION] + rates.platelet_random_loss_per_day(0.0, c)
    megakaryocytes = 0.5 * (y[MEGAKARYOCYTES] + y[MEGAKARYOCYTES + 1])
    tpo = c.thrombopoietin_turnover_per_day * rates.thrombopoietin_clearance(
        1.0, platelet_pool(y, c), megakaryocytes, c
    )
    iron = c.iron_use_per_day * rates.saturating_fold(y[EPO], c.erythropoiesis_fold_max)
    iron *= y[ERYTHROID_PROGENITORS + 1] / (max(y[IRON], 0.0) + c.iron_limiting_ratio)
    fastest = max(epo, tpo, release, maturing, platelets, iron)
    fastest = max(fastest, c.neutrophil_loss_per_day * h[_NEUTROPHIL_CLEARANCE])
    fastest = max(fastest, c.blood_reticulocyte_per_day * 1.5 + h[_RED_CELL_DESTRUCTION])
    fastest = max(fastest, c.erythroblast_stage_per_day + killing, c.erythroid_progenitor_stage_per_day + killing)
    return max(
        fastest,
        c.neutrophil_mitotic_stage_per_day + killing,
        c.megakaryocyte_progenitor_stage_per_day + killing,
        c.lymphocyte_loss_per_day + h[_LYMPHOCYTE_KILLING],
    )


@inlined
def marrow_cells(y, c):
    """Nucleated marrow cells relative to health, by the share that each line has of the marrow space."""
    erythroid = (
        y[ERYTHROID_PROGENITORS]
        + y[ERYTHROID_PROGENITORS + 1]
        + y[ERYTHROBLASTS]
        + y[ERYTHROBLASTS + 1]
        + y[ERYTHROBLASTS + 2]
    ) / 5.0
    granulocytic = y[RESERVE]
    for i in range(MITOTIC, MITOTIC + N_MITOTIC):
        granulocytic += y[i]
    for i in range(MATURING, MATURING + N_MATURING):
        granulocytic += y[i]
    granulocytic /= N_MITOTIC + N_MATURING + 1
    megakaryocytic = 0.25 * (y[MK_PROGENITORS] + y[MK_PROGENITORS + 1] + y[MEGAKARYOCYTES] + y[MEGAKARYOCYTES + 1])
    rest = 1.0 - c.marrow_granulocytic_share - c.marrow_erythroid_share - c.marrow_megakaryocytic_share
    return (
        c.marrow_granulocytic_share * granulocytic
        + c.marrow_erythroid_share * erythroid
        + c.marrow_megakaryocytic_share * megakaryocytic
        + rest * y[EARLY]
    )
