"""Counterfactuals: the same draws with one thing changed, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

import hscape as hs
from hscape import Founder, InputError, Parameters, Patient, load_scenario, simulate
from hscape.biology.clone_kinds import CloneKind
from hscape.biology.failure import ImmuneAttack, NicheLoss, ViralSuppression
from hscape.care import CarePlan, Case, Planned, Presentation, admit
from hscape.counterfactuals import Changes, attribute, attribute_many, largest_clone
from hscape.counterfactuals.compare import compare
from hscape.patient import CloneChange

RESCUED_SEED = 9  # in this course an HLA-loss clone rebuilds the marrow


@pytest.fixture(scope="module")
def escape():
    case = replace(load_scenario("hla-escape").case(), follow_up_days=1100.0)
    return case, admit(case, seed=RESCUED_SEED)


def same(first, second):
    return first.history.digest() == second.history.digest() and first.transfusions == second.transfusions


def test_nothing_changed_is_bit_for_bit_the_same(escape):
    case, lived = escape
    assert same(lived, compare(case, lived, Changes()).changed)
    unborn = replace(case, patient=replace(case.patient, changed_clones={12345: CloneChange(is_absent=True)}))
    assert same(lived, admit(unborn, seed=RESCUED_SEED))


def test_no_treatment_is_the_untreated_course_bit_for_bit():
    treated, untreated = (replace(load_scenario(name).case(), follow_up_days=400.0)
                          for name in ("immune-aplastic-anemia", "immune-untreated"))  # fmt: skip
    result = compare(treated, admit(treated, seed=3), Changes(without_treatment=("all",)))
    plain = replace(untreated, plan=replace(untreated.plan, relapse="none", non_response="none"))
    assert same(result.changed, admit(plain, seed=3))
    assert not result.changed.treatments
    assert result.as_it_was.treatments


def test_escape_and_fitness_are_told_apart(escape):
    case, lived = escape
    clone = largest_clone(lived)
    assert clone.startswith(("HLA allele mutation #", "HLA 6p CN LOH #"))
    found = attribute(case, lived, clone)
    assert found.last.stem_cell_share > 0.9
    assert found.last.escape_fraction > 0.9
    assert found.last.fitness_fraction == 0.0
    assert found.last.clone_fraction == pytest.approx(found.last.escape_fraction, abs=0.01)
    assert found.last.treatment_fraction is None
    assert [cell["escape"] for cell in found.two_by_two] == [True, False]


def test_a_driver_that_grows_whatever_happens_escapes_from_nothing():
    driver = Founder(name="driver", stem_cells=5000, fitness_per_year=3.0)
    patient = Patient(influences=[ViralSuppression(), NicheLoss()], clones=[driver])
    case = Case(patient=patient, presentation=Presentation(platelets_1e9_per_l=150.0), has_life_before=False,
                follow_up_days=800.0, wait_days=100.0)  # fmt: skip
    lived = admit(case, seed=1)
    found = attribute(case, lived, "driver")
    assert found.last.stem_cell_share > 0.5
    assert found.last.escape_fraction == 0.0
    assert found.last.fitness_fraction > 0.1


def test_removing_a_tiny_neutral_clone_changes_nothing_in_expectation():
    patient = Patient(influences=[ViralSuppression(), NicheLoss()], clones=[Founder(name="tiny", stem_cells=20)])
    case = Case(patient=patient, presentation=Presentation(platelets_1e9_per_l=150.0), has_life_before=False,
                follow_up_days=400.0, wait_days=100.0)  # fmt: skip
    differences = []
    for number in range(12):
        rows = hs.counterfactual(case, seed=4, number=number, without=("tiny",)).at_months((12,))[0]
        differences.append(rows["stem_cells_count_changed"] / rows["stem_cells_count_as_it_was"] - 1.0)
    error = np.std(differences, ddof=1) / np.sqrt(len(differences))
    assert abs(np.mean(differences)) < 4.0 * error + 1e-4
    assert np.max(np.abs(differences)) < 0.02


def test_earlier_care_finds_more_stem_cells():
    case = replace(load_scenario("immune-aplastic-anemia").case(), follow_up_days=400.0)
    lived = admit(case, seed=3)
    result = compare(case, lived, Changes(earlier_treatment_days=90.0))
    assert result.changed.diagnosis_day == pytest.approx(lived.diagnosis_day - 90.0)
    row = result.at_months((6,))[0]
    assert row["stem_cells_count_changed"] > row["stem_cells_count_as_it_was"]
    with pytest.raises(InputError, match="give more than 0 and less than"):
        compare(case, lived, Changes(earlier_treatment_days=1e5))


@pytest.mark.parametrize("kernel", ["step", "exact"])
@pytest.mark.parametrize("by_address", [True, False])
def test_both_kernels_take_what_is_asked_from_new_clones(kernel, by_address):
    kind = CloneKind(name="escaped", rate_per_year=2e-3, fitness_per_year=1.0, vulnerability_fraction=0.1)
    parameters = Parameters({"stem_cell_niche_capacity_cells": 2000.0})
    patient = Patient(influences=[ImmuneAttack()], kinds=[kind], parameters=parameters)

    def run(**change):
        changed = {}
        if change:
            keys = [int(a) for a in before["address"]] if by_address else ["escaped"]
            changed = dict.fromkeys(keys, CloneChange(**change))
        person = replace(patient, changed_clones=changed)
        return simulate(person, days=364, seed=2, kernel=kernel, report_fraction=5e-4).clone_facts

    before = run()
    assert (before["vulnerability_fraction"] == 0.1).any()
    first = int(before["address"].iloc[0])
    without = run(is_without_escape=True).set_index("address")
    unfit = run(is_without_fitness=True).set_index("address")
    if first in without.index and without.loc[first, "parent_address"] == 0:
        assert without.loc[first, "vulnerability_fraction"] == 1.0
    if first in unfit.index and unfit.loc[first, "parent_address"] == 0:
        assert unfit.loc[first, "fitness_per_year"] == 0.0
    absent = run(is_absent=True)
    assert first not in set(absent["address"])
    assert by_address or absent.empty


def test_many_patients_tell_how_often_the_largest_clone_was_not_the_cause():
    case = replace(load_scenario("immune-aplastic-anemia").case(), follow_up_days=800.0)
    summary = attribute_many(case, seed=1, patients=4).summary()
    assert summary["patients"] == summary["diagnosed"] == 4
    assert sum(summary["two_by_two"].values()) == summary["with_a_clone"] <= summary["recovered"]
    assert summary["largest_not_the_cause"] is None or 0.0 <= summary["largest_not_the_cause"] <= 1.0


def test_unknown_clones_and_treatments_are_named(escape):
    case, lived = escape
    with pytest.raises(InputError, match="unknown clone 'PIGB'; did you mean PIGA"):
        compare(case, lived, Changes(without=("PIGB",)))
    with pytest.raises(InputError, match="horse_atg is not in the plan, which has no treatment"):
        compare(case, lived, Changes(without_treatment=("horse_atg",)))
    plan = CarePlan(treatments=(Planned(name="horse_atg"), Planned(name="g_csf")), non_response="second_course")
    treated = replace(case, plan=plan, follow_up_days=60.0)
    kept = compare(treated, admit(treated, seed=1), Changes(without_treatment=("rabbit_atg",))).changed
    assert {t.name for t in kept.treatments} == {"horse_atg", "g_csf"}
