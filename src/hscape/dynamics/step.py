"""The fast stem-cell kernel: each clone takes the closed-form birth-death transition over a step.

Over a step the rates are frozen at its middle, where the expected total sits. A clone of n cells then
leaves M ~ Binomial(n, 1 - a) lineages alive and M + NegativeBinomial(M, 1 - b) cells, with

    E = exp((l - m) dt),  a = m (E - 1) / (l E - m),  b = l (E - 1) / (l E - m)

for division rate l and loss rate m; this law is exact for constant rates. The only error is the freezing,
so the step is chosen from how fast the rates themselves move.
Leaves out: nothing of the event-by-event kernel but the motion of the niche within a step.
"""

from __future__ import annotations

import math

from hscape import draws
from hscape.biology import rates
from hscape.compiled import compiled, inlined
from hscape.dynamics.clones import fitness_in, place, total_cells
from hscape.dynamics.mutation import (
    ABSENT,
    WITHOUT_ESCAPE,
    WITHOUT_FITNESS,
    change_of,
    draw_address,
    draw_fitness_per_day,
    draw_kind,
    total_rate_per_day,
)
from hscape.streams import Purpose
from hscape.units import TICKS_PER_DAY

#: Largest product of a step with the speed at which the frozen rates move. See verification/agreement.
STEP_ACCURACY = 0.25
_TRANSITION = int(Purpose.TRANSITION)
_MUTATION = int(Purpose.MUTATION)
_DESCENT = int(Purpose.DESCENT)
_INFLUX = int(Purpose.INFLUX)


@inlined
def transition(division, loss, days):
    """Probabilities (a, b) of the closed-form law: a lineage dies; a living one has one more cell."""
    net = division - loss
    if abs(net) * days < 1.0e-9:
        a = division * days / (1.0 + division * days)
        return a, a
    grown = math.expm1(net * days)
    scale = grown / (division * grown + net)
    return loss * scale, division * scale


@compiled
def draw_transition(source, cells, division, loss, days):
    """Number of cells after a step."""
    a, b = transition(division, loss, days)
    lineages = draws.binomial(source, int(cells), 1.0 - a)
    if lineages == 0:
        return 0.0
    return float(lineages + draws.negative_binomial(source, lineages, 1.0 - b))


@inlined
def clone_rates(fitness_per_day, vulnerability, fold, setting, c):
    """Division and loss of one clone per cell and day."""
    division = rates.stem_cell_division_per_day(fitness_per_day, fold, c)
    loss = rates.stem_cell_loss_per_day(
        setting.activation,
        setting.differentiation_factor,
        setting.killing_per_day,
        setting.contact_killing_per_day,
        vulnerability,
        c,
    )
    return division, loss


@inlined
def division_fold(total, setting, c):
    """Fold change of division at this total."""
    return rates.stem_cell_division_fold(
        total / setting.niche_capacity_cells, setting.activation, setting.division_factor, c
    )


@inlined
def step_days(clones, n_used, total, setting, c):
    """Length of a step: how far the rates can be frozen."""
    if total <= 0.0:
        return 1.0e9
    net, division_total = 0.0, 0.0
    fold = division_fold(total, setting, c)
    for i in range(n_used):
        if clones.cells[i] > 0.0:
            division, loss = clone_rates(fitness_in(clones, i, setting), clones.vulnerability[i], fold, setting, c)
            division_total += division * clones.cells[i]
            net += (division - loss) * clones.cells[i]
    crowding = (c.niche_empty_division_fold - 1.0) * total / setting.niche_capacity_cells
    relaxation = division_total / total * crowding / (1.0 + crowding)
    speed = math.sqrt(relaxation * (relaxation + abs(net) / total))
    return STEP_ACCURACY / max(speed, 1.0e-9)


@inlined
def middle_total(clones, n_used, total, days, setting, c):
    """Expected total in the middle of a step."""
    middle = 0.5 * days * setting.influx_per_day
    fold = division_fold(total, setting, c)
    for i in range(n_used):
        if clones.cells[i] > 0.0:
            division, loss = clone_rates(fitness_in(clones, i, setting), clones.vulnerability[i], fold, setting, c)
            middle += clones.cells[i] * math.exp((division - loss) * 0.5 * days)
    return middle


