"""The referee: every cell of a clone with its ancestry, event by event; slow, obvious, and never used for answers.

Rates are constant within a step. What it gives is the exact genealogy of a sample, against which the backward
draws and the estimates are held.
"""

from __future__ import annotations

import numpy as np

from hscape.clones.phylogeny.tree import Tree, grow
from hscape.compiled import compiled


@compiled
def _run(founders, division, loss, days, room, source):
    """Parent and time of each division and the branch that each living cell stands on.

    Returns:
        number of branches, or -1 if there is no room; parents; start times; living branches; cells after each step.
    """
    parent = np.empty(room, dtype=np.int64)  # not filled, so that room that is not used costs nothing
    start = np.empty(room)
    alive = np.empty(room, dtype=np.int64)
    cells = np.zeros(len(days), dtype=np.int64)
    n, used, now = founders, founders, 0.0
    for i in range(founders):
        alive[i], parent[i], start[i] = i, -1, 0.0
    for step in range(len(days)):
        stop = now + days[step]
        both = division[step] + loss[step]
        while n > 0:
            wait = source.exponential() / (both * n) if both > 0.0 else np.inf
            if now + wait >= stop:
                break
            now += wait
            i = min(int(source.random() * n), n - 1)
            if source.random() * both < division[step]:
                if used + 2 > room:
                    return -1, parent, start, alive[:n], cells
                for j in range(2):
                    parent[used + j] = alive[i]
                    start[used + j] = now
                alive[i] = used
                alive[n] = used + 1
                used += 2
                n += 1
            else:
                n -= 1
                alive[i] = alive[n]
        now = stop
        cells[step] = n
    return used, parent[:used].copy(), start[:used].copy(), alive[:n].copy(), cells


def forward(
    founders: int,
    division_per_step: np.ndarray,
    loss_per_step: np.ndarray,
    span_per_step: np.ndarray,
    source: np.random.Generator,
    largest: int = 1 << 23,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Let a clone live.

    Args:
        founders: cells at the start.
        division_per_step: divisions per cell and unit of time in each step; losses and spans alike.
        loss_per_step: losses per cell.
        span_per_step: lengths of the steps.
        source: where chance comes from.
        largest: room for branches.

    Returns:
        parent of each branch (-1: a founder), start time of each branch, branches alive at the end, and cells after
        each step.
    """
    used, parent, start, alive, cells = _run(founders, division_per_step, loss_per_step, span_per_step, largest, source)
    if used < 0:
        raise MemoryError(f"more than {largest} branches; simulate a smaller clone")
    return parent, start, alive, cells


def sampled_trees(
    parent: np.ndarray, start: np.ndarray, sampled: np.ndarray, end: float, name: str = "forward"
) -> list[Tree]:
    """The trees of sampled branches, one per founder that has any; stems reach back to the start.

    Args:
        parent: parent branch of each branch.
        start: its start time.
        sampled: branches that are alive at the end, in any order.
        end: time of sampling.
        name: what the trees are called, with the number of the founder.
    """
    wanted = np.zeros(len(parent), dtype=bool)
    for tip in sampled:
        node = int(tip)
        while node >= 0 and not wanted[node]:
            wanted[node] = True
            node = int(parent[node])
    nodes = np.flatnonzero(wanted)
    stop = np.full(len(parent), end)
    has_child = nodes[parent[nodes] >= 0]
    stop[parent[has_child]] = start[has_child]
    is_tip = np.zeros(len(parent), dtype=bool)
    is_tip[sampled] = True
    founder = np.arange(len(parent))
    for i in nodes:
        if parent[i] >= 0:
            founder[i] = founder[parent[i]]
    trees = []
    for root in nodes[parent[nodes] < 0]:
        mine = nodes[founder[nodes] == root]
        place = {int(node): i for i, node in enumerate(mine)}
        labels = [f"c{int(node)}" if is_tip[node] else "" for node in mine]
        parents = [-1 if node == root else place[int(parent[node])] for node in mine]
        lengths = [float(stop[node] - start[node]) for node in mine]
        trees.append(grow(f"{name}_{root}", parents, lengths, labels))
    return trees
