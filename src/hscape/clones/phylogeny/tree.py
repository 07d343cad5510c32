"""A phylogeny of single-cell colonies as arrays, and the times at which its lineages meet.

Nodes are numbered so that a parent stands before its children; node 0 is the root. Times count backwards
from sampling, in years.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Tree:
    """One rooted tree.

    Args:
        name: what the file calls it.
        parent: index of the parent of each node, -1 for the root, shape (n_nodes,).
        length_years: branch above each node, shape (n_nodes,); the root's is the stem, 0 where none is given.
        labels: label of each node, empty where none is given.
        notes: what was done on reading, one sentence each.
        sampled_age_years: age of the person at sampling, if the file gives it.
    """

    name: str
    parent: np.ndarray
    length_years: np.ndarray
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()
    sampled_age_years: float | None = None

    @property
    def n_nodes(self) -> int:
        """Nodes, tips included."""
        return len(self.parent)

    @property
    def n_children(self) -> np.ndarray:
        """Children of each node, shape (n_nodes,)."""
        return np.bincount(self.parent[1:], minlength=self.n_nodes)

    @property
    def tips(self) -> np.ndarray:
        """Indices of the tips, in the order of the file."""
        return np.flatnonzero(self.n_children == 0)

    @property
    def tip_labels(self) -> tuple[str, ...]:
        """Labels of the tips, in the order of the file."""
        return tuple(self.labels[i] for i in self.tips)

    @property
    def depth_years(self) -> np.ndarray:
        """Distance of each node from the root, shape (n_nodes,)."""
        depth = np.zeros(self.n_nodes)
        for i in range(1, self.n_nodes):
            depth[i] = depth[self.parent[i]] + self.length_years[i]
        return depth

    @property
    def height_years(self) -> np.ndarray:
        """Time of each node before sampling, shape (n_nodes,); tips stand at zero."""
        depth = self.depth_years
        height = depth[self.tips].max() - depth
        height[self.tips] = 0.0
        return height

    @property
    def stem_years(self) -> float:
        """Branch above the root."""
        return float(self.length_years[0])

    def coalescence_years(self) -> np.ndarray:
        """Times before sampling at which lineages meet, falling, shape (n_tips - 1,).

        A node with k children counts k - 1 times: the meetings of a multifurcation at one time.
        """
        children = self.n_children
        inner = np.flatnonzero(children >= 2)
        return np.sort(np.repeat(self.height_years[inner], children[inner] - 1))[::-1]

    def internal_length_years(self) -> float:
        """Sum of the branches that end in an inner node, without the stem."""
        return float(self.length_years[1:][self.n_children[1:] > 0].sum())

    def below(self, node: int) -> np.ndarray:
        """A node and everything below it, parents first."""
        inside = np.zeros(self.n_nodes, dtype=bool)
        inside[node] = True
        for i in range(node + 1, self.n_nodes):
            inside[i] = inside[self.parent[i]]
        return np.flatnonzero(inside)

    def subtree(self, node: int, name: str) -> Tree:
        """The clade below a node; the branch above it becomes the stem."""
        nodes = self.below(node)
        place = np.full(self.n_nodes, -1)
        place[nodes] = np.arange(len(nodes))
        parent = place[self.parent[nodes]]
        parent[0] = -1
        return Tree(
            name=name,
            parent=parent,
            length_years=self.length_years[nodes].copy(),
            labels=tuple(self.labels[i] for i in nodes),
            notes=self.notes,
            sampled_age_years=self.sampled_age_years,
        )

    def common_ancestor(self, nodes: np.ndarray) -> int:
        """The youngest node above all of these."""
        wanted = np.zeros(self.n_nodes, dtype=int)
        wanted[nodes] = 1
        for i in range(self.n_nodes - 1, 0, -1):
            wanted[self.parent[i]] += wanted[i]
        return int(np.flatnonzero(wanted == len(nodes)).max())


def grow(name: str, parents: list[int], lengths: list[float], labels: list[str], notes: tuple[str, ...] = ()) -> Tree:
    """A tree from lists, with nodes that have a single child joined to it."""
    parent, length, label = np.array(parents), np.array(lengths, dtype=float), list(labels)
    children = np.bincount(parent[parent >= 0], minlength=len(parent))
    kept: list[int] = []
    place = np.full(len(parent), -1)
    above, carried = np.full(len(parent), -1), length.copy()
    for i in range(len(parent)):
        up = int(parent[i])
        if up >= 0 and place[up] < 0:  # the parent was joined away: hang from where it hung
            carried[i] += carried[up]
            above[i] = above[up]
        elif up >= 0:
            above[i] = place[up]
        if children[i] != 1:
            place[i] = len(kept)
            kept.append(i)
    return Tree(
        name=name,
        parent=above[kept],
        length_years=carried[kept],
        labels=tuple(label[i] for i in kept),
        notes=notes,
    )


def without(tree: Tree, names: set[str]) -> Tree:
    """The tree without these tips."""
    alive = np.ones(tree.n_nodes, dtype=bool)
    tips = set(tree.tips.tolist())
    living = np.zeros(tree.n_nodes, dtype=int)
    for i in range(tree.n_nodes - 1, -1, -1):
        alive[i] = tree.labels[i] not in names if i in tips else living[i] > 0
        if alive[i] and i > 0:
            living[tree.parent[i]] += 1
    kept = np.flatnonzero(alive)
    place = np.full(tree.n_nodes, -1)
    place[kept] = np.arange(len(kept))
    parents = [-1 if i == 0 else int(place[tree.parent[i]]) for i in kept]
    lengths = [float(tree.length_years[i]) for i in kept]
    cut = grow(tree.name, parents, lengths, [tree.labels[i] for i in kept], tree.notes)
    return replace(cut, sampled_age_years=tree.sampled_age_years)
