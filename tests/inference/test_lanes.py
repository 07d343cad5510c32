"""Eight people side by side: the numbers that hold them, and their courses against those of one person alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hscape.compiled import compiled
from hscape.examples import example_path
from hscape.exchange.read import read_charts
from hscape.inference.course import run_person
from hscape.inference.many_courses import empty_rows
from hscape.inference.problem import Problem, make_problem
from hscape.lanes.functions import most, next_whole
from hscape.lanes.memory import lane_rows
from hscape.lanes.number import LANES, lane_of, pick, some, with_lane
from hscape.streams import generator


@compiled
def _functions(data, out):
    x, y = lane_rows(data, 0), lane_rows(out, 0)
    for i in range(data.shape[0]):
        y[5 * i] = math.exp(x[i])
        y[5 * i + 1] = math.expm1(x[i])
        y[5 * i + 2] = math.log(abs(x[i]))
        y[5 * i + 3] = math.sqrt(abs(x[i]))
        y[5 * i + 4] = next_whole(x[i])


def test_functions_are_those_of_the_library() -> None:
    random = generator(3, "lanes")
    x = np.concatenate([random.uniform(-30, 30, 800), random.normal(0, 1e-3, 800), random.normal(0, 1e-9, 400)])
    data, out = x.reshape(-1, LANES).copy(), np.zeros((5 * len(x) // LANES, LANES))
    _functions(data, out)
    found = out.reshape(-1, 5, LANES).transpose(1, 0, 2).reshape(5, -1)
    for got, wanted in zip(found, (np.exp(x), np.expm1(x), np.log(abs(x)), np.sqrt(abs(x)), np.ceil(x)), strict=True):
        # some units in the last place of a double: the polynomial is of degree 13, rounding is all that is left
        np.testing.assert_allclose(got, wanted, rtol=1e-15 * 4, atol=0.0)


@compiled
def _arithmetic(data, out):
    x, y = lane_rows(data, 0), lane_rows(out, 0)
    a, b = x[0], x[1]
    total = 0.0
    for i in range(2):
        total += x[i] * 2.0
    y[0] = total / (1.0 + b) - 3
    y[1] = max(a, 0.5) - min(b, a)
    y[2] = pick(a > b, -a, 7.0)
    y[3] = with_lane(a, 2, lane_of(b, 5))
    return some(a > 0.99), some(a > 2.0), most(10.0 * a)


def test_operators_work_lane_by_lane() -> None:
    random = generator(4, "lanes")
    data, out = random.uniform(0.1, 1.0, (2, LANES)), np.zeros((4, LANES))
    data[0, 3] = 0.995
    is_some, is_none, largest = _arithmetic(data, out)
    a, b = data
    np.testing.assert_array_equal(out[0], (a * 2.0 + b * 2.0) / (1.0 + b) - 3)
    np.testing.assert_array_equal(out[1], np.maximum(a, 0.5) - np.minimum(b, a))
    np.testing.assert_array_equal(out[2], np.where(a > b, -a, 7.0))
    wanted = a.copy()
    wanted[2] = b[5]
    np.testing.assert_array_equal(out[3], wanted)
    assert (is_some, is_none, largest) == (True, False, int(10.0 * a.max()))


@pytest.fixture(scope="module", params=["recovery-without-atg", "after-transplant"])
def problem(request: pytest.FixtureRequest) -> Problem:
    return make_problem(read_charts(example_path(request.param)).charts[0])


def _people(problem: Problem, n: int) -> tuple[np.ndarray, np.ndarray]:
    random = generator(5, "lanes", "people")
    z = random.standard_normal((n, problem.coordinates.size))
    noise = random.standard_normal((n, problem.n_noise, 7)).astype(np.float32)
    return problem.mapping.numbers(z), noise


def test_side_by_side_is_each_alone(problem: Problem) -> None:
    """The same lines are compiled for one person and for eight; only the exponential differs, in the last places."""
    numbers, noise = _people(problem, 61)  # not a multiple of eight
    visits = problem.observations.days  # steps end on them
    days = np.array([0.0, visits[visits > 0.0][5], problem.last_day])
    together, after = problem.courses(numbers, noise, days)
    s, rows = problem.setting, empty_rows()[0]
    effects, terms, c = s.effects.copy(), s.terms.copy(), s.constants.copy()
    n_shown = 0
    for i in range(len(numbers)):
        n, shown = run_person(numbers[i], s, noise[i], effects, terms, c, rows)
        if shown < 0:
            assert np.isnan(after[i])
            continue
        n_shown += 1
        found = rows[np.searchsorted(rows[:n, 0], days - 1e-6)]
        np.testing.assert_allclose(together[i], found, rtol=1e-8, atol=1e-10)
    assert n_shown > 20


def test_neighbors_do_not_matter(problem: Problem) -> None:
    numbers, noise = _people(problem, 24)
    days, order = np.array([0.0, problem.last_day]), generator(6, "order").permutation(24)
    first, _ = problem.courses(numbers, noise, days)
    second, _ = problem.courses(numbers[order], noise[order], days)
    np.testing.assert_array_equal(first[order], second)
