"""Clones inside clones: shares of one day that cannot lie beside each other."""

from __future__ import annotations

import numpy as np

from hscape.fractions import CellFraction, cell_fractions
from hscape.inference.problem import Problem

#: Cells whose shares are compared; red cells live long and are transfused.
SPECIMENS = ("granulocytes", "blood", "marrow", "monocytes")
#: Sum of the lower limits from which shares are more than all cells: the limits are 95 % ones, so chance alone is rare.
MOST_TOGETHER = 1.05


def nested(problem: Problem) -> list[str]:
    """Days on which clones add up to more than all cells, in words; empty if none.

    Shares of cells are lower limits of their 95 % intervals; findings of one clone by several tests are averaged. By
    the pigeonhole principle one of the clones then lies inside another, at least in part.

    Args:
        problem: the chart.
    """
    days: dict[tuple[float, str], dict[str, list[CellFraction]]] = {}
    for share in cell_fractions(problem.chart):
        if share.fraction is None or share.day > problem.last_day or share.specimen not in SPECIMENS:
            continue
        days.setdefault((share.day, share.specimen), {}).setdefault(_clone(share), []).append(share)
    told = []
    for (day, _), clones in sorted(days.items()):
        lows = {name: float(np.mean([share.low or 0.0 for share in found])) for name, found in clones.items()}
        if len(lows) > 1 and sum(lows.values()) > MOST_TOGETHER:
            middle = sum(float(np.mean([share.fraction for share in found])) for found in clones.values())
            told.append(f"day {day:g} ({', '.join(sorted(lows))}: together {100 * middle:.0f} % of the cells)")
    return told


def _clone(share: CellFraction) -> str:
    """PNH cells by flow and by reads of PIGA are one clone, and so are all cells that lost HLA."""
    if share.kind == "pnh" or share.measurement.gene == "PIGA":
        return "PNH clone"
    return "HLA-loss clone" if share.kind == "hla_loss" else share.clone
