"""The two ways of an answer: chains reach a posterior in closed form, and draws are worth what independent ones are."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from hscape.inference.chains import CHAINS, move_chains
from hscape.inference.engines import _worth
from hscape.inference.sampler import Sample


def _sample(z: np.ndarray, effective: float) -> Sample:
    n = len(z)
    return Sample(
        z=z, noise=np.zeros((n, 1, 7), dtype=np.float32), log_likelihood=np.zeros(n), each=np.zeros((n, 1)),
        log_evidence=0.0, effective=effective, tail=math.nan, acceptance=0.3, n_courses=n, seconds=0.0, steps=(),
    )  # fmt: skip


def _problem(log_likelihood: object) -> SimpleNamespace:
    return SimpleNamespace(coordinates=SimpleNamespace(size=2), n_noise=1, n_active=1, log_likelihood=log_likelihood)


def test_chains_reach_the_posterior_in_closed_form() -> None:
    """Normal prior, one normal finding (value 2, spread 0.5) of the first coordinate: posterior mean 1.6, variance 0.2."""

    def log_likelihood(z: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = -0.5 * ((2.0 - z[:, 0]) / 0.5) ** 2
        return found, found[:, None]

    first = _sample(np.random.default_rng(1).normal(0.5, 1.5, (256, 2)), 256.0)
    found = move_chains(_problem(log_likelihood), first, seed=2)  # type: ignore[arg-type]
    # four standard errors of 160 chains: mean 0.14, variance 0.09; for the second 0.32 and 0.45
    assert len(found.z) == CHAINS
    assert found.z[:, 0].mean() == pytest.approx(1.6, abs=0.14)
    assert found.z[:, 0].var() == pytest.approx(0.2, abs=0.09)
    assert found.z[:, 1].mean() == pytest.approx(0.0, abs=0.32)
    assert found.z[:, 1].var() == pytest.approx(1.0, abs=0.45)


def test_a_chain_without_a_way_to_the_chart_is_left_out() -> None:
    """What decides is not moved by anything, so that ten of the chains stay where nothing fits."""
    random = np.random.default_rng(3)
    start = random.normal(0.0, 1.0, (CHAINS, 2))
    calls = []

    def log_likelihood(z: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        calls.append(1)
        found = np.where(np.arange(len(z)) < 10, -500.0, 0.0)
        return found, found[:, None]

    found = move_chains(_problem(log_likelihood), _sample(start, 160.0), seed=4)  # type: ignore[arg-type]
    assert len(found.z) == CHAINS - 10
    assert found.effective == CHAINS - 10


def test_draws_are_worth_what_the_distance_of_the_ways_says() -> None:
    """Two ways of 60 independent draws are worth 120, though their chains claim more; 500 coordinates: 6 % scatter."""
    random = np.random.default_rng(5)
    ways = [_sample(random.standard_normal((60, 500)), 1000.0) for _ in range(2)]
    assert _worth(ways) == pytest.approx(120.0, rel=0.25)
    far = _sample(ways[1].z + 1.0, 1000.0)  # means a standard deviation apart
    assert _worth([ways[0], far]) < 6.0
    assert _worth(ways[:1]) == 1000.0
