"""Numbers that a laboratory reports and that take more than a factor: read from the states, row by row, compiled."""

from __future__ import annotations

import numpy as np

from hscape.biology import blood, rates
from hscape.compiled import compiled

#: Columns that `read_rows` returns, relative to health where they are amounts.
COLUMNS = ("platelet_pool", "circulating_platelet_fold", "cellularity_fraction", "g_csf_fold", "marrow_cells")


@compiled
def read_rows(states, splenic_pool, ages_years, channels, constants):
    """Derived numbers of each row.

    Args:
        states: blood states, shape (n_rows, n_states).
        splenic_pool: factor of the splenic pool in each row, shape (n_rows,).
        ages_years: age in each row, shape (n_rows,).
        channels: dated channels in force in each row, shape (n_rows, n_channels).
        constants: table of one row.

    Returns:
        array of shape (n_rows, 5), columns as in `COLUMNS`.
    """
    c = constants[0]
    out = np.empty((states.shape[0], 5))
    for i in range(states.shape[0]):
        y = states[i]
        out[i, 0] = blood.platelet_pool(y, c)
        out[i, 1] = blood.circulating_platelet_fold(splenic_pool[i], c)
        out[i, 4] = blood.marrow_cells(y, c)
        out[i, 2] = rates.cellularity_fraction(out[i, 4], ages_years[i], c)
        out[i, 3] = blood.g_csf_level(y, channels[i], c)
    return out


def reticulocytes_1e9_per_l(amount, volume, c):
    """Reticulocytes of the blood.

    Args:
        amount: of the pool of reticulocytes in blood, relative to health, any shape.
        volume: of the blood, relative to health, same shape.
        c: record of constants.
    """
    return c["blood_reticulocyte_share"] * c["red_cells_normal_1e12_per_l"] * 1000.0 * amount / volume
