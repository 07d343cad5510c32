"""What the loop writes down: blood states, stem-cell totals and a table of clones."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hscape.biology.channels import Channel as Ch
from hscape.biology.state import N_STATES, POOLS
from hscape.compiled import compiled
from hscape.dynamics.clones import NEGLIGIBLE_PROGENITORS
from hscape.dynamics.composition import platelet_share, red_cell_share
from hscape.dynamics.plan import channels_at

_NEUTROPHILS = POOLS["neutrophils"].start
_MONOCYTES = POOLS["monocytes"].start
_LYMPHOCYTES = POOLS["lymphocytes"].start
_RETICULOCYTES = POOLS["blood_reticulocytes"].start
_SPLENIC_POOL, _CIRCULATING_SHARE = int(Ch.SPLENIC_POOL), int(Ch.NEUTROPHIL_CIRCULATING_SHARE)
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
#: Column of `Output.channel` with what the mean early progenitor gives.
MEAN_OUTPUT = 2


class Output(NamedTuple):
    """Arrays that the loop fills."""

    tick: np.ndarray  # (n_out,) wanted
    state: np.ndarray  # (n_out, n_states)
    stem_cells: np.ndarray  # (n_out,)
    channel: np.ndarray  # (n_out, 3): splenic pool, circulating share of neutrophils, mean output
    clone_tick: np.ndarray  # (n_clone_out,) wanted
    clone_row: np.ndarray  # (n_rows, n_clone_columns)
    serial_slot: np.ndarray  # (n_serials, 6): address low/high, parent low/high, kind, birth tick
    serial_value: np.ndarray  # (n_serials, 2): fitness, vulnerability
    n_clone_rows: np.ndarray  # (1,)
    n_serials: np.ndarray  # (1,)
    transfusion: np.ndarray  # (n_room, 3): tick, product, units
    n_transfusions: np.ndarray  # (1,)
    stopped_tick: np.ndarray  # (1,) where the call ended


@compiled
def record_blood(index, tick, y, program, f, work, out):
    """Write the blood state of one row, with the two channels that turn pools into counts, and the mean output."""
    channels_at(program, tick, y, f, work[6])
    for i in range(N_STATES):
        out.state[index, i] = y[i]
    out.channel[index, 0] = work[6, _SPLENIC_POOL]
    out.channel[index, 1] = work[6, _CIRCULATING_SHARE]
    out.channel[index, MEAN_OUTPUT] = f[4]


@compiled
def number_clones(clones, n_used, plan, out):
    """Give a serial number to every clone that has become large enough to report.

    Large is a share of the niche, or the same share of the early progenitors: in an empty marrow a clone of a few
    stem cells may be what the blood is made from.
    """
    least = math.inf
    if plan.with_blood:
        least = max(plan.report_fraction * clones.progenitors[:n_used].sum(), NEGLIGIBLE_PROGENITORS)
    for i in range(1, n_used):
        if (
            clones.serial[i] < 0
            and (clones.cells[i] >= plan.report_cells or clones.progenitors[i] >= least)
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
def report_clones(tick, clones, n_used, y, tracked, shares, plan, out):
    """One row for the ordinary cells and for every numbered clone that is still there."""
    number_clones(clones, n_used, plan, out)
    for i in range(n_used):
        if i > 0 and (
            clones.serial[i] < 0 or (clones.cells[i] <= 0.0 and clones.progenitors[i] < NEGLIGIBLE_PROGENITORS)
        ):
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
