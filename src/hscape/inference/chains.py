"""Chains that start at the persons of a network and move towards the posterior, each by itself.

Nothing is copied from one chain to another, so that what the network finds possible keeps its share unless the chart
speaks against it: an island of the sampler (`sampler`) may lose a road by chance, since at every temperature few of its
persons have descendants. Chains that have not settled spread a little wider than the posterior. An island and such
chains are two ways to the same posterior that err differently; an answer holds draws of both.
"""

from __future__ import annotations

import math
import time

import numpy as np

from hscape.inference.moves import fit_normal, make_cloud, one_round
from hscape.inference.problem import Problem
from hscape.inference.sampler import Progress, Sample
from hscape.streams import generator

CHAINS, ROUNDS = 160, 24
#: Rounds of which the states suggest where to move.
_REMEMBERED = 4
#: A chain whose log likelihood is so far below the middle one has found no way to the chart; it is left out.
HOPELESS = 20.0


def move_chains(problem: Problem, first: Sample, *, seed: int, progress: Progress | None = None) -> Sample:
    """Move persons of the network, each with its chance, towards the posterior.

    Args:
        problem: the chart.
        first: draws of the network, see `amortized.preview`.
        seed: 0 to 2**63 - 1; the same seed gives the same draws.
        progress: is told the share done and a word.

    Returns:
        the last state of every chain, without an estimate of the evidence.
    """
    started, random = time.perf_counter(), generator(seed, "chains")
    kept = np.linspace(0, len(first.z) - 1, min(CHAINS, len(first.z))).round().astype(int)
    cloud = make_cloud(problem, first.z[kept], first.noise[kept])
    sizes, past, taken = np.array([0.4, 0.5, 1.0]), [cloud.z], 0.0
    for index in range(ROUNDS):
        seen = np.concatenate(past)
        taken = one_round(problem, cloud, 1.0, sizes, fit_normal(seen, np.ones(len(seen))), random)
        past = [*past[1 - _REMEMBERED :], cloud.z]
        if progress:
            progress((index + 1) / ROUNDS, f"round {index + 1} of {ROUNDS}")
    settled = cloud.taken(np.flatnonzero(cloud.ll >= np.median(cloud.ll) - HOPELESS))
    return Sample(
        z=settled.z, noise=settled.noise, log_likelihood=settled.ll, each=settled.each, log_evidence=math.nan,
        effective=float(len(settled.z)), tail=math.nan, acceptance=taken, n_courses=first.n_courses + cloud.n_courses,
        seconds=first.seconds + time.perf_counter() - started, steps=(),
    )  # fmt: skip
