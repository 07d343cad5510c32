"""Cumulative incidence and Kaplan-Meier against printed examples and against other people's programs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hscape.errors import InputError
from hscape.registry import cumulative_incidence, kaplan_meier


def _satagopan():
    """305 women with breast cancer: Satagopan 2004, Br J Cancer 91:1229, Table 2 (PMC2410013)."""
    days = [7, 10, 14, 16, 18, 23, 24, 26, 27] + [28] * 296
    events = ["", "cancer", "", "cancer", "other", "cancer", "", "other", "cancer"] + [""] * 296
    return days, events


def test_incidence_is_that_of_the_printed_table():
    curve = cumulative_incidence(*_satagopan(), cause="cancer")
    increments = [100 * (curve.at(day)[0] - curve.at(day - 0.5)[0]) for day in (10, 16, 23, 27)]
    assert np.round(increments, 1).tolist() == [0.3, 0.3, 0.3, 0.3]
    # The table adds the rounded increments to 0.3, 0.6, 0.9 and 1.2; unrounded they add to a little more.
    assert [round(100 * curve.at(day)[0], 2) for day in (10, 16, 23, 27)] == [0.33, 0.66, 0.99, 1.32]


def test_people_at_risk_and_survival_are_those_of_the_printed_table():
    days, events = _satagopan()
    curve = kaplan_meier(days, events)
    assert list(curve.n_at_risk[1:]) == [304, 302, 301, 300, 298, 297]
    assert [round(100 * value, 1) for value in curve.estimate[1:]] == [99.7, 99.3, 99.0, 98.7, 98.3, 98.0]


def test_survival_and_its_error_are_those_of_the_leukemia_remission_example():
    """Freireich 1963, 6-mercaptopurine, as worked in the textbooks (Klein and Moeschberger, section 4.2)."""
    days = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapsed = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    curve = kaplan_meier(days, ["relapse" if one else "" for one in relapsed])
    assert list(curve.days[1:]) == [6, 7, 10, 13, 16, 22, 23]
    assert np.round(curve.estimate[1:], 3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert np.round(np.sqrt(curve.variance[1:]), 4).tolist() == [
        0.0764,
        0.0869,
        0.0963,
        0.1068,
        0.1141,
        0.1282,
        0.1346,
    ]
    assert curve.reaches(0.5) == 23
    assert curve.reaches(0.1) is None


def test_incidence_by_hand():
    """Four people: relapse, death, censored, relapse, on days 1 to 4."""
    curve = cumulative_incidence([1, 2, 3, 4], ["relapse", "death", None, "relapse"], cause="relapse")
    assert curve.estimate.tolist() == [0.0, 0.25, 0.25, 0.75]
    assert curve.at(3.5)[0] == 0.25
    assert curve.reaches(0.5) == 4
    assert all(np.isnan(curve.at(day)[0]) for day in (-1, 5))


def test_codes_and_every_way_of_writing_censored_are_read():
    events = [1, 2, 0, None, float("nan"), "", "censored", pd.NA, False, np.int64(1)]
    curve = cumulative_incidence(range(1, 11), events, cause=1)
    assert curve.n_events.sum() == 2
    assert list(curve.days) == [0, 1, 2, 10]


def _sample(seed, n=120, n_days=12):
    rng = np.random.default_rng(seed)
    days = rng.integers(1, n_days, n).astype(float)
    return days, rng.choice(["", "relapse", "death"], n, p=[0.4, 0.35, 0.25]).tolist()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("ours", "theirs"), [("aalen", "Aalen"), ("delta", "Dinse_Approx")])
def test_incidence_and_interval_agree_with_scikit_survival(seed, ours, theirs):
    nonparametric = pytest.importorskip("sksurv.nonparametric")
    days, events = _sample(seed)
    codes = np.array([{"": 0, "relapse": 1, "death": 2}[event] for event in events])
    at, incidence, interval = nonparametric.cumulative_incidence_competing_risks(
        codes, days, conf_level=0.95, conf_type="log-log", var_type=theirs
    )
    curve = cumulative_incidence(days, events, cause="relapse", variance=ours)
    here = np.searchsorted(at, curve.days[1:])
    np.testing.assert_allclose(curve.estimate[1:], incidence[1][here], atol=1e-12)
    np.testing.assert_allclose(curve.low[1:], interval[1, 0, here], atol=1e-12)
    np.testing.assert_allclose(curve.high[1:], interval[1, 1, here], atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.filterwarnings("ignore")
def test_incidence_and_variance_agree_with_lifelines(seed):
    lifelines = pytest.importorskip("lifelines")
    days, events = _sample(seed)
    days = days + np.arange(len(days)) * 1e-4  # lifelines shifts ties at random, so there are none here
    codes = np.array([{"": 0, "relapse": 1, "death": 2}[event] for event in events])
    theirs = lifelines.AalenJohansenFitter(calculate_variance=True).fit(days, codes, event_of_interest=1)
    curve = cumulative_incidence(days, events, cause="relapse", variance="delta")
    np.testing.assert_allclose(curve.estimate, theirs.cumulative_density_.loc[curve.days].to_numpy()[:, 0], atol=1e-12)
    variance = theirs.variance_.loc[curve.days].to_numpy()
    told = np.isfinite(variance)  # lifelines divides by zero where the last person at risk has an event
    assert told[:-1].all()
    np.testing.assert_allclose(curve.variance[told], variance[told], atol=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_survival_and_interval_agree_with_lifelines():
    lifelines = pytest.importorskip("lifelines")
    days, events = _sample(9)
    theirs = lifelines.KaplanMeierFitter().fit(days, [bool(event) for event in events])
    curve = kaplan_meier(days, events)
    np.testing.assert_allclose(curve.estimate, theirs.survival_function_.loc[curve.days].to_numpy()[:, 0], atol=1e-12)
    np.testing.assert_allclose(
        curve.low[1:], theirs.confidence_interval_.loc[curve.days[1:]].to_numpy()[:, 0], atol=1e-9
    )


PEOPLE = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["", "a", "b", "c"])), min_size=1, max_size=40)


@settings(deadline=None, max_examples=200)
@given(people=PEOPLE)
def test_incidences_and_survival_add_up_to_one(people):
    days, events = [day for day, _ in people], [event for _, event in people]
    curves = [cumulative_incidence(days, events, cause=cause, may_be_absent=True) for cause in "abc"]
    survival = kaplan_meier(days, events)
    np.testing.assert_allclose(sum(curve.estimate for curve in curves) + survival.estimate, 1.0, atol=1e-12)
    for curve in (*curves, survival):
        assert (curve.low <= curve.estimate + 1e-12).all()
        assert (curve.estimate <= curve.high + 1e-12).all()
        assert np.isfinite(curve.variance).all()


@settings(deadline=None, max_examples=100)
@given(people=PEOPLE, seed=st.integers(0, 99))
def test_the_order_of_people_does_not_matter(people, seed):
    mixed = [people[index] for index in np.random.default_rng(seed).permutation(len(people))]
    for variance in ("aalen", "delta"):
        one, other = (
            cumulative_incidence(
                [d for d, _ in some], [e for _, e in some], cause="a", may_be_absent=True, variance=variance
            )
            for some in (people, mixed)
        )
        assert one.estimate.tolist() == other.estimate.tolist()
        assert one.variance.tolist() == other.variance.tolist()


def test_one_cause_alone_is_one_minus_kaplan_meier_with_greenwood():
    days, events = _sample(3)
    events = ["relapse" if event else "" for event in events]
    alone, survival = (
        cumulative_incidence(days, events, cause="relapse", variance="delta"),
        kaplan_meier(days, events),
    )
    np.testing.assert_allclose(alone.estimate, 1 - survival.estimate, atol=1e-12)
    np.testing.assert_allclose(alone.variance, survival.variance, rtol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (([1, 2], ["a"]), "2 times for 1 events"),
        (([], []), "nobody was followed"),
        (([-1.0], ["a"]), "negative or missing"),
        (([float("nan")], ["a"]), "negative or missing"),
    ],
)
def test_impossible_input_is_refused(arguments, where):
    with pytest.raises(InputError, match=where):
        cumulative_incidence(*arguments, cause="a")


def test_a_misspelled_cause_variance_or_level_is_refused():
    with pytest.raises(InputError, match="unknown event 'relaps'; did you mean relapse"):
        cumulative_incidence([1, 2], ["relapse", ""], cause="relaps")
    with pytest.raises(InputError, match="no events at all"):
        cumulative_incidence([1, 2], ["censored", float("nan")], cause="relapse")
    with pytest.raises(InputError, match="unknown name 'greenwood'"):
        cumulative_incidence([1], ["a"], cause="a", variance="greenwood")
    with pytest.raises(InputError, match="not between 0 and 1"):
        kaplan_meier([1], ["a"], confidence=95)
