"""What acts on the stem cells during one calendar cell; held fixed within it by every kernel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Setting(NamedTuple):
    """Numbers frozen for one calendar cell."""

    activation: float  # fold of turnover under thrombopoietin
    niche_capacity_cells: float
    division_factor: float
    differentiation_factor: float
    killing_per_day: float
    contact_killing_per_day: float
    influx_per_day: float
    mutation_factor: float
    interferon: float  # as cells sense it, 0 to 1
    key: np.uint64  # of the patient's draws
