"""Coarse courses of eight people side by side: the same steps as `coarse`, taken together.

Every person keeps his own calendar: steps before day 0 are as long as his own course allows, and he waits on day 0
until the others have come to the clinic. What a person's course is does not depend on who the others are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hscape.biology.channels import N_CHANNELS
from hscape.biology.state import N_STATES
from hscape.compiled import compiled, inlined
from hscape.dynamics.blood import N_FROZEN
from hscape.dynamics.coarse import (
    N_NOISE,
    N_NOISE_BEFORE,
    NEVER_SHOWN,
    SHOWN_AT_ONCE,
    days_back,
    quiet_step_days,
    shown_distance,
)
from hscape.dynamics.coarse_calendar import (
    ATTACKING,
    N_PLACES,
    SEGMENT,
    chart_step_days,
    extra_killing,
    what_enters,
    what_was_given,
)
from hscape.dynamics.coarse_person import N_MEMORY, OUTPUT_BEFORE, TOWARD_BEFORE, VARYING, Person
from hscape.dynamics.coarse_record import N_COLUMNS, N_SLOTS, write_row
from hscape.dynamics.coarse_step import coarse_step
from hscape.lanes.memory import constants_with, lane_rows
from hscape.lanes.number import LANES

#: Rows of everything that moves, one below the other.
_CELLS = N_STATES
_EARLY = _CELLS + N_SLOTS
_SHARES = _EARLY + N_SLOTS
_MEMORY = _SHARES + 3 * N_SLOTS
N_MOVING = _MEMORY + N_MEMORY
#: Rows of scratch: channels, dated changes, factors, what stem cells lend, chance, length of step, extra killing,
#: output, a row of the record.
_DATED = N_CHANNELS
_FACTOR = _DATED + N_CHANNELS
_FROZEN = _FACTOR + N_CHANNELS
_CHANCE = _FROZEN + N_FROZEN
_DAYS = _CHANCE + N_SLOTS
_EXTRA = _DAYS + 1
_OUTPUT = _EXTRA + 1
_ROW = _OUTPUT + 1
N_SCRATCH = _ROW + N_COLUMNS
_join_constants = constants_with(VARYING)


class Tables(NamedTuple):
    """The attack's tables: the structure that all share, and the coefficients of each person, shape (n, LANES)."""

    effects: np.ndarray
    strength: np.ndarray
    terms: np.ndarray
    values: np.ndarray
    felt: np.ndarray


@inlined
def _step_all(p, tables, constants, own, moving, scratch):
    """One step of everyone."""
    q = Person(
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, lane_rows(p.cells, 0), lane_rows(p.vulnerability, 0),
        lane_rows(p.fitness_per_day, 0), lane_rows(p.interferon_fitness_per_day, 0), lane_rows(p.origin_per_day, 0),
        lane_rows(p.output, 0), lane_rows(p.entry_day, 0), lane_rows(p.entry_cells, 0),
    )  # fmt: skip
    output = coarse_step(
        lane_rows(moving, 0), lane_rows(moving, _CELLS), lane_rows(moving, _EARLY), lane_rows(moving, _SHARES), q,
        lane_rows(scratch, _DATED), lane_rows(scratch, _FACTOR), tables.effects, lane_rows(tables.strength, 0),
        tables.terms, lane_rows(tables.values, 0), lane_rows(tables.felt, 0), lane_rows(scratch, _EXTRA)[0],
        lane_rows(scratch, _CHANCE), lane_rows(scratch, _DAYS)[0], _join_constants(constants, lane_rows(own, 0)),
        lane_rows(scratch, _FROZEN), lane_rows(scratch, 0), lane_rows(moving, _MEMORY),
    )  # fmt: skip
    lane_rows(scratch, _OUTPUT)[0] = output


