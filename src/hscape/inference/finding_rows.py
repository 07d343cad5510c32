"""The rows into which findings are turned: their columns, and how they are collected."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hscape.chart import Chart
from hscape.parameters import Parameters

COUNT, CELLULARITY, READS, SHARE, NO_READS, NO_SHARE, TRIGGER = range(7)
#: Columns of a row: day, what, place (column of the course, or slot), value, and four numbers that depend on `what`.
N_COLUMNS = 12
GRANULOCYTES, BLOOD, MARROW, LYMPHOCYTES, MONONUCLEAR = range(5)
SPECIMENS = {
    "granulocytes": GRANULOCYTES, "monocytes": GRANULOCYTES, "blood": BLOOD, "unknown": BLOOD, "marrow": MARROW,
    "cd34_cells": MARROW, "lymphocytes": LYMPHOCYTES, "t_cells": LYMPHOCYTES, "b_cells": LYMPHOCYTES,
    "nk_cells": LYMPHOCYTES, "mononuclear_cells": MONONUCLEAR,
}  # fmt: skip
MOST_CLONES = 3


@dataclass(slots=True)
class Reader:
    """Collects the rows of a chart, and what is left out of them."""

    chart: Chart
    p: Parameters
    last_day: float
    rows: list[tuple[list[float], str]]
    left_out: dict[str, int]

    def add(self, label: str, *values: float) -> None:
        """One row, with words for it."""
        row = [float(v) for v in values]
        self.rows.append((row + [0.0] * (N_COLUMNS - len(row)), label))

    def leave(self, reason: str) -> None:
        """Count a finding that is not used."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


def karyotype_limit(p: Parameters) -> float:
    """Smallest share of cells with a loss that a karyotype of the usual number of metaphases shows."""
    return p["karyotype_loss_cells_count"] / p["karyotype_metaphases_count"]


def logit(x: float) -> float:
    """Logarithm of the odds."""
    return math.log(x / (1.0 - x))
