"""The trained network against simulated charts whose persons are known, and the sampler from it against the prior's.

Persons are simulated with the coarse course under plans that training has not seen. For each, the rank of the truth
among draws of the network is uniform if the network is calibrated; a preview by the small sampler sees the same charts.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from hscape.inference.amortized.bank import Drawer, seed_chance
from hscape.inference.amortized.persons import Group, draw_group, plan_mapping
from hscape.inference.course import make_setting
from hscape.inference.observations import Observations
from hscape.inference.prior import analysis_prior
from hscape.inference.problem import Problem
from hscape.inference.treatments import Given
from hscape.streams import generator

#: Groups beyond those of training, and how many persons are taken from each.
FIRST_GROUP, PER_GROUP = 8_000_000, 2


@dataclass(frozen=True)
class Case:
    """A simulated chart and its person."""

    problem: Problem
    z: np.ndarray


def problem_of(group: Group, person: int, drawer: Drawer, at: int, random: np.random.Generator) -> Case | None:
    """A chart of one person; None if it is left out for want of its clones."""
    p, plan = analysis_prior(), group.plan
    n, _ = drawer.draw(at, person, random, shortened=0.0)
    if n == 0:
        return None
    rows = drawer.findings[: drawer.n_findings].copy()
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    given = group.given[group.offset[person] : group.offset[person + 1]]
    units = p["red_cell_transfusion_units_count"]
    transfusions = tuple((float(d), int(k), units if k == 0 else 1.0) for d, k in given if d <= plan.last_day)
    last = max(plan.last_day, 1.0)
    setting = make_setting(
        list(plan.influences), list(transfusions), sorted({*rows[:, 0].tolist(), last}), parameters=p, sex=plan.sex,
        age_years=plan.age_years, end_day=last,
    )  # fmt: skip
    observations = Observations(rows, tuple(f"row {k}" for k in range(len(rows))), (), plan.clones, (True, True))
    chart: Any = SimpleNamespace(sex=plan.sex, patient_id="simulated")
    problem = Problem(
        chart=chart, parameters=p, mapping=plan_mapping(plan, p), setting=setting, observations=observations,
        given=Given(influences=plan.influences, transplant_day=None, remarks=()), remarks=(), last_day=last,
        transfusions=transfusions,
    )  # fmt: skip
    return Case(problem, group.z[person][: problem.coordinates.size])


def cases(count: int, seed: int) -> list[Case]:
    """Simulated charts, none of a plan that was trained on."""
    p, random, found, number = analysis_prior(), generator(seed, "cases"), [], 0
    seed_chance(int(random.integers(2**31)))
    while len(found) < count:
        group = draw_group(seed, FIRST_GROUP + number, PER_GROUP, p)
        number += 1
        drawer = Drawer([group], p)
        for person in range(len(group.z)):
            case = problem_of(group, person, drawer, 0, random)
            if case is not None and len(found) < count:
                found.append(case)
    return found
