"""The chart as a whole: repeatable, censored, readable again, and without anything of the hidden truth."""

import json
from dataclasses import fields, replace

import pytest
from virtual import DNMT3A, NAMES, full_patient, history, make_patient, with_shares

from hscape import InputError, assess
from hscape.care import CloneTraits, Happening
from hscape.chart import Chart
from hscape.chart.document import chart_to_dict
from hscape.exchange import read_charts, write_charts
from hscape.observation import Assays, Visits, observe

ROUTINE = Visits.clinic_routine(1.2)


def as_text(chart):
    return json.dumps(chart_to_dict(chart), ensure_ascii=False)


@pytest.mark.parametrize("assays", [Assays.routine(), Assays.research(), Assays.noiseless()])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(assays):
    first, again, other = (as_text(observe(full_patient(), ROUTINE, assays, seed=seed)) for seed in (3, 3, 4))
    assert first == again
    assert (first == other) == assays.is_exact


def test_a_number_does_not_depend_on_what_else_is_observed():
    whole = observe(full_patient(), ROUTINE, Assays.research(), seed=3)
    fewer = Visits(days_after_diagnosis=(14, 42), pnh_flow_days=(364,))
    part = observe(full_patient(), fewer, Assays.research(), seed=3)
    assert set(part.measurements) <= set(whole.measurements)
    pnh = {item for item in part.clone_measurements if item.status != "not_tested"}
    assert pnh
    assert pnh <= set(whole.clone_measurements)


def test_order_of_clones_and_of_calls_does_not_matter():
    patient = full_patient()
    turned = replace(patient, clone_traits=dict(reversed(patient.clone_traits.items())))
    expected = as_text(observe(patient, ROUTINE, Assays.research(), seed=3))
    observe(replace(patient, patient_id="V-2"), ROUTINE, Assays.research(), seed=3)
    assert as_text(observe(turned, ROUTINE, Assays.research(), seed=3)) == expected


def test_two_patients_have_draws_of_their_own():
    first, second = (
        observe(make_patient(patient_id=name), ROUTINE, seed=3).series("platelets_1e9_per_l") for name in ("P-1", "P-2")
    )
    assert [entry.value for entry in first] != [entry.value for entry in second]


def test_nothing_comes_after_the_last_day():
    patient = full_patient(last_day=28.0 + 200.7)
    chart = observe(patient, Visits.clinic_routine(3), Assays.research(), seed=3)
    assert chart.last_day == 200.0
    (cyclosporine,) = [item for item in chart.treatments if item.name == "cyclosporine"]
    assert (cyclosporine.start_day, cyclosporine.end_day, cyclosporine.taper) == (12.0, None, ())
    assert {item.name for item in chart.treatments} == {"horse_atg", "cyclosporine", "g_csf"}
    assert [(item.day, item.product) for item in chart.transfusions] == [(2.0, "red_cells"), (5.0, "platelets")]
    assert [(event.day, event.kind) for event in chart.events] == [
        (0.0, "diagnosis"),
        (32.0, "infection"),
        (200.0, "last_follow_up"),
    ]


def test_death_ends_the_chart():
    patient = full_patient(last_day=128.0, happenings=(Happening(day=128.0, kind="death", detail="infection"),))
    chart = observe(patient, Visits.clinic_routine(1), seed=3)
    assert [(event.day, event.kind) for event in chart.events] == [(0.0, "diagnosis"), (100.0, "death")]
    assert chart.last_day == 100.0


def test_day_zero_age_sex_and_typing():
    chart = observe(full_patient(), ROUTINE, Assays.routine(), seed=3)
    assert (chart.day_zero_meaning, chart.sex, chart.age_years) == ("diagnosis", "female", 34.0)
    assert next(entry.alleles for entry in chart.hla_typing) == ("A*02:01", "A*24:02")
    untyped = observe(full_patient(), ROUTINE, replace(Assays.routine(), types_hla=False), seed=3)
    assert untyped.hla_typing == ()


@pytest.mark.parametrize("ending", ["yaml", "json"])
@pytest.mark.parametrize("assays", [Assays.routine(), Assays.research()])
def test_a_chart_file_gives_the_same_chart_back(tmp_path, ending, assays):
    chart = observe(full_patient(), ROUTINE, assays, seed=3)
    result = read_charts(write_charts(chart, tmp_path / f"chart.{ending}"))
    assert result.issues == ()
    assert result.charts == (chart,)


