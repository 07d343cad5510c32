"""Numbers of a cohort against other people's formulas and by hand."""

from __future__ import annotations

import dataclasses
import math

import pandas as pd
import pytest

from hscape.chart import Chart, Event, Measurement
from hscape.cohort import response_table
from hscape.cohort.follow_up import end_chart, lost_after_days
from hscape.cohort.one_patient import exclusion
from hscape.units import DAYS_PER_MONTH
from tests.cohort import fakes


def table(rows):
    columns = {"arm": "a", "is_eligible": True, "exclusion": "", "treatment_day": 0.0}
    return pd.DataFrame([columns | {"death_day": math.nan, "transplant_day": math.nan} | row for row in rows])


def answers(value, first=None):
    return {f"response_nih_{month}_months": value for month in (3, 6, 12)} | {"response_nih_first": first or value}


def test_responses_by_hand():
    rows = [
        answers("complete response"),
        answers("partial response"),
        answers("no response"),
        answers("not assessed", "no response") | {"death_day": 50.0},  # died: no response
        answers("not assessed"),  # the definition was not made for this patient
        answers("not assessed") | {"death_day": 50.0},  # nor for this one, who died
        answers("cannot tell"),
        answers("complete response") | {"is_eligible": False},
    ]
    found = response_table(table(rows), ["a"], ["nih"]).set_index("month").loc[6]
    assert (found["n"], found["n_responded"], found["n_complete"]) == (4, 2, 1)
    assert (found["n_cannot_tell"], found["n_not_assessed"]) == (1, 2)
    assert found["share"] == 0.5


def chart(*days, events=()):
    counts = tuple(Measurement(day=float(day), analyte="platelets_1e9_per_l", value=20.0) for day in days)
    return Chart(patient_id="a", measurements=counts, events=tuple(Event(day=d, kind=k) for d, k in events))


def test_a_chart_ends_with_follow_up():
    ended = end_chart(chart(0, 30, 60, 90, events=[(80.0, "death")]), 70.0)
    assert [entry.day for entry in ended.measurements] == [0, 30, 60]
    assert [(event.day, event.kind) for event in ended.events] == [(70.0, "last_follow_up")]


def test_a_death_within_follow_up_stays_and_nobody_is_seen_after_it():
    ended = end_chart(chart(0, 30, events=[(40.0, "death")]), 70.0)
    assert [event.kind for event in ended.events] == ["death"]


def test_losses_come_at_the_rate_of_the_design(seed):
    """4000 exponential times with a mean of two years: the mean is within five standard errors."""
    censoring = fakes.design().censoring.model_copy(update={"lost_per_year": 0.5})
    design = fakes.design(censoring=censoring)
    times = [lost_after_days(design, number, seed) / 365.25 for number in range(4000)]
    assert sum(times) / len(times) == pytest.approx(2.0, abs=5 * 2.0 / math.sqrt(4000))
    assert (
        lost_after_days(fakes.design(censoring=censoring.model_copy(update={"lost_per_year": 0.0})), 1, seed)
        == math.inf
    )


@pytest.mark.parametrize(
    ("severity", "age", "reason"),
    [
        ("severe", 30.0, ""),
        ("severe or very severe", 30.0, ""),
        ("non-severe", 30.0, "severity: non-severe"),
        ("cannot tell", 30.0, "severity: cannot tell"),
        ("severe", 81.0, "age outside 18 to 80 years"),
        ("severe", None, "age not known"),
    ],
)
def test_who_is_eligible(severity, age, reason):
    assert exclusion(fakes.design(), {"severity_modified_camitta": severity, "age_years": age}) == reason


def test_what_the_clinic_sees_does_not_depend_on_the_truth(seed):
    """The same chart from a patient with other hidden numbers gives the same verdicts."""
    from hscape.cohort import Hooks, run_patient
    from hscape.parameters import Parameters

    def lie(design, arm, number, seed, parameters):
        patient = fakes.make_patient(design, arm, number, seed, parameters)
        truth = dict(patient.truth) | {"responds": 1.0 - patient.truth["responds"]}
        return dataclasses.replace(patient, truth=truth)

    rows = []
    for make in (fakes.make_patient, lie):
        hooks = Hooks(make_virtual_patient=make, observe=fakes.observe, warm_up=fakes.nothing)
        row = run_patient(fakes.design(), 4, seed, Parameters(), hooks).row
        rows.append({name: value for name, value in row.items() if not name.startswith("truth_")})
        assert row["last_day"] <= row["treatment_day"] + 24 * DAYS_PER_MONTH + 1e-9
    assert rows[0] == rows[1]
