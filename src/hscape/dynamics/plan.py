"""What the loop is asked to do, and where it stands in the calendar of influences."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hscape.compiled import inlined
from hscape.dynamics.blood import fill_channels

EXACT, STEP, MEAN = 0, 1, 2


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
    report_fraction: float
    report_cells: float  # a clone is reported once it has had this many stem cells
    is_continued: bool  # an earlier call has brought the patient here
    red_cell_trigger_g_per_dl: float  # hemoglobin below which red cells are given; 0 for never
    platelet_trigger_1e9_per_l: float
    stop_hemoglobin_g_per_dl: float  # the call ends when a count falls below; 0 for never
    stop_platelets_1e9_per_l: float
    stop_neutrophils_1e9_per_l: float


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
def channels_at(program, tick, y, f, h):
    """Channels in force at a tick."""
    row = segment_row(program, tick)
    fill_channels(program.addition[row], program.factor[row], program.effects, y, f, h)


@inlined
def first_after(ticks, tick):
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
    """Tick of the latest dated change or jump up to now; the start, where a changed body may still settle, is one."""
    latest = 0
    change = first_after(program.change_tick, tick) - 1
    if change > 0:  # the first segment starts with time itself
        latest = program.change_tick[change]
    jump = first_after(program.jump_tick, tick) - 1
    if jump >= 0:
        latest = max(latest, program.jump_tick[jump])
    return latest
