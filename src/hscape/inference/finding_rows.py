"""The rows into which findings are turned: their columns, and how they are collected."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hscape.chart import Chart
from hscape.fractions import CellFraction
from hscape.parameters import Parameters

COUNT, CELLULARITY, READS, SHARE, NO_READS, NO_SHARE, TRIGGER, NO_HLA = range(8)
#: Most ways in which an allele of HLA can be lost; rows of `NO_HLA` name one each, with its chance.
MOST_WAYS = 8
#: Columns of a row: day, what, place (column of the course, or slot), value, and four numbers that depend on `what`.
N_COLUMNS = 12
#: Largest and smallest share of cells that a row tells, and the ends of cellularity: a reading there says no more than
#: "so much or more", or "so little or less".
MOST_SHARE, LEAST_SHARE = 0.999, 1.0e-6
LEAST_CELLULARITY, MOST_CELLULARITY = 0.02, 0.98
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
    unrecorded: dict[str, float]

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


#: Half-width of an interval, as a share of the value, where a fraction comes without a count of cells or reads.
_UNCOUNTED_HALF_WIDTH = 0.2
#: Standard deviations from end to end of a 95 % interval.
_END_TO_END = 2.0 * 1.959963984540054


def share_limits(found: CellFraction) -> tuple[float, float]:
    """Ends of the 95 % interval of a share of cells that was found."""
    assert found.fraction is not None
    low = found.low if found.low is not None else (1.0 - _UNCOUNTED_HALF_WIDTH) * found.fraction
    high = found.high if found.high is not None else (1.0 + _UNCOUNTED_HALF_WIDTH) * found.fraction
    return low, high


def counting_logit(low: float, high: float) -> float:
    """Standard deviation on the logit scale of a share with this 95 % interval, which may reach beyond 0 and 1."""
    return max(0.0, (logit(min(max(high, 1e-6), 0.9995)) - logit(min(max(low, 1e-7), 0.9985))) / _END_TO_END)
