"""The mean kernel: expected clone sizes, by the classical Runge-Kutta rule. No chance, no new clones."""

from __future__ import annotations

import math

import numpy as np

from hscape.biology import rates
from hscape.compiled import compiled
from hscape.dynamics.clones import fitness_in
from hscape.units import TICKS_PER_DAY

_LARGEST_PRODUCT = 0.1  # step times fastest rate; fourth-order error below 1e-6


@compiled
def _derivative(cells, n_used, clones, setting, c, out):
    total = 0.0
    for i in range(n_used):
        total += cells[i]
    fold = rates.stem_cell_division_fold(
        total / setting.niche_capacity_cells, setting.activation, setting.division_factor, c
    )
    fastest = 1.0e-9
    for i in range(n_used):
        division = rates.stem_cell_division_per_day(fitness_in(clones, i, setting), fold, c)
        loss = rates.stem_cell_loss_per_day(
            setting.activation,
            setting.differentiation_factor,
            setting.killing_per_day,
            setting.contact_killing_per_day,
            clones.vulnerability[i],
            c,
        )
        out[i] = (division - loss) * cells[i]
        fastest = max(fastest, division, loss)
    out[0] += setting.influx_per_day
    return fastest


@compiled
def advance(clones, n_used, start_tick, stop_tick, setting, kinds, source, c):
    """Move the expectations over one calendar cell; returns the number of used slots."""
    days = (stop_tick - start_tick) / TICKS_PER_DAY
    k1, k2, k3, k4 = np.zeros(n_used), np.zeros(n_used), np.zeros(n_used), np.zeros(n_used)
    fastest = _derivative(clones.cells, n_used, clones, setting, c, k1)
    n_steps = max(1, math.ceil(days * fastest / _LARGEST_PRODUCT))
    h = days / n_steps
    for _ in range(n_steps):
        y = clones.cells[:n_used].copy()
        _derivative(y, n_used, clones, setting, c, k1)
        _derivative(y + 0.5 * h * k1, n_used, clones, setting, c, k2)
        _derivative(y + 0.5 * h * k2, n_used, clones, setting, c, k3)
        _derivative(y + h * k3, n_used, clones, setting, c, k4)
        for i in range(n_used):
            clones.cells[i] = max(0.0, y[i] + h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]))
    fold = rates.stem_cell_division_fold(
        clones.cells[:n_used].sum() / setting.niche_capacity_cells, setting.activation, setting.division_factor, c
    )
    for i in range(n_used):
        clones.division_depth[i] += (
            2.0 * days * rates.stem_cell_division_per_day(fitness_in(clones, i, setting), fold, c)
        )
    return n_used
