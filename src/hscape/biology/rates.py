"""The model, written once: every rate and every feedback, used by all kernels and integrators.

Symbols: `c` is the record of constants (`balance.constants`). Amounts and signals are relative to health.
Nothing branches, so that a rate serves one person or several side by side (`lanes`). Feedback is a rational
function with integer powers, which costs a fraction of an exponential:

    fold(signal; max) = max signal / (max - 1 + signal)     one at rest, `max` without bound

Leaves out: cell size, circadian rhythm, and feedback on lymphocytes other than crowding.
"""

from __future__ import annotations

from hscape.compiled import inlined


@inlined
def saturating_fold(signal, largest):
    """Fold rise that a signal drives: 0 without signal, 1 at rest, `largest` at most."""
    return largest * signal / (largest - 1.0 + signal)


# --- stem cells -----------------------------------------------------------------------------------


@inlined
def niche_fold(occupancy, c):
    """How much faster stem cells divide at this niche occupancy (1 when the niche is just full)."""
    return c.niche_empty_division_fold / (1.0 + (c.niche_empty_division_fold - 1.0) * occupancy)


@inlined
def thrombopoietin_signal(thrombopoietin, signaling, agonist):
    """What a cell's thrombopoietin receptor tells it: the hormone, as far as it is not blocked, and the drug."""
    return thrombopoietin * signaling + agonist


@inlined
def stem_cell_activation(signal, c):
    """Fold change of stem-cell turnover, division and differentiation alike, under thrombopoietin."""
    return saturating_fold(signal, c.thrombopoietin_stem_cell_activation_fold)


@inlined
def interferon_sensed(interferon):
    """Interferon as cells sense it: one half at the level of a full attack."""
    return interferon / (1.0 + interferon)


@inlined
def presented_antigen(killable_stem_cells, killable_early_progenitors):
    """Targets that drive the attacking cells, relative to a healthy marrow: stem cells and early progenitors alike."""
    return 0.5 * (killable_stem_cells + killable_early_progenitors)


@inlined
def stem_cell_division_fold(occupancy, activation, division_factor, c):
    """Fold change of every stem cell's division: niche, thrombopoietin and influences."""
    return niche_fold(occupancy, c) * activation * division_factor


@inlined
def stem_cell_division_per_day(fitness_per_day, fold, c):
    """Symmetric divisions per cell and day; fitness is the net growth advantage in a full niche."""
    return max(c.stem_cell_turnover_per_day + fitness_per_day, 0.0) * fold


@inlined
def stem_cell_differentiation_per_day(activation, differentiation_factor, c):
    """Stem cells that leave for the early progenitors, per cell and day."""
    return c.stem_cell_turnover_per_day * activation * differentiation_factor


@inlined
def stem_cell_loss_per_day(activation, differentiation_factor, killing, contact_killing, vulnerability, c):
    """All losses per stem cell and day: differentiation, killing of all, contact killing of the vulnerable."""
    return (
        stem_cell_differentiation_per_day(activation, differentiation_factor, c)
        + killing
        + contact_killing * vulnerability
    )


# --- early progenitors ----------------------------------------------------------------------------


@inlined
def early_progenitor_renewal(total, c):
    """Renewal of early progenitors per exit, at their relative total; below one even when few are left."""
    phi = c.early_progenitor_input_fraction
    reserve = c.early_progenitor_self_maintenance_fraction / (1.0 - phi) - 1.0
    return (1.0 - phi) * (1.0 + reserve) / (1.0 + reserve * total)


@inlined
def early_progenitor_inflow_per_day(stem_cells, activation, differentiation_factor, c):
    """Relative progenitors per day that enter from this many stem cells of one clone."""
    return (
        c.early_progenitor_input_fraction
        / c.early_progenitor_residence_days
        * activation
        * differentiation_factor
        * (c.stem_cell_turnover_per_day / c.stem_cell_turnover_reference_per_day)
        * stem_cells
        / c.stem_cell_niche_capacity_cells
    )


@inlined
def early_progenitor_net_loss_per_day(total, killing, contact_killing, vulnerability, c):
    """Net loss per early progenitor and day: commitment less renewal, and killing."""
    return (
        (1.0 - early_progenitor_renewal(total, c)) / c.early_progenitor_residence_days
        + killing
        + contact_killing * c.early_progenitor_contact_sensitivity_fraction * vulnerability
    )


@inlined
def progenitor_output(total, mean_output, output_factor):
    """What early progenitors send into the lines: their total, what the mean one gives, and influences."""
    return total * mean_output * output_factor


# --- signals --------------------------------------------------------------------------------------


@inlined
def erythropoietin_production(hemoglobin, c):
    """Erythropoietin made by the kidney at a hemoglobin, both relative to health: 1 / (1 + (Hb / h)^7)."""
    x = hemoglobin * c.hemoglobin_to_half_maximal_ratio
    x2 = x * x
    x7 = x2 * x2 * x2 * x
    return 1.0 / ((1.0 + x7) * c.erythropoietin_drive_normal)


@inlined
def erythropoietin_clearance(erythropoietin, erythroblasts, c):
    """Relative clearance: a part by erythroid precursors, the rest elsewhere."""
    share = c.erythropoietin_marrow_clearance_fraction
    return erythropoietin * (1.0 - share + share * erythroblasts)


