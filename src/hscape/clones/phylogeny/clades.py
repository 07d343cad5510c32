"""Which part of a tree is a clone: a whole tree, the clade of some colonies, or the clade below a named node."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hscape.clones.phylogeny.tree import Tree
from hscape.errors import InputError, unknown_name


@dataclass(frozen=True, kw_only=True)
class Clone:
    """One clone of one tree.

    Args:
        name: id in results.
        tree: the tree of the clone alone, with its stem.
        whole: the tree it was cut from.
        node: its uppermost node in the whole tree.
        notes: what was done to the tree and how the clone was found, one sentence each.
    """

    name: str
    tree: Tree
    whole: Tree
    node: int
    notes: tuple[str, ...] = ()

    @property
    def n_tips(self) -> int:
        """Colonies of the clone."""
        return len(self.tree.tips)


def whole_tree(tree: Tree) -> Clone:
    """A tree that is one clone."""
    return Clone(name=tree.name, tree=tree, whole=tree, node=0, notes=tree.notes)


def chosen_clade(tree: Tree, samples: list[str], name: str | None, where: str) -> Clone:
    """The clade of these colonies, or below a node of this label.

    Args:
        tree: where to look.
        samples: labels of colonies, or one label of an inner node.
        name: id of the clone; by default the first sample and their number.
        where: place in the input, for errors.

    Raises:
        InputError: a label that the tree does not have, a single colony, or colonies that are not a clade.
    """
    label = name or (samples[0] if len(samples) == 1 else f"{samples[0]}_and_{len(samples) - 1}_more")
    inner = [i for i in range(tree.n_nodes) if tree.labels[i] and tree.n_children[i] > 0]
    if len(samples) == 1 and samples[0] in {tree.labels[i] for i in inner}:
        nodes = [i for i in inner if tree.labels[i] == samples[0]]
        if len(nodes) > 1:
            raise InputError(
                f"{where}: {len(nodes)} nodes are labeled '{samples[0]}'; name the colonies of the clade instead."
            )
        return _cut(tree, nodes[0], label)
    tips = {tree.labels[i]: int(i) for i in tree.tips}
    unknown = [sample for sample in samples if sample not in tips]
    if unknown:
        known = [*tips, *(tree.labels[i] for i in inner)]
        among = f" ({len(unknown)} of {len(samples)} labels are not in tree '{tree.name}')" if len(unknown) > 1 else ""
        raise unknown_name(f"{where}{among}", unknown[0], known, kind="colony")
    if len(set(samples)) < 2:
        raise InputError(
            f"{where}: a single colony ('{samples[0]}') has no times of meeting; name two colonies or more, between "
            "which the clade lies."
        )
    found = _cut(tree, tree.common_ancestor(np.array([tips[sample] for sample in set(samples)])), label)
    more = [tip for tip in found.tree.tip_labels if tip not in set(samples)]
    if not more:
        return found
    note = (
        f"The clade of the {len(set(samples))} colonies named holds {found.n_tips}: {', '.join(more[:5])}"
        f"{' and others' if len(more) > 5 else ''} descend from the same node and were taken in."
    )
    return replace(found, notes=(*found.notes, note))


def _cut(tree: Tree, node: int, name: str) -> Clone:
    return Clone(name=name, tree=tree.subtree(node, name), whole=tree, node=node, notes=tree.notes)
