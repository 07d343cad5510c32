"""The referee: event by event, one cell at a time, slow and obvious.

Every rate is recomputed after every event. Within a calendar cell only what the blood and the influences
lend (`Setting`) is fixed; the niche is counted anew each time. Never optimized.
"""

from __future__ import annotations

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

_EVENT = int(Purpose.EVENT_BY_EVENT)
_DIVIDE, _LEAVE, _MUTATE = 0, 1, 2


@inlined
def event_rates(clones, n_used, total, setting, mutation, c):
    """Rates per day, summed over clones, of: division, loss, mutation."""
    divide, leave = 0.0, 0.0
    fold = rates.stem_cell_division_fold(
        total / setting.niche_capacity_cells, setting.activation, setting.division_factor, c
    )
    for i in range(n_used):
        cells = clones.cells[i]
        if cells > 0.0:
            divide += cells * rates.stem_cell_division_per_day(fitness_in(clones, i, setting), fold, c)
            leave += cells * rates.stem_cell_loss_per_day(
                setting.activation,
                setting.differentiation_factor,
                setting.killing_per_day,
                setting.contact_killing_per_day,
                clones.vulnerability[i],
                c,
            )
    return divide, leave, mutation * total


@inlined
def pick_clone(clones, n_used, event, target, total, setting, mutation, c):
    """The clone in which the event falls: walk along the clones until the target rate is used up."""
    fold = rates.stem_cell_division_fold(
        total / setting.niche_capacity_cells, setting.activation, setting.division_factor, c
    )
    last = 0
    for i in range(n_used):
        cells = clones.cells[i]
        if cells <= 0.0:
            continue
        last = i
        if event == _DIVIDE:
            target -= cells * rates.stem_cell_division_per_day(fitness_in(clones, i, setting), fold, c)
        elif event == _LEAVE:
            target -= cells * rates.stem_cell_loss_per_day(
                setting.activation,
                setting.differentiation_factor,
                setting.killing_per_day,
                setting.contact_killing_per_day,
                clones.vulnerability[i],
                c,
            )
        else:
            target -= mutation * cells
        if target < 0.0:
            return i
    return last


@compiled
def advance(clones, n_used, start_tick, stop_tick, setting, kinds, source, c):
    """Move the clones over one calendar cell; returns the number of used slots, or -1 if there is no room."""
    kinds_rate = total_rate_per_day(kinds)
    mutation = kinds_rate * setting.mutation_factor
    draws.open_source(source, setting.key, start_tick, clones.address[0], _EVENT)
    days = (stop_tick - start_tick) / TICKS_PER_DAY
    day = 0.0
    total = total_cells(clones, n_used)
    while True:
        divide, leave, mutate = event_rates(clones, n_used, total, setting, mutation, c)
        every = divide + leave + mutate + setting.influx_per_day
        if every <= 0.0:
            break
        wait = draws.exponential(source) / every
        if day + wait >= days:
            break
        day += wait
        target = draws.uniform(source) * every
        if target < divide:
            i = pick_clone(clones, n_used, _DIVIDE, target, total, setting, mutation, c)
            clones.cells[i] += 1.0
            clones.division_depth[i] += 2.0 / clones.cells[i]  # two daughters, each one division deeper
            total += 1.0
        elif target < divide + leave:
            i = pick_clone(clones, n_used, _LEAVE, target - divide, total, setting, mutation, c)
            clones.cells[i] -= 1.0
            total -= 1.0
        elif target < divide + leave + mutate:
            i = pick_clone(clones, n_used, _MUTATE, target - divide - leave, total, setting, mutation, c)
            kind = draw_kind(source, kinds, kinds_rate)
            fitness = clones.fitness_per_day[i] + draw_fitness_per_day(source, kinds, kind)
            interferon_fitness = clones.interferon_fitness_per_day[i] + kinds.interferon_fitness_per_day[kind]
            vulnerability = clones.vulnerability[i] * kinds.vulnerability[kind]
            address = draw_address(source)
            what = change_of(kinds, kind, address)
            if what & ABSENT:
                continue
            if what & WITHOUT_ESCAPE:
                vulnerability = clones.vulnerability[i]
            if what & WITHOUT_FITNESS:
                fitness, interferon_fitness = clones.fitness_per_day[i], clones.interferon_fitness_per_day[i]
            clones.cells[i] -= 1.0
            n_used = place(
                clones,
                n_used,
                1.0,
                fitness,
                interferon_fitness,
                vulnerability,
                clones.output[i] * kinds.output[kind],
                address,
                clones.address[i],
                kind,
                start_tick + int(day * TICKS_PER_DAY),
                clones.division_depth[i],
            )
            if n_used < 0:
                return -1
        else:
            clones.cells[0] += 1.0
            total += 1.0
    return n_used
