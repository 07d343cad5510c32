"""Chains that start at given persons and move towards the posterior, each by itself.

Nothing is copied from one chain to another, so that what they started from keeps its share unless the chart speaks
against it: an island of the sampler (`sampler`) may lose a road by chance, since at every temperature few persons
of it have descendants. Chains from persons of a trained network and an island are two ways to the same posterior that
err differently; an answer holds draws of both, and where they are too far apart, both go on as chains.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from hscape.inference.moves import fit_normal, make_cloud, one_round, person_and_slow, slow_chance
from hscape.inference.problem import Problem
from hscape.inference.sampler import Progress, Sample
from hscape.streams import generator

CHAINS, ROUNDS = 160, 24
#: Rounds of which the states suggest where to move.
_REMEMBERED = 4
_FIRST_SIZES = (0.4, 0.5, 1.0)


def move_chains(problem: Problem, first: Sample, *, seed: int, progress: Progress | None = None) -> Sample:
    """Move persons, each with its chance, towards the posterior.

    Args:
        problem: the chart.
        first: where the chains start: draws of the network (`amortized.preview`), of an island, or of chains.
        seed: 0 to 2**63 - 1; the same seed gives the same draws.
        progress: is told the share done and a word.

    Returns:
        the last state of every chain; evidence and tail are those of where they started.
    """
    started, random = time.perf_counter(), generator(seed, "chains")
    kept = np.linspace(0, len(first.z) - 1, min(CHAINS, len(first.z))).round().astype(int)
    cloud, slow = make_cloud(problem, first.z[kept], first.noise[kept]), slow_chance(problem)
    sizes, past, taken = np.array(_FIRST_SIZES), [person_and_slow(cloud, slow)], 0.0
    for index in range(ROUNDS):
        seen = np.concatenate(past)
        taken = one_round(problem, cloud, 1.0, sizes, fit_normal(seen, np.ones(len(seen))), slow, random)
        past = [*past[1 - _REMEMBERED :], person_and_slow(cloud, slow)]
        if progress:
            progress((index + 1) / ROUNDS, f"round {index + 1} of {ROUNDS}")
    return Sample(
        z=cloud.z, noise=cloud.noise, log_likelihood=cloud.ll, each=cloud.each, log_evidence=first.log_evidence,
        effective=min(float(len(cloud.z)), first.effective), tail=first.tail, acceptance=taken,
        n_courses=first.n_courses + cloud.n_courses, seconds=first.seconds + time.perf_counter() - started,
        steps=first.steps,
    )  # fmt: skip


def fitting(sample: Sample, other: Sample, worst: float) -> Sample:
    """The draws that fit no worse than those of another way; all of them if none does.

    Args:
        sample: draws of one way.
        other: draws of the other.
        worst: how far below the middle log likelihood of the other a draw may lie.
    """
    kept = np.flatnonzero(sample.log_likelihood >= np.median(other.log_likelihood) - worst)
    if not len(kept) or len(kept) == len(sample.z):
        return sample
    return replace(
        sample, z=sample.z[kept], noise=sample.noise[kept], log_likelihood=sample.log_likelihood[kept],
        each=sample.each[kept], effective=min(sample.effective, float(len(kept))),
    )  # fmt: skip
