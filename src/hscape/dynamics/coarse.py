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

from hscape.biology import rates
from hscape.biology.blood import N_PLATELETS, N_RED_CELLS, PLATELETS, RED_CELLS, platelet_pool
from hscape.biology.channels import N_CHANNELS
from hscape.biology.state import N_BLOOD, N_STATES
from hscape.compiled import compiled, inlined
from hscape.dynamics.blood import N_FROZEN
from hscape.dynamics.coarse_record import COLUMNS, DONOR, N_SLOTS, write_row
from hscape.dynamics.coarse_step import coarse_step
from hscape.dynamics.coarse_transition import normal_cdf, normal_quantile

#: Own states of the attack in the order in which its influences bring them: attacking cells, interferon, lost niche.
ATTACKING, INTERFERON, LOST_NICHE = N_BLOOD, N_BLOOD + 1, N_BLOOD + 2
#: Steps in days: while nothing happens, usual, and after an event.
QUIET_DAYS, USUAL_DAYS, EVENT_DAYS = 28.0, 7.0, 2.5
#: Change of attack, stem cells or counts (natural logarithm) over which a step before day 0 may go.
EVEN_LOG_CHANGE = 0.2
#: After a year slow things are left: steps of two weeks, unless something sharp happens.
LATE_DAY, LATE_DAYS = 365.0, 14.0
#: How long after an event the steps are short.
EVENT_SPAN_DAYS = 28.0
#: Rows of chance for the time before the chart begins; the rest is for the chart.
N_NOISE_BEFORE, N_NOISE = 300, 1300
NEVER_SHOWN, SHOWN_AT_ONCE = -1, -2
_ATTACKING_COLUMN, _CELLS_COLUMN = COLUMNS.index("attacking_cells"), COLUMNS.index("stem_cells_count")


@compiled
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


