"""The numbers of this package as records, beside the code because no part of the marrow's model reads them."""

from __future__ import annotations

import functools
from importlib import resources

from hscape.parameters import Parameter, parse_records, sources


@functools.cache
def tree_records() -> dict[str, Parameter]:
    """Every record, by id."""
    text = resources.files("hscape.clones.phylogeny").joinpath("numbers.toml").read_text(encoding="utf-8")
    return {record.id: record for record in parse_records(text, "numbers", sources())}


def number(name: str) -> float:
    """Value of a record, in its own unit."""
    return tree_records()[name].value
