"""Courses in episodes, transfusion by trigger, plans, and virtual patients."""

import dataclasses

import numpy as np
import pytest

from hscape.biology.failure import ImmuneAttack, NicheLoss
from hscape.care import CarePlan, Case, Planned, admit
from hscape.care.episodes import Episodes, Watch
from hscape.care.outcomes import background_death_per_year, bleeding_fold, infection_fold
from hscape.care.plan_file import read_plan, read_rescue, read_treatment
from hscape.cohort.population import draw_case
from hscape.errors import InputError
from hscape.parameters import Parameters
from hscape.patient import Patient

P = Parameters()
FAILING = Patient(age_years=40, influences=(ImmuneAttack(seed_fold=0.02), NicheLoss()))
IST = CarePlan(
    name="IST", treatments=(Planned(name="horse_atg"), Planned(name="cyclosporine", options={"full_days": 180}))
)


def begin(patient=FAILING, seed=4, **options):
    return Episodes.begin(patient, days=2000, seed=seed, **options)


def test_two_stretches_are_one_course():
    whole, parts = begin(), begin()
    whole.live(728)
    for day in (7, 350, 357, 728):
        parts.live(day)
    assert np.array_equal(whole.state, parts.state)
    assert whole.history().digest() == parts.history().digest()


def test_a_stretch_ends_when_a_count_falls_below_its_limit():
    course = begin(output_every_days=1.0)  # a weekly row may stand most of a week before the stop
    assert not course.live(2000, Watch(stop_hemoglobin_g_per_dl=9.0))
    counts = course.history().counts
    assert (counts["hemoglobin_g_per_dl"].iloc[:-1] >= 9.0).all()
    # A day of production and loss later the count cannot be far below the limit that ended the stretch.
    assert 8.5 < counts["hemoglobin_g_per_dl"].iloc[-1] < 9.2
    assert counts["day"].iloc[-1] <= course.day < 2000


def test_red_cells_are_given_below_the_trigger_and_lift_hemoglobin_by_what_a_unit_holds():
    course = begin(output_every_days=1.0)
    course.live(1500, Watch(red_cell_trigger_g_per_dl=8.0, platelet_trigger_1e9_per_l=10.0))
    given = course.transfusions
    red = given[given[:, 1] == 0]
    assert len(red) > 5
    counts = course.history().counts.set_index("day")["hemoglobin_g_per_dl"]
    expected = P["red_cell_transfusion_units_count"] * P["red_cell_unit_hemoglobin_g"] / 10.0
    volume = P["blood_volume_male_l_per_kg"] * P["body_mass_kg"]
    rises = [counts[day + 1] - counts[day - 1] for day in red[1:6, 0]]
    # Two days of loss, about 1 % of the cells a day, are within the tolerance.
    assert np.median(rises) == pytest.approx(expected / volume, abs=0.25)
    assert counts.loc[red[0, 0] :].min() > 7.8


def test_the_draws_of_the_past_do_not_depend_on_what_is_done_later():
    case = Case(patient=FAILING, plan=IST, follow_up_days=400)
    treated = admit(case, seed=5)
    untreated = admit(dataclasses.replace(case, plan=CarePlan()), seed=5)
    assert treated.diagnosis_day == untreated.diagnosis_day
    until = treated.history.days <= treated.diagnosis_day
    assert np.array_equal(treated.history.states[until], untreated.history.states[until])
    assert not np.array_equal(treated.history.states[-1], untreated.history.states[-1])


def test_a_virtual_patient_is_the_same_each_time_and_nothing_follows_death():
    case = draw_case("trial-europe", dataclasses.replace(IST, era="1970s"), seed=2, number=11, follow_up_days=1500)
    first, second = (admit(case, seed=2, number=11) for _ in range(2))
    assert first.history.digest() == second.history.digest()
    assert first.happenings == second.happenings
    assert all(item.day <= first.last_day for item in (*first.happenings, *first.transfusions))
    assert all(item.start_day <= first.last_day for item in first.treatments)


def test_a_person_is_the_same_in_every_arm():
    one = draw_case("trial-europe", IST, seed=3, number=7)
    other = draw_case("trial-europe", CarePlan(), seed=3, number=7)
    assert one.truth == pytest.approx(other.truth, nan_ok=True)
    assert one.hla_typing == other.hla_typing
    assert one.patient.age_years == other.patient.age_years


def test_transplant_gives_donor_blood_and_ends_the_attack():
    plan = CarePlan(treatments=(Planned(name="transplant", after_diagnosis_days=30),))
    patients = [admit(Case(patient=FAILING, plan=plan, follow_up_days=800), seed=6, number=n) for n in range(4)]
    shares = []
    for patient in patients:
        if any(item.kind == "graft_failure" for item in patient.happenings):
            continue
        clones = patient.history.clones
        last = clones[clones["day"] == clones["day"].max()]
        shares.append(last[last["clone"].str.startswith("donor")]["granulocyte_fraction"].sum())
    assert shares
    assert min(shares) > 0.9


def test_hazards_follow_their_records():
    folds = infection_fold(np.array([3.0, 0.7, 0.3, 0.15, 0.05]), P)
    assert list(folds) == [1.0, *(P[f"infection_hazard_below_{n}_fold"] for n in ("1", "half", "fifth", "tenth"))]
    assert bleeding_fold(np.array([4.0]), P)[0] == P["bleeding_hazard_below_5_fold"]
    older = background_death_per_year(np.array([40.0, 48.0]), "male", P)
    assert older[1] / older[0] == pytest.approx(2.0 ** (8 / P["background_death_doubling_years"]))


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"type": "horse_atg"}, "after_diagnosis_days"),
        ({"after_diagnosis_days": 3}, "has no type"),
        ({"type": "horse_agt", "after_diagnosis_days": 3}, "horse_atg"),
        ({"type": "cyclosporine", "after_diagnosis_days": 3, "taper_days": -5}, "taper_days"),
        ({"type": "eltrombopag", "after_diagnosis_days": 3, "dose_mg_per_day": 15000}, "dose_mg_per_day"),
        ({"type": "g_csf", "after_diagnosis_days": 3, "dose": 5}, "dose"),
        ({"type": "cyclosporine", "after_diagnosis_days": -3}, "after_diagnosis_days"),
        ({"type": "cyclosporine", "after_diagnosis_days": "soon"}, "after_diagnosis_days"),
        ({"type": "cyclosporine", "after_diagnosis_days": True}, "after_diagnosis_days"),
    ],
)
def test_a_treatment_that_cannot_be_given_is_one_sentence(mapping, words):
    with pytest.raises(InputError) as caught:
        read_treatment(mapping, "arm A.treatments[0]")
    assert words in str(caught.value)
    assert str(caught.value).startswith("arm A.treatments[0]")
    assert "\n" not in str(caught.value)


def test_contradictory_plans_are_refused():
    twice = [{"type": "transplant", "after_diagnosis_days": 60}] * 2
    with pytest.raises(InputError, match="two transplants"):
        read_plan("arm", twice, [])
    both = [{"type": "transplant"}, {"type": "second_course"}]
    with pytest.raises(InputError, match="two rescues"):
        read_plan("arm", [], both)
    with pytest.raises(InputError, match="rescue after relapse"):
        read_rescue({"type": "transplant", "when": "relapse"}, "arm.rescue[0]")
