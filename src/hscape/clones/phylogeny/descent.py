"""The tree of sampled colonies, grown from its tips: lineages of each clone meet, and leave for the parent clone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hscape.clones.phylogeny.backward import Step, meetings
from hscape.clones.phylogeny.tree import Tree, grow


@dataclass(frozen=True, kw_only=True)
class Trajectory:
    """How many cells a clone had, and how fast they divided.

    Args:
        name: the clone.
        times: rising, shape (n,); the first is its birth, or the start of what is known.
        cells: cells at these times, at least 1.
        division: divisions per cell and unit of time in the stretch before each time, shape (n,); the first is unused.
        parent: index of the parent among all trajectories, -1 if it has none.
    """

    name: str
    times: np.ndarray
    cells: np.ndarray
    division: np.ndarray
    parent: int = -1

    def at(self, times: np.ndarray) -> np.ndarray:
        """Cells at any time between; straight in the logarithm."""
        return np.exp(np.interp(times, self.times, np.log(self.cells)))


@dataclass
class Descent:
    """A forest while it is grown backwards."""

    time: list[float] = field(default_factory=list)
    children: list[list[int]] = field(default_factory=list)
    label: list[str] = field(default_factory=list)

    def add(self, time: float, children: Sequence[int] = (), label: str = "") -> int:
        """A new node above these."""
        self.time.append(time)
        self.children.append(list(children))
        self.label.append(label)
        return len(self.time) - 1

    def back(self, nodes: list[int], step: Step, end: float, source: np.random.Generator) -> list[int]:
        """The lineages at the start of a step, from those at its end."""
        if len(nodes) < 2:
            return nodes
        order, when = meetings(len(nodes), step, source)
        standing = [nodes[i] for i in order]
        place = list(range(len(standing)))  # of each neighbor, the one that now stands for it

        def top(i: int) -> int:
            while place[i] != i:
                i = place[i]
            return i

        for i in np.argsort(when, kind="stable"):
            if not np.isfinite(when[i]):
                break
            left, right = top(int(i)), top(int(i) + 1)
            standing[left] = self.add(end - float(when[i]), (standing[left], standing[right]))
            place[right] = left
        return [standing[i] for i in range(len(standing)) if place[i] == i]

    def tree(self, node: int, name: str, start: float) -> Tree:
        """The tree below a node; its stem reaches back to the start."""
        parents, lengths, labels = [-1], [self.time[node] - start], [self.label[node]]
        stack = [(node, 0)]
        while stack:
            above, place = stack.pop()
            for child in self.children[above]:
                parents.append(place)
                lengths.append(max(self.time[child] - self.time[above], 0.0))
                labels.append(self.label[child])
                stack.append((child, len(parents) - 1))
        return grow(name, parents, lengths, labels)


def grow_back(
    clones: Sequence[Trajectory], sampled: Sequence[Sequence[str]], source: np.random.Generator
) -> tuple[Descent, list[int]]:
    """Let sampled lineages meet, from sampling back to the start.

    Args:
        clones: every clone, parents before children; all end at the time of sampling or before.
        sampled: labels of the colonies of each clone.
        source: where chance comes from.

    Returns:
        the forest, and the lineages that are left at the start of the first clone.
    """
    descent = Descent()
    arriving: list[list[tuple[float, int]]] = [[] for _ in clones]
    left: list[int] = []
    for i in range(len(clones) - 1, -1, -1):
        clone = clones[i]
        nodes = [descent.add(float(clone.times[-1]), label=label) for label in sampled[i]]
        nodes = _through(clone, nodes, sorted(arriving[i], reverse=True), descent, source)
        if not nodes:
            continue
        if clone.parent < 0:
            left += nodes
        else:
            arriving[clone.parent] += [(float(clone.times[0]), node) for node in nodes]
    return descent, left


def _through(
    clone: Trajectory,
    nodes: list[int],
    arriving: list[tuple[float, int]],
    descent: Descent,
    source: np.random.Generator,
) -> list[int]:
    """The lineages of a clone at its birth; daughters' lineages come in at their births."""
    joins = [time for time, _ in arriving if clone.times[0] < time < clone.times[-1]]
    grid = np.union1d(clone.times, joins)
    cells = clone.at(grid)
    division = clone.division[np.searchsorted(clone.times, grid)]
    waiting = list(arriving)
    for j in range(len(grid) - 1, 0, -1):
        while waiting and waiting[0][0] >= grid[j]:
            nodes.append(waiting.pop(0)[1])
        if not nodes:
            continue
        after, before = max(round(float(cells[j])), len(nodes)), max(round(float(cells[j - 1])), 1)
        step = Step(before, after, float(division[j]), float(grid[j] - grid[j - 1]))
        nodes = descent.back(nodes, step, float(grid[j]), source)
    return nodes + [node for _, node in waiting]
