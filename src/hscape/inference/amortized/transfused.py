"""Courses of persons with the transfusions that a clinic gives by trigger, for training.

The course without transfusions tells when the first are needed, and is run again with them until what is given fits the
counts. Some clinics keep to their trigger (as those of virtual patients do), in others every transfusion has a trigger
of its own, with up to the scatter that the likelihood gives it.
"""

from __future__ import annotations

import math

import numpy as np

from hscape.compiled import compiled
from hscape.dynamics.coarse_record import N_SLOTS
from hscape.inference.course import run_person
from hscape.inference.likelihood import row_on_day

#: Runs of a course until its transfusions fit; and days between platelets at the least.
_RUNS, _PLATELET_GAP = 3, 2.0
#: Donors' platelets are used up in about this share of the days that platelets live: few of them are used up faster.
#: It only speeds the search: where a run fits its transfusions, what is taken off is what is put on again.
PLATELET_LIFE_SHARE = 0.65
#: Share of the clinics that keep to their trigger.
_STRICT_SHARE = 0.5


@compiled
def _without(rows, k, given, n_given, step, life, product):
    """A count in a row of the course, less what the transfusions before it added: straight declines over a life."""
    level = rows[k, 1 + product]
    for i in range(n_given):
        age = rows[k, 0] - given[i]
        if age <= 0.0:
            break
        if age < life:
            level -= step * (1.0 - age / life)
    return level


@compiled
def _needed(rows, n, end_day, given, n_given, step, life, trigger, product, z, days_given):
    """Days on which one product is given, from a course with `given`.

    What the transfusions of `given` added is taken off, and the days are found anew one after another.
    """
    count, at, own = 0, 0.0, trigger * math.exp(z[0])
    k, new = 0, 0
    while k < n - 1 and rows[k, 0] < at:
        k += 1
    high = _without(rows, k, given, n_given, step, life, product)
    low = high
    while at <= end_day:
        while k < n - 1 and rows[k, 0] < at:
            k += 1
            low, high = high, _without(rows, k, given, n_given, step, life, product)
        level = high
        if k > 0 and rows[k, 0] > at:
            weight = (at - rows[k - 1, 0]) / (rows[k, 0] - rows[k - 1, 0])
            level = weight * high + (1.0 - weight) * low
        while new < count and at - days_given[new] >= life:
            new += 1
        for i in range(new, count):
            level += step * (1.0 - (at - days_given[i]) / life)
        if level < own and count < days_given.shape[0]:
            days_given[count] = at
            count += 1
            own = trigger * math.exp(z[count % z.shape[0]])
            at += 1.0 if product == 0 else _PLATELET_GAP
        else:
            at += 1.0
    return count


@compiled
def run_persons(numbers, setting, days, n_noise, n_active, seed, triggers, rows, out, given, n_given, shown):
    """Courses of persons with their transfusions.

    Args:
        numbers: shape (n, n_numbers).
        setting: with room for transfusions, which are written there.
        days: of visits.
        n_noise: rows of chance.
        n_active: slots that can hold cells.
        seed: of the chance.
        triggers: hemoglobin and its scatter, platelets and their scatter.
        rows: scratch.
        out: is filled, shape (n, n_days, n_columns).
        given: is filled: day, product, shape (n, n_most, 2).
        n_given: is filled, shape (n,).
        shown: is filled: whether the failure shows, shape (n,).
    """
    np.random.seed(seed)
    effects, terms, c = setting.effects.copy(), setting.terms.copy(), setting.constants.copy()
    table, noise = setting.table, np.zeros((n_noise, N_SLOTS), dtype=np.float32)
    half = given.shape[1] // 2
    red, platelets, new = np.empty(half), np.empty(half), np.empty(half)
    z_red, z_platelets = np.empty(64), np.empty(64)
    for i in range(numbers.shape[0]):
        for j in range(n_noise):
            for s in range(n_active):
                noise[j, s] = np.random.standard_normal()
        scatter = 0.0 if np.random.random() < _STRICT_SHARE else np.random.random()
        for j in range(64):
            z_red[j] = scatter * triggers[1] * np.random.standard_normal()
            z_platelets[j] = scatter * triggers[3] * np.random.standard_normal()
        table.transfusion_day[:] = np.inf
        n_red, n_platelets = 0, 0
        n, at = run_person(numbers[i], setting, noise, effects, terms, c, rows)
        shown[i] = at >= 0
        if at < 0:
            continue
        r = c[0]
        units = r.red_cell_transfusion_units_count
        red_step = units * r.red_cell_unit_hemoglobin_g / r.hemoglobin_mass_normal_g * r.hemoglobin_normal_g_per_dl
        for _ in range(_RUNS):
            end = setting.end_day
            m = _needed(rows, n, end, red, n_red, red_step, triggers[4], triggers[0], 0, z_red, new)
            red[:m] = new[:m]
            was, n_red = n_red, m
            step = r.platelet_transfusion_increment_1e9_per_l
            m = _needed(rows, n, end, platelets, n_platelets, step, triggers[5], triggers[2], 1, z_platelets, new)
            platelets[:m] = new[:m]
            was, n_platelets = was + n_platelets, m
            if n_red + n_platelets == 0 and was == 0:
                break
            _merge(red, n_red, platelets, n_platelets, units, table, given[i])
            n, at = run_person(numbers[i], setting, noise, effects, terms, c, rows)
        n_given[i] = n_red + n_platelets
        for d in range(days.shape[0]):
            row_on_day(rows, n, days[d], out[i, d])


@compiled
def _merge(red, n_red, platelets, n_platelets, units, table, given):
    """Both products in order of day, into the timetable and the list."""
    table.transfusion_day[:] = np.inf
    i, j = 0, 0
    for k in range(n_red + n_platelets):
        is_red = j >= n_platelets or (i < n_red and red[i] <= platelets[j])
        given[k, 0], given[k, 1] = (red[i], 0.0) if is_red else (platelets[j], 1.0)
        table.transfusion_day[k] = given[k, 0]
        table.transfusion_product[k] = 0 if is_red else 1
        table.transfusion_units[k] = units if is_red else 1.0
        i, j = (i + 1, j) if is_red else (i, j + 1)
