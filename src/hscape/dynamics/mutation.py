"""Mutation hooks: which kinds of new clone arise, how often, and with what fitness."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hscape import draws
from hscape.compiled import compiled, inlined

_ADDRESS_MASK = np.uint64((1 << 56) - 1)
#: What a counterfactual takes from a new clone: its existence, its escape from killing, its own fitness.
ABSENT, WITHOUT_ESCAPE, WITHOUT_FITNESS = 1, 2, 4


class MutationKinds(NamedTuple):
    """One entry per kind of driver, shape (n_kinds,); the last two have one entry per changed clone."""

    rate_per_day: np.ndarray  # new mutants per stem cell and day
    fitness_per_day: np.ndarray  # mean
    fitness_shape: np.ndarray  # gamma shape of the fitness; 0 for a fixed one
    interferon_fitness_per_day: np.ndarray  # added under full interferon
    vulnerability: np.ndarray  # to contact killing, relative to the parent
    output: np.ndarray  # blood made per early progenitor, relative to the parent
    change: np.ndarray  # what a counterfactual takes from every clone of the kind; 0 for nothing
    changed_address: np.ndarray  # (n_changed,) single clones that a counterfactual changes
    changed_what: np.ndarray  # (n_changed,) what it takes from each


def no_mutation() -> MutationKinds:
    """No kind at all."""
    whole = np.zeros(0, dtype=np.int64)
    none = np.zeros(0)
    return MutationKinds(none, none, none, none, none, none, whole, np.zeros(0, dtype=np.uint64), whole)


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


@compiled
def change_of(kinds, kind, address):
    """What a counterfactual takes from the new clone of this kind and address."""
    what = kinds.change[kind]
    for i in range(kinds.changed_address.shape[0]):
        if kinds.changed_address[i] == address:
            what |= kinds.changed_what[i]
    return what
