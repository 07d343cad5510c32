"""The same marrow at coarse steps: a whole course, from the first attacking cell on, in a fraction of a millisecond.

For inference a course is needed some hundred thousand times for one chart. The rates, the influences and the blood are
those of the full simulation; what is coarse is time (a week, a month while nothing happens, days at events) and the
list of clones: one slot for ordinary stem cells and one for each *kind* of clone. Clones of one kind share their
rates, so that their sum is itself a birth-death process with immigration, and nothing is lost by adding them up.

Chance enters through standard normal numbers that are handed in, one for each step and slot: the same numbers give the
same course, nearby numbers a nearby one. A slot's cells after a step have the mean, the variance and the chance of
extinction of the exact law; its shape in between is a gamma distribution's.

Symbols: `y` blood state, `h` channels, `f` what stem cells lend, `c` constants (see `biology.blood`), `p` the person.
"""

from __future__ import annotations

import math

import numpy as np

from hscape.biology.channels import N_CHANNELS
from hscape.biology.state import N_BLOOD, N_STATES
from hscape.compiled import compiled, inlined
from hscape.dynamics.blood import N_FROZEN
from hscape.dynamics.coarse_calendar import (
    ATTACKING,
    EVENT_DAYS,
    N_PLACES,
    SEGMENT,
    USUAL_DAYS,
    chart_step_days,
    extra_killing,
    what_enters,
    what_was_given,
)
from hscape.dynamics.coarse_person import N_MEMORY, OUTPUT_BEFORE, TOWARD_BEFORE
from hscape.dynamics.coarse_record import COLUMNS, N_SLOTS, write_row
from hscape.dynamics.coarse_step import coarse_step
from hscape.dynamics.coarse_transition import normal_cdf, normal_quantile

#: Longest step in days before day 0, while nothing happens.
QUIET_DAYS = 28.0
#: Change of attack, stem cells or counts (natural logarithm) over which a step before day 0 may go.
EVEN_LOG_CHANGE = 0.2
#: Rows of chance for the time before the chart begins; the rest is for the chart.
N_NOISE_BEFORE, N_NOISE = 300, 1300
NEVER_SHOWN, SHOWN_AT_ONCE = -1, -2
_ATTACKING_COLUMN, _CELLS_COLUMN = COLUMNS.index("attacking_cells"), COLUMNS.index("stem_cells_count")


@inlined
def shown_distance(row, threshold, level):
    """How far the counts are from bringing a person to the clinic; below zero: they have.

    Everyone has three limits of his own, one a count; only the first that is crossed is ever seen. So one number
    stands for the three: the person comes when the chance that none of the three has been crossed falls to its level.
    """
    a = math.log(max(row[1], 1.0e-9) / threshold.hemoglobin_g_per_dl) / threshold.hemoglobin_log_sd
    b = math.log(max(row[2], 1.0e-9) / threshold.platelets_1e9_per_l) / threshold.platelets_log_sd
    d = math.log(max(row[3], 1.0e-9) / threshold.neutrophils_1e9_per_l) / threshold.neutrophils_log_sd
    lowest = min(a, min(b, d))
    if lowest > 7.0:
        return lowest - level
    x, y, z = normal_cdf(-a), normal_cdf(-b), normal_cdf(-d)
    crossed = x + y + z - x * y - x * z - y * z + x * y * z
    if crossed >= 1.0 - 1.0e-15:
        return -8.0 - level
    return -normal_quantile(crossed) - level


@inlined
def quiet_step_days(rows, n, above, before):
    """Length of the next step before day 0: as far as attack, stem cells and the lowest count may move evenly.

    Args:
        rows: of the course.
        n: how many are written.
        above: how far the counts are from the clinic, see `shown_distance`.
        before: the same a row earlier.
    """
    if n < 2:
        return USUAL_DAYS
    passed = rows[n - 1, 0] - rows[n - 2, 0]
    attack_now, attack_before = max(rows[n - 1, _ATTACKING_COLUMN], 1.0e-9), max(rows[n - 2, _ATTACKING_COLUMN], 1.0e-9)
    cells_now, cells_before = max(rows[n - 1, _CELLS_COLUMN], 1.0), max(rows[n - 2, _CELLS_COLUMN], 1.0)
    speed = max(abs(math.log(attack_now / attack_before)), abs(math.log(cells_now / cells_before))) / passed
    speed = max(speed, 0.4 * abs(above - before) / passed)
    return min(QUIET_DAYS, max(EVENT_DAYS, EVEN_LOG_CHANGE / max(speed, 1.0e-9)))


@inlined
def days_back(days, above, found):
    """How far into a step the clinic sees the failure."""
    return max(0.02 * days, days * above / (above - found))


