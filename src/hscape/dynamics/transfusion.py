"""Transfusion by trigger, and the counts that a clinic would see on a day."""

from __future__ import annotations

from hscape.biology.blood import (
    N_PLATELETS,
    N_RED_CELLS,
    NEUTROPHILS,
    PLATELETS,
    RED_CELLS,
    VOLUME,
    circulating_platelet_fold,
    platelet_pool,
    red_cell_pool,
)
from hscape.biology.channels import Channel as Ch
from hscape.compiled import compiled, inlined

RED_CELL_PRODUCT, PLATELET_PRODUCT = 0.0, 1.0
_SPLENIC_POOL = int(Ch.SPLENIC_POOL)


@compiled
def hemoglobin_g_per_dl(y, c):
    """Hemoglobin of a state."""
    return c.hemoglobin_normal_g_per_dl * red_cell_pool(y, c) / y[VOLUME]


@compiled
def platelets_1e9_per_l(y, h, c):
    """Platelet count of a state."""
    return (
        c.platelets_normal_1e9_per_l * platelet_pool(y, c) / y[VOLUME] * circulating_platelet_fold(h[_SPLENIC_POOL], c)
    )


@compiled
def neutrophils_1e9_per_l(y, c):
    """Neutrophil count of a state."""
    return c.neutrophils_normal_1e9_per_l * y[NEUTROPHILS] / y[VOLUME]


@compiled
def seen_counts(y, h, constants):
    """Hemoglobin, platelets and neutrophils of a state; the constants as a table of one row."""
    c = constants[0]
    return hemoglobin_g_per_dl(y, c), platelets_1e9_per_l(y, h, c), neutrophils_1e9_per_l(y, c)


@inlined
def _is_below(count, limit):
    """Below a limit that was set; an empty marrow's counts may be a rounding below zero."""
    return limit > 0.0 and count < limit


@compiled
def has_presented(y, h, c, plan):
    """True if a count has fallen below what brings a person to the clinic."""
    return (
        _is_below(hemoglobin_g_per_dl(y, c), plan.stop_hemoglobin_g_per_dl)
        or _is_below(platelets_1e9_per_l(y, h, c), plan.stop_platelets_1e9_per_l)
        or _is_below(neutrophils_1e9_per_l(y, c), plan.stop_neutrophils_1e9_per_l)
    )


@compiled
def _note(tick, product, units, out):
    n = out.n_transfusions[0]
    if n < out.transfusion.shape[0]:
        out.transfusion[n, 0], out.transfusion[n, 1], out.transfusion[n, 2] = tick, product, units
        out.n_transfusions[0] = n + 1


@compiled
def _add_donor_cells(y, first, count, amount, shares):
    """Cells of all ages; the patient's own clones are diluted by them."""
    for i in range(first, first + count):
        kept = y[i] / (y[i] + amount) if y[i] > 0.0 else 0.0
        for j in range(shares.shape[1]):
            shares[i, j] *= kept
        y[i] += amount


@compiled
def transfuse(tick, y, h, c, plan, shares, out):
    """Give what the triggers ask for on this day."""
    if hemoglobin_g_per_dl(y, c) < plan.red_cell_trigger_g_per_dl:
        given = c.red_cell_transfusion_units_count * c.red_cell_unit_hemoglobin_g / c.hemoglobin_mass_normal_g
        _add_donor_cells(y, RED_CELLS, N_RED_CELLS, given / (c.mature_red_cell_stage_share * N_RED_CELLS), shares)
        _note(tick, RED_CELL_PRODUCT, c.red_cell_transfusion_units_count, out)
    if platelets_1e9_per_l(y, h, c) < plan.platelet_trigger_1e9_per_l:
        given = c.platelet_transfusion_increment_1e9_per_l / c.platelets_normal_1e9_per_l
        _add_donor_cells(y, PLATELETS, N_PLATELETS, given, shares)
        _note(tick, PLATELET_PRODUCT, 1.0, out)
