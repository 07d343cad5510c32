"""Tempered sequential Monte Carlo over persons and their chance: right for the coarse course with enough particles.

Every unknown, the chance of each step included, is a standard normal number under the prior. So a course needs no
filter: a sampler moves person and chance together, and the likelihood is that of one simulated course. Moves keep
their meaning however many steps a course has (`moves`). From a part of the particles chains start at each temperature,
and every state they pass through is kept (waste-free, Dau and Chopin 2022), so that what the next temperature learns
from is many times what was copied.

This takes the place of a linear-noise likelihood followed by a particle filter; docs/decisions/0009 says why.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hscape.dynamics.coarse_record import N_SLOTS
from hscape.inference.moves import Cloud, Start, fit_normal, make_cloud, one_round, person_and_slow, slow_chance
from hscape.inference.problem import Problem
from hscape.inference.tail import pareto_tail
from hscape.streams import generator

Progress = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How hard to try.

    Args:
        particles: persons from whom chains start at each temperature.
        rounds: rounds of moves a chain makes at a temperature; what it passes through is kept.
        last_rounds: rounds at the end.
        first: persons drawn from the start (the prior if there is none); many, since a rare road that is not among
            them is lost.
        effective_share: effective states kept from one temperature to the next.
        draws: most draws that are handed on.
    """

    particles: int = 112
    rounds: int = 8
    last_rounds: int = 16
    first: int = 3000
    effective_share: float = 0.4
    draws: int = 160


