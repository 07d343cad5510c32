"""The check of the inference: its statistics against closed forms, and a few patients from end to end."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from hscape.dynamics.acting import MEAN_OUTPUT, marrow_output
from hscape.errors import InputError
from hscape.inference.calibration import run as runs
from hscape.inference.calibration.design import life_seed, make_patient, why_not
from hscape.inference.calibration.fitter_faults import FAULTS, find
from hscape.inference.calibration.misfits import MISFITS, make
from hscape.inference.calibration.power import judge
from hscape.inference.calibration.relive import relive
from hscape.inference.calibration.summary import auc, calibration, coverage, joint, summarize, wilson
from hscape.inference.calibration.truth import find_truth
from hscape.inference.prior import analysis_prior
from hscape.inference.problem import make_problem

SEED = 5


@pytest.fixture(scope="module")
def patient():
    for number in range(20):
        found = make_patient(SEED, number)
        if not found.reason and found.plan != "supportive":
            return found
    raise AssertionError("no patient among twenty is taken")


def test_uniform_ranks_are_covered_as_promised():
    row = coverage("x", (np.arange(1000) + 0.5) / 1000)
    assert row["coverage_50"] == pytest.approx(0.5, abs=0.001)
    assert row["coverage_90"] == pytest.approx(0.9, abs=0.001)
    assert row["uniform_p"] > 0.99


def test_a_posterior_half_as_wide_covers_what_the_normal_law_says():
    # Truth N(0, 1), answer N(0, 1/2): the central 90 % hold P(|Z| < 1.645 / 2) = 0.589.
    from scipy.stats import norm

    z = np.random.default_rng(1).standard_normal(40_000)
    row = coverage("x", norm.cdf(2.0 * z))
    assert row["coverage_90"] == pytest.approx(2 * norm.cdf(1.6449 / 2) - 1, abs=0.01)  # 4 standard errors
    assert row["uniform_p"] < 1e-6


def test_probabilities_that_are_too_sure_have_a_slope_below_one():
    random = np.random.default_rng(2)
    logit = random.normal(0.0, 1.0, 20_000)
    happened = random.random(20_000) < 1.0 / (1.0 + np.exp(-logit))
    honest = calibration(1.0 / (1.0 + np.exp(-logit)), happened)
    sure = calibration(1.0 / (1.0 + np.exp(-2.0 * logit)), happened)
    assert honest.slope == pytest.approx(1.0, abs=4 * honest.slope_error)
    assert sure.slope == pytest.approx(0.5, abs=0.05)
    assert honest.brier < sure.brier
    assert honest.curve_slope == pytest.approx(1.0, abs=4 * honest.curve_error)
    careful = calibration(0.5 + 0.5 * (1.0 / (1.0 + np.exp(-logit)) - 0.5), happened)
    assert careful.curve_slope == pytest.approx(2.0 * honest.curve_slope)  # half of the way from one half


def test_the_slope_of_the_curve_and_its_error_are_those_of_the_sandwich_in_full():
    random = np.random.default_rng(3)
    p = random.random(300)
    happened = random.random(300) < p
    found = calibration(p, happened)
    x = np.column_stack([np.ones(300), p])
    beta, *_ = np.linalg.lstsq(x, happened.astype(float), rcond=None)
    inverse, left = np.linalg.inv(x.T @ x), happened - x @ beta
    assert found.curve_slope == pytest.approx(beta[1])
    assert found.curve_error == pytest.approx(np.sqrt((inverse @ (x.T * left**2) @ x @ inverse)[1, 1]))


def test_no_slope_where_it_would_be_endless():
    found = calibration(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]))
    assert found.auc == 1.0
    assert found.slope is None


def test_auc_counts_ties_half():
    assert auc(np.array([0.5, 0.5, 0.9]), np.array([True, False, True])) == pytest.approx(0.75)


def test_wilson_interval_of_none_in_ten_is_the_textbook_one():
    low, high = wilson(0, 10)
    assert low == pytest.approx(0.0, abs=1e-12)
    assert high == pytest.approx(0.2775, abs=0.0005)  # Brown, Cai and DasGupta 2001, formula (4)


def test_the_joint_test_sees_ranks_at_one_end():
    assert joint(list((np.arange(200) + 0.5) / 200))["largest_distance"] < 0.01
    assert joint([0.01] * 50)["uniform_p"] < 1e-6


def test_a_relived_patient_is_the_patient(patient):
    course = relive(patient.case, seed=life_seed(SEED, patient.number), number=patient.number)
    assert course.diagnosis_day == patient.lived.diagnosis_day
    course.go_on(patient.last_day, with_transfusions=True)
    days = np.arange(0.0, patient.last_day, 30.0)
    counts = patient.lived.history.counts
    was = np.interp(course.diagnosis_day + days, counts["day"], counts["neutrophils_1e9_per_l"])
    np.testing.assert_allclose(course.rows(days).neutrophils_1e9_per_l, was, rtol=1e-12)


def test_the_truth_is_that_of_the_case(patient):
    truth = find_truth(patient, SEED)
    assert truth.quantities["killing_per_day"] == patient.case.truth["killing_per_day"]
    assert 0.0 <= truth.quantities["attributed_to_treatment"] <= 1.0
    assert truth.quantities["attack_days_before_day_0"] == patient.lived.diagnosis_day
    # ending the attack never makes later freedom from transfusion less likely than never having it at all
    assert set(truth.events) >= {"recovered", "clone-mediated", "free if the attack ended", "free at 6 months"}


def test_without_an_escape_clone_nothing_is_attributed_to_escape():
    p = analysis_prior().with_values(
        {"clone_PIGA_rate_per_year": 1e-8, "clone_HLA_allele_mutation_rate_per_year": 1e-7,
         "clone_HLA_6p_CN_LOH_rate_per_year": 1e-7, "clone_BCOR_rate_per_year": 1e-8}
    )  # fmt: skip
    found = [make_patient(SEED, number, parameters=p) for number in range(3)]
    parts = [find_truth(item, SEED).quantities["attributed_to_escape"] for item in found if not item.reason]
    assert parts
    assert max(parts) < 0.2  # single cells of escape clones are still possible


def test_selection_asks_the_chart_alone(patient):
    other = dataclasses.replace(patient, case=dataclasses.replace(patient.case, truth={}), lived=None)
    assert why_not(other, "sbc", analysis_prior()) == why_not(patient, "sbc", analysis_prior()) == ""
    short = dataclasses.replace(patient, last_day=10.0)
    assert why_not(short, "sbc", analysis_prior()) == "chart too short"


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.change])
def test_each_planted_fault_changes_the_likelihood_or_the_person(name, patient):
    problem = make_problem(patient.chart)
    faulty = FAULTS[name].change(problem)
    random = np.random.default_rng(3)
    z = random.standard_normal((20, problem.coordinates.size))
    noise = random.standard_normal((20, problem.n_noise, 7))
    same_numbers = np.array_equal(problem.mapping.numbers(z), faulty.mapping.numbers(z))
    same_chance = np.array_equal(problem.log_likelihood(z, noise)[0], faulty.log_likelihood(z, noise)[0])
    has_shares = np.any(problem.observations.rows[:, 1] == 3)
    if name == "doubled shares" and not has_shares:
        pytest.skip("this chart has no share of cells")
    assert not (same_numbers and same_chance)


@pytest.mark.parametrize("name", [name for name, misfit in MISFITS.items() if misfit.chart])
def test_a_fault_of_the_chart_leaves_the_life_alone(name):
    for number in range(12):
        plain, changed = make_patient(SEED, number), make(name, SEED, number, "sbc")
        assert changed.lived.diagnosis_day == plain.lived.diagnosis_day
        if plain.chart is not None and changed.chart != plain.chart:
            return
    raise AssertionError(f"{name} changed no chart among twelve")


def test_unknown_names_are_refused_in_one_sentence():
    with pytest.raises(InputError, match="engine"):
        runs.Check(engine="quick", seed=1)
    with pytest.raises(InputError, match="fault"):
        find("half scater")
    with pytest.raises(InputError, match="misfit"):
        make("nothing", 1, 1, "sbc")


def test_a_run_resumes_and_refuses_another_check(tmp_path, monkeypatch):
    asked = []

    def one(number, **rest):
        asked.append(number)
        if number == 1:
            raise ValueError("no luck\nwith this one")
        return {"number": number, "reason": "too few counts"}

    monkeypatch.setattr(runs, "check_one", one)
    check = runs.Check(engine="preview", seed=3)
    first = runs.run_check(check, tmp_path, patients=3)
    assert first[1]["failed"] == "ValueError: no luck with this one"
    (tmp_path / "patients" / "000002.json").unlink()
    again = runs.run_check(check, tmp_path, patients=4)
    assert asked == [0, 1, 2, 2, 3]
    assert [record["number"] for record in again] == [0, 1, 2, 3]
    assert summarize(again)["patients"] == {
        "drawn": 4, "explained": 0, "left_out": {"too few counts": 3}, "failed": {"1": "ValueError: no luck with this one"},
    }  # fmt: skip
    with pytest.raises(InputError, match="holds another check"):
        runs.run_check(runs.Check(engine="preview", seed=4), tmp_path, patients=3)


def _records(spread: float, n: int = 60) -> list[dict]:
    """Records of a fitter whose answers are `spread` times as wide as they should be."""
    from scipy.stats import norm

    random = np.random.default_rng(4)
    found = []
    for number in range(n):
        ranks = {f"q{k}": float(norm.cdf(random.standard_normal() / spread)) for k in range(6)}
        learnt = dict.fromkeys(("immune_pressure_per_day", "reserve_fraction"), 0.6 if spread < 5 else 0.0)
        found.append({"number": number, "ranks": ranks, "events": {}, "joint": 0.5, "contraction": learnt,
                      "deviations": {}, "log_evidence": float("nan")})  # fmt: skip
    return found


def test_the_verdict_bites_and_spares():
    sound = _records(1.0)
    assert not judge(sound).is_caught
    assert judge(_records(0.4), sound).is_caught
    assert judge(_records(3.0), sound).is_caught


def _normal_records(
    scatter: float, *, spread: float = 1.0, twice: bool = False, noise: float = 0.0, n: int = 60
) -> list[dict]:
    """People with six normal numbers of spread 1, each read once with scatter 0.5, explained exactly in closed form.

    Args:
        scatter: what the fitter takes the scatter for.
        spread: what it takes the prior's spread for.
        twice: it counts every reading twice.
        noise: error of its log evidence, as a sampler has.
        n: people.
    """
    from scipy.stats import norm

    random, errors = np.random.default_rng(11), np.random.default_rng(int(1000 * noise) + 1)
    found = []
    for number in range(n):
        truth = random.standard_normal(6)
        read = truth + 0.5 * random.standard_normal(6)
        precision = 1.0 / spread**2 + (2.0 if twice else 1.0) / scatter**2
        mean, deviation = (2.0 if twice else 1.0) * read / scatter**2 / precision, precision**-0.5
        z = (truth - mean) / deviation
        names = ["immune_pressure_per_day", "reserve_fraction", "q2", "q3", "q4", "q5"]
        evidence = float(norm.logpdf(read, 0.0, np.hypot(spread, scatter)).sum()) + noise * float(errors.normal())
        found.append({
            "number": number, "ranks": dict(zip(names, norm.cdf(z).tolist(), strict=True)), "events": {}, "joint": 0.5,
            "deviations": dict(zip(names, z.tolist(), strict=True)), "log_evidence": evidence,
            "contraction": dict.fromkeys(names, 1.0 - deviation**2 / spread**2),
        })  # fmt: skip
    return found


def test_proper_scores_see_faults_that_coverage_of_few_patients_does_not():
    sound = _normal_records(0.5)
    for fault in (_normal_records(1.5), _normal_records(0.17), _normal_records(0.5, twice=True)):
        verdict = judge(fault, sound)
        assert "score of the same patients" in verdict.by
    assert "evidence of the same patients" in judge(_normal_records(1.5), sound).by
    assert "evidence of the same patients" in judge(_normal_records(0.5, spread=0.4), sound).by
    assert not judge(_normal_records(0.5, noise=1.0), sound).is_caught


def test_two_patients_from_end_to_end(tmp_path):
    check = runs.Check(engine="preview", seed=SEED)
    records = runs.run_check(check, tmp_path, patients=2)
    found = summarize(records)
    assert found["patients"]["failed"] == {}
    assert found["coverage"][-1]["quantity"] == "all"
    assert all(0.0 <= value <= 1.0 for values in found["ranks"].values() for value in values)
    json.dumps(found, allow_nan=False)


def test_output_of_a_relived_course_is_that_of_the_simulator():
    """Cells with monosomy 7 make less blood, and half of this marrow are such cells."""
    found = make_patient(20261122, 57)
    course = relive(found.case, seed=life_seed(20261122, 57), number=57)
    course.go_on(found.last_day, with_transfusions=True)
    history = course.episodes.history()
    day = course.diagnosis_day + found.last_day
    seen = course.rows(np.array([found.last_day])).marrow_output[0]
    assert seen == pytest.approx(np.interp(day, history.days, marrow_output(history)))
    assert history.factors[-1, MEAN_OUTPUT] < 0.7  # without it, the test would hold for any reading of the pool
