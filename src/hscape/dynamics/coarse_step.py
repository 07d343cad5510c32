"""One coarse step of a person: the attack, the stem cells by slot, early progenitors, blood, and shares in blood.

First everything is moved to the middle of the step, then the whole step is taken with the rates of the middle.
Symbols: `y` blood state, `h` channels, `f` what stem cells lend, `c` constants (see `biology.blood`), `p` the person.
"""

from __future__ import annotations

import math

from hscape.biology import rates
from hscape.biology.blood import EARLY, LYMPHOCYTES, N_MATURING, N_MITOTIC, TPO, activation_in
from hscape.biology.channels import Channel as Ch
from hscape.biology.state import N_BLOOD
from hscape.compiled import compiled, inlined
from hscape.dynamics.blood import apply_effects, fill_channels, variable
from hscape.dynamics.coarse_blood import move_blood
from hscape.dynamics.coarse_record import N_SLOTS
from hscape.dynamics.coarse_transition import transition_quantile

_NICHE, _DIVISION = int(Ch.NICHE_CAPACITY), int(Ch.STEM_CELL_DIVISION)
_DIFFERENTIATION, _OUTPUT = int(Ch.STEM_CELL_DIFFERENTIATION), int(Ch.PROGENITOR_OUTPUT)
_KILLING, _CONTACT = int(Ch.STEM_CELL_KILLING_PER_DAY), int(Ch.CONTACT_KILLING_PER_DAY)
_EARLY_KILLING, _INTERFERON = int(Ch.EARLY_PROGENITOR_KILLING_PER_DAY), int(Ch.INTERFERON_FOLD)
_EFFECTOR_KILLING = int(Ch.EFFECTOR_KILLING_PER_DAY)


@inlined
def _own_step(terms, y, f, h, days, start, stop):
    """Own states after a step: each relaxes exponentially by its own rate, with everything else as given.

    Rates are read from `y`; the move starts from `start` and is written to `stop`. A term is that of
    `dynamics.blood.own_derivative`, but for the state that multiplies it, which is the one that relaxes.
    """
    rate0, rate1, rate2, source0, source1, source2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for t in range(terms.shape[0]):
        value = terms[t, 1]
        state = int(terms[t, 0])
        is_rate = terms[t, 2] == terms[t, 0]
        if terms[t, 2] >= 0.0 and not is_rate:
            value *= variable(terms[t, 2], y, f, h)
        if terms[t, 3] >= 0.0:
            v, half = variable(terms[t, 3], y, f, h), terms[t, 4]
            value *= half / (half + v) if terms[t, 5] > 0.0 else v / (half + v)
        if terms[t, 6] >= 0.0:
            value *= variable(terms[t, 6], y, f, h)
        if terms[t, 7] >= 0.0:
            value /= 1.0 + terms[t, 8] * variable(terms[t, 7], y, f, h)
        if state == N_BLOOD:
            rate0, source0 = (rate0 + value, source0) if is_rate else (rate0, source0 + value)
        elif state == N_BLOOD + 1:
            rate1, source1 = (rate1 + value, source1) if is_rate else (rate1, source1 + value)
        else:
            rate2, source2 = (rate2 + value, source2) if is_rate else (rate2, source2 + value)
    stop[0] = _relaxed(start[0], rate0, source0, days)
    stop[1] = _relaxed(start[1], rate1, source1, days)
    stop[2] = _relaxed(start[2], rate2, source2, days)


@inlined
def _relaxed(amount, rate, source, days):
    x = rate * days
    grown = math.expm1(x)
    return amount * (1.0 + grown) + source * (grown / rate if abs(x) > 1.0e-9 else days)


@inlined
def _lend(cells, early, p, c, f):
    total, killable, all_early, early_killable = 0.0, 0.0, 0.0, 0.0
    for i in range(N_SLOTS):
        total += cells[i]
        killable += cells[i] * p.vulnerability[i]
        all_early += early[i]
        early_killable += early[i] * p.vulnerability[i]
    f[0] = total / c.stem_cell_niche_capacity_cells
    f[1] = killable / c.stem_cell_niche_capacity_cells
    f[2] = early_killable / all_early if all_early > 0.0 else 0.0
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