@compiled
def _until_shown(p, threshold, effects, terms, table, noise, c, age_years, rows, y, f, h, shares, middle, cells, early):
    """From the first attacking cell to the clinic; returns rows written, row of day 0 or why none, day and output."""
    rest_addition, rest_factor = table.addition[0], table.factor[0]
    kept_y, kept_cells, kept_early, kept_shares = y.copy(), cells.copy(), early.copy(), shares.copy()
    kept_middle = middle[2].copy()
    day, n, k, above, before = 0.0, 0, 0, 0.0, 0.0
    room = rows.shape[0]
    output = 1.0
    while True:
        write_row(rows[n], day, y, cells, early, shares, output, h, c, age_years)
        found = shown_distance(rows[n], threshold, p.shown_level)
        n += 1
        if n == 1 and found < 0.0:
            return n, SHOWN_AT_ONCE, day, output
        if found < 0.0:
            return n, n - 1, day, output
        above = found
        if day >= p.wait_days or n >= room - 4 or k >= N_NOISE_BEFORE:
            return n, NEVER_SHOWN, day, output
        days = USUAL_DAYS
        if n > 1:
            # as far as the attack, the stem cells and the lowest count may be taken to move evenly
            passed = rows[n - 1, 0] - rows[n - 2, 0]
            speed = (
                abs(math.log(max(rows[n - 1, _ATTACKING_COLUMN], 1.0e-9) / max(rows[n - 2, _ATTACKING_COLUMN], 1.0e-9)))
                / passed
            )
            cells_now, cells_before = max(rows[n - 1, _CELLS_COLUMN], 1.0), max(rows[n - 2, _CELLS_COLUMN], 1.0)
            speed = max(speed, abs(math.log(cells_now / cells_before)) / passed)
            speed = max(speed, 0.4 * abs(above - before) / passed)
            days = min(QUIET_DAYS, max(EVENT_DAYS, EVEN_LOG_CHANGE / max(speed, 1.0e-9)))
        before = above
        kept_y[:], kept_cells[:], kept_early[:], kept_shares[:] = y, cells, early, shares
        kept_middle[:] = middle[2]
        z = noise[k]
        k += 1
        output = coarse_step(
            y, cells, early, shares, p, rest_addition, rest_factor, effects, terms, 0.0, k == 1, z, days,
            c, f, h, middle,
        )  # fmt: skip
        write_row(rows[n], day + days, y, cells, early, shares, output, h, c, age_years)
        found = shown_distance(rows[n], threshold, p.shown_level)
        if found < 0.0 and above > 0.0:
            # the clinic sees the failure within this step: go back and stop on the day
            days = max(0.02 * days, days * above / (above - found))
            y[:], cells[:], early[:], shares[:] = kept_y, kept_cells, kept_early, kept_shares
            middle[2] = kept_middle
            output = coarse_step(
                y, cells, early, shares, p, rest_addition, rest_factor, effects, terms, 0.0, True, z, days,
                c, f, h, middle,
            )  # fmt: skip
            day += days
            write_row(rows[n], day, y, cells, early, shares, output, h, c, age_years)
            return n + 1, n, day, output
        day += days


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
    y, f, h = np.ones(N_STATES), np.zeros(N_FROZEN), np.zeros(N_CHANNELS)
    y[N_BLOOD:] = 0.0
    y[ATTACKING] = p.seed_fold
    shares, middle = np.zeros((3, N_SLOTS)), np.zeros((3, N_SLOTS + 3))
    middle[2, 1], middle[2, 2] = 1.0, 1.0
    cells, early = p.cells.copy(), p.cells / c.stem_cell_niche_capacity_cells
    for i in range(N_SLOTS):
        shares[0, i] = early[i] / early.sum()
        shares[1, i] = shares[0, i]
        shares[2, i] = shares[0, i]
    n, shown, day, output = _until_shown(
        p, threshold, effects, terms, table, noise, c, age_years, rows, y, f, h, shares, middle, cells, early
    )
    if shown < 0:
        return n, shown
    room = rows.shape[0]
    for i in range(n):
        rows[i, 0] -= day
    day, k = 0.0, N_NOISE_BEFORE
    segment, cut, given, event = 0, 0, 0, -1.0e9
    old_segment, old_killing = -1, 0.0
    has_entered = np.zeros(N_SLOTS, dtype=np.bool_)
    while day < end_day - 1.0e-9 and n < room and k < N_NOISE:
        for i in range(N_SLOTS):
            if not has_entered[i] and p.entry_day[i] <= day:
                cells[i] += p.entry_cells[i]
                has_entered[i] = True
        if not has_entered[DONOR] and table.transplant_day <= day + 1.0e-9:
            _transplant(y, cells, early, table)
            has_entered[DONOR] = True
        while given < table.transfusion_day.shape[0] and table.transfusion_day[given] <= day + 1.0e-9:
            _transfuse(y, table.transfusion_product[given], table.transfusion_units[given], 0.0, c)
            given += 1
        while segment + 1 < table.change_day.shape[0] and table.change_day[segment + 1] <= day + 1.0e-9:
            segment += 1
        while cut < table.cut_day.shape[0] and table.cut_day[cut] <= day + 1.0e-9:
            cut += 1
        for j in range(table.event_day.shape[0]):
            if table.event_day[j] <= day + 1.0e-9:
                event = max(event, table.event_day[j])
        days = EVENT_DAYS if day - event < EVENT_SPAN_DAYS else (USUAL_DAYS if day < LATE_DAY else LATE_DAYS)
        days = min(days, end_day - day)
        if cut < table.cut_day.shape[0]:
            to_cut = table.cut_day[cut] - day
            if to_cut < days * 1.3:
                days = to_cut
        killing = table.atg_addition[segment] * (p.log_kill_factor - 1.0)
        if day >= p.end_day - 1.0e-9:
            killing += p.end_per_day
        elif p.end_day < day + days:
            days = p.end_day - day
        is_other = segment != old_segment or killing != old_killing
        old_segment, old_killing = segment, killing
        output = coarse_step(
            y, cells, early, shares, p, table.addition[segment], table.factor[segment], effects, terms, killing,
            is_other, noise[k], days, c, f, h, middle,
        )  # fmt: skip
        k += 1
        day += days
        while given < table.transfusion_day.shape[0] and table.transfusion_day[given] < day - 1.0e-9:
            passed = day - table.transfusion_day[given]  # within the step
            _transfuse(y, table.transfusion_product[given], table.transfusion_units[given], passed, c)
            given += 1
        write_row(rows[n], day, y, cells, early, shares, output, h, c, age_years)
        n += 1
    return n, shown


@inlined
def _transplant(y, cells, early, table):
    """Conditioning and graft: few of the patient's cells stay, the donor's move in, the attack has lost its cells."""
    for i in range(N_SLOTS):
        cells[i] *= table.conditioning_survival
        early[i] *= table.conditioning_survival
    cells[DONOR] += table.graft_cells
    early[DONOR] += table.graft_early
    y[ATTACKING] = 0.0
    y[LOST_NICHE] = max(y[LOST_NICHE], table.conditioning_niche_loss)


@inlined
def _transfuse(y, product, units, passed, c):
    """Donor cells of all ages, as they are some days later: the oldest platelets have gone, others were used up."""
    if product == 0:
        given = units * c.red_cell_unit_hemoglobin_g / c.hemoglobin_mass_normal_g
        amount = given / (c.mature_red_cell_stage_share * N_RED_CELLS)
        for i in range(RED_CELLS, RED_CELLS + N_RED_CELLS):
            y[i] += amount
    else:
        increment = units * c.platelet_transfusion_increment_1e9_per_l
        amount = increment / c.platelets_normal_1e9_per_l
        count = c.platelets_normal_1e9_per_l * platelet_pool(y, c) + 0.5 * increment
        amount *= math.exp(-rates.platelet_random_loss_per_day(count, c) * passed)
        aged = c.platelet_stage_per_day * passed
        for i in range(N_PLATELETS):
            y[PLATELETS + i] += amount * min(1.0, max(0.0, i + 1.0 - aged))
