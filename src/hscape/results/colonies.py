"""Colonies of simulated people as files: trees in Newick and, with tskit, as tree sequences, and their clones."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hscape.care import VirtualPatient
from hscape.clones.phylogeny.colonies import Colonies, sample_colonies
from hscape.clones.phylogeny.newick import write_newick
from hscape.clones.phylogeny.treesequence import write_tree_sequence
from hscape.history import canonical_csv
from hscape.results.care import seen_history
from hscape.results.run import Lived


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """Colonies of every person that could be sampled, and a sentence for each that could not."""

    colonies: tuple[Colonies, ...]
    left_out: tuple[str, ...]


def sample_all(lived: Sequence[Lived], n: int) -> Sampled:
    """Sample every person on the last day.

    Raises:
        InputError: there are fewer stem cells than colonies asked for.
    """
    found, left_out = [], []
    for one in lived:
        history = seen_history(one) if isinstance(one, VirtualPatient) else one
        if isinstance(one, VirtualPatient) and any(item.kind == "transplant" for item in one.happenings):
            left_out.append(
                f"--colonies: patient {history.run.number} was transplanted, and the donor's cells have a tree "
                "that the course does not hold; no colonies were taken."
            )
            continue
        found.append(sample_colonies(history, n, seed=history.run.seed))
    return Sampled(colonies=tuple(found), left_out=tuple(left_out))


def write_colonies(folder: Path, sampled: Sampled) -> None:
    """Write ``colonies.nwk`` (a tree a line), ``colonies.csv``, ``clades.csv``; with tskit a ``.trees`` each."""
    if not sampled.colonies:
        return
    many = len(sampled.colonies) > 1
    text = "".join(write_newick(one.tree) + "\n" for one in sampled.colonies)
    (folder / "colonies.nwk").write_text(text, encoding="utf-8", newline="\n")
    members: list[pd.DataFrame] = []
    clades: list[pd.DataFrame] = []
    for i, one in enumerate(sampled.colonies, start=1):
        parts = (pd.DataFrame({"sample": list(one.clone_of), "clone": list(one.clone_of.values())}), one.clades())
        for table, kept in zip(parts, (members, clades), strict=True):
            if many:
                table.insert(0, "tree", f"tree_{i}")
            kept.append(table)
        if importlib.util.find_spec("tskit") is not None:
            write_tree_sequence(one.tree, folder / (f"colonies-{i}.trees" if many else "colonies.trees"))
    for name, tables in (("colonies.csv", members), ("clades.csv", clades)):
        table = pd.concat(tables, ignore_index=True)
        if len(table):
            (folder / name).write_text(canonical_csv(table), encoding="utf-8", newline="\n")