@compiled
def _until_shown(
    p, threshold, effects, strength, terms, values, felt, table, noise, c, age_years, rows, y, f, h, shares, memory,
    cells, early,
):  # fmt: skip
    """From the first attacking cell to the clinic; returns rows written, row of day 0 or why none, day and output."""
    dated, factor = table.addition[0] * table.factor[0], table.factor[0]
    kept_y, kept_cells, kept_early, kept_shares = y.copy(), cells.copy(), early.copy(), shares.copy()
    kept_memory = memory.copy()
    day, n, k, before, output = 0.0, 0, 0, 0.0, 1.0
    room = rows.shape[0]
    write_row(rows[0], day, y, cells, early, shares, output, h, c, age_years)
    above = shown_distance(rows[0], threshold, p.shown_level)
    n = 1
    if above < 0.0:
        return n, SHOWN_AT_ONCE, day, output
    while True:
        if day >= p.wait_days or n >= room - 4 or k >= N_NOISE_BEFORE:
            return n, NEVER_SHOWN, day, output
        days = quiet_step_days(rows, n, above, before)
        kept_y[:], kept_cells[:], kept_early[:], kept_shares[:] = y, cells, early, shares
        kept_memory[:] = memory
        z = noise[k]
        k += 1
        output = coarse_step(
            y, cells, early, shares, p, dated, factor, effects, strength, terms, values, felt, 0.0, z, days, c, f, h,
            memory,
        )  # fmt: skip
        write_row(rows[n], day + days, y, cells, early, shares, output, h, c, age_years)
        found = shown_distance(rows[n], threshold, p.shown_level)
        if found < 0.0:
            # the clinic sees the failure within this step: go back and stop on the day
            days = days_back(days, above, found)
            y[:], cells[:], early[:], shares[:] = kept_y, kept_cells, kept_early, kept_shares
            memory[:] = kept_memory
            output = coarse_step(
                y, cells, early, shares, p, dated, factor, effects, strength, terms, values, felt, 0.0, z, days, c, f,
                h, memory,
            )  # fmt: skip
            day += days
            write_row(rows[n], day, y, cells, early, shares, output, h, c, age_years)
            return n + 1, n, day, output
        before, above = above, found
        day += days
        n += 1


@compiled
def run_coarse(p, threshold, effects, terms, table, end_day, noise, c, age_years, rows):
    """A whole course: from the first attacking cell to the clinic, and on to a day of the chart.

    Args:
        p: the person.
        threshold: counts at which people come to the clinic.
        effects: continuous effects of the attack and the niche.
        terms: terms of their own states.
        table: what is given when.
        end_day: last day of the chart.
        noise: standard normal numbers, shape (n_noise, n_slots); the first rows are for the time before day 0.
        c: record of constants.
        age_years: age on day 0 of the chart.
        rows: is filled, shape (n_rows, n_columns); days count from day 0 of the chart.

    Returns:
        (rows written, row of day 0); a negative second number if the failure did not show in time.
    """
    y, f, h, memory = np.ones(N_STATES), np.zeros(N_FROZEN), np.zeros(N_CHANNELS), np.zeros(N_MEMORY)
    y[N_BLOOD:] = 0.0
    y[ATTACKING] = p.seed_fold
    memory[OUTPUT_BEFORE], memory[TOWARD_BEFORE] = 1.0, 1.0
    cells, early, shares = p.cells.copy(), p.cells / c.stem_cell_niche_capacity_cells, np.zeros(3 * N_SLOTS)
    for i in range(3 * N_SLOTS):
        shares[i] = early[i % N_SLOTS] / early.sum()
    strength, values, felt = effects[:, 2], terms[:, 1], terms[:, 8]
    n, shown, day, output = _until_shown(
        p, threshold, effects, strength, terms, values, felt, table, noise, c, age_years, rows, y, f, h, shares, memory,
        cells, early,
    )  # fmt: skip
    if shown < 0:
        return n, shown
    for i in range(n):
        rows[i, 0] -= day
    day, k = 0.0, N_NOISE_BEFORE
    place, has_entered = np.zeros(N_PLACES, dtype=np.int64), np.zeros(N_SLOTS, dtype=np.bool_)
    while day < end_day - 1.0e-9 and n < rows.shape[0] and k < N_NOISE:
        what_enters(y, cells, early, p.entry_day, p.entry_cells, has_entered, place, table, day, c)
        days = chart_step_days(place, table, day, end_day, p.end_day)
        segment = place[SEGMENT]
        killing = extra_killing(table.atg_addition[segment], p.log_kill_factor, day, p.end_day, p.end_per_day)
        output = coarse_step(
            y, cells, early, shares, p, table.addition[segment] * table.factor[segment], table.factor[segment], effects,
            strength, terms, values, felt, killing, noise[k], days, c, f, h, memory,
        )  # fmt: skip
        k += 1
        day += days
        what_was_given(y, place, table, day, c)
        write_row(rows[n], day, y, cells, early, shares, output, h, c, age_years)
        n += 1
    return n, shown