@inlined
def receptor_clearance(signal, mass, residual, half_saturation):
    """Relative clearance by a receptor-bearing mass that saturates, with a residual that does not."""
    saturation = (1.0 + half_saturation) / (half_saturation + signal)
    return signal * (residual + (1.0 - residual) * mass * saturation)


@inlined
def thrombopoietin_clearance(thrombopoietin, platelets, megakaryocytes, c):
    """Relative clearance by platelets and megakaryocytes."""
    share = c.thrombopoietin_platelet_clearance_share
    mass = share * platelets + (1.0 - share) * megakaryocytes
    return receptor_clearance(
        thrombopoietin,
        mass,
        c.thrombopoietin_residual_clearance_fraction,
        c.thrombopoietin_clearance_half_saturation_fold,
    )


@inlined
def g_csf_level(neutrophils, late_precursors, production_factor, c):
    """G-CSF relative to health at the balance of production and clearance (reached within hours).

    Neutrophils, in blood and as late marrow precursors, restrain its production and clear it.
    """
    share = c.g_csf_blood_clearance_share
    mass = share * neutrophils + (1.0 - share) * late_precursors
    floor = c.g_csf_production_floor
    residual = c.g_csf_residual_clearance_fraction
    return production_factor / ((floor + (1.0 - floor) * mass) * (residual + (1.0 - residual) * mass))


# --- red cells and iron ---------------------------------------------------------------------------


@inlined
def erythropoiesis_fold(erythropoietin, iron_stores, c):
    """Fold change of red-cell production by erythropoietin, limited by iron."""
    return saturating_fold(erythropoietin, c.erythropoiesis_fold_max) * iron_limit(iron_stores, c)


@inlined
def iron_limit(iron_stores, c):
    """Red-cell production relative to what the reference iron stores allow."""
    stores = max(iron_stores, 0.0)
    limiting = c.iron_limiting_ratio
    return stores * (1.0 + limiting) / (stores + limiting)


@inlined
def iron_absorption_mg_per_day(iron_stores, c):
    """Iron taken up from the diet: more when the stores are low."""
    stores_mg = max(iron_stores * c.iron_stores_normal_mg, 0.0)
    half = c.iron_absorption_half_stores_mg
    return c.iron_absorption_max_mg_per_day * half / (half + stores_mg)


@inlined
def reticulocyte_blood_days(erythropoietin, c):
    """Days that a reticulocyte circulates: longer when stress releases it early."""
    lowest, largest = c.reticulocyte_blood_min_days, c.reticulocyte_blood_max_days
    half = c.reticulocyte_release_half_fold
    return lowest + (largest - lowest) * erythropoietin / (half + erythropoietin)


# --- white cells and platelets --------------------------------------------------------------------


@inlined
def neutrophil_recruitment_fold(g_csf, c):
    """Fold change of entry into the neutrophil line under G-CSF; felt in blood two weeks later."""
    return saturating_fold(g_csf, c.neutrophil_recruitment_fold_max)


@inlined
def neutrophil_extra_division_fold(g_csf, c):
    """Fold change of neutrophils per entering cell under G-CSF; felt in blood a week later."""
    return saturating_fold(g_csf, c.neutrophil_extra_division_fold_max)


@inlined
def neutrophil_maturation_fold(g_csf, c):
    """Fold change of the speed of post-mitotic maturation under G-CSF."""
    above = g_csf - 1.0
    return 1.0 + (c.neutrophil_maturation_speed_fold_max - 1.0) * above / (c.neutrophil_maturation_half_fold + above)


@inlined
def neutrophil_release_fold(g_csf, c):
    """Fold change of release from the marrow reserve under G-CSF."""
    return saturating_fold(g_csf, c.neutrophil_release_fold_max)


@inlined
def megakaryocyte_mass_fold(thrombopoietin, c):
    """Fold change of megakaryocyte mass made under thrombopoietin."""
    return saturating_fold(thrombopoietin, c.megakaryocyte_mass_fold_max)


@inlined
def platelet_yield_fold(thrombopoietin, c):
    """Fold change of platelets shed per megakaryocyte mass under thrombopoietin."""
    return saturating_fold(thrombopoietin, c.platelet_yield_fold_max)


@inlined
def platelet_random_loss_per_day(platelets_1e9_per_l, c):
    """Loss per platelet and day to the fixed requirement of the vessel wall; larger when platelets are few."""
    count = max(platelets_1e9_per_l, 0.0)
    return c.platelet_random_loss_1e9_per_l_per_day / (count + c.platelet_random_loss_half_1e9_per_l)


@inlined
def lymphocyte_renewal(lymphocytes, marrow_output, c):
    """Relative lymphocyte gain per mean life: from the marrow, and by division that crowding slows."""
    share = c.lymphocyte_marrow_fraction
    return share * marrow_output + (1.0 - share) * 2.0 * lymphocytes / (1.0 + lymphocytes)


# --- marrow ---------------------------------------------------------------------------------------


@inlined
def normal_cellularity_fraction(age_years, c):
    """Mean cellularity of a healthy marrow at this age (adults)."""
    normal = c.cellularity_at_age_30_fraction + c.cellularity_slope_fraction_per_decade * (age_years - 30.0) / 10.0
    return min(0.95, max(0.10, normal))


@inlined
def cellularity_fraction(marrow_cells, age_years, c):
    """Share of the marrow space that is cells: cells crowd out fat, fat fills what they leave."""
    normal = normal_cellularity_fraction(age_years, c)
    filled = normal * marrow_cells
    return filled / (filled + 1.0 - normal)
