"""The engines behind one call: how draws of the posterior of a chart are made.

``answer`` goes to the posterior on two ways; where they are too far apart both go on for a while, and that they agree
in the end is one of the checks. The first is an island of the tempered sampler (`sampler`), which begins with what a
trained network makes of the chart, mixed with the prior. The second are chains that start at persons of the network
(`chains`). Both take the coarse course at its word, and so are a little too sure of what the full model does; the
network, which learnt from charts with all their scatter, is blunter. An answer holds a third of each: of the island,
of the chains, and of the network's own persons (docs/decisions/0009).

Where the weights do not belong to the numbers in force, or are of no use for this chart, both ways are islands on seeds
of their own that begin with the prior, and the draws say so; with ``smc`` they always are. ``preview`` takes the draws
of the network and finds a chance for each: a second or two, and never called an answer; without a network it is one
small island with few moves.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from hscape.errors import unknown_name
from hscape.inference.amortized.preview import find_start, preview
from hscape.inference.amortized.start import NetworkAndPrior, NetworkStart
from hscape.inference.chains import fitting, move_chains
from hscape.inference.problem import Problem
from hscape.inference.sampler import ANSWER, PREVIEW, Effort, Sample, sample
from hscape.streams import stream_key

ENGINES = ("answer", "preview", "smc")
ISLANDS = 2
#: Share of the prior among the persons that an answer begins with.
PRIOR_SHARE = 0.1
#: Independent draws that both ways together should be worth before they stop, and how often they go on for it.
ENOUGH_EFFECTIVE, MOST_AGAIN = 50.0, 4
#: A chain whose log likelihood is so far below the middle one of the island has found no way to the chart; a person of
#: the network that is so far below the middle one of them has no chance that fits.
HOPELESS = 20.0
#: A preview is the network's persons drawn a little wider: trained on the coarse course, it is too sure of patients of
#: the full one. Chosen on the first half of the check of calibration, which shows the others apart (decision 9).
PREVIEW_SPREAD = 1.07
#: Mark of the draws that are the network's own.
NETWORK = -1
Progress = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True)
class Draws:
    """The posterior of a chart.

    Args:
        engine: how it was made.
        z: coordinates, shape (n, n_coordinates).
        noise: chance, shape (n, n_noise, n_slots).
        log_likelihood: shape (n,).
        island: which way each draw came by, 0 or 1, or `NETWORK`, shape (n,).
        effective: what the two ways are worth by `independent_draws`; the network's own are not counted.
        tail: Pareto k of the last weights, the largest of the islands.
        log_evidence: mean of the islands.
        n_courses: courses that were simulated.
        seconds: of computing, islands added up.
        remarks: why the network was not used.
    """

    engine: str
    z: np.ndarray
    noise: np.ndarray
    log_likelihood: np.ndarray
    island: np.ndarray
    effective: float
    tail: float
    log_evidence: float
    n_courses: int
    seconds: float
    remarks: tuple[str, ...] = ()

    @property
    def n_ways(self) -> int:
        """Ways to the posterior that the draws came by."""
        return int(self.island.max(initial=0)) + 1

    @property
    def of_ways(self) -> np.ndarray:
        """True for draws that fit the chart as closely as the sampler makes them; the network's own do not."""
        return self.island != NETWORK


def infer(
    problem: Problem, *, seed: int, engine: str = "answer", progress: Progress | None = None, workers: int = 2,
    effort: Effort | None = None, islands: int = ISLANDS,
) -> Draws:  # fmt: skip
    """Draw from the posterior of a chart.

    Args:
        problem: the chart.
        seed: 0 to 2**63 - 1; the draws do not depend on the number of workers.
        engine: ``answer``, ``smc`` or ``preview``.
        progress: is told the share done and a word.
        workers: threads for the islands.
        effort: of each island of an answer; the usual one if None.
        islands: 1 or 2 runs of an answer; one alone cannot be checked against another.

    Raises:
        InputError: an unknown engine.
    """
    if engine not in ENGINES:
        raise unknown_name("engine", engine, ENGINES, kind="engine")
    assert islands in (1, ISLANDS)
    network: NetworkStart | None = None
    remarks: tuple[str, ...] = ()
    if engine != "smc":
        network, remarks = find_start(problem, seed)
    if engine == "preview":
        if network is not None:
            first = [preview(problem, network.wider(PREVIEW_SPREAD), int(stream_key(seed, "preview")) >> 1)]
            return _joined("preview", first, (), independent_draws(first))
        small = _run(problem, seed, PREVIEW, 1, None, progress, workers)
        return _joined("preview", small, remarks, independent_draws(small))
    ways = _run(problem, seed, effort or ANSWER, islands, network, progress, workers)
    worth = independent_draws(ways)  # of all that was found, before what fits badly is left out
    if network is None:
        return _joined("smc", ways, remarks, worth)
    if islands == 1:
        return _joined("answer", ways, remarks, worth)
    ways = [ways[0], fitting(ways[1], ways[0], HOPELESS)]
    own = preview(problem, network, int(stream_key(seed, "network")) >> 1)
    return _joined("answer", ways, remarks, worth, fitting(own, own, HOPELESS))