@pytest.mark.parametrize("assays", [Assays.routine(), Assays.research()])
def test_excel_is_read_without_a_red_issue_and_with_every_value(tmp_path, assays):
    chart = observe(full_patient(), ROUTINE, assays, seed=3)
    result = read_charts(write_charts(chart, tmp_path / "chart.xlsx"))
    assert [issue for issue in result.issues if issue.severity == "red"] == []
    (again,) = result.charts
    assert {(m.day, m.analyte, m.value, m.censored) for m in again.measurements} >= {
        (m.day, m.analyte, m.value, m.censored) for m in chart.measurements
    }
    assert len(again.clone_measurements) == len(chart.clone_measurements)
    assert [item.status for item in again.clone_measurements] == [item.status for item in chart.clone_measurements]


@pytest.mark.parametrize("seed_of_chart", range(5))
def test_excel_of_a_sick_patient_is_read_without_a_red_issue(tmp_path, seed_of_chart):
    from virtual import with_count_fold

    made = history("male")
    for pool, fold in (("neutrophils", 0.01), ("platelets", 0.03), ("blood_reticulocytes", 0.1), ("red_cells", 0.4)):
        made = with_count_fold(made, pool, fold)
    chart = observe(full_patient(history=made), ROUTINE, Assays.research(), seed=seed_of_chart)
    result = read_charts(write_charts(chart, tmp_path / "chart.xlsx"))
    assert [issue for issue in result.issues if issue.severity == "red"] == []


def test_nothing_of_the_truth_is_in_the_chart():
    chart = observe(full_patient(), ROUTINE, Assays.research(), seed=3)
    assert {item.name for item in fields(Chart)} == set(Chart.__dataclass_fields__)
    text = as_text(chart)
    for secret in ("hidden", "attack_end_day", "77.125", "piga_mutation", "hla_loh", "ordinary"):
        assert secret not in text


def test_a_variant_is_not_named_before_it_is_found():
    patient = make_patient({NAMES[0]: 0.001}, {NAMES[0]: DNMT3A})
    chart = observe(patient, ROUTINE, Assays.research(), seed=3)
    assert not any("R882H" in item.clone + item.variant for item in chart.clone_measurements)


def test_variants_without_words_have_generic_names():
    traits = {name: CloneTraits(kind="driver", shown_as="gene", gene="ASXL1") for name in NAMES[:2]}
    chart = observe(make_patient({NAMES[0]: 0.2, NAMES[1]: 0.3}, traits), ROUTINE, Assays.routine(), seed=3)
    found = {item.clone for item in chart.clone_measurements if item.status == "positive"}
    assert found == {"ASXL1 variant 1", "ASXL1 variant 2"}


def test_numbers_of_variants_do_not_tell_of_those_not_found():
    traits = {name: CloneTraits(kind="driver", shown_as="gene", gene="ASXL1") for name in NAMES}
    chart = observe(make_patient({NAMES[1]: 0.3}, traits), ROUTINE, Assays.routine(), seed=3)
    assert {item.clone for item in chart.clone_measurements if item.gene == "ASXL1"} == {"ASXL1 variant 1"}


def test_clinical_rules_take_the_chart():
    chart = observe(full_patient(), ROUTINE, Assays.research(), seed=3)
    verdicts = {verdict.rule: verdict for verdict in assess(chart)}
    assert "pnh.ipig" in verdicts


def test_donor_cells_are_measured_after_a_transplant():
    from hscape.care import GivenTreatment

    donor = CloneTraits(kind="donor", shown_as="other")
    treatments = (GivenTreatment(name="transplant", start_day=60.0),)
    patient = make_patient({NAMES[0]: 0.9}, {NAMES[0]: donor}, treatments=treatments)
    chart = observe(patient, ROUTINE, Assays.noiseless(), seed=3)
    values = chart.series("donor_chimerism_fraction")
    assert min(entry.day for entry in values) > 32
    assert all(entry.value == pytest.approx(0.9) for entry in values)
    assert not any(item.status == "positive" for item in chart.clone_measurements)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"diagnosis_day": None}, "diagnosis_day is None"),
        ({"clone_traits": {"a": CloneTraits(kind="x", shown_as="gene", parent="a")}}, "descends from itself"),
    ],
)
def test_impossible_patients_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        observe(make_patient(**changes), ROUTINE, seed=1)


def test_a_child_and_a_history_without_blood_are_refused():
    made = history("female")
    child = replace(made, patient=replace(made.patient, age_years=12.0))
    with pytest.raises(InputError, match=r"12\.1 years at diagnosis"):
        observe(make_patient(made=child), ROUTINE, seed=1)
    bloodless = replace(with_shares(made, {}), run=replace(made.run, with_blood=False))
    with pytest.raises(InputError, match="has no blood"):
        observe(make_patient(history=bloodless), ROUTINE, seed=1)
