"""The two ways of an answer: chains reach a posterior in closed form, and draws are worth what independent ones are."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from hscape.inference.alarms import _conflicts
from hscape.inference.chains import CHAINS, fitting, move_chains
from hscape.inference.checks import TELLS
from hscape.inference.engines import NETWORK, _joined, independent_draws
from hscape.inference.moves import slow_chance
from hscape.inference.sampler import Effort, Sample, sample


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


def test_draws_that_fit_far_worse_than_the_other_way_are_left_out() -> None:
    island = _sample(np.zeros((50, 2)), 50.0)
    chains = _sample(np.zeros((40, 2)), 40.0)
    chains.log_likelihood[:10] = -500.0
    kept = fitting(chains, island, 20.0)
    assert len(kept.z) == kept.effective == 30
    assert fitting(island, island, 20.0) is island
    chains.log_likelihood[:] = -500.0  # none fits: they stay, so that the ways are seen to disagree
    assert len(fitting(chains, island, 20.0).z) == 40


def test_slow_waves_of_the_chance_are_standard_normal_numbers_and_are_put_back() -> None:
    slow = slow_chance(SimpleNamespace(n_noise=400, steps_after_start=90))  # type: ignore[arg-type]
    noise = np.random.default_rng(6).standard_normal((3000, 400, 7)).astype(np.float32)
    amplitudes = slow.of(noise)
    covariance = np.cov(amplitudes.T)
    # 3,000 draws: standard error of a covariance 0.018, of a variance 0.026
    assert np.abs(covariance - np.eye(len(covariance))).max() < 0.11
    change = np.ones_like(amplitudes)
    moved = slow.changed(noise, change)
    np.testing.assert_allclose(slow.of(moved), amplitudes + 1.0, atol=1e-4)
    np.testing.assert_array_equal(moved[:, :, 1:], noise[:, :, 1:])


def test_the_sampler_with_slow_waves_reaches_the_posterior_in_closed_form() -> None:
    """A finding of the sum of a coordinate and a wave of the chance (value 2, spread 0.5): both have mean 8/9, variance 5/9."""
    slow = slow_chance(SimpleNamespace(n_noise=340, steps_after_start=30))  # type: ignore[arg-type]

    def log_likelihood(z: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = -0.5 * ((2.0 - z[:, 0] - slow.of(noise)[:, 6]) / 0.5) ** 2
        return found, found[:, None]

    problem = SimpleNamespace(
        coordinates=SimpleNamespace(size=2),
        n_noise=340,
        n_active=1,
        steps_after_start=30,
        log_likelihood=log_likelihood,
    )
    found = sample(problem, seed=7, effort=Effort(particles=150, rounds=6, last_rounds=20, draws=2000))  # type: ignore[arg-type]
    both = np.stack([found.z[:, 0], slow.of(found.noise)[:, 6]])
    # four standard errors of some 400 independent draws: mean 0.15, variance 0.16
    np.testing.assert_allclose(both.mean(axis=1), 8.0 / 9.0, atol=0.15)
    np.testing.assert_allclose(both.var(axis=1), 5.0 / 9.0, atol=0.16)
    assert np.corrcoef(both)[0, 1] == pytest.approx(-0.8, abs=0.08)


def test_draws_are_worth_what_the_distance_of_the_ways_says() -> None:
    """Two ways of 60 independent draws are worth 120, though their chains claim more; 500 coordinates: 6 % scatter."""
    random = np.random.default_rng(5)
    ways = [_sample(random.standard_normal((60, 500)), 1000.0) for _ in range(2)]
    assert independent_draws(ways) == pytest.approx(120.0, rel=0.25)
    far = _sample(ways[1].z + 1.0, 1000.0)  # means a standard deviation apart
    assert independent_draws([ways[0], far]) < 6.0
    assert independent_draws(ways[:1]) == 1000.0


def test_an_answer_holds_a_third_of_each_and_marks_what_is_the_networks() -> None:
    ways = [_sample(np.full((40, 2), float(index)), 40.0) for index in range(2)]
    found = _joined("answer", ways, (), 30.0, _sample(np.full((256, 2), 9.0), 256.0))
    assert [int((found.island == mark).sum()) for mark in (0, 1, NETWORK)] == [40, 40, 40]
    assert np.all(found.z[~found.of_ways] == 9.0)
    assert found.n_ways == 2
    assert found.effective == 30.0


def test_findings_of_one_day_that_contradict_each_other_are_told() -> None:
    def entry(day: float, status: str) -> SimpleNamespace:
        return SimpleNamespace(kind="hla_loss", day=day, status=status)

    entries = (entry(0.0, "positive"), entry(0.0, "negative"), entry(90.0, "negative"), entry(500.0, "positive"))
    problem = SimpleNamespace(chart=SimpleNamespace(clone_measurements=entries), last_day=400.0)
    (alarm,) = _conflicts(problem)  # type: ignore[arg-type]
    assert "HLA loss on day 0;" in alarm.words
    assert "90" not in alarm.words
    assert alarm.weight == TELLS
    assert _conflicts(SimpleNamespace(chart=SimpleNamespace(clone_measurements=entries[2:]), last_day=900.0)) == []  # type: ignore[arg-type]
