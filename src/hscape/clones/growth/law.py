"""How many cells a clone has after some years: the stem-cell law, evaluated rather than drawn.

A clone of n cells with division rate l and loss rate m leaves k cells after t years with the probability whose
generating function is f(z)^n, f(z) = (a + (1 - a - b) z) / (1 - b z), with (a, b) of `dynamics.step.transition`. The
probability of k is summed exactly for up to 24 cells, and above taken from its saddlepoint, whose equation is a
quadratic here (total-variation distance below 0.005 at 100 cells, see tests/clones/test_growth_law.py). Extinction is
exact.

Inside a person a clone of fitness s at share x grows as dx/dt = x (r - s x), r = s less the mean fitness of the others:
over an interval its own crowding follows that curve, and the law is taken at the mean net rate along it.
"""

from __future__ import annotations

import math

import numpy as np

from hscape.compiled import compiled, inlined
from hscape.dynamics.step import transition

#: Cells up to which every whole number is a node of the size grid.
WHOLE_CELLS = 24
#: Nodes cover a transition this many standard deviations to each side.
_BAND = 5.0


@inlined
def log_probability(cells, later, a, b):
    """Log probability of `later` > 0 cells from `cells` > 0 by the saddlepoint of the generating function."""
    c = 1.0 - a - b
    q = later / cells
    A = -q * c * b
    B = q * (c - a * b) - (c + a * b)
    C = q * a
    z = 2.0 * C / (-B + math.sqrt(max(B * B - 4.0 * A * C, 0.0)))
    top, bottom = a + c * z, 1.0 - b * z
    spread = cells * (a * c * z / (top * top) + b * z / (bottom * bottom))
    return cells * math.log(top / bottom) - later * math.log(z) - 0.5 * math.log(2.0 * math.pi * spread)


@inlined
def log_probability_of_few(cells, later, a, b):
    """The same, summed over the lineages that live: for few cells, where the saddlepoint is rough."""
    few = int(cells)
    term = few * (1.0 - a) * a ** (few - 1) * (1.0 - b) * b ** (later - 1.0)  # one lineage lives
    total = term
    for lineages in range(1, few):
        if lineages >= later:
            break
        term *= (few - lineages) / (lineages + 1.0) * (1.0 - a) / a * (later - lineages) / lineages * (1.0 - b) / b
        total += term
    return math.log(max(total, 1.0e-300))


@inlined
def net_rate_per_year(share, fitness_per_year, others_per_year, years):
    """Mean net growth over an interval of a clone that starts at this share of the stem cells."""
    r = fitness_per_year - others_per_year
    if abs(r) * years < 1.0e-8:
        return -math.log1p(fitness_per_year * share * years) / years if fitness_per_year * share > 0.0 else 0.0
    below = 1.0 + fitness_per_year * share * math.expm1(r * years) / r
    return r - math.log(max(below, 1.0e-12)) / years


@compiled
def spread_row(weights, first, roots, cells, widths, i, years, fitness, others, turnover, capacity):
    """Probability of every node after an interval, from node i; writes `weights`, returns the used range.

    Args:
        weights: one a node; entries of the returned range are written.
        first: index of the first node that stands for a clone that still lives (1 if node 0 is extinction).
        roots: square roots of the cells of the nodes, rising.
        cells: cells of the nodes.
        widths: whole numbers of cells that each node stands for.
        i: the node of origin.
        years: length of the interval.
        fitness: of the clone, per year.
        others: mean fitness of the other clones, per year.
        turnover: divisions per cell and year at balance.
        capacity: stem cells in all.

    Returns:
        (from, to) of the nodes written, and the probability of extinction.
    """
    n = cells[i]
    net = net_rate_per_year(n / capacity, fitness, others, years)
    division = turnover + net if net > 0.0 else turnover
    loss = turnover if net > 0.0 else turnover - net
    a, b = transition(division, loss, years)
    dead = a**n
    mean = n * math.exp(net * years)
    variance = n * ((1.0 - a) * (a + b) / ((1.0 - b) * (1.0 - b)))
    middle, spread = math.sqrt(mean), 0.5 * math.sqrt(variance / mean)
    low = np.searchsorted(roots, middle - _BAND * spread - 1.0)
    high = np.searchsorted(roots, middle + _BAND * spread + 1.0)
    low = max(low, first)
    if high <= low:
        return low, low, dead
    place = min(max(np.searchsorted(roots, middle), first + 1), roots.size - 1)
    step = roots[place] - roots[place - 1]
    if spread < 0.6 * step and n > WHOLE_CELLS:
        return _between(weights, first, roots, middle, dead)
    total = 0.0
    for j in range(low, high):
        if n <= WHOLE_CELLS:
            weights[j] = math.exp(log_probability_of_few(n, cells[j], a, b)) * widths[j]
        else:
            weights[j] = math.exp(log_probability(n, cells[j], a, b)) * widths[j]
        total += weights[j]
    inside = (low > first or first == 1) and high < roots.size
    if inside and total > 0.0:
        for j in range(low, high):
            weights[j] *= (1.0 - dead) / total
    return low, high, dead


@inlined
def _between(weights, first, roots, middle, dead):
    """A spread that the nodes do not resolve: shared between the two nodes around the mean."""
    j = np.searchsorted(roots, middle)
    if j <= first or j >= roots.size:
        return first, first, dead
    up = (middle - roots[j - 1]) / (roots[j] - roots[j - 1])
    weights[j - 1], weights[j] = 1.0 - up, up
    return j - 1, j + 1, dead


def size_nodes(lowest_cells: float, highest_cells: float, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of the size grid and how many whole numbers each stands for.

    Args:
        lowest_cells: smallest size that matters; 0 brings extinction as the first node.
        highest_cells: largest size that matters.
        step: distance of the square roots of neighbors, once nodes are wider than one cell.

    Returns:
        (cells, widths), each of shape (nodes,).
    """
    whole = np.arange(max(int(lowest_cells), 0), min(WHOLE_CELLS, math.ceil(highest_cells)) + 1, dtype=float)
    first = math.sqrt(whole[-1] + 0.5) if whole.size else math.sqrt(lowest_cells)
    roots = np.arange(first + 0.5 * step, math.sqrt(highest_cells) + 2.0 * step, step)
    widths = np.concatenate([np.ones(whole.size), 2.0 * roots * step])  # squares of roots half a step to each side
    return np.concatenate([whole, np.square(roots)]), widths
