"""The clone composition of every blood line, carried through maturation.

Each pool of cells mixes what enters from the pool before it: over a day the share s of a clone moves to
s + (1 - exp(-gain dt / amount)) (s_before - s). Ordinary cells and up to eight clones are followed; the
rest is what is left to one. So granulocyte, platelet and red-cell shares differ in time as in patients:
neutrophils show the marrow of two weeks ago, red cells that of the last four months.
"""

from __future__ import annotations

import math

import numpy as np

from hscape.biology.state import N_BLOOD, POOLS
from hscape.compiled import compiled, inlined

N_TRACKED = 9  # ordinary cells and eight clones
#: A clone is followed once it holds this share of stem cells or early progenitors.
SHARE_TO_FOLLOW = 0.002
#: A new clone takes the place of a followed one when it is this much larger.
LARGER = 4.0
_EARLY = -1  # upstream of the first pool of a line: the early progenitors


def _upstream() -> np.ndarray:
    """For every pool of cells, the pool that feeds it; -1 for the early progenitors, -2 for no pool of cells."""
    table = np.full(N_BLOOD, -2, dtype=np.int64)
    lines = (
        ("erythroid_progenitors", "erythroblasts", "marrow_reticulocytes", "blood_reticulocytes", "red_cells"),
        ("neutrophil_mitotic", "neutrophil_maturing", "neutrophil_reserve", "neutrophils"),
        ("megakaryocyte_progenitors", "megakaryocytes", "platelets"),
        ("lymphocytes",),
        ("monocyte_precursors", "monocytes"),
    )
    for line in lines:
        before = _EARLY
        for name in line:
            for index in range(POOLS[name].start, POOLS[name].stop):
                table[index], before = before, index
    return table


UPSTREAM = _upstream()
_RED = POOLS["red_cells"]
_PLATELETS = POOLS["platelets"]
_RED_START, _RED_STOP = _RED.start, _RED.stop
_PLATELET_START, _PLATELET_STOP = _PLATELETS.start, _PLATELETS.stop


@compiled
def follow_large_clones(clones, n_used, tracked, shares):
    """Choose which clones are followed; a clone that is taken up starts with a share of zero in every pool."""
    cells, progenitors = 0.0, 0.0
    for i in range(n_used):
        cells += clones.cells[i]
        progenitors += clones.progenitors[i]
    if cells <= 0.0 and progenitors <= 0.0:
        return
    for i in range(1, n_used):
        size = max(clones.cells[i] / max(cells, 1.0), clones.progenitors[i] / max(progenitors, 1.0e-12))
        if size < SHARE_TO_FOLLOW:
            continue
        known, place, smallest = False, -1, 1.0e9
        for j in range(1, N_TRACKED):
            if tracked[j] == i:
                known = True
                break
            held = 0.0
            if tracked[j] >= 0:
                k = tracked[j]
                held = max(clones.cells[k] / max(cells, 1.0), clones.progenitors[k] / max(progenitors, 1.0e-12))
            if held < smallest:
                smallest, place = held, j
        if not known and size > LARGER * smallest:
            tracked[place] = i
            for pool in range(shares.shape[0]):
                shares[pool, place] = 0.0


@inlined
def _giving(clones, n_used):
    """Early progenitors of all clones, each weighted by what it gives."""
    total = 0.0
    for i in range(n_used):
        total += clones.progenitors[i] * clones.output[i]
    return total


@inlined
def _given_by(clones, i, total):
    """Share of one clone in what early progenitors give; zero for no clone."""
    return clones.progenitors[i] * clones.output[i] / total if i >= 0 and total > 0.0 else 0.0


@compiled
def fill_at_start(clones, n_used, tracked, shares):
    """At the start every pool has the composition of what the early progenitors give."""
    total = _giving(clones, n_used)
    for j in range(N_TRACKED):
        share = _given_by(clones, tracked[j], total)
        for pool in range(shares.shape[0]):
            shares[pool, j] = share


@compiled
def carry(days, y, gain, clones, n_used, tracked, shares):
    """Carry the composition over a span of at most a day."""
    total = _giving(clones, n_used)
    source, before = np.zeros(N_TRACKED), np.zeros(N_TRACKED)
    for j in range(N_TRACKED):
        source[j] = _given_by(clones, tracked[j], total)
    for pool in range(N_BLOOD):
        upstream = UPSTREAM[pool]
        if upstream == -2:
            continue
        mixed = 1.0 - math.exp(-gain[pool] * days / max(y[pool], 1.0e-12))
        for j in range(N_TRACKED):
            arriving = source[j] if upstream == _EARLY else 0.5 * (before[j] + shares[upstream, j])
            before[j] = shares[pool, j]
            shares[pool, j] += mixed * (arriving - shares[pool, j])


@compiled
def pooled_share(start, stop, j, y, shares):
    """Share of a clone in a pool of several stages, weighted by their amounts."""
    amount, held = 0.0, 0.0
    for i in range(start, stop):
        amount += y[i]
        held += y[i] * shares[i, j]
    return held / amount if amount > 0.0 else 0.0


@compiled
def red_cell_share(j, y, shares):
    """Share of a clone among red cells."""
    return pooled_share(_RED_START, _RED_STOP, j, y, shares)


@compiled
def platelet_share(j, y, shares):
    """Share of a clone among platelets."""
    return pooled_share(_PLATELET_START, _PLATELET_STOP, j, y, shares)
