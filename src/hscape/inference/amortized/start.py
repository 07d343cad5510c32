"""The network's posterior of one chart: draws, density, and the density's use as a start of the sampler."""

from __future__ import annotations

import numpy as np

from hscape.inference.amortized.bank import used_coordinates
from hscape.inference.amortized.features import N_FEATURES, context, drug_table, fill_tokens
from hscape.inference.amortized.network import Chart, Weights, draw, encode, log_density
from hscape.inference.amortized.persons import N_COORDINATES
from hscape.inference.problem import Problem

#: More tokens than in training; the last ones of a longer chart are left out (the sampler still reads all findings).
MOST_TOKENS = 56


def read_problem(problem: Problem) -> Chart:
    """A chart as the network reads it, a batch of one."""
    tokens = np.zeros((MOST_TOKENS, N_FEATURES))
    given = np.array([(day, product) for day, product, _ in sorted(problem.transfusions)], dtype=float).reshape(-1, 2)
    n = fill_tokens(
        problem.observations.rows, len(problem.observations.rows), drug_table(problem.given.influences), given,
        len(given), problem.last_day, tokens,
    )  # fmt: skip
    clones = problem.mapping.clones
    about = context(problem.mapping.age_years, problem.chart.sex or "male", max(problem.last_day, 1.0), clones)
    return Chart(
        tokens[None, :n].astype(np.float32), np.ones((1, n), dtype=np.float32), about[None].astype(np.float32),
        used_coordinates(len(clones))[None],
    )  # fmt: skip


class NetworkStart:
    """What the network makes of a chart, as a distribution of its coordinates."""

    def __init__(self, weights: Weights, problem: Problem) -> None:
        self.weights, self.count = weights, problem.coordinates.size
        chart = read_problem(problem)
        self.used, self.summary = chart.used, encode(weights, chart)

    def _whole(self, values: np.ndarray) -> np.ndarray:
        found = np.zeros((len(values), N_COORDINATES), dtype=np.float32)
        found[:, : self.count] = values
        return found

    def _each(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        return np.repeat(self.summary, n, axis=0), np.repeat(self.used, n, axis=0)

    def draw(self, n: int, random: np.random.Generator) -> np.ndarray:
        """Coordinates, shape (n, n_coordinates)."""
        normal = self._whole(random.standard_normal((n, self.count)))
        return draw(self.weights, normal, *self._each(n))[:, : self.count].astype(float)

    def log_density(self, z: np.ndarray) -> np.ndarray:
        """Logarithm of the density, shape (n,)."""
        return log_density(self.weights, self._whole(z), *self._each(len(z))).astype(float)
