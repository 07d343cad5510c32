"""An answer reduced to what can be held against the truth: draws of quantities, and probabilities of events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from hscape.biology.influence import Influence
from hscape.chart import Chart
from hscape.dynamics.coarse_record import CELLS, COLUMNS
from hscape.inference.calibration.truth import FREE_MONTHS
from hscape.inference.causes import find_causes
from hscape.inference.engines import Draws, infer
from hscape.inference.futures import MONTHS
from hscape.inference.judged import FREE_WEEKS, free_from, is_recovered, needs_no_transfusion
from hscape.inference.numbers import AT, HLA, PNH, slot_column
from hscape.inference.problem import Problem, make_problem
from hscape.inference.reference import PriorReference, prior_reference
from hscape.inference.sampler import Effort
from hscape.inference.scenarios import Alternative, attack_ends, fresh_noise, setting_of, stopped
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_MONTH

#: An engine for checks that need many runs which read the likelihood, as the preview does not.
LIGHT = "light"
LITTLE = Effort(particles=64, rounds=4, last_rounds=8, first=1500)
Sampler = Callable[[Problem, int], Draws]
Change = Callable[[Problem], Problem]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The posterior of one chart.

    Args:
        problem: as the sampler saw it.
        draws: of the sampler.
        numbers: persons, shape (n, n_numbers).
        quantities: named draws, shape (n,) each.
        events: name -> probability, None where the answer does not say.
        prior: draws of the prior under the same visits and treatments.
    """

    problem: Problem
    draws: Draws
    numbers: np.ndarray
    quantities: dict[str, np.ndarray]
    events: dict[str, float | None]
    prior: PriorReference


def sampler_of(engine: str) -> Sampler:
    """The sampler of an engine, on one thread; `LIGHT` is one island of an answer with little effort."""
    if engine == LIGHT:
        return lambda problem, seed: infer(problem, seed=seed, effort=LITTLE, islands=1, workers=1)
    return lambda problem, seed: infer(problem, seed=seed, engine=engine, workers=1)


def answer(
    chart: Chart,
    planned: tuple[Influence, ...],
    *,
    seed: int,
    sampler: Sampler,
    change: Change | None = None,
    parameters: Parameters | None = None,
) -> Answer:
    """Explain a chart as far as a check needs it.

    Args:
        chart: of one patient.
        planned: treatments as they really went on after the chart, in days of the chart.
        seed: of the sampler.
        sampler: draws from the posterior.
        change: a fault put into the problem on purpose; None for the fitter as it is.
        parameters: prior; the analysis prior by default.
    """
    whole = make_problem(chart, parameters)
    problem = change(whole) if change else whole
    draws = sampler(problem, seed)
    numbers = problem.mapping.numbers(draws.z)
    quantities, events = _now(problem, numbers, draws.noise)
    events |= _later(problem, numbers, draws.noise, planned, seed)
    return Answer(
        problem=problem, draws=draws, numbers=numbers, quantities=quantities, events=events,
        prior=prior_reference(whole, seed, 300),
    )  # fmt: skip


def _now(
    problem: Problem, numbers: np.ndarray, noise: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, float | None]]:
    rows, since = problem.courses(numbers, noise, np.array([0.0, problem.last_day]))
    causes = find_causes(problem, numbers, noise)
    capacity = problem.parameters["stem_cell_niche_capacity_cells"]
    total, contact = COLUMNS.index("stem_cells_count"), COLUMNS.index("contact_killing_per_day")
    quantities = {
        name: numbers[:, AT[name]]
        for name in ("killing_per_day", "tolerated_antigen_fraction", "suppression_fold",
                     "cyclosporine_sensitivity_fold", "globulin_fold", "regeneration_fold")
    } | {
        "hla_vulnerability_fraction": numbers[:, slot_column("vulnerability", HLA)],
        "attack_days_before_day_0": since,
        "immune_pressure_per_day": rows[:, 0, contact],
        "reserve_at_day_0_fraction": rows[:, 0, total] / capacity,
        "reserve_fraction": rows[:, 1, total] / capacity,
        "interferon_now": rows[:, 1, COLUMNS.index("interferon")],
        "lost_niche_fraction": rows[:, 1, COLUMNS.index("lost_niche")],
        "pnh_stem_cells_count": rows[:, 1, CELLS + PNH],
        "hla_loss_stem_cells_count": rows[:, 1, CELLS + HLA],
        "attributed_to_escape": causes.without_escape,
        "attributed_to_treatment": causes.without_treatment,
    }  # fmt: skip
    events: dict[str, float | None] = {
        "recovered": float(is_recovered(rows[:, 1], problem.parameters).mean()),
        "clone-mediated": float(causes.is_mediated.mean()),
        "by treatment": float(causes.is_by_treatment.mean()),
    }
    return quantities, events


def _later(
    problem: Problem, numbers: np.ndarray, noise: np.ndarray, planned: tuple[Influence, ...], seed: int
) -> dict[str, float | None]:
    """Free of transfusion later; nobody dies and no more is transfused, as in the truth."""
    p, last = problem.parameters, problem.last_day
    weeks = last + 7.0 * np.arange(int(np.ceil(MONTHS * DAYS_PER_MONTH / 7.0)) + FREE_WEEKS + 1)
    fresh = fresh_noise(problem, noise, float(weeks[-1]), seed, "chance")
    bare = Alternative(name="", words="", treatments=stopped(problem.given.influences, last))
    setting = setting_of(problem, bare, float(weeks[-1]))
    rows, _ = problem.courses(attack_ends(numbers, last), fresh, weeks, setting)
    found: dict[str, float | None] = {
        "free if the attack ended": float((free_from(rows, p) <= int(MONTHS * DAYS_PER_MONTH / 7.0)).mean())
    }
    went_on = replace(bare, treatments=planned)
    rows, _ = problem.courses(numbers, fresh, weeks, setting_of(problem, went_on, float(weeks[-1])))
    is_free = needs_no_transfusion(rows, p)
    for month in FREE_MONTHS:
        week = round(month * DAYS_PER_MONTH / 7.0)
        found[f"free at {month} months"] = float(is_free[:, week : week + FREE_WEEKS].all(axis=1).mean())
    return found
