"""Contradictory treatments are found, told where the file is read, and taken once by an explanation."""

import json

import pytest

from hscape.biology.treatment import AntithymocyteGlobulin
from hscape.chart import Chart, DoseStep, Treatment
from hscape.chart.contradictions import treatment_contradictions
from hscape.exchange import read_charts
from hscape.inference.treatments import DatedCyclosporine, read_treatments


def _chart(*treatments: Treatment) -> Chart:
    return Chart(patient_id="A", sex="male", treatments=treatments)


def _given(name: str, start: float, end: float | None = None, **more: object) -> Treatment:
    return Treatment(name=name, start_day=start, end_day=end, **more)  # type: ignore[arg-type]


def test_treatments_in_order_contradict_nothing() -> None:
    chart = _chart(
        _given("horse_atg", 10.0), _given("cyclosporine", 10.0, 200.0), _given("rabbit_atg", 190.0),
        _given("tacrolimus", 200.0, 400.0), _given("eltrombopag", 10.0, 100.0), _given("eltrombopag", 120.0),
    )  # fmt: skip
    assert treatment_contradictions(chart) == ()
    assert read_treatments(chart).remarks == ("tacrolimus is taken as cyclosporine",)


@pytest.mark.parametrize(
    ("treatments", "which", "words"),
    [
        ((_given("transplant", 90.0), _given("transplant", 90.0)), "twice", "transplant twice on day 90"),
        ((_given("horse_atg", 5.0), _given("rabbit_atg", 5.0)), "either", "horse ATG and rabbit ATG both on day 5"),
        (
            (_given("cyclosporine", 5.0), _given("cyclosporine", 90.0)),
            "overlap",
            "cyclosporine from day 90 on beside cyclosporine since day 5",
        ),
        (
            (_given("cyclosporine", 50.0, taper=(DoseStep(day=20.0, dose=100.0),)),),
            "early",
            "a dose of its taper on day 20, before its start on day 50",
        ),
    ],
)
def test_each_kind_is_told(treatments, which, words, tmp_path) -> None:
    (found,) = treatment_contradictions(_chart(*treatments))
    assert found.which == which
    assert words in found.words
    entries = [
        {"name": t.name, "start_day": t.start_day, "taper": [{"day": s.day, "dose": s.dose} for s in t.taper]}
        for t in treatments
    ]
    counts = [{"day": 0, "analyte": "platelets_1e9_per_l", "value": 20}]
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"patient_id": "A", "sex": "male", "treatments": entries, "measurements": counts}))
    result = read_charts(path)
    (issue,) = [issue for issue in result.issues if issue.code == "treatments_contradict"]
    assert words in issue.message
    assert issue.patient_id == "A"
    assert len(result.charts[0].treatments) == len(treatments)  # nothing is lost


def test_globulin_of_one_day_acts_once_and_a_later_course_takes_the_place_of_an_earlier() -> None:
    given = read_treatments(
        _chart(
            _given("horse_atg", 5.0), _given("rabbit_atg", 5.0), _given("horse_atg", 5.0),
            _given("cyclosporine", 5.0, 300.0, dose=300.0, dose_unit="mg/d"),
            _given("cyclosporine", 180.0, 400.0, dose=150.0, dose_unit="mg/d"),
        )
    )  # fmt: skip
    globulins = [item for item in given.influences if isinstance(item, AntithymocyteGlobulin)]
    assert [item.source for item in globulins] == ["horse"]
    steps = [step for item in given.influences if isinstance(item, DatedCyclosporine) for step in item.steps]
    assert steps == [(5.0, 180.0, 1.0), (180.0, 400.0, 0.5)]  # half of the first dose is half of the exposure
    assert any("one of the two is taken" in words for words in given.remarks)
