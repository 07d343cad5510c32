"""Was the recovery clone-mediated? The posterior probability, its Bayes factor, and what other priors make of it.

The Bayes factor compares the odds after the chart with those before it, among persons of the prior who recovered
under the same treatments by the same day. It is made under the analysis prior and carried over to three prior odds that
are set beside each other: those of the calibrated population, a fifth of them, and even ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hscape.inference.causes import Causes
from hscape.inference.problem import Problem, make_problem
from hscape.inference.reference import PriorReference, prior_reference
from hscape.parameters import Parameters

#: Posterior share of recovered courses below which the question does not arise.
RECOVERED = 0.5
#: Fewest recovered persons of the prior from whom odds before the chart are taken.
FEWEST_OF_PRIOR = 10
SKEPTICAL_FOLD = 0.2


@dataclass(frozen=True, kw_only=True)
class Odds:
    """Clone-mediated recovery.

    Args:
        is_applicable: False if the marrow has not recovered.
        reason: why not.
        probability: under the analysis prior.
        prior_probability: before the chart, under the analysis prior.
        log10_bayes_factor: after against before; limited by the number of draws.
        by_prior: ``skeptical``, ``calibrated``, ``favorable`` -> (prior probability, posterior probability).
        causes_2x2: chance that escape and treatment were needed: ``both``, ``escape only``, ``treatment only``,
            ``neither``; of recovered courses alone where `is_of_recovered`.
        is_of_recovered: True if the counts are more likely recovered than not; `causes_2x2` then speaks of the same
            courses as `probability`.
        resolution: largest size of the logarithm that these draws can show.
    """

    is_applicable: bool
    reason: str
    probability: float | None
    prior_probability: float | None
    log10_bayes_factor: float | None
    by_prior: dict[str, tuple[float, float]]
    causes_2x2: dict[str, float]
    is_of_recovered: bool
    resolution: float


def find_odds(problem: Problem, causes: Causes, reference: PriorReference, effective: float, seed: int) -> Odds:
    """Odds of clone-mediated recovery.

    Args:
        problem: the chart.
        causes: of the posterior draws.
        reference: of the prior draws.
        effective: independent draws that the posterior is worth.
        seed: for the population's draws.
    """
    back = causes.is_recovered
    of_recovered = bool(back.mean() >= RECOVERED)
    table = two_by_two(causes, back if of_recovered else np.ones_like(back))
    if not of_recovered:
        return Odds(
            is_applicable=False, reason=f"the marrow has not recovered by day {problem.last_day:g}", probability=None,
            prior_probability=None, log10_bayes_factor=None, by_prior={}, causes_2x2=table, is_of_recovered=False,
            resolution=0.0,
        )  # fmt: skip
    if reference.n_recovered < FEWEST_OF_PRIOR:
        return Odds(
            is_applicable=False, probability=None,
            reason=f"only {reference.n_recovered} of {reference.n} persons of the prior recover so",
            prior_probability=None, log10_bayes_factor=None, by_prior={}, causes_2x2=table,
            is_of_recovered=True, resolution=0.0,
        )  # fmt: skip
    share = float((causes.is_mediated & back).sum() / back.sum())
    n = effective * float(back.mean())
    after = (share * n + 0.5) / (n + 1.0)
    before = _prior(reference)
    factor = math.log10(after / (1.0 - after)) - math.log10(before / (1.0 - before))
    population = _prior(prior_reference(make_problem(problem.chart, Parameters()), seed, 400))
    skeptical = _shifted(population, math.log10(SKEPTICAL_FOLD))
    by_prior = {
        name: (prior, _shifted(prior, factor))
        for name, prior in (("skeptical", skeptical), ("calibrated", population), ("favorable", 0.5))
    }
    return Odds(
        is_applicable=True, reason="", probability=share, prior_probability=before, log10_bayes_factor=factor,
        by_prior=by_prior, causes_2x2=table, is_of_recovered=True,
        resolution=math.log10((2.0 * n + 1.0) * (2.0 * reference.n_recovered + 1.0)),
    )  # fmt: skip


def two_by_two(causes: Causes, chosen: np.ndarray) -> dict[str, float]:
    """Which causes the output of the last day needed: escape, treatment, both, neither of them alone.

    Args:
        causes: of the posterior draws.
        chosen: True for the draws that are counted, shape (n,).
    """
    escape, treatment = causes.is_mediated[chosen], causes.is_by_treatment[chosen]
    return {
        "both needed": float(np.mean(escape & treatment)),
        "escape needed": float(np.mean(escape & ~treatment)),
        "treatment needed": float(np.mean(~escape & treatment)),
        "neither needed": float(np.mean(~escape & ~treatment)),
    }


def _prior(reference: PriorReference) -> float:
    if reference.causes is None or not reference.n_recovered:
        return 0.5  # nobody of the prior recovers so: nothing is known before
    back = reference.causes.is_recovered
    return float(((reference.causes.is_mediated & back).sum() + 0.5) / (back.sum() + 1.0))


def _shifted(probability: float, log10_odds: float) -> float:
    odds = probability / (1.0 - probability) * 10.0**log10_odds
    return odds / (1.0 + odds)
