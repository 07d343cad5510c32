"""Simulated studies: tiny ones, the same whatever the workers, and figures against a count by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hscape import Parameters, validate
from hscape.care import CloneTraits, Happening
from hscape.cohort import load_design
from hscape.registry import time_to_event
from hscape.validation import clinical, hidden
from hscape.validation.rows import clinical_targets
from hscape.validation.studies import Study, run_people, run_study

SEED = 5
N_PEOPLE = 12


@pytest.fixture(scope="module")
def study():
    return run_study("horse-or-rabbit", Parameters(), seed=SEED, patients=N_PEOPLE, workers=1)


def test_a_study_holds_as_many_eligible_people_as_wanted(study):
    assert len(study.table) == N_PEOPLE <= study.n_simulated
    assert study.table["is_eligible"].all()
    assert study.table["patient"].is_monotonic_increasing


def test_a_study_does_not_depend_on_the_blocks_it_is_run_in(study):
    rows = run_people(study.design, range(study.n_simulated), SEED, Parameters())
    again = pd.DataFrame([row for row in rows if row["is_eligible"]])
    assert len(again) == N_PEOPLE
    pd.testing.assert_frame_equal(study.table[list(again.columns)], again)


@pytest.mark.slow
def test_a_study_does_not_depend_on_the_number_of_workers(study):
    shared = run_study("horse-or-rabbit", Parameters(), seed=SEED, patients=N_PEOPLE, workers=2)
    pd.testing.assert_frame_equal(study.table, shared.table)
    assert study.n_simulated == shared.n_simulated


@pytest.mark.parametrize("name", sorted(clinical.MEASURES))
def test_a_study_in_which_nobody_is_eligible_has_no_figure_and_no_error(study, name):
    nobody = Study(load_design(clinical_targets()[name]["design"]), study.table.iloc[:0], study.n_simulated)
    assert all(found.people == 0 and math.isnan(found.value) for found in clinical.MEASURES[name](nobody).values())


def test_responses_are_a_count_by_hand(study):
    arm = study.table[study.table["arm"] == "horse ATG"]
    told = arm[~arm["response_nih_6_months"].isin(["cannot tell", "not assessed"])]
    n_yes = told["response_nih_6_months"].str.contains("complete|partial").sum()
    found = clinical.horse_response(study)["horse_6_months_share"]
    n_died = (arm["response_nih_6_months"].eq("not assessed") & arm["death_day"].notna()).sum()
    assert found.people == len(told) + n_died
    assert found.value == pytest.approx(n_yes / found.people)


def test_every_measure_answers_for_a_study_of_a_dozen(study):
    for name in ("21", "21b", "44", "47"):
        for quantity, found in clinical.MEASURES[name](study).items():
            assert quantity in ("horse_6_months_share", "rabbit_6_months_share", "rising_share", "parallel_share")
            assert math.isnan(found.value) if not found.people else 0 <= found.low <= found.value <= found.high <= 1


def test_rows_of_a_tiny_validation_are_the_same_twice():
    first, second = (validate(only=["21", "32"], patients=3, seed=2, workers=1) for _ in range(2))
    assert [row.as_dict() for row in first] == [row.as_dict() for row in second]
    assert [row.part for row in first] == ["clinical", "clinical"]
    assert first[0].people["horse_6_months_share"] <= 3


def evolved(days, values):
    """A study table of people followed 50 months: evolution on a day (or never) and its grade."""
    n = len(days)
    return pd.DataFrame({
        "patient_id": [f"P{i}" for i in range(n)], "diagnosis_day": 0.0, "treatment_day": 14.0,
        "evolution": values, "evolution_first_day": days, "evolution_free_until_day": 1500.0,
        "transplant_day": np.nan, "death_day": np.nan, "last_day": 1500.0,
    })  # fmt: skip


def test_high_risk_evolution_is_counted_apart_and_the_rest_competes():
    other = "other chromosomal change (not in the high-risk list of Patel 2022)"
    table = evolved(
        [400.0, 800.0, np.nan, np.nan], ["high-risk evolution", other, "no evolution seen", "no evolution seen"]
    )
    assert (time_to_event(table, "evolution")["event"] == "evolution").sum() == 2
    found = clinical.evolution(Study(load_design("with-eltrombopag-long"), table, 4))
    assert found["any_4_years_share"].value == pytest.approx(0.5)
    assert found["high_risk_4_years_share"].value == pytest.approx(0.25)


def patient(shares, traits, sex="male", **more):
    """As much of a virtual patient as clones need: shares of early progenitors by clone, a row every 28 days."""
    rows = [
        {"day": 28.0 * i, "clone": name, "early_progenitor_fraction": value}
        for name, values in shares.items()
        for i, value in enumerate(values)
    ]
    usual = {"last_day": 2000.0, "happenings": (), "treatments": (), "clone_traits": traits}
    run, person = SimpleNamespace(report_fraction=2.0e-4), SimpleNamespace(sex=sex)
    return SimpleNamespace(
        history=SimpleNamespace(clones=pd.DataFrame(rows), run=run, patient=person), **(usual | more)
    )


def test_a_ratio_of_pnh_to_other_cells_is_an_odds_ratio():
    traits = {"PIGA #1": CloneTraits(kind="PIGA", shown_as="pnh", gene="PIGA")}
    one = patient({"PIGA #1": np.linspace(0.1, 0.4, 15)}, traits)
    year = np.interp(hidden.DAYS_PER_YEAR, 28.0 * np.arange(15), np.linspace(0.1, 0.4, 15))
    assert hidden.piga_ratio_fold(one, hidden.clone_shares(one), 0.0) == pytest.approx(year / (1 - year) / (0.1 / 0.9))
    died = patient({"PIGA #1": np.linspace(0.1, 0.4, 15)}, traits, last_day=100.0)
    assert math.isnan(hidden.piga_ratio_fold(died, hidden.clone_shares(died), 0.0))


def test_conditional_clones_may_be_flat_and_drivers_must_rise():
    traits = {
        "BCOR #1": CloneTraits(kind="BCOR", shown_as="gene", gene="BCOR"),
        "DNMT3A #2": CloneTraits(kind="DNMT3A", shown_as="gene", gene="DNMT3A"),
        "DNMT3A #3": CloneTraits(kind="DNMT3A", shown_as="gene", gene="DNMT3A"),
    }
    shares = {"BCOR #1": np.full(40, 0.03), "DNMT3A #2": np.full(40, 0.03), "DNMT3A #3": np.linspace(0.04, 0.09, 40)}
    man, woman = patient(shares, traits), patient(shares, traits, sex="female")
    found = hidden.clone_changes(man, hidden.clone_shares(man), 0.0)
    assert found["hidden_conditional_clones"] == found["hidden_conditional_flat"] == 1
    assert found["hidden_driver_clones"] == found["hidden_driver_rising"] == 1  # 0.015 is not seen
    # BCOR lies on the X chromosome: half of the reads of a woman's clone are normal
    assert hidden.clone_changes(woman, hidden.clone_shares(woman), 0.0)["hidden_conditional_clones"] == 0


def test_pnh_type_cells_are_followed_from_the_smallest_reported_clone_on():
    traits = {"PIGA #1": CloneTraits(kind="PIGA", shown_as="pnh", gene="PIGA")}
    for size, is_seen in ((3.0e-4, True), (1.0e-4, False)):
        one = patient({"PIGA #1": np.full(15, size)}, traits)
        assert math.isfinite(hidden.piga_ratio_fold(one, hidden.clone_shares(one), 0.0)) is is_seen


def test_hla_loss_is_read_when_cyclosporine_stops_and_not_after_a_relapse():
    traits = {"HLA #1": CloneTraits(kind="HLA_6p_CN_LOH", shown_as="hla_loss")}
    given = (SimpleNamespace(name="cyclosporine", end_day=196.0),)
    shares = {"HLA #1": np.linspace(0.0, 0.5, 41)}
    one = patient(shares, traits, treatments=given)
    found = hidden.hla_loss_after_cyclosporine(one, hidden.clone_shares(one))
    assert found["hidden_hla_lacking_at_stop_fraction"] == pytest.approx(0.5 * 196 / 1120)
    assert found["hidden_hla_lacking_year_later_fraction"] == pytest.approx(0.5 * (196 + 365.25) / 1120)
    again = patient(shares, traits, treatments=given, happenings=(Happening(day=300.0, kind="relapse"),))
    assert hidden.hla_loss_after_cyclosporine(again, hidden.clone_shares(again)) == {}


def test_neutrophils_pass_their_limit_between_weekly_rows():
    counts = pd.DataFrame({"day": [0.0, 7, 14, 21, 28], "neutrophils_1e9_per_l": [0.2, 0.1, 0.01, 0.25, 1.0]})
    one = SimpleNamespace(history=SimpleNamespace(counts=counts), last_day=100.0,
                          happenings=(Happening(day=0.0, kind="transplant"),))  # fmt: skip
    assert hidden.neutrophil_recovery_days(one) == pytest.approx(24.5)  # 0.25 to 1 in a week: half of it to 0.5
