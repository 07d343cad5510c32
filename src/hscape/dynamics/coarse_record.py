"""What a coarse course writes down after every step."""

from __future__ import annotations

from hscape.biology import blood, rates
from hscape.biology.blood import (
    BLOOD_RETICULOCYTES,
    EARLY,
    LYMPHOCYTES,
    MONOCYTES,
    NEUTROPHILS,
    platelet_pool,
    red_cell_pool,
)
from hscape.biology.channels import Channel as Ch
from hscape.biology.state import N_BLOOD
from hscape.compiled import inlined
from hscape.lanes.number import pick

#: Ordinary cells, PNH, HLA loss, three further clones, and a donor's cells.
N_SLOTS = 7
DONOR = N_SLOTS - 1
_CONTACT = int(Ch.CONTACT_KILLING_PER_DAY)
#: Columns before those of the slots.
COLUMNS = (
    "day", "hemoglobin_g_per_dl", "platelets_1e9_per_l", "neutrophils_1e9_per_l", "reticulocytes_1e9_per_l",
    "lymphocytes_1e9_per_l", "monocytes_1e9_per_l", "marrow_cellularity_fraction", "attacking_cells", "interferon",
    "lost_niche", "contact_killing_per_day", "marrow_output", "early_progenitors", "thrombopoietin", "stem_cells_count",
)  # fmt: skip
N_FIXED = len(COLUMNS)
CELLS, EARLY_SHARE, GRANULOCYTE, LYMPHOCYTE = N_FIXED, N_FIXED + N_SLOTS, N_FIXED + 2 * N_SLOTS, N_FIXED + 3 * N_SLOTS
N_COLUMNS = N_FIXED + 4 * N_SLOTS


@inlined
def write_row(row, day, y, cells, early, shares, output, h, c, age_years):
    """One row: counts as a laboratory gives them, the attack, and every slot's cells and shares."""
    row[0] = day
    red = red_cell_pool(y, c)
    row[1] = c.hemoglobin_normal_g_per_dl * red
    row[2] = c.platelets_normal_1e9_per_l * platelet_pool(y, c)
    row[3] = c.neutrophils_normal_1e9_per_l * y[NEUTROPHILS]
    row[4] = c.blood_reticulocyte_share * c.red_cells_normal_1e12_per_l * 1000.0 * y[BLOOD_RETICULOCYTES]
    row[5] = c.lymphocytes_normal_1e9_per_l * y[LYMPHOCYTES]
    row[6] = c.monocytes_normal_1e9_per_l * y[MONOCYTES]
    row[7] = rates.cellularity_fraction(blood.marrow_cells(y, c), age_years, c)
    row[8] = y[N_BLOOD]
    row[9] = y[N_BLOOD + 1]
    row[10] = y[N_BLOOD + 2]
    row[11] = h[_CONTACT]
    row[12] = output
    row[13] = y[EARLY]
    row[14] = y[blood.TPO]
    total, all_early = cells[0], early[0]
    for i in range(1, N_SLOTS):
        total += cells[i]
        all_early += early[i]
    row[15] = total
    for i in range(N_SLOTS):
        row[CELLS + i] = cells[i]
        row[EARLY_SHARE + i] = pick(all_early > 0.0, early[i] / all_early, 0.0)
        row[GRANULOCYTE + i] = shares[N_SLOTS + i]
        row[LYMPHOCYTE + i] = shares[2 * N_SLOTS + i]


@inlined
def first_row_from(rows, n, day):
    """First of `n` rows on a day or after it; the last one if there is none."""
    low, high = 0, n - 1
    while low < high:
        middle = (low + high) // 2
        if rows[middle, 0] < day - 1.0e-6:
            low = middle + 1
        else:
            high = middle
    return low
