"""The network's posterior of one chart: draws, density, and the density's use as a start of the sampler."""

from __future__ import annotations

import copy
import math

import numpy as np

from hscape.inference.amortized.bank import used_coordinates
from hscape.inference.amortized.features import N_FEATURES, context, drug_table, fill_tokens
from hscape.inference.amortized.network import Chart, Weights, draw, encode, log_density
from hscape.inference.amortized.persons import N_COORDINATES
from hscape.inference.finding_rows import NO_HLA, NO_SHARE
from hscape.inference.problem import Problem

#: More tokens than in training; the last ones of a longer chart are left out (the sampler still reads all findings).
MOST_TOKENS = 56


def read_problem(problem: Problem) -> Chart:
    """A chart as the network reads it, a batch of one."""
    tokens = np.zeros((MOST_TOKENS, N_FEATURES))
    given = np.array([(day, product) for day, product, _ in sorted(problem.transfusions)], dtype=float).reshape(-1, 2)
    rows = hla_together(problem.observations.rows)
    n = fill_tokens(
        rows, len(rows), drug_table(problem.given.influences), given,
        len(given), problem.last_day, tokens,
    )  # fmt: skip
    clones = problem.mapping.clones
    about = context(problem.mapping.age_years, problem.chart.sex or "male", max(problem.last_day, 1.0), clones)
    return Chart(
        tokens[None, :n].astype(np.float32), np.ones((1, n), dtype=np.float32), about[None].astype(np.float32),
        used_coordinates(len(clones))[None],
    )  # fmt: skip


def hla_together(rows: np.ndarray) -> np.ndarray:
    """Rows in which the negative tests for loss of HLA of a day are one, as the network was trained on them."""
    found: list[np.ndarray] = []
    for row in rows:
        if row[1] != NO_HLA:
            found.append(row)
            continue
        before = found[-1] if found else row
        if found and before[1] == NO_SHARE and before[0] == row[0] and before[2] == row[2]:
            before[3], before[5] = min(before[3], row[3]), before[5] + row[6]
            continue
        one = row.copy()
        one[1], one[5], one[6] = NO_SHARE, row[6], 0.0
        found.append(one)
    return np.array(found)


class NetworkStart:
    """What the network makes of a chart, as a distribution of its coordinates.

    Args:
        weights: of the network.
        problem: the chart.
    """

    #: Standard deviation of the numbers that the flow begins with; one as it was trained.
    spread: float = 1.0

    def __init__(self, weights: Weights, problem: Problem) -> None:
        self.weights, self.count = weights, problem.coordinates.size
        chart = read_problem(problem)
        self.used, self.summary = chart.used, encode(weights, chart)

    def wider(self, spread: float) -> NetworkStart:
        """The same with another spread."""
        found = copy.copy(self)
        found.spread = spread
        return found

    def _whole(self, values: np.ndarray) -> np.ndarray:
        found = np.zeros((len(values), N_COORDINATES), dtype=np.float32)
        found[:, : self.count] = values
        return found

    def draw(self, n: int, random: np.random.Generator) -> np.ndarray:
        """Coordinates, shape (n, n_coordinates)."""
        normal = self._whole(self.spread * random.standard_normal((n, self.count)))
        return draw(self.weights, normal, self.summary, self.used)[:, : self.count].astype(float)

    def log_density(self, z: np.ndarray) -> np.ndarray:
        """Logarithm of the density, shape (n,)."""
        return log_density(
            self.weights, self._whole(z), self.summary, self.used, spread=self.spread
        ).astype(float)  # fmt: skip


class NetworkAndPrior:
    """The network's distribution with a part of the prior, so that what the network rules out is still looked for."""

    def __init__(self, network: NetworkStart, prior_share: float) -> None:
        self.network, self.prior_share = network, prior_share

    def draw(self, n: int, random: np.random.Generator) -> np.ndarray:
        """Coordinates, shape (n, n_coordinates); the first ones are the prior's."""
        n_prior = round(self.prior_share * n)
        of_prior = random.standard_normal((n_prior, self.network.count))
        return np.concatenate([of_prior, self.network.draw(n - n_prior, random)])

    def log_density(self, z: np.ndarray) -> np.ndarray:
        """Logarithm of the density, shape (n,)."""
        of_prior = -0.5 * (z**2).sum(axis=1) - 0.5 * z.shape[1] * math.log(2.0 * math.pi)
        of_network = self.network.log_density(z)
        return np.logaddexp(math.log(self.prior_share) + of_prior, math.log1p(-self.prior_share) + of_network)
