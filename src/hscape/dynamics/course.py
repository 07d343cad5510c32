"""One patient's course: stem cells, early progenitors and blood on one calendar, compiled.

The calendar is fixed: weeks, and days in a crash. In each cell of it the blood moves first, with the stem
cells held where they are; then the stem cells move, with the means over the cell of what the blood and
the influences did; then each clone's early progenitors follow. Dated changes of the stem-cell layer cut a
cell. This is the only loop over time; which stem-cell kernel it calls is a number.
"""

from __future__ import annotations

import math

import numpy as np

from hscape import draws
from hscape.biology import rates
from hscape.biology.blood import EARLY, activation_in, blood_derivative
from hscape.biology.channels import N_CHANNELS
from hscape.biology.channels import Channel as Ch
from hscape.biology.state import N_STATES
from hscape.compiled import compiled, inlined
from hscape.dynamics import exact, mean, step
from hscape.dynamics.blood import CALM_PRODUCT, EVENT_DAYS, EVENT_PRODUCT, N_FROZEN, N_MEANS, integrate
from hscape.dynamics.clones import total_cells
from hscape.dynamics.composition import carry, fill_at_start, follow_large_clones
from hscape.dynamics.coupling import jump_blood, jump_stem_cells, lend_to_blood, move_early_progenitors, to_middle
from hscape.dynamics.output import record_blood, report_clones
from hscape.dynamics.plan import EXACT, STEP, channels_at, first_after, latest_event, segment_row
from hscape.dynamics.setting import Setting
from hscape.dynamics.transfusion import has_presented, transfuse
from hscape.units import TICKS_PER_DAY

_NICHE, _DIVISION = int(Ch.NICHE_CAPACITY), int(Ch.STEM_CELL_DIVISION)
_DIFFERENTIATION, _MUTATION = int(Ch.STEM_CELL_DIFFERENTIATION), int(Ch.MUTATION)
_KILLING, _CONTACT = int(Ch.STEM_CELL_KILLING_PER_DAY), int(Ch.CONTACT_KILLING_PER_DAY)
_EARLY_KILLING, _INFLUX = int(Ch.EARLY_PROGENITOR_KILLING_PER_DAY), int(Ch.STEM_CELL_INFLUX_PER_DAY)
_INTERFERON = int(Ch.INTERFERON_FOLD)
#: Rate per day, of killing or of change of the stem-cell total, above which the calendar goes by days.
CRASH_PER_DAY = 0.01
NO_ROOM, FAILED = -1, -2