@inlined
def _record_all(moving, scratch, constants, own, age_years):
    """The rows of everyone, in `scratch`."""
    write_row(
        lane_rows(scratch, _ROW), lane_rows(scratch, _DAYS)[0], lane_rows(moving, 0), lane_rows(moving, _CELLS),
        lane_rows(moving, _EARLY), lane_rows(moving, _SHARES), lane_rows(scratch, _OUTPUT)[0], lane_rows(scratch, 0),
        _join_constants(constants, lane_rows(own, 0)), age_years,
    )  # fmt: skip


@inlined
def _copied(moving, kept):
    start, stop = lane_rows(moving, 0), lane_rows(kept, 0)
    for j in range(N_MOVING):
        stop[j] = start[j]


@inlined
def _in_force(scratch, lane, table, segment):
    """The dated changes of a segment for one person."""
    for j in range(N_CHANNELS):
        scratch[_DATED + j, lane] = table.addition[segment, j] * table.factor[segment, j]
        scratch[_FACTOR + j, lane] = table.factor[segment, j]


@inlined
def _begin(p, moving, scratch, constants):
    """Everyone before the first step: health, and the first attacking cells."""
    moving[:], scratch[:] = 0.0, 0.0
    moving[:ATTACKING] = 1.0
    for i in range(LANES):
        moving[ATTACKING, i] = p.seed_fold[i]
        moving[_MEMORY + OUTPUT_BEFORE, i], moving[_MEMORY + TOWARD_BEFORE, i] = 1.0, 1.0
        summed = 0.0
        for j in range(N_SLOTS):
            moving[_CELLS + j, i] = p.cells[j, i]
            moving[_EARLY + j, i] = p.cells[j, i] / constants[0].stem_cell_niche_capacity_cells
            summed += moving[_EARLY + j, i]
        for j in range(3 * N_SLOTS):
            moving[_SHARES + j, i] = moving[_EARLY + j % N_SLOTS, i] / summed


@inlined
def _written(scratch, lane, day, row):
    """Copy the row of one person."""
    for j in range(1, N_COLUMNS):
        row[j] = scratch[_ROW + j, lane]
    row[0] = day


@compiled
def _until_shown(
    p, threshold, tables, table, noise, which, constants, own, age_years, rows, moving, scratch, n, shown, day
):
    """Everyone from the first attacking cell to the clinic."""
    kept, there = moving.copy(), moving.copy()
    k, above, before = np.zeros(LANES, dtype=np.int64), np.zeros(LANES), np.zeros(LANES)
    is_back, is_done = np.zeros(LANES, dtype=np.bool_), np.zeros(LANES, dtype=np.bool_)
    days = np.ones(LANES)
    for i in range(LANES):
        _in_force(scratch, i, table, 0)
    scratch[_OUTPUT] = 1.0
    _record_all(moving, scratch, constants, own, age_years)
    left = 0
    for i in range(LANES):
        _written(scratch, i, 0.0, rows[i, 0])
        n[i], day[i] = 1, 0.0
        above[i] = shown_distance(rows[i, 0], threshold, p.shown_level[i])
        if above[i] < 0.0:
            shown[i], is_done[i] = SHOWN_AT_ONCE, True
        else:
            left += 1
    while left > 0:
        for i in range(LANES):
            if is_done[i] or is_back[i]:
                continue
            if day[i] >= p.wait_days or n[i] >= rows.shape[1] - 4 or k[i] >= N_NOISE_BEFORE:
                shown[i], is_done[i] = NEVER_SHOWN, True
                left -= 1
                continue
            days[i] = quiet_step_days(rows[i], n[i], above[i], before[i])
            for j in range(N_SLOTS):
                scratch[_CHANCE + j, i] = noise[which[i], k[i], j]
            k[i] += 1
        if left == 0:
            break
        for i in range(LANES):
            scratch[_DAYS, i] = days[i]
        _copied(moving, kept)
        _step_all(p, tables, constants, own, moving, scratch)
        _record_all(moving, scratch, constants, own, age_years)
        for i in range(LANES):
            if is_done[i]:
                continue
            _written(scratch, i, day[i] + days[i], rows[i, n[i]])
            if is_back[i]:
                day[i] += days[i]
                shown[i], is_done[i] = n[i], True
                n[i] += 1
                left -= 1
                for j in range(moving.shape[0]):
                    there[j, i] = moving[j, i]
                continue
            found = shown_distance(rows[i, n[i]], threshold, p.shown_level[i])
            if found < 0.0:
                # the clinic sees the failure within this step: go back and stop on the day
                is_back[i], days[i] = True, days_back(days[i], above[i], found)
                for j in range(moving.shape[0]):
                    moving[j, i] = kept[j, i]
            else:
                before[i], above[i] = above[i], found
                day[i] += days[i]
                n[i] += 1
    moving[:] = there