@inlined
def _influx(clones, tick, days, division, loss, setting, source):
    """Cells that come from outside during a step and their progeny, for slot 0."""
    draws.open_source(source, setting.key, tick, clones.address[0], _INFLUX)
    b = transition(division, loss, days)[1]
    if division * days < 1.0e-9:
        settled = -math.expm1(-loss * days) / loss if loss > 0.0 else days
        return float(draws.poisson(source, setting.influx_per_day * settled))
    shape = setting.influx_per_day / division
    return float(draws.poisson(source, draws.gamma(source, shape) * b / (1.0 - b)))


@compiled
def _mutate(clones, n_used, slot, tick, days, mean, first_uniform, fold, setting, kinds, total_rate, source, c):
    """New clones born from one clone during a step, each with what it grew to; returns the used slots."""
    draws.open_source(source, setting.key, tick, clones.address[slot], _MUTATION)
    born = draws.poisson_from(first_uniform, mean) if mean < 10.0 else draws.poisson(source, mean)
    for _ in range(born):
        if clones.cells[slot] < 1.0:
            break
        clones.cells[slot] -= 1.0
        kind = draw_kind(source, kinds, total_rate)
        fitness = clones.fitness_per_day[slot] + draw_fitness_per_day(source, kinds, kind)
        vulnerability = clones.vulnerability[slot] * kinds.vulnerability[kind]
        left = days * draws.uniform(source)
        address = draw_address(source)
        interferon_fitness = clones.interferon_fitness_per_day[slot] + kinds.interferon_fitness_per_day[kind]
        what = change_of(kinds, kind, address)
        if what & WITHOUT_ESCAPE:
            vulnerability = clones.vulnerability[slot]
        if what & WITHOUT_FITNESS:
            fitness, interferon_fitness = clones.fitness_per_day[slot], clones.interferon_fitness_per_day[slot]
        division, loss = clone_rates(fitness + interferon_fitness * setting.interferon, vulnerability, fold, setting, c)
        cells = draw_transition(source, 1.0, division, loss, left)
        if what & ABSENT:  # drawn all the same, so that the next new clone keeps its address
            clones.cells[slot] += 1.0
        elif cells > 0.0:
            birth = tick + int((days - left) * TICKS_PER_DAY)
            n_used = place(
                clones,
                n_used,
                cells,
                fitness,
                interferon_fitness,
                vulnerability,
                clones.output[slot] * kinds.output[kind],
                address,
                clones.address[slot],
                kind,
                birth,
                clones.division_depth[slot],
            )
            if n_used < 0:
                return -1
    return n_used


@compiled
def advance(clones, n_used, start_tick, stop_tick, setting, kinds, source, c):
    """Move the clones over one calendar cell; returns the number of used slots, or -1 if there is no room."""
    total_rate = total_rate_per_day(kinds)
    mutation = total_rate * setting.mutation_factor
    tick = start_tick
    while tick < stop_tick:
        left = stop_tick - tick
        total = total_cells(clones, n_used)
        n_steps = math.ceil(left / TICKS_PER_DAY / step_days(clones, n_used, total, setting, c))
        span = left if n_steps <= 1 else max(1, int(left / n_steps))
        days = span / TICKS_PER_DAY
        fold = division_fold(middle_total(clones, n_used, total, days, setting, c), setting, c)
        before = n_used
        for i in range(before):
            if clones.cells[i] <= 0.0 and not (i == 0 and setting.influx_per_day > 0.0):
                continue
            division, loss = clone_rates(fitness_in(clones, i, setting), clones.vulnerability[i], fold, setting, c)
            first = clones.cells[i]
            draws.open_source(source, setting.key, tick, clones.address[i], _TRANSITION)
            mutant_uniform = draws.uniform(source)
            clones.cells[i] = draw_transition(source, first, division, loss, days)
            clones.division_depth[i] += 2.0 * division * days
            if i == 0 and setting.influx_per_day > 0.0:
                clones.cells[0] += _influx(clones, tick, days, division, loss, setting, source)
            mean = mutation * 0.5 * (first + clones.cells[i]) * days
            if mutant_uniform > 1.0 - mean:  # exp(-mean) is at least this: below it nothing is born
                n_used = _mutate(
                    clones, n_used, i, tick, days, mean, mutant_uniform, fold, setting, kinds, total_rate, source, c
                )
                if n_used < 0:
                    return -1
        tick += span
    return n_used
