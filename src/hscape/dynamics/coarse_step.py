"""One coarse step of a person: the attack, the stem cells by slot, early progenitors, blood, and shares in blood.

First everything is moved to the middle of the step, then the whole step is taken with the rates of the middle. The same
lines serve one person (plain numbers) and several side by side (`lanes`): what differs between people is picked, never
branched on.

Symbols: `y` blood state, `h` channels, `f` what stem cells lend, `c` constants (see `biology.blood`), `p` the person.
"""

from __future__ import annotations

import math

from hscape.biology import rates
from hscape.biology.blood import EARLY, LYMPHOCYTES, N_MATURING, N_MITOTIC, TPO, activation_in
from hscape.biology.channels import Channel as Ch
from hscape.biology.state import N_BLOOD
from hscape.compiled import inlined
from hscape.dynamics.coarse_attack import apply_strengths, fill_with, own_step, relaxed
from hscape.dynamics.coarse_blood import move_blood
from hscape.dynamics.coarse_person import OWN_MOVED, OWN_START, SIGNAL_SPEED
from hscape.dynamics.coarse_record import N_SLOTS
from hscape.dynamics.coarse_transition import moved_cells
from hscape.lanes.number import pick, some

_NICHE, _DIVISION = int(Ch.NICHE_CAPACITY), int(Ch.STEM_CELL_DIVISION)
_DIFFERENTIATION, _OUTPUT = int(Ch.STEM_CELL_DIFFERENTIATION), int(Ch.PROGENITOR_OUTPUT)
_KILLING, _CONTACT = int(Ch.STEM_CELL_KILLING_PER_DAY), int(Ch.CONTACT_KILLING_PER_DAY)
_EARLY_KILLING, _INTERFERON = int(Ch.EARLY_PROGENITOR_KILLING_PER_DAY), int(Ch.INTERFERON_FOLD)
_EFFECTOR_KILLING = int(Ch.EFFECTOR_KILLING_PER_DAY)
#: Largest change of thrombopoietin (natural logarithm) that is expected of half a step.
_FASTEST_SIGNAL = 0.5


@inlined
def _zeros(like):
    """Sums to begin with, of the kind of a number (one person's, or lanes)."""
    zero = 0.0 * like
    return zero, zero, zero, zero


@inlined
def _lend(cells, early, p, c, f):
    total, killable, all_early, early_killable = _zeros(cells[0])
    for i in range(N_SLOTS):
        total += cells[i]
        killable += cells[i] * p.vulnerability[i]
        all_early += early[i]
        early_killable += early[i] * p.vulnerability[i]
    f[0] = total / c.stem_cell_niche_capacity_cells
    f[1] = killable / c.stem_cell_niche_capacity_cells
    f[2] = pick(all_early > 0.0, early_killable / all_early, 0.0)
    f[3] = rates.presented_antigen(f[1], early_killable)
    return all_early


@inlined
def _growth(p, i, fold, interferon, activation, h, c):
    fitness = p.fitness_per_day[i] + p.interferon_fitness_per_day[i] * interferon
    division = rates.stem_cell_division_per_day(fitness, fold, c)
    loss = rates.stem_cell_loss_per_day(
        activation, h[_DIFFERENTIATION], h[_KILLING], h[_CONTACT], p.vulnerability[i], c
    )
    return division, loss


@inlined
def _at_middle(cells, p, fold, interferon, activation, days, h, c):
    """Stem cells expected in the middle of the step: all, and those that can be killed."""
    total, killable, _, _ = _zeros(days)
    for i in range(N_SLOTS):
        if some(cells[i] > 0.0):
            division, loss = _growth(p, i, fold, interferon, activation, h, c)
            there = cells[i] * math.exp((division - loss) * 0.5 * days)
            total += there
            killable += there * p.vulnerability[i]
    return total, killable


