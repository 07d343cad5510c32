"""Tree sequences of tskit (.trees), with the optional extra `phylogeny`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hscape.clones.phylogeny.tree import Tree, grow
from hscape.errors import InputError
from hscape.units import DAYS_PER_MONTH

#: Years in one unit of time of a tree sequence.
_YEARS = {"years": 1.0, "unknown": 1.0, "months": 1.0 / 12.0, "days": 1.0 / (12.0 * DAYS_PER_MONTH)}


def tskit(where: str) -> Any:
    """The library, or one sentence on how to get it."""
    try:
        import tskit as library
    except ImportError:
        raise InputError(
            f"{where}: reading and writing .trees needs tskit; install it with pip install 'hscape[phylogeny]' "
            "or give Newick."
        ) from None
    return library


def read_tree_sequence(path: Path) -> list[Tree]:
    """The tree of a tree sequence; samples are the colonies.

    Raises:
        InputError: not a tree sequence, several trees along a sequence, several roots, or another unit of time.
    """
    library = tskit(path.name)
    try:
        sequence = library.load(str(path))
    except (OSError, EOFError, library.FileFormatError, library.LibraryError) as error:
        raise InputError(f"{path.name}: not a tree sequence ({_short(error)}); give a .trees file or Newick.") from None
    if sequence.num_trees != 1:
        raise InputError(
            f"{path.name}: holds {sequence.num_trees} trees along a sequence; somatic cells do not recombine, so "
            "give a tree sequence with a single tree."
        )
    if sequence.time_units not in _YEARS:
        raise InputError(
            f"{path.name}: time is in '{sequence.time_units}'; give it in one of {', '.join(_YEARS)} "
            "(unknown counts as years)."
        )
    local = sequence.first()
    if local.num_roots != 1:
        raise InputError(
            f"{path.name}: the tree has {local.num_roots} roots; give one tree in which all colonies meet."
        )
    notes = (
        ("The tree sequence does not say its unit of time; taken as years.",)
        if sequence.time_units == "unknown"
        else ()
    )
    return [_grown(sequence, local, path.stem, _YEARS[sequence.time_units], notes)]


def _grown(sequence: Any, local: Any, name: str, years: float, notes: tuple[str, ...]) -> Tree:
    samples = set(int(node) for node in sequence.samples())
    order = [int(node) for node in local.nodes(order="preorder")]
    place = {node: i for i, node in enumerate(order)}
    parents = [-1 if node == local.root else place[int(local.parent(node))] for node in order]
    lengths = [0.0 if node == local.root else float(local.branch_length(node)) * years for node in order]
    labels = [_label(sequence.node(node)) if node in samples else "" for node in order]
    return grow(name, parents, lengths, labels, notes)


def _label(node: Any) -> str:
    given = node.metadata.get("name") if isinstance(node.metadata, dict) else None
    return str(given) if given else f"n{node.id}"


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__


def write_tree_sequence(tree: Tree, path: Path) -> None:
    """Write a tree in years with the labels of its tips; the stem becomes a node above the root."""
    library = tskit(path.name)
    tables = library.TableCollection(sequence_length=1.0)
    tables.time_units = "years"
    tables.nodes.metadata_schema = library.MetadataSchema.permissive_json()
    heights = tree.height_years
    tips = set(tree.tips.tolist())
    heights = _strictly_older(tree, heights)
    for i in range(tree.n_nodes):
        flags = library.NODE_IS_SAMPLE if i in tips else 0
        tables.nodes.add_row(
            flags=flags, time=float(heights[i]), metadata={"name": tree.labels[i]} if tree.labels[i] else {}
        )
    for i in range(1, tree.n_nodes):
        tables.edges.add_row(0.0, 1.0, int(tree.parent[i]), i)
    if tree.stem_years > 0.0:
        top = tables.nodes.add_row(time=float(heights[0] + tree.stem_years), metadata={})
        tables.edges.add_row(0.0, 1.0, top, 0)
    tables.sort()
    tables.tree_sequence().dump(str(path))


def _strictly_older(tree: Tree, heights: np.ndarray) -> np.ndarray:
    """Heights in which a parent is older than its child by at least a rounding, as tskit asks."""
    older = heights.copy()
    for i in range(tree.n_nodes - 1, 0, -1):
        up = tree.parent[i]
        if older[up] <= older[i]:
            older[up] = np.nextafter(older[i], np.inf)
    return older
