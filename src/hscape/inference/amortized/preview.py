"""First impression of a chart: the network's persons, each with a chance of the course that fits what was seen."""

from __future__ import annotations

import math
import time

import numpy as np

from hscape.dynamics.coarse_record import N_SLOTS
from hscape.inference.amortized.start import NetworkStart
from hscape.inference.amortized.weights import shipped
from hscape.inference.likelihood import LOWEST
from hscape.inference.problem import Problem
from hscape.inference.sampler import Sample
from hscape.streams import generator

DRAWS, PATHS, MOVES = 256, 8, 6
#: Moves of the chance: half of it is kept at first, more of it where few moves are taken.
FIRST_SIZE, WANTED_SHARE = 0.5, 0.25
#: Draws by which it is seen whether the network is of any use for a chart.
TRIED = 64
USELESS = "the network does not know charts like this one"


def find_start(problem: Problem, seed: int) -> tuple[NetworkStart | None, tuple[str, ...]]:
    """The network's posterior of a chart, or None with the reason.

    It is of no use if its persons fit the chart worse than persons of the prior do, each with a chance of its own.
    """
    weights, reason = shipped(problem.parameters)
    if weights is None:
        return None, (reason,)
    start = NetworkStart(weights, problem)
    random = generator(seed, "network start")
    own = problem.with_own_scratch()
    persons = (start.draw(TRIED, random), random.standard_normal((TRIED, problem.coordinates.size)))
    noise = chance(problem, TRIED, random)
    network, prior = (np.median(own.log_likelihood(z, noise)[0]) for z in persons)
    return (start, ()) if network > prior else (None, (USELESS,))


def chance(problem: Problem, n: int, random: np.random.Generator) -> np.ndarray:
    """Chance of courses from its prior, shape (n, n_noise, n_slots)."""
    found = np.zeros((n, problem.n_noise, N_SLOTS), dtype=np.float32)
    shape = (n, problem.n_noise, problem.n_active)
    found[:, :, : problem.n_active] = random.standard_normal(shape, dtype=np.float32)
    return found


def preview(problem: Problem, start: NetworkStart, seed: int) -> Sample:
    """Draws of the network; each takes one of several chances by how well it fits, and moves on from there.

    Args:
        problem: the chart.
        start: what the network makes of it.
        seed: 0 to 2**63 - 1.

    Returns:
        draws without weights; the tail of the weights does not apply.
    """
    started, random = time.perf_counter(), generator(seed, "preview")
    z = start.draw(DRAWS, random)
    log_density = start.log_density(z)
    noise = chance(problem, DRAWS, random)
    ll, each = problem.log_likelihood(z, noise)
    total = ll.copy()
    for _ in range(PATHS - 1):
        other = chance(problem, DRAWS, random)
        new, parts = problem.log_likelihood(z, other)
        total = np.logaddexp(total, new)
        _take(np.log(random.random(DRAWS)) < new - total, (noise, ll, each), (other, new, parts))
    index = _shown(total, random)
    z, total, log_density = z[index], total[index], log_density[index]
    noise, ll, each = noise[index], ll[index], each[index]
    size, taken = FIRST_SIZE, 0.0
    for _ in range(MOVES):
        other = np.float32(math.sqrt(1.0 - size**2)) * noise + np.float32(size) * chance(problem, DRAWS, random)
        new, parts = problem.log_likelihood(z, other)
        is_taken = np.log(random.random(DRAWS)) < new - ll
        _take(is_taken, (noise, ll, each), (other, new, parts))
        taken = float(is_taken.mean())
        size = float(np.clip(size * math.exp(taken - WANTED_SHARE), 0.05, 1.0))
    prior = -0.5 * (z**2).sum(axis=1) - 0.5 * z.shape[1] * math.log(2.0 * math.pi)
    weights = prior + total - math.log(PATHS) - log_density
    shown = np.exp(weights - weights.max())
    return Sample(
        z=z, noise=noise, log_likelihood=ll, each=each, log_evidence=float(weights.max() + math.log(shown.mean())),
        effective=float(len(np.unique(index))), tail=math.nan, acceptance=taken,
        n_courses=DRAWS * (PATHS + MOVES), seconds=time.perf_counter() - started, steps=(),
    )  # fmt: skip


def _shown(total: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draws by number; one whose failure never shows gives way to another that does."""
    index, good = np.arange(len(total)), np.flatnonzero(total > 0.5 * LOWEST)
    bad = np.flatnonzero(total <= 0.5 * LOWEST)
    if len(good):
        index[bad] = random.choice(good, len(bad))
    return index


def _take(is_taken: np.ndarray, old: tuple[np.ndarray, ...], new: tuple[np.ndarray, ...]) -> None:
    for before, after in zip(old, new, strict=True):
        before[is_taken] = after[is_taken]
