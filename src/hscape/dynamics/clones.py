"""The clones of one patient as arrays: what every stem-cell kernel moves.

A slot holds one clone. Slot 0 is the ordinary stem cells. `cells` are whole numbers kept as floats (the
mean kernel moves expectations). `division_depth` is the mean number of divisions in the ancestry of a
living cell; it rises by two per symmetric division and cell. `progenitors` are the clone's early
progenitors relative to all of them in health.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hscape.compiled import compiled, inlined

#: A clone without stem cells is given up when its early progenitors are fewer than this, relative to health.
NEGLIGIBLE_PROGENITORS = 1.0e-6


class Clones(NamedTuple):
    """One entry per slot, shape (n_slots,)."""

    cells: np.ndarray
    fitness_per_day: np.ndarray
    interferon_fitness_per_day: np.ndarray  # added to it under full interferon
    vulnerability: np.ndarray
    output: np.ndarray  # blood made per early progenitor, relative to ordinary ones
    address: np.ndarray  # uint64, 56 bits; the clone's part of a draw's address
    parent: np.ndarray  # uint64, address of the parent clone
    kind: np.ndarray  # index into the mutation kinds, -1 for founders
    birth_tick: np.ndarray
    division_depth: np.ndarray
    progenitors: np.ndarray
    serial: np.ndarray  # number under which the clone is reported, -1 if it never was


def empty_clones(n_slots: int) -> Clones:
    """Room for this many clones, all empty."""
    whole, real = np.int64, np.float64
    kinds = (real, real, real, real, real, np.uint64, np.uint64, whole, whole, real, real, whole)
    clones = Clones(*(np.zeros(n_slots, dtype=kind) for kind in kinds))
    clones.output[:] = 1.0
    clones.serial[:] = -1
    clones.kind[:] = -1
    return clones


@inlined
def total_cells(clones, n_used):
    """All stem cells."""
    total = 0.0
    for i in range(n_used):
        total += clones.cells[i]
    return total


@inlined
def fitness_in(clones, i, setting):
    """Growth advantage of a clone per day in this setting: its own, and what it gains from interferon."""
    return clones.fitness_per_day[i] + clones.interferon_fitness_per_day[i] * setting.interferon


@compiled
def free_slot(clones, n_used):
    """First slot that can be reused, or `n_used`, or -1 when the table is full."""
    for i in range(1, n_used):
        if clones.cells[i] <= 0.0 and clones.progenitors[i] < NEGLIGIBLE_PROGENITORS and clones.serial[i] < 0:
            return i
    if n_used < clones.cells.shape[0]:
        return n_used
    return -1


@compiled
def place(
    clones,
    n_used,
    cells,
    fitness_per_day,
    interferon_fitness_per_day,
    vulnerability,
    output,
    address,
    parent,
    kind,
    tick,
    depth,
):
    """Put a new clone into a slot; returns the new number of used slots, or -1 when there is no room."""
    slot = free_slot(clones, n_used)
    if slot < 0:
        return -1
    clones.progenitors[0] += clones.progenitors[slot]  # what the former tenant left counts as ordinary
    clones.cells[slot] = cells
    clones.fitness_per_day[slot] = fitness_per_day
    clones.interferon_fitness_per_day[slot] = interferon_fitness_per_day
    clones.vulnerability[slot] = vulnerability
    clones.output[slot] = output
    clones.address[slot] = address
    clones.parent[slot] = parent
    clones.kind[slot] = kind
    clones.birth_tick[slot] = tick
    clones.division_depth[slot] = depth
    clones.progenitors[slot] = 0.0
    clones.serial[slot] = -1
    return max(n_used, slot + 1)
