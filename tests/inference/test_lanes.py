"""Eight people side by side: the numbers that hold them, and their courses against those of one person alone."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from hscape.biology import blood, rates
from hscape.compiled import compiled
from hscape.dynamics import coarse_attack, coarse_blood, coarse_record, coarse_step
from hscape.dynamics.coarse_person import VARYING, write_varying
from hscape.dynamics.coarse_record import COLUMNS
from hscape.examples import example_path
from hscape.exchange.read import read_charts
from hscape.inference.course import run_person, set_person
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
        # seen: 3e-12; the last place of an exponential, passed on over some hundred and fifty steps
        np.testing.assert_allclose(together[i], found, rtol=1e-8, atol=1e-10)
    assert n_shown > 20


def test_what_differs_between_people_has_a_row(problem: Problem) -> None:
    """A constant of one person that is read from the shared record would be that of whoever stands in the first lane."""
    s, (numbers, _) = problem.setting, _people(problem, 1)
    effects, terms, c = s.effects.copy(), s.terms.copy(), s.constants.copy()
    set_person(numbers[0], s.constants, s.attack, effects, terms, c)
    differ = {name for name in c.dtype.names if c[0][name] != s.constants[0][name]}
    unread = {"iron_turnover_mg_per_day", "platelet_random_loss_per_day"}
    assert differ - set(VARYING) == unread
    source = "".join(
        Path(module.__file__).read_text(encoding="utf-8")
        for module in (rates, blood, coarse_step, coarse_attack, coarse_blood, coarse_record)
    )
    assert not any(f"c.{name}" in source for name in unread)
    own = np.zeros((len(VARYING), LANES))
    write_varying(own, 3, c[0])
    np.testing.assert_array_equal(own[:, 3], [c[0][name] for name in VARYING])


def test_one_alone_is_the_same_in_a_full_group_and_after_a_graft(problem: Problem) -> None:
    numbers, noise = _people(problem, 8)
    end = problem.last_day + 200.0
    setting = problem.setting_for(list(problem.given.influences), end, problem.last_day + 60.0)
    noise = np.concatenate([noise, noise], axis=1)
    days = np.array([problem.last_day, end])
    together, _ = problem.courses(numbers, noise, days, setting)
    for i in range(8):
        alone, _ = problem.courses(numbers[i : i + 1], noise[i : i + 1], days, setting)
        np.testing.assert_array_equal(alone[0], together[i])
    rows = empty_rows()[0]
    effects, terms, c = setting.effects.copy(), setting.terms.copy(), setting.constants.copy()
    donor = COLUMNS.index("stem_cells_count")
    for i in range(8):
        n, shown = run_person(numbers[i], setting, noise[i], effects, terms, c, rows)
        if shown >= 0:
            np.testing.assert_allclose(together[i, 1], rows[n - 1], rtol=1e-8, atol=1e-10)
            assert together[i, 1, donor] > 1000.0  # the graft


@compiled
def _of_nothing(data, out):
    x, y = lane_rows(data, 0), lane_rows(out, 0)
    y[0], y[1], y[2], y[3] = max(x[0], 1.0), max(1.0, x[0]), min(x[0], 1.0), math.exp(x[0])
    return most(x[0])


def test_what_is_not_a_number_stays_so() -> None:
    data, out = np.full((1, LANES), np.nan), np.zeros((4, LANES))
    data[0, 4] = 3.0
    assert _of_nothing(data, out) == 3
    assert np.isnan(out[[0, 2, 3], 0]).all()
    assert out[1, 0] == 1.0  # as for plain numbers in compiled code


def test_neighbors_do_not_matter(problem: Problem) -> None:
    numbers, noise = _people(problem, 24)
    days, order = np.array([0.0, problem.last_day]), generator(6, "order").permutation(24)
    first, _ = problem.courses(numbers, noise, days)
    second, _ = problem.courses(numbers[order], noise[order], days)
    np.testing.assert_array_equal(first[order], second)
