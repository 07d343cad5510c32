"""Persons to train on: prior coordinates, their coarse courses on the days of a plan, and their transfusions.

A course takes most of the time, findings take little. So courses are made once and kept, and findings are drawn from
them afresh each time (`charts`). Transfusions go by trigger: the course without them tells when the first are needed,
and is run again with them until what is given fits the counts; every transfusion has a trigger of its own, with the
scatter that the likelihood gives it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hscape.compiled import compiled
from hscape.dynamics.coarse_record import N_COLUMNS, N_SLOTS
from hscape.inference.amortized.features import context, drug_table
from hscape.inference.amortized.plans import MOST_VISITS, Plan, draw_plan
from hscape.inference.course import Setting, empty_rows, make_setting, noise_rows, run_person
from hscape.inference.finding_rows import MOST_CLONES
from hscape.inference.likelihood import row_on_day
from hscape.inference.numbers import CLONE_COORDINATES, COORDINATES, Mapping
from hscape.inference.slots import life_long_cells
from hscape.parameters import Parameters
from hscape.streams import generator, stream_key

#: Coordinates that the network knows; those of clones that a chart does not have stay standard normal.
N_COORDINATES = len(COORDINATES) + MOST_CLONES * len(CLONE_COORDINATES)
MOST_TRANSFUSIONS = 700
#: Runs of a course until its transfusions fit; and days between platelets at the least.
_RUNS, _PLATELET_GAP = 2, 2.0


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person whose failure shows.

    Args:
        plan: by which the person is followed.
        z: coordinates, shape (n_coordinates,).
        rows: course on the days of the plan, shape (n_days, n_columns).
        given: transfusions: day, product, shape (n, 2).
    """

    plan: Plan
    z: np.ndarray
    rows: np.ndarray
    given: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Group:
    """Persons of one plan; arrays are ragged where `offset` says so.

    Args:
        plan: of all.
        z: shape (n, n_coordinates).
        rows: shape (n, n_days, n_columns).
        given: transfusions of all, shape (n_all, 2).
        offset: where those of each person begin, shape (n + 1,).
        drugs: see `features.drug_table`.
        context: see `features.context`.
    """

    plan: Plan
    z: np.ndarray
    rows: np.ndarray
    given: np.ndarray
    offset: np.ndarray
    drugs: np.ndarray
    context: np.ndarray

    def person(self, index: int) -> Person:
        """One of them."""
        given = self.given[self.offset[index] : self.offset[index + 1]]
        return Person(plan=self.plan, z=self.z[index], rows=self.rows[index], given=given)


@compiled
def _needed(rows, n, end_day, given, n_given, step, life, trigger, product, z, days_given):
    """Days on which one product is given, from a course with `given`.

    What the transfusions of `given` added is taken off, as a straight decline over the life of the cells, and the
    days are found anew one after another.
    """
    count, at, own = 0, 0.0, trigger * math.exp(z[0])
    k, old, new = 0, 0, 0
    while at <= end_day:
        while k < n - 1 and rows[k, 0] < at:
            k += 1
        level = rows[k, 1 + product]
        if k > 0 and rows[k, 0] > at:
            weight = (at - rows[k - 1, 0]) / (rows[k, 0] - rows[k - 1, 0])
            level = weight * level + (1.0 - weight) * rows[k - 1, 1 + product]
        while old < n_given and at - given[old] >= life:
            old += 1
        while new < count and at - days_given[new] >= life:
            new += 1
        for i in range(old, n_given):
            if given[i] >= at:
                break
            level -= step * (1.0 - (at - given[i]) / life)
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
        for j in range(64):
            z_red[j] = triggers[1] * np.random.standard_normal()
            z_platelets[j] = triggers[3] * np.random.standard_normal()
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


def plan_mapping(plan: Plan, parameters: Parameters) -> Mapping:
    """From coordinates to numbers for the persons of a plan."""
    p, age = parameters, plan.age_years
    hla = p["clone_HLA_allele_mutation_rate_per_year"] + p["clone_HLA_6p_CN_LOH_rate_per_year"]
    return Mapping(
        parameters=p, age_years=age, last_day=plan.last_day, clones=plan.clones,
        piga_quantiles=life_long_cells(p["clone_PIGA_rate_per_year"], age, p),
        hla_quantiles=life_long_cells(hla, age, p),
    )  # fmt: skip


def _setting(plan: Plan, parameters: Parameters) -> Setting:
    setting = make_setting(
        list(plan.influences), [], plan.days.tolist(), parameters=parameters, sex=plan.sex, age_years=plan.age_years,
        end_day=max(plan.last_day, 1.0),
    )  # fmt: skip
    table = setting.table._replace(
        transfusion_day=np.full(MOST_TRANSFUSIONS, np.inf),
        transfusion_product=np.zeros(MOST_TRANSFUSIONS, dtype=np.int64),
        transfusion_units=np.zeros(MOST_TRANSFUSIONS),
    )
    return setting._replace(table=table)


def draw_group(seed: int, number: int, size: int, parameters: Parameters) -> Group:
    """Persons of one plan whose failure shows.

    Args:
        seed: of the run.
        number: of the group.
        size: how many are tried.
        parameters: prior.
    """
    random = generator(seed, "amortized group", number)
    p, plan = parameters, draw_plan(random, parameters)
    mapping, setting = plan_mapping(plan, p), _setting(plan, p)
    z = random.standard_normal((size, N_COORDINATES))
    numbers = mapping.numbers(z)
    n_days = len(plan.days)
    out, given = np.zeros((size, n_days, N_COLUMNS)), np.zeros((size, MOST_TRANSFUSIONS, 2))
    n_given, shown = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.bool_)
    c = setting.constants[0]
    from hscape.biology.blood import N_PLATELETS, N_RED_CELLS

    triggers = np.array([
        p["red_cell_transfusion_trigger_g_per_dl"], p["transfusion_trigger_log_sd"],
        p["platelet_transfusion_trigger_1e9_per_l"], p["platelet_trigger_log_sd"],
        N_RED_CELLS / c["red_cell_stage_per_day"], N_PLATELETS / c["platelet_stage_per_day"],
    ])  # fmt: skip
    key = int(stream_key(seed, "amortized chance", number)) & 0xFFFFFFFF
    run_persons(
        numbers, setting, plan.days, noise_rows(setting.end_day), 3 + len(plan.clones), key, triggers, empty_rows(),
        out, given, n_given, shown,
    )  # fmt: skip
    z, out, given, n_given = z[shown], out[shown], given[shown], n_given[shown]
    return Group(
        plan=plan, z=z, rows=out.astype(np.float32),
        given=np.concatenate([g[:n] for g, n in zip(given, n_given, strict=True)] or [np.zeros((0, 2))]),
        offset=np.concatenate([[0], np.cumsum(n_given)]), drugs=drug_table(plan.influences),
        context=context(plan.age_years, plan.sex, plan.last_day, plan.clones),
    )  # fmt: skip


__all__ = ["MOST_VISITS", "N_COORDINATES", "Group", "Person", "draw_group", "plan_mapping"]
