"""How stem cells, early progenitors and blood lend each other numbers, and how jumps reach them."""

from __future__ import annotations

import math

from hscape import draws
from hscape.biology import rates
from hscape.biology.blood import EARLY, activation_in
from hscape.biology.channels import Channel as Ch
from hscape.biology.influence import (
    JUMP_ADD_CLONE_CELLS,
    JUMP_EARLY_PROGENITORS,
    JUMP_POOL,
    JUMP_SET_CLONE_CELLS,
    JUMP_STEM_CELLS,
)
from hscape.compiled import compiled, inlined
from hscape.dynamics.plan import MEAN
from hscape.streams import Purpose

_JUMP = int(Purpose.JUMP)
_NICHE, _DIVISION = int(Ch.NICHE_CAPACITY), int(Ch.STEM_CELL_DIVISION)
_DIFFERENTIATION = int(Ch.STEM_CELL_DIFFERENTIATION)
_KILLING, _CONTACT = int(Ch.STEM_CELL_KILLING_PER_DAY), int(Ch.CONTACT_KILLING_PER_DAY)


@inlined
def lend_to_blood(clones, n_used, y, c, f):
    """What the stem-cell layer lends to the blood within a cell."""
    cells, killable, early, early_killable, giving = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(n_used):
        cells += clones.cells[i]
        killable += clones.cells[i] * clones.vulnerability[i]
        early += clones.progenitors[i]
        early_killable += clones.progenitors[i] * clones.vulnerability[i]
        giving += clones.progenitors[i] * clones.output[i]
    f[0] = cells / c.stem_cell_niche_capacity_cells
    f[1] = killable / c.stem_cell_niche_capacity_cells
    f[2] = early_killable / early if early > 0.0 else 0.0
    f[3] = rates.presented_antigen(f[1], f[2] * y[EARLY])
    f[4] = giving / early if early > 0.0 else 1.0


@inlined
def to_middle(days, y, f, h, c):
    """Move the lent numbers to the middle of the cell by the expected growth, so that the blood lags by nothing."""
    if f[0] <= 0.0:
        return
    activation = activation_in(y, h, c)
    fold = rates.stem_cell_division_fold(f[0] / h[_NICHE], activation, h[_DIVISION], c)
    net = rates.stem_cell_division_per_day(0.0, fold, c) - rates.stem_cell_loss_per_day(
        activation, h[_DIFFERENTIATION], h[_KILLING], h[_CONTACT], f[1] / f[0], c
    )
    moved = math.exp(0.5 * days * net)
    f[0] *= moved
    f[1] *= moved


@compiled
def jump_stem_cells(program, j, clones, n_used, plan, source):
    """A jump of the stem-cell layer: survival, or cells added or set."""
    factor, amount = program.jump_factor[j], program.jump_amount[j]
    if program.jump_kind[j] == JUMP_STEM_CELLS:
        for i in range(n_used):
            if clones.cells[i] > 0.0 and factor < 1.0:
                if plan.kernel == MEAN:
                    clones.cells[i] *= factor
                else:
                    draws.open_source(source, plan.key, program.jump_tick[j], clones.address[i], _JUMP)
                    clones.cells[i] = float(draws.binomial(source, int(clones.cells[i]), factor))
        clones.cells[0] += amount
    elif program.jump_kind[j] == JUMP_EARLY_PROGENITORS:
        for i in range(n_used):
            clones.progenitors[i] *= factor
        clones.progenitors[0] += amount
    elif program.jump_kind[j] == JUMP_SET_CLONE_CELLS:
        clones.cells[program.jump_start[j]] = amount
    elif program.jump_kind[j] == JUMP_ADD_CLONE_CELLS:
        clones.cells[program.jump_start[j]] += amount


@compiled
def jump_blood(program, j, y):
    """A jump of blood pools or own states."""
    if program.jump_kind[j] == JUMP_POOL:
        for i in range(program.jump_start[j], program.jump_stop[j]):
            y[i] = y[i] * program.jump_factor[j] + program.jump_amount[j]


@compiled
def move_early_progenitors(clones, before, n_used, days, setting, early_killing, total, integrated, c):
    """Each clone's early progenitors over a cell; their total is the one that the blood has integrated.

    The shares follow from the mean rates of the cell; the total must see when in the cell they acted.
    """
    summed = 0.0
    for i in range(n_used):
        loss = rates.early_progenitor_net_loss_per_day(
            total, early_killing, setting.contact_killing_per_day, clones.vulnerability[i], c
        )
        stem_cells = 0.5 * (before[i] + clones.cells[i])
        inflow = rates.early_progenitor_inflow_per_day(
            stem_cells, setting.activation, setting.differentiation_factor, c
        )
        kept = math.exp(-loss * days)
        gained = -math.expm1(-loss * days) / loss if abs(loss * days) > 1.0e-9 else days
        clones.progenitors[i] = clones.progenitors[i] * kept + inflow * gained
        summed += clones.progenitors[i]
    if summed > 0.0:
        for i in range(n_used):
            clones.progenitors[i] *= integrated / summed