@compiled
def run_side_by_side(
    p, threshold, tables, table, end_day, noise, which, constants, own, age_years, rows, moving, scratch, n, shown
):
    """Whole courses of eight people; see `coarse.run_coarse`.

    Args:
        p: the people: arrays of shape (LANES,) and (n_slots, LANES); `end_per_day` and `wait_days` are
            the same for all.
        threshold: counts at which people come to the clinic.
        tables: the attack.
        table: what is given when.
        end_day: last day of the chart.
        noise: shape (n, n_noise, n_slots).
        which: row of the noise of each person, shape (LANES,).
        constants: records of each person, shape (LANES,); what is the same for all is read from the first.
        own: `VARYING` constants of each person, shape (n_varying, LANES).
        age_years: on day 0 of the chart.
        rows: is filled, shape (LANES, n_rows, n_columns); days count from day 0 of the chart.
        moving: scratch, shape (N_MOVING, LANES).
        scratch: scratch, shape (N_SCRATCH, LANES).
        n: is filled with the rows written, shape (LANES,).
        shown: is filled with the row of day 0; negative if the failure did not show in time.
    """
    day = np.zeros(LANES)
    _begin(p, moving, scratch, constants)
    _until_shown(
        p, threshold, tables, table, noise, which, constants, own, age_years, rows, moving, scratch, n, shown, day
    )
    k = N_NOISE_BEFORE
    place, has_entered = np.zeros((LANES, N_PLACES), dtype=np.int64), np.zeros((LANES, N_SLOTS), dtype=np.bool_)
    segment, is_going = np.full(LANES, -1, dtype=np.int64), np.zeros(LANES, dtype=np.bool_)
    for i in range(LANES):
        for j in range(n[i]):
            rows[i, j, 0] -= day[i]
        day[i] = 0.0
    while True:
        going = 0
        for i in range(LANES):
            is_going[i] = shown[i] >= 0 and day[i] < end_day - 1.0e-9 and n[i] < rows.shape[1] and k < N_NOISE
            if not is_going[i]:
                scratch[_DAYS, i] = 1.0
                continue
            going += 1
            what_enters(
                moving[:N_STATES, i], moving[_CELLS:_EARLY, i], moving[_EARLY:_SHARES, i], p.entry_day[:, i],
                p.entry_cells[:, i], has_entered[i], place[i], table, day[i], constants[i],
            )  # fmt: skip
            scratch[_DAYS, i] = chart_step_days(place[i], table, day[i], end_day, p.end_day[i])
            if segment[i] != place[i, SEGMENT]:
                segment[i] = place[i, SEGMENT]
                _in_force(scratch, i, table, segment[i])
            scratch[_EXTRA, i] = extra_killing(
                table.atg_addition[segment[i]], p.log_kill_factor[i], day[i], p.end_day[i], p.end_per_day
            )
            for j in range(N_SLOTS):
                scratch[_CHANCE + j, i] = noise[which[i], k, j]
        if going == 0:
            return
        _step_all(p, tables, constants, own, moving, scratch)
        k += 1
        for i in range(LANES):
            if is_going[i]:
                day[i] += scratch[_DAYS, i]
                what_was_given(moving[:N_STATES, i], place[i], table, day[i], constants[i])
        _record_all(moving, scratch, constants, own, age_years)
        for i in range(LANES):
            if is_going[i]:
                _written(scratch, i, day[i], rows[i, n[i]])
                n[i] += 1
