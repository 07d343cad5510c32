"""Persons to train on: prior coordinates, their coarse courses on the days of a plan, and their transfusions.

A course takes most of the time, findings take little. So courses are made once and kept, and findings are drawn from
them afresh each time (`charts`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hscape.dynamics.coarse_record import N_COLUMNS
from hscape.inference.amortized.features import context, drug_table
from hscape.inference.amortized.plans import MOST_VISITS, Plan, draw_plan
from hscape.inference.amortized.transfused import PLATELET_LIFE_SHARE, run_persons
from hscape.inference.course import Setting, make_setting, noise_rows
from hscape.inference.finding_rows import MOST_CLONES
from hscape.inference.many_courses import empty_rows
from hscape.inference.numbers import CLONE_COORDINATES, COORDINATES, Mapping
from hscape.inference.slots import life_long_cells
from hscape.parameters import Parameters
from hscape.streams import generator, stream_key

#: Coordinates that the network knows; those of clones that a chart does not have stay standard normal.
N_COORDINATES = len(COORDINATES) + MOST_CLONES * len(CLONE_COORDINATES)
MOST_TRANSFUSIONS = 700


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
        N_RED_CELLS / c["red_cell_stage_per_day"], PLATELET_LIFE_SHARE * N_PLATELETS / c["platelet_stage_per_day"],
    ])  # fmt: skip
    key = int(stream_key(seed, "amortized chance", number)) & 0xFFFFFFFF
    rows = noise_rows(setting.end_day, len(setting.table.cut_day))
    run_persons(
        numbers, setting, plan.days, rows, 3 + len(plan.clones), key, triggers, empty_rows()[0],
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
