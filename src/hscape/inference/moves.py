"""Moves of persons and their chance that keep the posterior at a temperature, and the states that they move.

A move of the person goes to a normal distribution that other states suggest, in some of its directions; a move of the
chance (of all slots, or of one) towards its prior; a jump draws one coordinate of the person anew (Crank-Nicolson,
Cotter, Roberts, Stuart and White 2013). Each is taken or not by Metropolis and Hastings.

How fast ordinary stem cells are lost and how lucky they were say nearly the same to a chart, so that a person who moves
alone soon no longer fits. What varies slowly in the chance of ordinary stem cells (`Slow`) therefore moves with the
person, as the part of the chance that the chart informs (Cui, Law and Marzouk 2016).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from hscape.dynamics.coarse import N_NOISE_BEFORE
from hscape.inference.likelihood import LOWEST
from hscape.inference.problem import Problem

#: Moves: a part of the person, the chance, one coordinate of the person anew from the prior.
PERSON, CHANCE, JUMP = range(3)
#: Moves in turn; what was seen when moves of the whole person gave way to moves of a part: docs/decisions/0009.
PATTERN = (PERSON, PERSON, CHANCE, PERSON, PERSON, JUMP)
#: Share of the directions of a person that one move touches: fewer at a time may go further.
MOVED_SHARE = 0.4
WANTED_TAKEN = 0.25
#: Slow waves of the chance before and after day 0, and rows of chance that nearly every course uses before it.
WAVES_BEFORE, WAVES_AFTER, ROWS_BEFORE = 5, 6, 48


class Start(Protocol):
    """A distribution of persons to begin with, in place of the prior."""

    def draw(self, n: int, random: np.random.Generator) -> np.ndarray:
        """Coordinates, shape (n, n_coordinates)."""

    def log_density(self, z: np.ndarray) -> np.ndarray:
        """Logarithm of the density, with its constant, shape (n,)."""


class Slow(NamedTuple):
    """Slow waves of the chance of ordinary stem cells: standard normal numbers like the chance itself.

    Args:
        rows: first and last row of each part.
        waves: orthonormal, shape (n_rows, n_waves) of each part.
    """

    rows: tuple[tuple[int, int], ...]
    waves: tuple[np.ndarray, ...]

    def of(self, noise: np.ndarray) -> np.ndarray:
        """Their amplitudes, shape (n, n_waves)."""
        parts = [noise[:, a:b, 0] @ wave for (a, b), wave in zip(self.rows, self.waves, strict=True)]
        return np.concatenate(parts, axis=1) if parts else np.zeros((len(noise), 0))

    def changed(self, noise: np.ndarray, change: np.ndarray) -> np.ndarray:
        """The chance with other amplitudes; the same array where nothing can change."""
        if not change.shape[1]:
            return noise
        found, first = noise.copy(), 0
        for (a, b), wave in zip(self.rows, self.waves, strict=True):
            found[:, a:b, 0] += (change[:, first : first + wave.shape[1]] @ wave.T).astype(np.float32)
            first += wave.shape[1]
        return found


def slow_chance(problem: Problem) -> Slow:
    """The slow waves of a chart; none where a course has no chance after day 0."""
    if problem.n_noise <= N_NOISE_BEFORE:
        return Slow((), ())
    after = max(2, min(problem.steps_after_start, problem.n_noise - N_NOISE_BEFORE))
    return Slow(
        ((0, ROWS_BEFORE), (N_NOISE_BEFORE, N_NOISE_BEFORE + after)),
        (_waves(ROWS_BEFORE, WAVES_BEFORE), _waves(after, WAVES_AFTER)),
    )


def _waves(n: int, count: int) -> np.ndarray:
    at = (np.arange(n) + 0.5) / n
    found = np.stack([np.cos(math.pi * k * at) for k in range(min(count, n))], axis=1)
    return found / np.linalg.norm(found, axis=0)


class Normal(NamedTuple):
    """Normal distribution of persons with their slow chance that states suggest; moves of the person go to it."""

    center: np.ndarray
    root: np.ndarray  # lower triangular
    inverse: np.ndarray  # of the root


@dataclass(slots=True)
class Cloud:
    """States that are moved side by side.

    Args:
        z: coordinates, shape (n, n_coordinates).
        noise: chance, shape (n, n_noise, n_slots).
        ll: log likelihood, shape (n,).
        each: parts of it, shape (n, n_observations).
        base: log density at temperature 0.
        gain: log density at temperature 1, relative to that at 0.
        n_courses: courses simulated so far.
    """

    z: np.ndarray
    noise: np.ndarray
    ll: np.ndarray
    each: np.ndarray
    base: np.ndarray
    gain: np.ndarray
    n_courses: int

    def taken(self, index: np.ndarray) -> Cloud:
        """Some of the states."""
        return Cloud(
            self.z[index], self.noise[index], self.ll[index], self.each[index], self.base[index], self.gain[index],
            self.n_courses,
        )  # fmt: skip


def bases(start: Start | None, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log density at temperature 0, and what the prior adds to it at temperature 1."""
    prior = -0.5 * (z**2).sum(axis=1)
    if start is None:
        return prior, np.zeros(len(z))
    base = start.log_density(z)
    return base, prior - 0.5 * z.shape[1] * math.log(2.0 * math.pi) - base


