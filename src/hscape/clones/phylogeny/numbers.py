"""The numbers of this package, which are records like all others (`biology/values/clone_phylogenies.toml`)."""

from __future__ import annotations

from hscape.parameters import records


def number(name: str) -> float:
    """Value of a record, in its own unit."""
    return records()[name].value
