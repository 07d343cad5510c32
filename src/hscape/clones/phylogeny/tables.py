"""Results as tables with the unit in each column name."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hscape.clones.phylogeny.estimate import CloneGrowth


def tables(found: Sequence[CloneGrowth]) -> dict[str, pd.DataFrame]:
    """File name -> table: a row a clone, size over time, size between meetings."""
    return {
        "clones.csv": pd.DataFrame([_row(one) for one in found]),
        "population.csv": _stacked(found, "population"),
        "skyline.csv": _stacked(found, "skyline"),
    }


def _row(one: CloneGrowth) -> dict[str, object]:
    row: dict[str, object] = {"clone_id": one.clone.name, "colonies_count": one.clone.n_tips, "method": one.method}
    for name, value in (("rate_per_year", one.rate_per_year), ("onset_years_before_sampling", one.onset_years),
                        ("size_cells", one.size_cells)):  # fmt: skip
        for part, suffix in (("median", ""), ("low", "_low"), ("high", "_high")):
            row[f"{name}{suffix}"] = getattr(value, part) if value is not None else None
    return row | {"sampled_age_years": one.sampled_age_years, "verdict": " ".join((*one.clone.notes, *one.verdict))}


def _stacked(found: Sequence[CloneGrowth], what: str) -> pd.DataFrame:
    parts = []
    for one in found:
        table = getattr(one, what)()
        table.insert(0, "clone_id", one.clone.name)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)