def _run(
    problem: Problem, seed: int, effort: Effort, islands: int, network: NetworkStart | None,
    progress: Progress | None, workers: int,
) -> list[Sample]:  # fmt: skip
    """Islands; with a network the second are chains from its persons. Both go on until they are worth enough."""
    start = None if network is None else NetworkAndPrior(network, PRIOR_SHARE)

    def first(index: int, own: Problem, tell: Progress) -> Sample:
        key = int(stream_key(seed, "island", index)) >> 1
        if network is not None and index == 1:
            given = replace(preview(own, network, key), log_evidence=math.nan)
            return move_chains(own, given, seed=key, progress=tell)
        return sample(own, seed=key, effort=effort, progress=tell, start=start)

    ways = _side_by_side(problem, first, islands, workers, _part(progress, 0.0, 0.7))
    for again in range(MOST_AGAIN):
        if islands == 1 or independent_draws(ways) >= ENOUGH_EFFECTIVE:
            break
        so_far = ways

        def further(index: int, own: Problem, tell: Progress, so_far: list[Sample] = so_far, n: int = again) -> Sample:
            key = int(stream_key(seed, "again", n, index)) >> 1
            return move_chains(own, so_far[index], seed=key, progress=tell)

        share = 0.3 / MOST_AGAIN
        ways = _side_by_side(problem, further, islands, workers, _part(progress, 0.7 + again * share, share))
    return ways


def _part(progress: Progress | None, first: float, share: float) -> Progress:
    """A progress that counts for a part of the whole."""
    return lambda done, word: progress(first + share * done, word) if progress else None


def _side_by_side(
    problem: Problem, run: Callable[[int, Problem, Progress], Sample], count: int, workers: int, progress: Progress
) -> list[Sample]:  # fmt: skip
    """Runs on threads, each with scratch of its own; the result does not depend on the number of threads."""
    shares, lock = [0.0] * count, threading.Lock()

    def one(index: int) -> Sample:
        def tell(share: float, word: str) -> None:
            with lock:
                shares[index] = share
                progress(sum(shares) / count, word)

        return run(index, problem.with_own_scratch(), tell)

    if count == 1 or workers == 1:
        return [one(index) for index in range(count)]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(one, range(count)))


def _joined(
    engine: str, samples: list[Sample], remarks: tuple[str, ...], worth: float, network: Sample | None = None
) -> Draws:  # fmt: skip
    """Draws of the ways, and of the network as many as of the first of them."""
    evidence = np.array([item.log_evidence for item in samples])
    parts = [(index, item, np.arange(len(item.z))) for index, item in enumerate(samples)]
    if network is not None:
        n = min(len(network.z), len(samples[0].z))
        parts.append((NETWORK, network, np.linspace(0, len(network.z) - 1, n).round().astype(int)))
    return Draws(
        engine=engine,
        z=np.concatenate([item.z[kept] for _, item, kept in parts]),
        noise=np.concatenate([item.noise[kept] for _, item, kept in parts]),
        log_likelihood=np.concatenate([item.log_likelihood[kept] for _, item, kept in parts]),
        island=np.repeat([index for index, _, _ in parts], [len(kept) for _, _, kept in parts]),
        effective=worth,
        tail=_largest([item.tail for item in samples]),
        log_evidence=float(np.nanmean(evidence)),
        n_courses=sum(item.n_courses for _, item, _ in parts),
        seconds=sum(item.seconds for _, item, _ in parts),
        remarks=remarks,
    )


def independent_draws(samples: list[Sample]) -> float:
    """Independent draws that runs together are worth.

    Each way is worth what its chains say, and no more than the distance of the ways' means says: of n independent draws
    each, half its square is an n-th of the variance, on average over the coordinates.
    """
    own = [item.effective for item in samples]
    if len(samples) > 1:
        means = np.array([item.z.mean(axis=0) for item in samples])
        variance = np.concatenate([item.z for item in samples]).var(axis=0)
        apart = float((means.var(axis=0, ddof=1) / np.maximum(variance, 1e-12)).mean())
        own = [min(worth, 1.0 / max(apart, 1e-12)) for worth in own]
    return float(len(own) ** 2 / sum(1.0 / max(worth, 1.0) for worth in own))


def _largest(tails: list[float]) -> float:
    """Largest Pareto k; not a number where there were no weights."""
    known = [tail for tail in tails if not np.isnan(tail)]
    return float(max(known)) if known else float("nan")