@inlined
def coarse_step(
    y, cells, early, shares, p, dated, factor, effects, strength, terms, values, felt, extra_killing, z, days, c, f, h,
    memory,
):  # fmt: skip
    """Move a person by one step, in place.

    Args:
        y: blood state, shape (n_states,).
        cells: stem cells by slot, shape (n_slots,).
        early: early progenitors by slot, relative to all of them in health.
        shares: shares of output on their way to granulocytes, of granulocytes, of lymphocytes, shape (3 n_slots,).
        p: the person.
        dated: dated additions to the channels times their factors, shape (n_channels,).
        factor: dated factors.
        effects: table of continuous effects.
        strength: of each effect, shape (n_effects,).
        terms: table of terms of own states.
        values: constants of each term, shape (n_terms,).
        felt: what the last factor of each term is multiplied with.
        extra_killing: of attacking cells per day, beside the dated one.
        z: standard normal numbers, shape (n_slots,).
        days: length of the step.
        c: record of constants.
        f: scratch, shape (n_frozen,).
        h: scratch, shape (n_channels,); holds the channels at the end of the step afterwards.
        memory: kept from step to step, shape (n_memory,); see `coarse_person`.
    """
    total_early = _lend(cells, early, p, c, f)
    fill_with(dated, factor, effects, strength, y, f, h)
    h[_EFFECTOR_KILLING] = h[_EFFECTOR_KILLING] + extra_killing
    # thrombopoietin half a step on, as it moved in the step before: platelets take weeks to come back
    now = y[TPO]
    y[TPO] = now * math.exp(min(max(0.5 * days * memory[SIGNAL_SPEED], -_FASTEST_SIGNAL), _FASTEST_SIGNAL))
    activation = activation_in(y, h, c)
    y[TPO] = now
    # to the middle of the step
    for i in range(3):
        memory[OWN_START + i] = y[N_BLOOD + i]
    own_step(terms, values, felt, y, f, h, 0.5 * days, memory)
    fold = rates.stem_cell_division_fold(f[0] / h[_NICHE], activation, h[_DIVISION], c)
    interferon = rates.interferon_sensed(h[_INTERFERON])
    total, killable = _at_middle(cells, p, fold, interferon, activation, days, h, c)
    inflow = rates.early_progenitor_inflow_per_day(total, activation, h[_DIFFERENTIATION], c)
    net = rates.early_progenitor_net_loss_per_day(total_early, h[_EARLY_KILLING], h[_CONTACT], f[2], c)
    early_middle = relaxed(total_early, -net, inflow, 0.5 * days)
    f[0] = total / c.stem_cell_niche_capacity_cells
    f[1] = killable / c.stem_cell_niche_capacity_cells
    f[3] = rates.presented_antigen(f[1], f[2] * early_middle)
    for i in range(3):
        y[N_BLOOD + i] = memory[OWN_MOVED + i]
    apply_strengths(dated, factor, effects, strength, y, f, h)
    # the whole step with what holds in the middle
    own_step(terms, values, felt, y, f, h, days, memory)
    fold = rates.stem_cell_division_fold(f[0] / h[_NICHE], activation, h[_DIVISION], c)
    interferon = rates.interferon_sensed(h[_INTERFERON])
    ordinary = cells[0]
    summed, made, _, _ = _zeros(days)
    per_cell = rates.early_progenitor_inflow_per_day(1.0, activation, h[_DIFFERENTIATION], c)
    spared = rates.early_progenitor_net_loss_per_day(early_middle, h[_EARLY_KILLING], h[_CONTACT], 0.0, c)
    killed = rates.early_progenitor_net_loss_per_day(early_middle, h[_EARLY_KILLING], h[_CONTACT], 1.0, c) - spared
    for i in range(N_SLOTS):
        before = cells[i]
        arriving = p.origin_per_day[i] * ordinary
        if some(before > 0.0) or some(arriving > 0.0):
            division, loss = _growth(p, i, fold, interferon, activation, h, c)
            cells[i] = moved_cells(before, arriving, division, loss, days, z[i])
        if some(cells[i] > 0.0) or some(before > 0.0) or some(early[i] > 0.0):
            net = spared + killed * p.vulnerability[i]
            early[i] = relaxed(early[i], -net, per_cell * 0.5 * (before + cells[i]), days)
            summed += early[i]
            made += early[i] * p.output[i]
    for i in range(3):
        y[N_BLOOD + i] = memory[OWN_MOVED + i]
    y[EARLY] = summed
    _lend(cells, early, p, c, f)
    apply_strengths(dated, factor, effects, strength, y, f, h)
    output = made * h[_OUTPUT]
    entered = move_blood(y, output, h, c, days, memory)
    memory[SIGNAL_SPEED] = math.log(max(y[TPO], 1.0e-6) / max(now, 1.0e-6)) / days
    _mix(shares, early, p, made, entered, y[LYMPHOCYTES], days, c)
    return output


@inlined
def _mix(shares, early, p, made, entered, lymphocytes, days, c):
    """Shares of the clones in blood follow those of the output: granulocytes in two stages, lymphocytes in one."""
    transit = 0.5 * (
        1.0 / c.neutrophil_mitotic_stage_per_day * N_MITOTIC
        + 1.0 / c.neutrophil_maturing_stage_per_day * N_MATURING
        + 1.0 / c.neutrophil_reserve_per_day
    )
    kept = 1.0 / (1.0 + days / transit)
    kept_lymphoid = pick(lymphocytes > 0.0, math.exp(-entered * days / lymphocytes), 0.0)
    # where nothing is made the shares stay as they were
    per_made, kept = pick(made > 0.0, 1.0 / made, 0.0), pick(made > 0.0, kept, 1.0)
    kept_lymphoid = pick(made > 0.0, kept_lymphoid, 1.0)
    for i in range(N_SLOTS):
        share = early[i] * p.output[i] * per_made
        shares[i] = share + kept * (shares[i] - share)
        shares[N_SLOTS + i] = shares[i] + kept * (shares[N_SLOTS + i] - shares[i])
        shares[2 * N_SLOTS + i] = share + kept_lymphoid * (shares[2 * N_SLOTS + i] - share)
