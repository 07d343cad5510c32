"""One patient's course: stem cells, early progenitors and blood on one calendar, compiled.

The calendar is fixed: weeks, and days in a crash. In each cell of it the blood moves first, with the stem
cells held where they are; then the stem cells move, with the means over the cell of what the blood and
the influences did; then each clone's early progenitors follow. Dated changes of the stem-cell layer cut a
cell. This is the only loop over time; which stem-cell kernel it calls is a number.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hscape import draws
from hscape.biology import rates
from hscape.biology.blood import EARLY, TPO, blood_derivative
from hscape.biology.channels import N_CHANNELS
from hscape.biology.influence import (
    JUMP_ADD_CLONE_CELLS,
    JUMP_EARLY_PROGENITORS,
    JUMP_POOL,
    JUMP_SET_CLONE_CELLS,
    JUMP_STEM_CELLS,
)
from hscape.biology.state import N_STATES, POOLS
from hscape.compiled import compiled, inlined
from hscape.dynamics import exact, mean, step
from hscape.dynamics.blood import CALM_PRODUCT, EVENT_DAYS, EVENT_PRODUCT, N_MEANS, fill_channels, integrate
from hscape.dynamics.clones import total_cells
from hscape.dynamics.composition import carry, fill_at_start, follow_large_clones, platelet_share, red_cell_share
from hscape.dynamics.setting import Setting
from hscape.streams import Purpose

EXACT, STEP, MEAN = 0, 1, 2
_TICKS_PER_DAY = 1024
_JUMP = int(Purpose.JUMP)
_NICHE, _DIVISION, _DIFFERENTIATION, _MUTATION = 0, 1, 2, 3
_KILLING, _CONTACT, _EARLY_KILLING, _INFLUX = 16, 17, 18, 25
_NEUTROPHILS = POOLS["neutrophils"].start
_MONOCYTES = POOLS["monocytes"].start
_LYMPHOCYTES = POOLS["lymphocytes"].start
_RETICULOCYTES = POOLS["blood_reticulocytes"].start
_JUMP_POOL, _JUMP_STEM, _JUMP_EARLY = JUMP_POOL, JUMP_STEM_CELLS, JUMP_EARLY_PROGENITORS
_JUMP_ADD, _JUMP_SET = JUMP_ADD_CLONE_CELLS, JUMP_SET_CLONE_CELLS
#: Rate per day, of killing or of change of the stem-cell total, above which the calendar goes by days.
CRASH_PER_DAY = 0.01
NO_ROOM, FAILED = -1, -2
#: Columns of a clone row: tick, serial, stem cells, early progenitors, then shares in six lines.
CLONE_COLUMNS = (
    "tick",
    "serial",
    "stem_cells",
    "early_progenitors",
    "division_depth",
    "granulocyte",
    "monocyte",
    "lymphocyte",
    "platelet",
    "reticulocyte",
    "red_cell",
)
N_CLONE_COLUMNS = len(CLONE_COLUMNS)


class Plan(NamedTuple):
    """What the loop is asked to do."""

    kernel: int
    start_tick: int
    stop_tick: int
    cell_ticks: int  # calendar cell in ordinary times
    crash_cell_ticks: int
    with_blood: bool
    with_composition: bool
    key: np.uint64
    report_cells: float  # a clone is reported once it has had this many stem cells


class Output(NamedTuple):
    """Arrays that the loop fills."""

    tick: np.ndarray  # (n_out,) wanted
    state: np.ndarray  # (n_out, n_states)
    stem_cells: np.ndarray  # (n_out,)
    channel: np.ndarray  # (n_out, 2): splenic pool, circulating share of neutrophils
    clone_tick: np.ndarray  # (n_clone_out,) wanted
    clone_row: np.ndarray  # (n_rows, n_clone_columns)
    serial_slot: np.ndarray  # (n_serials, 6): address low/high, parent low/high, kind, birth tick
    serial_value: np.ndarray  # (n_serials, 2): fitness, vulnerability
    n_clone_rows: np.ndarray  # (1,)
    n_serials: np.ndarray  # (1,)


@inlined
def segment_row(program, tick):
    """Row of the dated changes in force at a tick."""
    low, high = 0, program.change_tick.shape[0] - 1
    while low < high:
        middle = (low + high + 1) // 2
        if program.change_tick[middle] <= tick:
            low = middle
        else:
            high = middle - 1
    return low


@inlined
def _channels(program, tick, y, f, h):
    """Channels in force at a tick."""
    row = segment_row(program, tick)
    fill_channels(program.addition[row], program.factor[row], program.effects, y, f, h)


@inlined
def _first_after(ticks, tick):
    """Index of the first entry above a tick."""
    low, high = 0, ticks.shape[0]
    while low < high:
        middle = (low + high) // 2
        if ticks[middle] <= tick:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def latest_event(program, tick):
    """Tick of the latest dated change or jump up to now; long ago if there was none."""
    latest = -(1 << 40)
    change = _first_after(program.change_tick, tick) - 1
    if change > 0:  # the first segment starts with time itself
        latest = program.change_tick[change]
    jump = _first_after(program.jump_tick, tick) - 1
    if jump >= 0:
        latest = max(latest, program.jump_tick[jump])
    return latest


@inlined
def _frozen(clones, n_used, y, c, f):
    """What the stem-cell layer lends to the blood within a cell."""
    cells, killable, early, early_killable = 0.0, 0.0, 0.0, 0.0
    for i in range(n_used):
        cells += clones.cells[i]
        killable += clones.cells[i] * clones.vulnerability[i]
        early += clones.progenitors[i]
        early_killable += clones.progenitors[i] * clones.vulnerability[i]
    f[0] = cells / c.stem_cell_niche_capacity_cells
    f[1] = killable / c.stem_cell_niche_capacity_cells
    f[2] = early_killable / early if early > 0.0 else 0.0


@inlined
def _to_middle(days, y, f, h, c):
    """Move the lent numbers to the middle of the cell by the expected growth, so that the blood lags by nothing."""
    if f[0] <= 0.0:
        return
    activation = rates.stem_cell_activation(y[TPO], c)
    fold = rates.stem_cell_division_fold(f[0] / h[_NICHE], activation, h[_DIVISION], c)
    net = rates.stem_cell_division_per_day(0.0, fold, c) - rates.stem_cell_loss_per_day(
        activation, h[_DIFFERENTIATION], h[_KILLING], h[_CONTACT], f[1] / f[0], c
    )
    moved = math.exp(0.5 * days * net)
    f[0] *= moved
    f[1] *= moved


@compiled
def _jump_stem_cells(program, j, clones, n_used, plan, source):
    """A jump of the stem-cell layer: survival, or cells added or set."""
    factor, amount = program.jump_factor[j], program.jump_amount[j]
    if program.jump_kind[j] == _JUMP_STEM:
        for i in range(n_used):
            if clones.cells[i] > 0.0 and factor < 1.0:
                if plan.kernel == MEAN:
                    clones.cells[i] *= factor
                else:
                    draws.open_source(source, plan.key, program.jump_tick[j], clones.address[i], _JUMP)
                    clones.cells[i] = float(draws.binomial(source, int(clones.cells[i]), factor))
        clones.cells[0] += amount
    elif program.jump_kind[j] == _JUMP_EARLY:
        for i in range(n_used):
            clones.progenitors[i] *= factor
        clones.progenitors[0] += amount
    elif program.jump_kind[j] == _JUMP_SET:
        clones.cells[program.jump_start[j]] = amount
    elif program.jump_kind[j] == _JUMP_ADD:
        clones.cells[program.jump_start[j]] += amount


@compiled
def _jump_blood(program, j, y):
    """A jump of blood pools or own states."""
    if program.jump_kind[j] == _JUMP_POOL:
        for i in range(program.jump_start[j], program.jump_stop[j]):
            y[i] = y[i] * program.jump_factor[j] + program.jump_amount[j]


@inlined
def _cell_stop(tick, plan, program, clones, n_used, y, f, h, c):
    """Where the calendar cell that starts here ends."""
    _channels(program, tick, y, f, h)
    hazard = 0.0
    if plan.with_blood:  # alone, the stem-cell kernels choose their own steps
        hazard = max(h[_KILLING], h[_CONTACT], h[_EARLY_KILLING])
        if hazard < CRASH_PER_DAY and f[0] > 0.0:
            activation = rates.stem_cell_activation(y[TPO], c)
            fold = rates.stem_cell_division_fold(f[0] / h[_NICHE], activation, h[_DIVISION], c)
            growth = rates.stem_cell_division_per_day(0.0, fold, c)
            loss = rates.stem_cell_differentiation_per_day(activation, h[_DIFFERENTIATION], c)
            hazard = max(hazard, abs(growth - loss))
    length = plan.crash_cell_ticks if hazard >= CRASH_PER_DAY else plan.cell_ticks
    stop = min((tick // length + 1) * length, plan.stop_tick)
    cut = _first_after(program.cut_tick, tick)
    if cut < program.cut_tick.shape[0]:
        stop = min(stop, program.cut_tick[cut])
    return stop


@compiled
def _blood_over_cell(tick, stop, y, f, program, plan, c, work, means, clones, n_used, tracked, shares, out, first_out):
    """Blood over one calendar cell, cut at changes, jumps, outputs and days."""
    next_out = first_out
    while tick < stop:
        end = min(stop, (tick // _TICKS_PER_DAY + 1) * _TICKS_PER_DAY)
        change = _first_after(program.change_tick, tick)
        if change < program.change_tick.shape[0]:
            end = min(end, program.change_tick[change])
        jump = _first_after(program.jump_tick, tick)
        if jump < program.jump_tick.shape[0]:
            end = min(end, program.jump_tick[jump])
        if next_out < out.tick.shape[0] and out.tick[next_out] > tick:
            end = min(end, out.tick[next_out])
        row = segment_row(program, tick)
        days = (end - tick) / _TICKS_PER_DAY
        calm = tick - latest_event(program, tick) > EVENT_DAYS * _TICKS_PER_DAY
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
            _record(next_out, tick, y, program, f, work, out)
            next_out += 1
        for j in range(jump, program.jump_tick.shape[0]):
            if program.jump_tick[j] != tick or tick >= stop:
                break
            _jump_blood(program, j, y)
    return next_out


@compiled
def _record(index, tick, y, program, f, work, out):
    _channels(program, tick, y, f, work[6])
    for i in range(N_STATES):
        out.state[index, i] = y[i]
    out.channel[index, 0] = work[6, 13]
    out.channel[index, 1] = work[6, 15]


@compiled
def _early_progenitors(clones, before, n_used, days, setting, early_killing, total, integrated, c):
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


@compiled
def _number_clones(clones, n_used, plan, out):
    """Give a serial number to every clone that has become large enough to report."""
    for i in range(1, n_used):
        if (
            clones.serial[i] < 0
            and clones.cells[i] >= plan.report_cells
            and out.n_serials[0] < out.serial_slot.shape[0]
        ):
            s = out.n_serials[0]
            clones.serial[i] = s
            low = np.uint64(0xFFFFFFFF)
            out.serial_slot[s, 0] = np.int64(clones.address[i] & low)
            out.serial_slot[s, 1] = np.int64(clones.address[i] >> np.uint64(32))
            out.serial_slot[s, 2] = np.int64(clones.parent[i] & low)
            out.serial_slot[s, 3] = np.int64(clones.parent[i] >> np.uint64(32))
            out.serial_slot[s, 4] = clones.kind[i]
            out.serial_slot[s, 5] = clones.birth_tick[i]
            out.serial_value[s, 0] = clones.fitness_per_day[i]
            out.serial_value[s, 1] = clones.vulnerability[i]
            out.n_serials[0] = s + 1


@compiled
def _report_clones(tick, clones, n_used, y, tracked, shares, plan, out):
    """One row for the ordinary cells and for every numbered clone that is still there."""
    _number_clones(clones, n_used, plan, out)
    for i in range(n_used):
        if i > 0 and (clones.serial[i] < 0 or (clones.cells[i] <= 0.0 and clones.progenitors[i] < 1.0e-6)):
            continue
        r = out.n_clone_rows[0]
        if r >= out.clone_row.shape[0]:
            return
        row = out.clone_row[r]
        row[0], row[1], row[2] = tick, clones.serial[i], clones.cells[i]
        row[3], row[4] = clones.progenitors[i], clones.division_depth[i]
        row[5:] = np.nan
        for j in range(tracked.shape[0]):
            if plan.with_composition and tracked[j] == i:
                row[5], row[6] = shares[_NEUTROPHILS, j], shares[_MONOCYTES, j]
                row[7], row[8] = shares[_LYMPHOCYTES, j], platelet_share(j, y, shares)
                row[9], row[10] = shares[_RETICULOCYTES, j], red_cell_share(j, y, shares)
        out.n_clone_rows[0] = r + 1


@compiled
def run_course(y, clones, n_used, program, plan, kinds, c, tracked, shares, out):
    """Run one patient from `plan.start_tick` to `plan.stop_tick`.

    Returns:
        number of used clone slots; `NO_ROOM` if the clone table is full; `FAILED` if the state is not finite.
    """
    source = np.zeros(draws.SOURCE_WORDS, dtype=np.uint64)
    work, h = np.zeros((7, max(N_STATES, N_CHANNELS))), np.zeros(N_CHANNELS)
    f, means = np.zeros(3), np.zeros(N_MEANS)
    tick, next_out, next_clone = plan.start_tick, 0, 0
    _frozen(clones, n_used, y, c, f)
    follow_large_clones(clones, n_used, tracked, shares)
    if plan.with_composition:
        fill_at_start(clones, n_used, tracked, shares)
    while True:
        # What stands at this tick before anything happens on it.
        while next_out < out.tick.shape[0] and out.tick[next_out] <= tick:
            _record(next_out, tick, y, program, f, work, out)
            out.stem_cells[next_out] = total_cells(clones, n_used)
            next_out += 1
        while next_clone < out.clone_tick.shape[0] and out.clone_tick[next_clone] <= tick:
            _report_clones(out.clone_tick[next_clone], clones, n_used, y, tracked, shares, plan, out)
            next_clone += 1
        if tick >= plan.stop_tick:
            break
        for j in range(_first_after(program.jump_tick, tick - 1), program.jump_tick.shape[0]):
            if program.jump_tick[j] > tick:
                break
            _jump_stem_cells(program, j, clones, n_used, plan, source)
            _jump_blood(program, j, y)
        _frozen(clones, n_used, y, c, f)
        if plan.with_blood:
            y[EARLY] = clones.progenitors[:n_used].sum()
        stop = _cell_stop(tick, plan, program, clones, n_used, y, f, h, c)
        days = (stop - tick) / _TICKS_PER_DAY
        before, total_before = clones.cells, total_cells(clones, n_used)
        if plan.with_blood:
            before = clones.cells[:n_used].copy()
        early_before, first_out = y[EARLY], next_out
        means[:] = 0.0
        if plan.with_blood:
            _to_middle(days, y, f, h, c)
            next_out = _blood_over_cell(
                tick, stop, y, f, program, plan, c, work, means, clones, n_used, tracked, shares, out, next_out
            )
            means /= days
        else:
            means[0] = rates.stem_cell_activation(y[TPO], c)
            means[1], means[2], means[3] = h[_KILLING], h[_CONTACT], h[_EARLY_KILLING]
        if plan.with_blood and program.effects.shape[0] > 0:
            _channels(program, tick, y, f, h)
        setting = Setting(
            means[0],
            c.stem_cell_niche_capacity_cells * h[_NICHE],
            h[_DIVISION],
            h[_DIFFERENTIATION],
            means[1],
            means[2],
            h[_INFLUX],
            h[_MUTATION],
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
            _early_progenitors(
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
