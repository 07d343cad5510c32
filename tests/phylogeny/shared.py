"""Published trees that stay outside of the project, and trees simulated event by event."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from hscape.clones.phylogeny.forward import forward, sampled_trees
from hscape.clones.phylogeny.tree import Tree

ROOT = Path(__file__).resolve().parents[2]


def published_folder() -> Path:
    """Folder of the published clone trees; the test is skipped where it is absent."""
    given = os.environ.get("HSCAPE_SHARED_DATA")
    folder = Path(given) if given else ROOT.parent / "shared" / "data"
    folder = folder / "clonerate_hsc_phylogenies"
    if not folder.is_dir():
        pytest.skip(f"published trees are not at {folder}; set HSCAPE_SHARED_DATA")
    return folder


def table(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def simulated_tree(
    rate: float, division: float, cells: float, n: int, source: np.random.Generator
) -> tuple[Tree, float, int]:
    """A clone grown event by event from one cell to so many cells on average: tree, onset in years, cells.

    Clones that die out, or end with fewer cells than colonies, are drawn again.
    """
    onset = np.log(cells * rate / division) / rate
    while True:
        parent, start, alive, _ = forward(
            1, np.array([division]), np.array([division - rate]), np.array([onset]), source
        )
        if len(alive) >= n:
            sampled = source.choice(alive, n, replace=False)
            return sampled_trees(parent, start, sampled, onset)[0], onset, len(alive)
