"""Intervals of simulated figures against closed forms and printed examples."""

import math

import numpy as np
import pytest

from hscape.registry import cumulative_incidence, kaplan_meier
from hscape.validation.estimates import NOBODY, difference_in_points, hazard_ratio, on_day, resampled, share, share_of


def test_a_share_has_the_ends_that_solve_the_score_equation():
    found = share(7, 25)
    for end in (found.low, found.high):
        assert abs(found.value - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / 25), rel=1e-5)
    assert share(0, 0) == NOBODY
    assert share_of([True, False, False, True])[:1] == (0.5,)


def test_newcombe_example_56_of_70_against_48_of_80():
    # Newcombe 1998 (Stat Med 17:873), table II, example (a), method 10: 0.2000 (0.0524, 0.3339).
    found = difference_in_points(share(48, 80), share(56, 70))
    assert found.value == pytest.approx(20.0)
    assert found.low == pytest.approx(5.24, abs=0.01)
    assert found.high == pytest.approx(33.39, abs=0.01)
    assert found.people == 150


def test_the_mean_of_many_is_resampled_to_its_standard_error():
    values = np.random.default_rng(3).normal(5.0, 2.0, size=400)
    found = resampled(list(values), np.mean)
    standard_error = values.std(ddof=1) / 20.0
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * 1.96 * standard_error, rel=0.1)
    assert found == resampled(list(values), np.mean)
    assert resampled([math.nan]) == NOBODY


def test_missing_people_are_left_out_of_a_median():
    assert resampled([1.0, math.nan, 3.0, 2.0])[0] == 2.0
    assert resampled([1.0, math.nan, 3.0, 2.0]).people == 3
    assert math.isnan(resampled([1.0, 2.0, 3.0, 4.0]).low)  # too few for an interval
    assert math.isfinite(resampled([1.0, 2.0, 3.0, 4.0, 5.0]).low)


def test_a_curve_is_read_on_a_day_but_not_long_after_its_end():
    days, events = [10, 20, 30, 100], ["death", "", "death", ""]
    survival = kaplan_meier(days, events)
    assert on_day(survival, 50, 4, complement=True).value == pytest.approx(1 - 3 / 4 * 1 / 2)
    assert on_day(survival, 120, 4).value == pytest.approx(3 / 8)
    assert on_day(survival, 140, 4) == NOBODY
    curve = cumulative_incidence(days, events, cause="death")
    assert on_day(curve, 50, 4).value == pytest.approx(1 / 4 + 3 / 4 / 2)


def test_an_event_that_nobody_had_may_still_happen():
    none = cumulative_incidence([5, 10, 10, 10], ["death", "", "", ""], cause="relapse", may_be_absent=True)
    found = on_day(none, 10, 4)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(share(0, 4).high)


def test_the_hazard_ratio_of_three_people_is_its_closed_form():
    # Exposed die on days 1 and 3, others on day 2; one other is followed to day 4. Partial likelihood in r:
    # r/(2r+2) * 1/(r+2) * r/(r+1), whose maximum solves 2 - 2r/(r+1) - r/(r+2) = 0, so r = (1 + sqrt(17)) / 2.
    found = hazard_ratio([1, 2, 3, 4], [True, True, True, False], [True, False, True, False])
    assert found.value == pytest.approx((1 + math.sqrt(17)) / 2, rel=1e-8)
    assert found.low < found.value < found.high
    assert hazard_ratio([1, 2], [True, False], [True, False]) == NOBODY


def test_the_hazard_ratio_covers_what_exponential_times_were_drawn_from():
    random = np.random.default_rng(8)
    exposed = np.repeat([True, False], 4000)
    times = random.exponential(np.where(exposed, 1 / 2.5, 1.0))
    end = random.uniform(0.2, 2.0, size=8000)
    found = hazard_ratio(np.minimum(times, end), times <= end, exposed)
    # 5 standard errors: an unchanged program fails less than once in a million seeds.
    half = math.log(found.high / found.low) / 2 / 1.96
    assert abs(math.log(found.value / 2.5)) < 5 * half
