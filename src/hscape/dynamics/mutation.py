"""Mutation hooks: which kinds of new clone arise, how often, and with what fitness."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hscape import draws
from hscape.compiled import compiled, inlined

_ADDRESS_MASK = np.uint64((1 << 56) - 1)


class MutationKinds(NamedTuple):
    """One entry per kind of driver, shape (n_kinds,)."""

    rate_per_day: np.ndarray  # new mutants per stem cell and day
    fitness_per_day: np.ndarray  # mean
    fitness_shape: np.ndarray  # gamma shape of the fitness; 0 for a fixed one
    interferon_fitness_per_day: np.ndarray  # added under full interferon
    vulnerability: np.ndarray  # to contact killing, relative to the parent


def no_mutation() -> MutationKinds:
    """No kind at all."""
    return MutationKinds(*(np.zeros(0) for _ in range(5)))


@inlined
def total_rate_per_day(kinds):
    """Rate of all kinds together, per stem cell and day."""
    total = 0.0
    for i in range(kinds.rate_per_day.shape[0]):
        total += kinds.rate_per_day[i]
    return total


@compiled
def draw_kind(source, kinds, total):
    """Which kind a new mutant is."""
    target = draws.uniform(source) * total
    for i in range(kinds.rate_per_day.shape[0]):
        target -= kinds.rate_per_day[i]
        if target < 0.0:
            return i
    return kinds.rate_per_day.shape[0] - 1


@compiled
def draw_fitness_per_day(source, kinds, kind):
    """Fitness that a new mutant of this kind adds to that of its parent."""
    shape = kinds.fitness_shape[kind]
    if shape <= 0.0:
        return kinds.fitness_per_day[kind]
    return kinds.fitness_per_day[kind] * draws.gamma(source, shape) / shape


@compiled
def draw_address(source):
    """The address of a new clone: 56 random bits that belong to its parent's draws."""
    return draws.word64(source) & _ADDRESS_MASK
