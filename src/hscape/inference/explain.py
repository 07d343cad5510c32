"""Explain a chart: who rebuilt the marrow, what is left, what might come, and what is not known."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from hscape.chart import Chart
from hscape.inference.alarms import raise_alarms, status_of
from hscape.inference.causes import Causes, find_causes
from hscape.inference.checks import Alarm, judge_fit
from hscape.inference.engines import Draws, infer
from hscape.inference.futures import Future, IfEnded, all_futures, if_attack_ended, later_response, relapse_risks
from hscape.inference.next_measurement import Worth, next_measurements
from hscape.inference.odds import Odds, find_odds
from hscape.inference.problem import Problem, make_problem
from hscape.inference.reference import PriorReference, prior_reference
from hscape.inference.what_happened import Course, find_course
from hscape.parameters import Parameters
from hscape.streams import check_seed, generator

Progress = Callable[[float, str], None]
#: Killing below this does nothing within a life; draws are not told apart there.
NO_KILLING_PER_DAY = 1e-5


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Everything that was found; see `as_dict` for the contract.

    Args:
        chart: what was explained.
        problem: the chart as a problem of inference.
        status: ``answer``, ``preview`` or ``withheld``.
        engine: how the draws were made.
        draws: the posterior.
        numbers: persons, shape (n, n_numbers).
        quantities: named draws, shape (n,) each.
        course: what happened.
        causes: who rebuilt the marrow.
        odds: probability that recovery was clone-mediated, under several priors.
        if_ended: suppressed or lost.
        futures: alternatives.
        landmark: chance of a later response 6 and 12 months from now, None if it does not apply.
        relapse: chance of relapse by what is done with cyclosporine.
        learnt: quantity -> share of the prior's variance that the data removed.
        next_measurements: what further readings would remove of the variance of open questions.
        point_probability: of each observation.
        alarms: doubts.
        seed: of the run.
        seconds: taken.
    """

    chart: Chart
    problem: Problem
    status: str
    engine: str
    draws: Draws
    numbers: np.ndarray
    quantities: dict[str, np.ndarray]
    course: Course
    causes: Causes
    odds: Odds
    if_ended: IfEnded
    futures: tuple[Future, ...]
    landmark: tuple[float, float] | None
    relapse: dict[str, float]
    learnt: dict[str, float]
    next_measurements: tuple[Worth, ...]
    point_probability: np.ndarray
    alarms: tuple[Alarm, ...]
    seed: int
    seconds: float
    reference: PriorReference = field(repr=False)


Found = TypeVar("Found", bound=Explanation)


def explain(
    chart: Chart,
    *,
    seed: int,
    engine: str = "answer",
    parameters: Parameters | None = None,
    with_futures: bool = True,
    progress: Progress | None = None,
) -> Explanation:
    """Explain a chart.

    Args:
        chart: of one patient; day 0 is the day on which the failure was found.
        seed: 0 to 2**63 - 1; the same seed gives the same bytes.
        engine: ``preview`` (seconds) or ``answer``; ``smc`` is the training-free engine by name.
        parameters: prior; the analysis prior by default.
        with_futures: False leaves out the alternatives.
        progress: is told the share done and a word.

    Raises:
        InputError: a child, an empty chart, an unknown engine.
    """
    started = time.perf_counter()
    seed = check_seed(seed)
    tell = progress or (lambda share, word: None)
    problem = make_problem(chart, parameters)
    draws = infer(problem, seed=seed, engine=engine, progress=lambda share, word: tell(0.8 * share, word))
    numbers = problem.mapping.numbers(draws.z)
    tell(0.82, "who rebuilt the marrow")
    causes = find_causes(problem, numbers, draws.noise)
    reference = prior_reference(problem, seed)
    odds = find_odds(problem, causes, reference, draws.effective, seed)
    tell(0.88, "what is left")
    ended = if_attack_ended(problem, numbers, draws.noise, seed)
    tell(0.9, "what the chart taught")
    course, quantities = find_course(problem, numbers, draws, causes)
    learnt = _learnt(quantities, reference)
    worth = _worth(problem, draws, numbers, quantities, causes, ended, seed)
    points, replicate = judge_fit(problem, draws, numbers, generator(seed, "replicates"))
    alarms = raise_alarms(problem, draws, quantities, points, replicate, learnt)
    found = Explanation(
        chart=chart, problem=problem, status=status_of(alarms, engine), engine=draws.engine, draws=draws,
        numbers=numbers, quantities=quantities, course=course, causes=causes, odds=odds, if_ended=ended,
        futures=(), landmark=None, relapse={}, learnt=learnt, next_measurements=worth,
        point_probability=points, alarms=alarms, seed=seed, seconds=time.perf_counter() - started,
        reference=reference,
    )  # fmt: skip
    if with_futures:
        tell(0.97, "what might come")
        found = with_alternatives(found)
    tell(1.0, "done")
    return found


def with_alternatives(found: Found) -> Found:
    """The same explanation with what might come: alternatives, a later response, relapse."""
    problem, numbers, noise, seed = found.problem, found.numbers, found.draws.noise, found.seed
    return dataclasses.replace(
        found,
        futures=all_futures(problem, numbers, noise, seed),
        landmark=later_response(problem, numbers, noise, seed),
        relapse=relapse_risks(problem, numbers, noise, seed),
    )


def _worth(
    problem: Problem, draws: Draws, numbers: np.ndarray, quantities: dict[str, np.ndarray], causes: Causes,
    ended: IfEnded, seed: int,
) -> tuple[Worth, ...]:  # fmt: skip
    """What further readings would tell of the questions that the page asks."""
    rows, _ = problem.courses(numbers, draws.noise, np.array([problem.last_day]))
    questions = {
        "Did escape clones make the recovery possible?": causes.is_mediated.astype(float),
        "How many stem cells are left?": _scaled(quantities["reserve_fraction"], "reserve_fraction"),
        "How fast does the attack kill today?": np.log(
            np.maximum(quantities["attack_now_per_day"], NO_KILLING_PER_DAY)
        ),
    }
    if ended.is_applicable:
        questions["Would transfusions become needless if the attack ended?"] = ended.becomes_free.astype(float)
    return tuple(next_measurements(problem, rows[:, 0], questions, seed))


def _learnt(quantities: dict[str, np.ndarray], reference: PriorReference) -> dict[str, float]:
    """Share of the prior's variance that the data removed, on a logarithmic scale where a quantity is positive."""
    found = {}
    for name, values in quantities.items():
        prior = reference.quantities.get(name)
        if prior is None or len(prior) < 20:
            continue
        a, b = (_scaled(values, name), _scaled(prior, name))
        spread = float(np.nanvar(b))
        if spread > 0.0:  # what the prior knows for certain cannot be taught
            found[name] = float(np.clip(1.0 - np.nanvar(a) / spread, -1.0, 1.0))
    return found


def _scaled(values: np.ndarray, name: str) -> np.ndarray:
    is_share = name.startswith("attributed") or name in (
        "is_recovered",
        "lost_niche_fraction",
        "hla_vulnerability_fraction",
    )
    return values if is_share else np.log(np.maximum(values, 1e-9))
