"""What happens on which day of a coarse course: clones that enter, grafts, transfusions, and how long a step is.

Works on one person's arrays; where several are run side by side, each is handed in as a column.
"""

from __future__ import annotations

import math

from hscape.biology import rates
from hscape.biology.blood import N_PLATELETS, N_RED_CELLS, PLATELETS, RED_CELLS, platelet_pool
from hscape.biology.state import N_BLOOD
from hscape.compiled import inlined
from hscape.dynamics.coarse_record import DONOR, N_SLOTS

#: Own states of the attack in the order in which its influences bring them: attacking cells, interferon, lost niche.
ATTACKING, INTERFERON, LOST_NICHE = N_BLOOD, N_BLOOD + 1, N_BLOOD + 2
#: Steps in days: usual, and after an event.
USUAL_DAYS, EVENT_DAYS = 7.0, 2.5
#: After a year slow things are left: steps of two weeks, unless something sharp happens.
LATE_DAY, LATE_DAYS = 365.0, 14.0
#: How long after an event the steps are short.
EVENT_SPAN_DAYS = 28.0
#: How far a course has got in its tables: segment of dated changes, next day that ends a step, next transfusion, next
#: event.
SEGMENT, CUT, GIVEN, EVENT = 0, 1, 2, 3
N_PLACES = 4


@inlined
def _first_after(days, at, day):
    while at < days.shape[0] and days[at] <= day + 1.0e-9:
        at += 1
    return at


@inlined
def what_enters(y, cells, early, entry_day, entry_cells, has_entered, place, table, day, c):
    """Everything that happens on a day before the step: later clones, the graft, transfusions, changes of treatment.

    Args:
        y: state, shape (n_states,).
        cells: stem cells by slot.
        early: early progenitors by slot.
        entry_day: day on which a later clone enters, shape (n_slots,).
        entry_cells: its cells.
        has_entered: is marked, shape (n_slots,).
        place: how far the tables have been read, shape (N_PLACES,).
        table: what is given when.
        day: of the chart.
        c: record of constants.
    """
    for i in range(N_SLOTS):
        if not has_entered[i] and entry_day[i] <= day:
            cells[i] += entry_cells[i]
            has_entered[i] = True
    if not has_entered[DONOR] and table.transplant_day <= day + 1.0e-9:
        _transplant(y, cells, early, table)
        has_entered[DONOR] = True
    at = place[GIVEN]
    while at < table.transfusion_day.shape[0] and table.transfusion_day[at] <= day + 1.0e-9:
        _transfuse(y, table.transfusion_product[at], table.transfusion_units[at], 0.0, c)
        at += 1
    place[GIVEN] = at
    at = place[SEGMENT]
    while at + 1 < table.change_day.shape[0] and table.change_day[at + 1] <= day + 1.0e-9:
        at += 1
    place[SEGMENT] = at
    place[CUT] = _first_after(table.cut_day, place[CUT], day)
    place[EVENT] = _first_after(table.event_day, place[EVENT], day)


@inlined
def chart_step_days(place, table, day, end_day, attack_end_day):
    """Length of the next step: short after events, and never past a day on which something is measured or changes."""
    event = table.event_day[place[EVENT] - 1] if place[EVENT] > 0 else -1.0e9
    days = EVENT_DAYS if day - event < EVENT_SPAN_DAYS else (USUAL_DAYS if day < LATE_DAY else LATE_DAYS)
    days = min(days, end_day - day)
    if place[CUT] < table.cut_day.shape[0]:
        to_cut = table.cut_day[place[CUT]] - day
        if to_cut < days * 1.3:
            days = to_cut
    if day < attack_end_day - 1.0e-9 and attack_end_day < day + days:
        days = attack_end_day - day
    return days


@inlined
def extra_killing(atg_addition, log_kill_factor, day, attack_end_day, end_per_day):
    """Killing of attacking cells per day beside the dated one: the person's part of globulin, and the attack's end."""
    killing = atg_addition * (log_kill_factor - 1.0)
    if day >= attack_end_day - 1.0e-9:
        killing += end_per_day
    return killing


@inlined
def what_was_given(y, place, table, day, c):
    """Transfusions within the step that has just ended, aged by the days since."""
    at = place[GIVEN]
    while at < table.transfusion_day.shape[0] and table.transfusion_day[at] < day - 1.0e-9:
        passed = day - table.transfusion_day[at]
        _transfuse(y, table.transfusion_product[at], table.transfusion_units[at], passed, c)
        at += 1
    place[GIVEN] = at


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
