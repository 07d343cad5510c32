"""Calendars: the routine of a clinic, irregular visits, missed ones; and assays from records."""

import numpy as np
import pytest
from virtual import make_patient

from hscape import InputError, Parameters
from hscape.observation import Assays, Visits, observe


def test_the_routine_thins_out():
    visits = Visits.clinic_routine(3)
    days = np.array(visits.days_after_diagnosis)
    gaps = np.diff(days)
    assert days[0] == 0
    assert set(gaps[days[1:] <= 28]) == {7}
    assert set(gaps[(days[1:] > 28) & (days[1:] <= 84)]) == {14}
    assert set(gaps[(days[1:] > 84) & (days[1:] <= 336)]) == {28}
    assert gaps[-1] == 91
    assert days[-1] <= 3 * 365.25
    assert visits.marrow_days == (0.0, 182.0, 364.0, 728.0, 1092.0)


def test_irregular_visits_repeat_and_differ_between_patients():
    first, again, other = (Visits.irregular(3, seed=5, patient_id=name) for name in ("a", "a", "b"))
    assert first == again
    assert first != other
    assert set(first.marrow_days) <= set(first.days_after_diagnosis)


def test_irregular_gaps_have_their_mean(seed):
    days = np.array(Visits.irregular(100, seed=seed, mean_gap_days=30).days_after_diagnosis)
    gaps = np.diff(days)
    assert abs(gaps.mean() - 30) < 5 * gaps.std() / np.sqrt(len(gaps)) + 0.1


def test_missed_visits_take_their_assays_with_them():
    plan = Visits(
        days_after_diagnosis=tuple(range(0, 390)), sequencing_days=tuple(range(0, 390, 2)), sequencing_depths=(500,) * 195,
        missed_probability=0.3, jitter_days=3.0,
    )  # fmt: skip
    kept = plan.kept(seed=2, patient_id="a")
    assert kept == plan.kept(seed=2, patient_id="a")
    assert kept != plan.kept(seed=2, patient_id="b")
    assert 0.0 in kept.days_after_diagnosis
    assert set(kept.sequencing_days) <= set(kept.days_after_diagnosis)
    assert len(kept.sequencing_days) < 0.85 * 195
    assert len(kept.sequencing_depths) == len(kept.sequencing_days)


def test_the_depth_of_a_day_is_used():
    plan = Visits(days_after_diagnosis=(0,), sequencing_days=(200, 0), sequencing_depths=(5000, 100))
    assert plan.sequencing_depth(0.0) == 100
    chart = observe(make_patient(), plan, seed=1)
    depth = {day: np.mean([m.depth for m in chart.clone_measurements if m.depth and m.day == day]) for day in (0, 200)}
    assert depth[0] == pytest.approx(100, rel=0.3)
    assert depth[200] == pytest.approx(5000, rel=0.3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"days_after_diagnosis": (float("nan"),)}, "is not a day"),
        ({"missed_probability": 1.0}, "not from 0 to below 1"),
        ({"jitter_days": -1.0}, "not a distance"),
        ({"sequencing_days": (0,), "sequencing_depths": (1, 2)}, "2 depths for 1 sequencing days"),
    ],
)
def test_bad_designs_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        Visits(**({"days_after_diagnosis": (0,)} | changes))


@pytest.mark.parametrize("years", [0, -1, float("nan")])
def test_bad_lengths_are_refused(years):
    with pytest.raises(InputError, match="is not a length"):
        Visits.clinic_routine(years)
    with pytest.raises(InputError, match="is not a length"):
        Visits.irregular(years, seed=1)


def test_assays_take_their_numbers_from_the_records():
    changed = Parameters().with_values({"sequencing_depth_reads": 2000, "pnh_flow_routine_limit_fraction": 0.005})
    assays = Assays.routine(changed)
    assert assays.sequencing.depth_reads == 2000
    assert assays.pnh_flow.limit_fraction == 0.005
    assert Assays.research().pnh_flow.limit_fraction == Parameters()["pnh_flow_sensitive_limit_fraction"]


def test_an_unknown_specimen_is_refused():
    from dataclasses import replace

    routine = Assays.routine()
    with pytest.raises(InputError, match="unknown specimen 'plasma'"):
        replace(routine, sequencing=replace(routine.sequencing, specimen="plasma"))
    with pytest.raises(InputError, match="'t_cells' is not a line"):
        replace(routine, pnh_flow=replace(routine.pnh_flow, specimens=("t_cells",)))