@compiled
def coarse_step(
    y, cells, early, shares, p, addition, factor, effects, terms, extra_killing, is_new, z, days, c, f, h, middle
):
    """Move a person by one step, in place.

    Args:
        y: blood state, shape (n_states,).
        cells: stem cells by slot, shape (n_slots,).
        early: early progenitors by slot, relative to all of them in health.
        shares: shares of output on their way to granulocytes, of granulocytes, of lymphocytes, shape (3, n_slots).
        p: the person.
        addition: dated additions to the channels, shape (n_channels,).
        factor: dated factors.
        effects: continuous effects.
        terms: terms of own states.
        extra_killing: of attacking cells per day, beside the dated one.
        is_new: True if the dated channels differ from those of the step before.
        z: standard normal numbers, shape (n_slots,).
        days: length of the step.
        c: record of constants.
        f: scratch, shape (n_frozen,).
        h: scratch, shape (n_channels,); holds the channels at the end of the step afterwards.
        middle: scratch, shape (3, n_slots + 3); its last row is kept from step to step: slope of thrombopoietin, output
            and output towards neutrophils at the end of the step before.
    """
    start, moved = middle[0], middle[1]
    total_early = _lend(cells, early, p, c, f)
    if is_new:
        fill_channels(addition, factor, effects, y, f, h)
        h[_EFFECTOR_KILLING] += extra_killing
    # thrombopoietin half a step on, as it moved in the step before: platelets take weeks to come back
    now, slope = y[TPO], middle[2, 0]
    y[TPO] = now * math.exp(min(0.5, max(-0.5, 0.5 * days * slope)))
    activation = activation_in(y, h, c)
    y[TPO] = now
    # to the middle of the step
    start[0], start[1], start[2] = y[N_BLOOD], y[N_BLOOD + 1], y[N_BLOOD + 2]
    _own_step(terms, y, f, h, 0.5 * days, start, moved)
    fold = rates.stem_cell_division_fold(f[0] / h[_NICHE], activation, h[_DIVISION], c)
    interferon = rates.interferon_sensed(h[_INTERFERON])
    killable = 0.0
    total = 0.0
    for i in range(N_SLOTS):
        if cells[i] > 0.0:
            division, loss = _growth(p, i, fold, interferon, activation, h, c)
            at_middle = cells[i] * math.exp((division - loss) * 0.5 * days)
            total += at_middle
            killable += at_middle * p.vulnerability[i]
    inflow = rates.early_progenitor_inflow_per_day(total, activation, h[_DIFFERENTIATION], c)
    net = rates.early_progenitor_net_loss_per_day(total_early, h[_EARLY_KILLING], h[_CONTACT], f[2], c)
    early_middle = _relaxed(total_early, -net, inflow, 0.5 * days)
    f[0] = total / c.stem_cell_niche_capacity_cells
    f[1] = killable / c.stem_cell_niche_capacity_cells
    f[3] = rates.presented_antigen(f[1], f[2] * early_middle)
    y[N_BLOOD], y[N_BLOOD + 1], y[N_BLOOD + 2] = moved[0], moved[1], moved[2]
    apply_effects(addition, factor, effects, y, f, h)
    # the whole step with what holds in the middle
    _own_step(terms, y, f, h, days, start, moved)
    fold = rates.stem_cell_division_fold(f[0] / h[_NICHE], activation, h[_DIVISION], c)
    interferon = rates.interferon_sensed(h[_INTERFERON])
    ordinary = cells[0]
    summed, made = 0.0, 0.0
    per_cell = rates.early_progenitor_inflow_per_day(1.0, activation, h[_DIFFERENTIATION], c)
    spared = rates.early_progenitor_net_loss_per_day(early_middle, h[_EARLY_KILLING], h[_CONTACT], 0.0, c)
    killed = rates.early_progenitor_net_loss_per_day(early_middle, h[_EARLY_KILLING], h[_CONTACT], 1.0, c) - spared
    for i in range(N_SLOTS):
        before = cells[i]
        arriving = p.origin_per_day[i] * ordinary
        if before > 0.0 or arriving > 0.0:
            division, loss = _growth(p, i, fold, interferon, activation, h, c)
            cells[i] = transition_quantile(before, arriving, division, loss, days, z[i])
        if cells[i] > 0.0 or before > 0.0 or early[i] > 0.0:
            net = spared + killed * p.vulnerability[i]
            early[i] = _relaxed(early[i], -net, per_cell * 0.5 * (before + cells[i]), days)
            summed += early[i]
            made += early[i] * p.output[i]
    y[N_BLOOD], y[N_BLOOD + 1], y[N_BLOOD + 2] = moved[0], moved[1], moved[2]
    y[EARLY] = summed
    _lend(cells, early, p, c, f)
    apply_effects(addition, factor, effects, y, f, h)
    output = made * h[_OUTPUT]
    entered = move_blood(y, output, h, c, days, middle[2, 1:])
    middle[2, 0] = math.log(max(y[TPO], 1.0e-6) / max(now, 1.0e-6)) / days
    _mix(shares, early, p, made, entered, y[LYMPHOCYTES], days, c)
    return output


@inlined
def _mix(shares, early, p, made, entered, lymphocytes, days, c):
    """Shares of the clones in blood follow those of the output: granulocytes in two stages, lymphocytes in one."""
    if made <= 0.0:
        return
    transit = 0.5 * (
        1.0 / c.neutrophil_mitotic_stage_per_day * N_MITOTIC
        + 1.0 / c.neutrophil_maturing_stage_per_day * N_MATURING
        + 1.0 / c.neutrophil_reserve_per_day
    )
    kept = 1.0 / (1.0 + days / transit)
    kept_lymphoid = math.exp(-entered * days / lymphocytes) if lymphocytes > 0.0 else 0.0
    per_made = 1.0 / made
    for i in range(N_SLOTS):
        share = early[i] * p.output[i] * per_made
        shares[0, i] = share + kept * (shares[0, i] - share)
        shares[1, i] = shares[0, i] + kept * (shares[1, i] - shares[0, i])
        shares[2, i] = share + kept_lymphoid * (shares[2, i] - share)
