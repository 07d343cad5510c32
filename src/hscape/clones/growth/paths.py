"""Probability of a series of readings, summed over every path that the size of a clone can take.

A hidden Markov model on a grid of clone sizes: the law of the stem cells between visits, the readings at the visits.
"""

from __future__ import annotations

import math

import numpy as np

from hscape.clones.growth.law import spread_row
from hscape.compiled import compiled

_FORGOTTEN = 1.0e-10


@compiled
def step_forward(state, result, weights, years, fitness, others, roots, cells, widths, first, turnover, capacity):
    """Spread the probabilities of the sizes over an interval; `result` is overwritten."""
    result[:] = 0.0
    largest = state.max()
    if first == 1:
        result[0] = state[0]
    for i in range(first, cells.size):
        if state[i] <= largest * _FORGOTTEN:
            continue
        low, high, dead = spread_row(
            weights, first, roots, cells, widths, i, years, fitness, others, turnover, capacity
        )
        for j in range(low, high):
            result[j] += state[i] * weights[j]
        if first == 1:
            result[0] += state[i] * dead


@compiled
def log_likelihoods(fitness, years, others, prior, emission, cells, widths, turnover, capacity):
    """Log probability of all readings for each fitness, with the sizes at the last visit.

    Args:
        fitness: per year in each interval, shape (fitnesses, visits - 1).
        years: intervals between visits, shape (visits - 1,).
        others: mean fitness of the other clones in each interval, per year, shape (visits - 1,).
        prior: probability of each node at the first visit, shape (nodes,).
        emission: probability of each reading at each node, relative to any constant, shape (visits, nodes).
        cells: cells of the nodes; node 0 is extinction if it is 0.
        widths: whole numbers that each node stands for.
        turnover: divisions per cell and year at balance.
        capacity: stem cells in all.

    Returns:
        (log probability, shape (fitnesses,); probability of the nodes at the last visit, (fitnesses, nodes)).
    """
    n_nodes = cells.size
    first = 1 if cells[0] == 0.0 else 0
    roots = np.sqrt(cells)
    logs = np.empty(fitness.shape[0])
    ends = np.empty((fitness.shape[0], n_nodes))
    after = np.empty(n_nodes)
    weights = np.empty(n_nodes)
    for s in range(fitness.shape[0]):
        state = prior * emission[0]
        total = 0.0
        for k in range(years.size + 1):
            size = state.sum()
            if size <= 0.0:
                total = -np.inf
                break
            state /= size
            total += math.log(size)
            if k == years.size:
                break
            step_forward(
                state,
                after,
                weights,
                years[k],
                fitness[s, k],
                others[k],
                roots,
                cells,
                widths,
                first,
                turnover,
                capacity,
            )
            state = after * emission[k + 1]
        logs[s] = total
        ends[s] = state
    return logs, ends


@compiled
def smoothed(fitness, years, others, prior, emission, cells, widths, turnover, capacity):
    """Probability of the nodes at every visit given all readings, for one fitness; shape (visits, nodes)."""
    n_visits, n_nodes = emission.shape
    first = 1 if cells[0] == 0.0 else 0
    roots = np.sqrt(cells)
    forward = np.empty((n_visits, n_nodes))
    weights = np.empty(n_nodes)
    after = np.empty(n_nodes)
    forward[0] = prior * emission[0]
    forward[0] /= max(forward[0].sum(), 1.0e-300)
    for k in range(years.size):
        step_forward(
            forward[k], after, weights, years[k], fitness, others[k], roots, cells, widths, first, turnover, capacity
        )
        forward[k + 1] = after * emission[k + 1]
        forward[k + 1] /= max(forward[k + 1].sum(), 1.0e-300)
    backward = np.ones(n_nodes)
    for k in range(years.size - 1, -1, -1):
        ahead = backward * emission[k + 1]
        backward = np.zeros(n_nodes)
        if first == 1:
            backward[0] = ahead[0]
        for i in range(first, n_nodes):
            if forward[k, i] <= 0.0:
                continue
            low, high, dead = spread_row(
                weights, first, roots, cells, widths, i, years[k], fitness, others[k], turnover, capacity
            )
            total = dead * ahead[0] if first == 1 else 0.0
            for j in range(low, high):
                total += weights[j] * ahead[j]
            backward[i] = total
        backward /= max(backward.max(), 1.0e-300)
        forward[k] *= backward
        forward[k] /= max(forward[k].sum(), 1.0e-300)
    return forward


@compiled
def log_seen(fitness, years, others, prior, missed, cells, widths, turnover, capacity):
    """Log probability that a clone is seen at least once, for each fitness.

    Args as in `log_likelihoods`; `missed` holds the probability of not being seen, shape (visits, nodes). Summed over
    the visit of first sight, so that rare sights keep their digits.
    """
    first = 1 if cells[0] == 0.0 else 0
    roots = np.sqrt(cells)
    logs = np.empty(fitness.size)
    after = np.empty(cells.size)
    weights = np.empty(cells.size)
    for s in range(fitness.size):
        state = prior.copy()
        seen = 0.0
        for k in range(years.size + 1):
            seen += (state * (1.0 - missed[k])).sum()
            state = state * missed[k]
            if k < years.size:
                step_forward(
                    state,
                    after,
                    weights,
                    years[k],
                    fitness[s],
                    others[k],
                    roots,
                    cells,
                    widths,
                    first,
                    turnover,
                    capacity,
                )
                state = after.copy()
        logs[s] = math.log(max(seen, 1.0e-300))
    return logs