PREVIEW = Effort(particles=40, rounds=3, last_rounds=5, first=400, effective_share=0.3, draws=160)
ANSWER = Effort(rounds=6, last_rounds=12)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Draws of the posterior, all of one weight.

    Args:
        z: coordinates, shape (n, n_coordinates).
        noise: chance, shape (n, n_noise, n_slots).
        log_likelihood: shape (n,).
        each: parts of it, shape (n, n_observations).
        log_evidence: estimate.
        effective: independent draws that these are worth as far as the chains tell (see `_pass`); what an island did
            not find they cannot tell, see `engines`.
        tail: shape of the tail of the last weights (Pareto k).
        acceptance: share of moves taken at the end.
        n_courses: courses that were simulated.
        seconds: time taken.
        steps: one record a temperature.
    """

    z: np.ndarray
    noise: np.ndarray
    log_likelihood: np.ndarray
    each: np.ndarray
    log_evidence: float
    effective: float
    tail: float
    acceptance: float
    n_courses: int
    seconds: float
    steps: tuple[dict[str, float], ...]


def sample(problem: Problem, *, seed: int, effort: Effort = ANSWER, progress: Progress | None = None,
           start: Start | None = None) -> Sample:  # fmt: skip
    """Draw from the posterior of a chart.

    Args:
        problem: the chart.
        seed: 0 to 2**63 - 1; the same seed gives the same draws.
        effort: how hard to try.
        progress: is told the share done and a word.
        start: distribution of persons at temperature 0; the prior if None. The path leads from it, with the chance
            of a course as it is, to the posterior, so that the draws are those of the posterior all the same.
    """
    started = time.perf_counter()
    random = generator(seed, "sampler")
    cloud = _first(problem, effort.first, random, start)
    beta, log_evidence, steps, tail = 0.0, 0.0, [], 0.0
    step_sizes = np.array([0.7, 0.7, 1.0])
    while beta < 1.0:
        old = beta
        beta = _next_temperature(cloud.gain, beta, effort.effective_share)
        weights = (beta - old) * (cloud.gain - cloud.gain.max())
        log_evidence += (beta - old) * cloud.gain.max() + math.log(np.mean(np.exp(weights)))
        tail = pareto_tail(weights)
        cloud, taken, effective = _pass(
            problem, cloud, np.exp(weights), beta, effort, effort.rounds, step_sizes, random, start
        )
        steps.append({"temperature": beta, "acceptance": taken, "effective": effective})
        if progress:
            progress(_done(beta), f"temperature {beta:.3g}")
    even = np.ones(len(cloud.ll))
    cloud, taken, effective = _pass(problem, cloud, even, 1.0, effort, effort.last_rounds, step_sizes, random, start)
    steps.append({"temperature": 1.0, "acceptance": taken, "effective": effective})
    n_courses, n = cloud.n_courses, len(cloud.ll)
    if n > effort.draws:
        cloud = cloud.taken(np.linspace(0, n - 1, effort.draws).round().astype(int))
    return Sample(
        z=cloud.z, noise=cloud.noise, log_likelihood=cloud.ll, each=cloud.each, log_evidence=log_evidence,
        effective=min(effective, float(len(cloud.z))), tail=tail, acceptance=taken, n_courses=n_courses,
        seconds=time.perf_counter() - started, steps=tuple(steps),
    )  # fmt: skip


def _done(beta: float) -> float:
    return min(0.95, max(0.0, (math.log10(max(beta, 1e-5)) + 5.0) / 5.0 * 0.85))


def _first(problem: Problem, n: int, random: np.random.Generator, start: Start | None) -> Cloud:
    z = random.standard_normal((n, problem.coordinates.size)) if start is None else start.draw(n, random)
    noise = np.zeros((n, problem.n_noise, N_SLOTS), dtype=np.float32)
    shape = (n, problem.n_noise, problem.n_active)
    noise[:, :, : problem.n_active] = random.standard_normal(shape, dtype=np.float32)
    return make_cloud(problem, z, noise, start)


def _next_temperature(ll: np.ndarray, beta: float, share: float) -> float:
    def effective(to: float) -> float:
        w = np.exp((to - beta) * (ll - ll.max()))
        return float(w.sum() ** 2 / (w**2).sum() / len(ll))

    if effective(1.0) >= share:
        return 1.0
    low, high = beta, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) > share else (low, middle)
    return max(low, beta + 1e-9)


def _resample(weights: np.ndarray, random: np.random.Generator, n: int) -> np.ndarray:
    """Systematic resampling to `n`; the order of the states does not matter, since it is shuffled first."""
    order = random.permutation(len(weights))
    passed = np.cumsum(weights[order])
    points = (np.arange(n) + random.random()) / n * passed[-1]
    return order[np.minimum(np.searchsorted(passed, points), len(weights) - 1)]


def _pass(
    problem: Problem, cloud: Cloud, weights: np.ndarray, beta: float, effort: Effort, rounds: int,
    sizes: np.ndarray, random: np.random.Generator, start: Start | None = None,
) -> tuple[Cloud, float, float]:  # fmt: skip
    """Chains at one temperature; every state that they pass through is kept (waste-free, Dau and Chopin 2022).

    Step sizes follow the share of moves taken. Returns the states, that share, and how many independent ones they are
    worth: the spread of the chains' means against that of the states.
    """
    slow = slow_chance(problem)
    normal = fit_normal(person_and_slow(cloud, slow), weights)
    chains = cloud.taken(_resample(weights, random, effort.particles))
    kept, total = [], 0.0
    for _ in range(rounds):
        total += one_round(problem, chains, beta, sizes, normal, slow, random, start)
        kept.append((chains.z, chains.noise, chains.ll, chains.each, chains.base, chains.gain))
    z, noise, ll, each, base, gain = (np.concatenate(part) for part in zip(*kept, strict=True))
    means = z.reshape(rounds, effort.particles, -1).mean(axis=0)
    of_means, of_states = means.var(axis=0), np.maximum(z.var(axis=0), 1e-12)
    # the slowest tenth of the coordinates decides: those that the chart says nothing of always move well
    slowest = float(np.quantile(of_states / np.maximum(of_means, 1e-12), 0.1))
    effective = effort.particles * slowest
    made = Cloud(z, noise, ll, each, base, gain, chains.n_courses)
    return made, total / rounds, min(effective, float(len(ll)))
