"""The trained network against simulated charts whose persons are known, and the sampler from it against the prior's.

Persons are simulated with the coarse course under plans that training has not seen. For each, the rank of the truth
among draws of the network is uniform if the network is calibrated; a preview by the small sampler sees the same charts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from hscape import examples
from hscape.exchange import read_charts
from hscape.inference.amortized.bank import Drawer, seed_chance
from hscape.inference.amortized.network import Weights
from hscape.inference.amortized.persons import Group, draw_group, plan_mapping
from hscape.inference.amortized.preview import preview
from hscape.inference.amortized.start import NetworkAndPrior, NetworkStart
from hscape.inference.amortized.weights import shipped
from hscape.inference.course import make_setting
from hscape.inference.engines import PRIOR_SHARE
from hscape.inference.numbers import CLONE_COORDINATES, COORDINATES
from hscape.inference.observations import Observations
from hscape.inference.prior import analysis_prior
from hscape.inference.problem import Problem, make_problem
from hscape.inference.sampler import ANSWER, PREVIEW, Sample, sample
from hscape.inference.treatments import Given
from hscape.streams import generator

#: Groups beyond those of training, and how many persons are taken from each.
FIRST_GROUP, PER_GROUP = 8_000_000, 2
SEED = 20261122
#: Coordinates; those of the clones are taken together.
NAMES = (*COORDINATES, *(f"{name} of a clone" for _ in range(3) for name in CLONE_COORDINATES))
Say = Callable[[str], None]


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
    observations = Observations(rows, tuple(f"row {k}" for k in range(len(rows))), (), plan.clones)
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


def _posterior(sample: Sample, truth: np.ndarray) -> np.ndarray:
    """Rank of the truth, squared error of the mean, and variance, for each coordinate: shape (n_coordinates, 3)."""
    z = sample.z
    return np.stack([(z < truth).mean(axis=0), (z.mean(axis=0) - truth) ** 2, z.var(axis=0)], axis=1)


def network_ranks(weights: Weights, charts: list[Case], seed: int) -> dict[str, np.ndarray]:
    """Ranks, squared errors and variances of the network alone, by coordinate: name -> shape (n, 3)."""
    random, found = generator(seed, "ranks"), {}
    for case in charts:
        draws = NetworkStart(weights, case.problem).draw(400, random)
        each = _posterior(SimpleNamespace(z=draws), case.z)  # type: ignore[arg-type]
        for k, row in enumerate(each):
            found.setdefault(NAMES[k], []).append(row)
    return {name: np.array(rows) for name, rows in found.items()}


def coverage(ranks: np.ndarray) -> tuple[float, float]:
    """Share of truths in the central 50 and 90 % of the draws."""
    away = np.abs(ranks - 0.5)
    return float((away < 0.25).mean()), float((away < 0.45).mean())


def compare_previews(weights: Weights, charts: list[Case], seed: int, say: Say) -> dict[str, np.ndarray]:
    """The network's preview and the small sampler on the same charts: rank, squared error, variance, of every coordinate."""
    found: dict[str, list[np.ndarray]] = {"network": [], "sampler": []}
    costs: dict[str, list[tuple[float, float]]] = {"network": [], "sampler": []}
    for number, case in enumerate(charts):
        for name in found:
            since = time.process_time()
            if name == "network":
                made = preview(case.problem, NetworkStart(weights, case.problem), seed + number)
            else:
                made = sample(case.problem, seed=seed + number, effort=PREVIEW)
            costs[name].append((time.process_time() - since, made.n_courses))
            found[name].append(_posterior(made, case.z))
        if number % 10 == 9:
            say(f"previews: {number + 1} of {len(charts)}")
    result = {name: np.concatenate(rows) for name, rows in found.items()}
    return result | {f"{name} cost": np.array(rows) for name, rows in costs.items()}


def compare_starts(weights: Weights, seed: int, say: Say) -> list[tuple[str, str, Sample, float]]:
    """One island of the sampler from the prior, and from network and prior as an answer begins, on the example charts."""
    found = []
    for name in examples.names():
        problem = make_problem(read_charts(examples.example_path(name, "yaml")).charts[0])
        for start in (None, NetworkAndPrior(NetworkStart(weights, problem), PRIOR_SHARE)):
            since = time.process_time()
            made = sample(problem, seed=seed, effort=ANSWER, start=start)
            found.append((name, "prior" if start is None else "network", made, time.process_time() - since))
            say(f"{name} from the {found[-1][1]}: {made.n_courses} courses, {made.effective:.0f} effective draws")
    return found


def section(quick: bool, say: Say) -> list[str]:
    """The page's section."""
    weights, why = shipped(analysis_prior())
    lines = ["## Trained network: ranks, previews and starts of the sampler", ""]
    if weights is None:
        return [*lines, f"Not done: {why}.", ""]
    charts = cases(40 if quick else 500, SEED)
    ranks = network_ranks(weights, charts, SEED)
    lines += [f"{len(charts)} charts of persons simulated with the coarse course under plans that training has not seen; 400 "
              "draws each from the network alone. Learnt: share of the prior's variance removed.", "",
              "| coordinate | charts | 50 % | 90 % | mean rank | learnt |", "|---|---|---|---|---|---|"]  # fmt: skip
    for name, rows in ranks.items():
        low, high = coverage(rows[:, 0])
        lines.append(f"| {name} | {len(rows)} | {low:.3f} | {high:.3f} | {rows[:, 0].mean():.3f} | "
                     f"{1.0 - rows[:, 2].mean():.2f} |")  # fmt: skip
    low, high = coverage(np.concatenate([rows[:, 0] for rows in ranks.values()]))
    lines += [f"| all | | {low:.3f} | {high:.3f} | | |", ""]
    both = compare_previews(weights, charts[: 6 if quick else 40], SEED, say)
    lines += ["Previews of the same charts:", "", "| preview | 50 % | 90 % | squared error of the mean | CPU seconds | courses |",
              "|---|---|---|---|---|---|"]  # fmt: skip
    for name in ("network", "sampler"):
        low, high = coverage(both[name][:, 0])
        seconds, courses = both[f"{name} cost"].mean(axis=0)
        lines.append(
            f"| {name} | {low:.3f} | {high:.3f} | {both[name][:, 1].mean():.3f} | {seconds:.2f} | {courses:.0f} |"
        )
    lines += ["", "One island of the sampler on the example charts:", "",
              "| chart | start | temperatures | courses | CPU seconds | effective draws | courses per effective draw | log evidence |",
              "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for name, start, made, seconds in compare_starts(weights, SEED, say):
        lines.append(f"| {name} | {start} | {len(made.steps) - 1} | {made.n_courses} | {seconds:.1f} | {made.effective:.0f} | "
                     f"{made.n_courses / made.effective:.0f} | {made.log_evidence:.1f} |")  # fmt: skip
    return [*lines, ""]