def make_cloud(problem: Problem, z: np.ndarray, noise: np.ndarray, start: Start | None = None) -> Cloud:
    """States from coordinates and chance, with their likelihood."""
    ll, each = problem.log_likelihood(z, noise)
    base, lift = bases(start, z)
    gain = np.nan_to_num(ll + lift, nan=LOWEST)  # a start may fail to place a person
    return Cloud(z, noise, ll, each, base, gain, len(z))


def person_and_slow(cloud: Cloud, slow: Slow) -> np.ndarray:
    """What a move of the person moves, shape (n, n_coordinates + n_waves)."""
    return np.concatenate([cloud.z, slow.of(cloud.noise)], axis=1)


def fit_normal(z: np.ndarray, weights: np.ndarray) -> Normal:
    """Normal distribution that weighted states suggest, drawn towards a diagonal one where they are few.

    Args:
        z: see `person_and_slow`, shape (n, n_moved).
        weights: shape (n,).
    """
    share = weights / weights.sum()
    effective, d = 1.0 / float((share**2).sum()), z.shape[1]
    center = share @ z
    spread = (z - center).T @ ((z - center) * share[:, None])
    kept = effective / (effective + d)
    spread = kept * spread + (1.0 - kept) * np.diag(np.clip(np.diag(spread), 0.05, 1.2)) + 1e-4 * np.eye(d)
    root = np.linalg.cholesky(spread)
    return Normal(center, root, np.linalg.inv(root))


def one_round(
    problem: Problem, cloud: Cloud, beta: float, sizes: np.ndarray, normal: Normal, slow: Slow,
    random: np.random.Generator, start: Start | None = None,
) -> float:  # fmt: skip
    """One move of each kind of `PATTERN` for every state, in place; step sizes follow the share of moves taken.

    Args:
        problem: the chart.
        cloud: states; are moved.
        beta: temperature.
        sizes: of the steps, by kind of move; are changed.
        normal: to which moves of the person go.
        slow: chance that moves with the person.
        random: of the moves.
        start: distribution at temperature 0; the prior if None.

    Returns:
        share of moves taken.
    """
    total = 0.0
    for kind in PATTERN:
        taken = _move(problem, cloud, beta, kind, sizes[kind], normal, slow, random, start)
        if kind != JUMP:
            sizes[kind] = float(np.clip(sizes[kind] * math.exp(0.6 * (taken - WANTED_TAKEN)), 0.02, 1.0))
        total += taken
    return total / len(PATTERN)


def _move(problem, cloud, beta, kind, size, normal, slow, random, start):  # type: ignore[no-untyped-def]
    """One proposal for every particle; a jump goes where the other moves would have to cross what the chart excludes.

    Such are whether the attack is restricted, whether it ends by itself, whether a clone was there.
    """
    n = len(cloud.z)
    z, noise = cloud.z, cloud.noise
    base, lift, log_ratio = cloud.base, cloud.gain - cloud.ll, 0.0
    if kind == JUMP:
        z = cloud.z.copy()
        z[np.arange(n), random.integers(z.shape[1], size=n)] = random.standard_normal(n)
        log_ratio = 0.5 * (z**2).sum(axis=1) - 0.5 * (cloud.z**2).sum(axis=1)
        base, lift = bases(start, z)
    elif kind == PERSON:
        moved = person_and_slow(cloud, slow)
        before = (moved - normal.center) @ normal.inverse.T
        fresh = math.sqrt(1.0 - size * size) * before + size * random.standard_normal(moved.shape)
        after = np.where(random.random(moved.shape) < MOVED_SHARE, fresh, before)
        new, count = normal.center + after @ normal.root.T, z.shape[1]
        z, was, now = new[:, :count], moved[:, count:], new[:, count:]
        noise = slow.changed(noise, now - was)
        log_ratio = 0.5 * ((after**2).sum(axis=1) - (before**2).sum(axis=1))
        log_ratio += 0.5 * ((was**2).sum(axis=1) - (now**2).sum(axis=1))  # the chance has its prior at any temperature
        base, lift = bases(start, z)
    else:
        held, active = np.float32(math.sqrt(1.0 - size * size)), problem.n_active
        noise = cloud.noise.copy()
        fresh = random.standard_normal((n, noise.shape[1], active), dtype=np.float32)
        # half of the states move the chance of one slot alone: a clone that should not be there need not wait for luck
        # in all the others
        alone = random.integers(active, size=n)[:, None] == np.arange(active)
        moved = (alone | (random.random(n) < 0.5)[:, None])[:, None, :]
        before = noise[:, :, :active]
        noise[:, :, :active] = np.where(moved, held * before + np.float32(size) * fresh, before)
    ll, each = problem.log_likelihood(z, noise)
    cloud.n_courses += n
    is_taken = np.log(random.random(n)) < base - cloud.base + beta * (ll + lift - cloud.gain) + log_ratio
    cloud.z = np.where(is_taken[:, None], z, cloud.z)
    if noise is not cloud.noise:
        cloud.noise = np.where(is_taken[:, None, None], noise, cloud.noise)
    cloud.ll = np.where(is_taken, ll, cloud.ll)
    cloud.base, cloud.gain = np.where(is_taken, base, cloud.base), np.where(is_taken, ll + lift, cloud.gain)
    cloud.each = np.where(is_taken[:, None], each, cloud.each)
    return float(is_taken.mean())