@inlined
def _cell_stop(tick, plan, program, clones, n_used, y, f, h, c):
    """Where the calendar cell that starts here ends."""
    channels_at(program, tick, y, f, h)
    hazard = 0.0
    if plan.with_blood:  # alone, the stem-cell kernels choose their own steps
        hazard = max(h[_KILLING], h[_CONTACT], h[_EARLY_KILLING])
        if hazard < CRASH_PER_DAY and f[0] > 0.0:
            activation = activation_in(y, h, c)
            fold = rates.stem_cell_division_fold(f[0] / h[_NICHE], activation, h[_DIVISION], c)
            growth = rates.stem_cell_division_per_day(0.0, fold, c)
            loss = rates.stem_cell_differentiation_per_day(activation, h[_DIFFERENTIATION], c)
            hazard = max(hazard, abs(growth - loss))
    length = plan.crash_cell_ticks if hazard >= CRASH_PER_DAY else plan.cell_ticks
    stop = min((tick // length + 1) * length, plan.stop_tick)
    cut = first_after(program.cut_tick, tick)
    if cut < program.cut_tick.shape[0]:
        stop = min(stop, program.cut_tick[cut])
    return stop


@compiled
def _blood_over_cell(tick, stop, y, f, program, plan, c, work, means, clones, n_used, tracked, shares, out, first_out):
    """Blood over one calendar cell, cut at changes, jumps, outputs and days."""
    next_out = first_out
    while tick < stop:
        end = min(stop, (tick // TICKS_PER_DAY + 1) * TICKS_PER_DAY)
        change = first_after(program.change_tick, tick)
        if change < program.change_tick.shape[0]:
            end = min(end, program.change_tick[change])
        jump = first_after(program.jump_tick, tick)
        if jump < program.jump_tick.shape[0]:
            end = min(end, program.jump_tick[jump])
        if next_out < out.tick.shape[0] and out.tick[next_out] > tick:
            end = min(end, out.tick[next_out])
        row = segment_row(program, tick)
        days = (end - tick) / TICKS_PER_DAY
        calm = tick - latest_event(program, tick) > EVENT_DAYS * TICKS_PER_DAY
        product = CALM_PRODUCT if calm else EVENT_PRODUCT
        integrate(
            program.addition[row],
            program.factor[row],
            program.effects,
            program.terms,
            program.own_scale,
            y,
            days,
            product,
            f,
            c,
            work,
            means,
        )
        if plan.with_composition:
            blood_derivative(y, work[6], f, c, work[0], work[5])
            carry(days, y, work[5], clones, n_used, tracked, shares)
        tick = end
        while next_out < out.tick.shape[0] and out.tick[next_out] == tick and tick < stop:
            record_blood(next_out, tick, y, program, f, work, out)
            next_out += 1
        if plan.red_cell_trigger_g_per_dl > 0.0 and tick % TICKS_PER_DAY == 0:
            transfuse(tick, y, work[6], c, plan, shares, out)
        for j in range(jump, program.jump_tick.shape[0]):
            if program.jump_tick[j] != tick or tick >= stop:
                break
            jump_blood(program, j, y)
    return next_out


@compiled
def run_course(y, clones, n_used, program, plan, kinds, constants, tracked, shares, out):
    """Run one patient from `plan.start_tick` to `plan.stop_tick`.

    Returns:
        number of used clone slots; `NO_ROOM` if the clone table is full; `FAILED` if the state is not finite.
    """
    c = constants[0]
    source = np.zeros(draws.SOURCE_WORDS, dtype=np.uint64)
    work, h = np.zeros((7, max(N_STATES, N_CHANNELS))), np.zeros(N_CHANNELS)
    f, means = np.zeros(N_FROZEN), np.zeros(N_MEANS)
    tick = plan.start_tick
    next_out, next_clone = first_after(out.tick, tick - 1), first_after(out.clone_tick, tick - 1)
    if plan.is_continued:  # the earlier call has written what stands at this tick
        next_out, next_clone = first_after(out.tick, tick), first_after(out.clone_tick, tick)
    lend_to_blood(clones, n_used, y, c, f)
    channels_at(program, tick, y, f, work[6])
    follow_large_clones(clones, n_used, tracked, shares)
    if plan.with_composition and not plan.is_continued:
        fill_at_start(clones, n_used, tracked, shares)
    while True:
        # What stands at this tick before anything happens on it.
        while next_out < out.tick.shape[0] and out.tick[next_out] <= tick:
            record_blood(next_out, tick, y, program, f, work, out)
            out.stem_cells[next_out] = total_cells(clones, n_used)
            next_out += 1
        while next_clone < out.clone_tick.shape[0] and out.clone_tick[next_clone] <= tick:
            report_clones(out.clone_tick[next_clone], clones, n_used, y, tracked, shares, plan, out)
            next_clone += 1
        out.stopped_tick[0] = tick
        if tick >= plan.stop_tick or (plan.with_blood and has_presented(y, work[6], c, plan)):
            break
        for j in range(first_after(program.jump_tick, tick - 1), program.jump_tick.shape[0]):
            if program.jump_tick[j] > tick:
                break
            jump_stem_cells(program, j, clones, n_used, plan, source)
            jump_blood(program, j, y)
        lend_to_blood(clones, n_used, y, c, f)
        if plan.with_blood:
            y[EARLY] = clones.progenitors[:n_used].sum()
        stop = _cell_stop(tick, plan, program, clones, n_used, y, f, h, c)
        days = (stop - tick) / TICKS_PER_DAY
        before, total_before = clones.cells, total_cells(clones, n_used)
        if plan.with_blood:
            before = clones.cells[:n_used].copy()
        early_before, first_out = y[EARLY], next_out
        means[:] = 0.0
        if plan.with_blood:
            to_middle(days, y, f, h, c)
            next_out = _blood_over_cell(
                tick, stop, y, f, program, plan, c, work, means, clones, n_used, tracked, shares, out, next_out
            )
            means /= days
        else:
            means[0] = activation_in(y, h, c)
            means[1], means[2], means[3] = h[_KILLING], h[_CONTACT], h[_EARLY_KILLING]
            means[4] = rates.interferon_sensed(h[_INTERFERON])
        if plan.with_blood and program.effects.shape[0] > 0:
            channels_at(program, tick, y, f, h)
        setting = Setting(
            means[0],
            c.stem_cell_niche_capacity_cells * h[_NICHE],
            h[_DIVISION],
            h[_DIFFERENTIATION],
            means[1],
            means[2],
            h[_INFLUX],
            h[_MUTATION],
            means[4],
            plan.key,
        )
        old_used = n_used
        if plan.kernel == EXACT:
            n_used = exact.advance(clones, n_used, tick, stop, setting, kinds, source, c)
        elif plan.kernel == STEP:
            n_used = step.advance(clones, n_used, tick, stop, setting, kinds, source, c)
        else:
            n_used = mean.advance(clones, n_used, tick, stop, setting, kinds, source, c)
        if n_used < 0:
            return NO_ROOM
        if plan.with_blood:
            move_early_progenitors(
                clones, before, old_used, days, setting, means[3], 0.5 * (early_before + y[EARLY]), y[EARLY], c
            )
            y[EARLY] = clones.progenitors[:n_used].sum()
            if not math.isfinite(y.sum()):
                return FAILED
            follow_large_clones(clones, n_used, tracked, shares)
        after = total_cells(clones, n_used)
        for k in range(first_out, next_out):
            passed = (out.tick[k] - tick) / (stop - tick)
            out.stem_cells[k] = total_before + passed * (after - total_before)
        tick = stop
    return n_used
