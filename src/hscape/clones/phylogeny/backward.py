"""One step back in time: which of the sampled lineages meet, given how many cells there were before and after.

The stem-cell law of a step (`dynamics.step`) leaves M ~ Binomial(n, 1 - a) of n cells with living descendants, and
M + NegativeBinomial(M, 1 - b) cells at its end. Given both counts, M has the product of the two as its law, the
families are a uniform composition of the cells, and within a family neighbors meet at independent times with
P(H < h) = b(h) / b(step). So the draw is exact for constant rates and whatever the step; the counts are those of
the course, so drift, growth, killing and treatment are all in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln

from hscape.dynamics.step import transition

#: Up to this many cells the number of families is drawn from its exact law, above from a normal one: its spread is
#: then below a hundredth of the cells, and its skewness below a hundredth of the spread.
EXACT_FAMILIES = 4000
#: Net growth (times the step) below which the critical law is used; the next term is of its order.
CRITICAL = 1.0e-9


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of time in which the rates of a clone stay as they are.

    Args:
        cells_before: cells at its start.
        cells_after: cells at its end.
        division: divisions per cell and unit of time; raised to the net growth where it is below.
        span: its length.
    """

    cells_before: int
    cells_after: int
    division: float
    span: float

    def rates(self) -> tuple[float, float]:
        """Division and loss that carry the one count into the other on average, given survival."""
        if self.cells_before == 1 and self.cells_after > 1:
            return _from_one_cell(self.cells_after, self.division, self.span)
        net = math.log(self.cells_after / self.cells_before) / self.span
        division = max(self.division, net)
        return division, division - net


def _from_one_cell(cells: int, division: float, span: float) -> tuple[float, float]:
    """Rates under which a survivor of one cell has so many on average: 1 / (1 - b) = cells."""
    wanted = 1.0 - 1.0 / cells
    if transition(division, 0.0, span)[1] <= wanted:  # even without loss too slow: it divided faster
        faster = math.log(cells) / span
        return faster, 0.0
    loss = brentq(lambda m: transition(division, m, span)[1] - wanted, 0.0, 1.0e6 * division, xtol=1e-14)
    return division, float(loss)


def meetings(lineages: int, step: Step, source: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Where sampled lineages stand at the end of a step, and when neighbors meet within it.

    Args:
        lineages: how many, at most the cells at the end.
        step: counts and rates.
        source: where chance comes from.

    Returns:
        a random order of the lineages, and for each two neighbors in it the time before the end of the step at which
        they meet, infinite if they do not within the step; shapes (lineages,) and (lineages - 1,).
    """
    order = source.permutation(lineages)
    if lineages < 2:
        return order, np.zeros(0)
    division, loss = step.rates()
    families = _families(step, division, loss, source)
    place = np.sort(source.choice(step.cells_after, lineages, replace=False))
    gaps = np.diff(place)
    rest = step.cells_after - 1 - int(gaps.sum())
    cuts = source.multivariate_hypergeometric([*gaps, rest], families - 1, method="marginals")[:-1]
    share = source.random(lineages - 1) ** (1.0 / gaps)
    times = _time_of(share * transition(division, loss, step.span)[1], division, loss)
    return order, np.where(cuts > 0, np.inf, np.minimum(times, step.span))


def _families(step: Step, division: float, loss: float, source: np.random.Generator) -> int:
    """How many of the cells before have descendants among the cells after, given both counts."""
    before, after = step.cells_before, step.cells_after
    most = min(before, after)
    a, b = transition(division, loss, step.span)
    if most == 1:
        return 1
    if a <= 0.0:
        return before
    odds = (1.0 - a) * (1.0 - b) / (a * b)
    if most <= EXACT_FAMILIES:
        m = np.arange(1, most + 1)
        weight = -gammaln(m + 1) - gammaln(before - m + 1) - gammaln(m) - gammaln(after - m + 1) + m * math.log(odds)
        mass = np.cumsum(np.exp(weight - weight.max()))
        return int(m[np.searchsorted(mass, source.random() * mass[-1])])
    mode = _mode(float(before), float(after), odds)
    spread = 1.0 / math.sqrt(1.0 / max(before - mode, 1.0) + 1.0 / max(after - mode, 1.0) + 2.0 / mode)
    return int(min(max(round(source.normal(mode, spread)), 1), most))


def _mode(before: float, after: float, odds: float) -> float:
    """Where the law of the number of families is highest: m^2 = (before - m) (after - m) odds."""
    total, product = before + after, before * after
    if abs(odds - 1.0) < 1.0e-12:
        return product / total
    root = math.sqrt(max((odds * total) ** 2 - 4.0 * (odds - 1.0) * odds * product, 0.0))
    return 2.0 * odds * product / (odds * total + root)


def _time_of(b: np.ndarray, division: float, loss: float) -> np.ndarray:
    """Inverse of b(t): the time within which neighbors meet with this probability."""
    net = division - loss
    if abs(net) < CRITICAL * division:
        return b / (division * (1.0 - b))
    return np.log((division - loss * b) / (division * (1.0 - b))) / net
