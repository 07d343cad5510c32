"""Whether all colonies stand at the same distance from the root, and what is done if they nearly do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hscape.clones.phylogeny.numbers import number
from hscape.clones.phylogeny.tree import Tree
from hscape.errors import InputError


def check_ultrametric(tree: Tree, where: str) -> Tree:
    """The tree, with small differences between its tips mended and said.

    A small difference is mended by lengthening the branches of the tips to the longest distance, which leaves
    every inner node where it is.

    Raises:
        InputError: a single colony, colonies without or with the same label, no height, a larger difference, or a
            tree older than a long life.
    """
    check_tips(tree, where)
    distance = tree.depth_years[tree.tips]
    longest = float(distance.max())
    if longest <= 0.0:
        raise InputError(
            f"{where}: every branch has length zero, so there are no times; give a tree with branch lengths in years."
        )
    share = float(longest - distance.min()) / longest
    if share > number("tree_mended_deviation_share"):
        raise _not_ultrametric(tree, distance, share, where)
    oldest = number("tree_oldest_onset_years")
    if longest > oldest:
        raise InputError(
            f"{where}: the tree is {longest:.4g} high, more than {oldest:g} years of life; branch lengths must be in "
            "years, so divide mutation counts by the mutations a year."
        )
    notes = list(tree.notes)
    if share > number("tree_rounding_share"):
        notes.append(
            f"Distances of tips from the root differ by up to {longest - distance.min():.3g} years ({share:.2%} of "
            f"{longest:.4g}); the branches of tips were lengthened to the longest."
        )
    joined = tree.n_children
    many = int((joined > 2).sum())
    if many:
        notes.append(
            f"{many} {'node has' if many == 1 else 'nodes have'} more than two branches (up to {int(joined.max())}); "
            "resolved as meetings at one time."
        )
    return replace(tree, notes=tuple(notes))


def check_tips(tree: Tree, where: str) -> None:
    """Check that there are two colonies or more, each with a label of its own.

    Raises:
        InputError: there are not.
    """
    labels = tree.tip_labels
    if len(labels) < 2:
        raise InputError(
            f"{where}: the tree has a single tip ('{labels[0]}'); times of meeting need two colonies or more, so give "
            "the tree of a whole clone."
        )
    if "" in labels:
        raise InputError(f"{where}: {labels.count('')} tips have no label; give every colony a label of its own.")
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise InputError(f"{where}: the label '{twice[0]}' stands at more than one tip; give each colony its own.")


def _not_ultrametric(tree: Tree, distance: np.ndarray, share: float, where: str) -> InputError:
    labels = tree.tip_labels
    middle = np.median(distance)
    odd = int(np.argmax(np.abs(distance - middle)))
    alone = np.delete(distance, odd)
    is_alone = len(alone) > 1 and (alone.max() - alone.min()) / alone.max() <= number("tree_mended_deviation_share")
    advice = (
        f"if '{labels[odd]}' is an outgroup, leave it out with --drop '{labels[odd]}'"
        if is_alone
        else "make it ultrametric (time) first, for example with rtreefit or treedater"
    )
    return InputError(
        f"{where}: not ultrametric: tips stand {distance.min():.4g} to {distance.max():.4g} from the root "
        f"('{labels[odd]}' is farthest from the others), {share:.1%} apart where "
        f"{number('tree_mended_deviation_share'):.0%} is mended; {advice}."
    )
