"""The registry table, times to events, and files that no spreadsheet can run."""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from hscape.chart import Chart, CloneMeasurement, Event, Measurement, Transfusion, Treatment
from hscape.errors import InputError
from hscape.registry import (
    cumulative_incidence,
    firm_days,
    is_estimable,
    reasons_table,
    registry_table,
    time_to_event,
    write_registry,
)
from hscape.registry.write import as_text, write_xlsx

COUNTS = ("hemoglobin_g_per_dl", "neutrophils_1e9_per_l", "platelets_1e9_per_l", "reticulocytes_1e9_per_l")


def visit(day, *values):
    return [Measurement(day=day, analyte=name, value=value) for name, value in zip(COUNTS, values, strict=True)]


def patient(code, later, *, events=(), clones=(), age=30.0):
    """Severe at day 0, horse ATG on day 10, then the visits given."""
    start = [*visit(0, 7, 0.3, 10, 15), Measurement(day=2, analyte="marrow_cellularity_fraction", value=0.1)]
    return Chart(
        patient_id=code,
        sex="female",
        age_years=age,
        measurements=(*start, *(entry for each in later for entry in each)),
        treatments=(
            Treatment(name="horse_atg", start_day=10, end_day=13),
            Treatment(name="cyclosporine", start_day=10),
        ),
        transfusions=(Transfusion(day=1, product="platelets"), Transfusion(day=30, product="red_cells")),
        events=tuple(events),
        clone_measurements=tuple(clones),
    )


def cohort():
    monosomy_7 = CloneMeasurement(
        day=500,
        clone="-7",
        kind="chromosome",
        assay="karyotype",
        specimen="marrow",
        status="positive",
        karyotype="45,XX,-7[10]/46,XX[10]",
    )
    return [
        patient("A", [visit(100, 10, 1.2, 110, 80), visit(190, 12.5, 2, 160, 90), visit(375, 13, 2, 180, 90)]),
        patient(
            "B",
            [
                visit(100, 9, 0.8, 40, 80),
                visit(190, 9, 0.9, 50, 90),
                visit(300, 7, 0.3, 12, 20),
                visit(310, 7, 0.3, 12, 20),
            ],
        ),
        patient(
            "C",
            [visit(100, 7, 0.2, 10, 10)],
            events=[Event(day=150, kind="transplant"), Event(day=900, kind="last_follow_up")],
        ),
        patient("D", [visit(60, 7, 0.1, 5, 10)], events=[Event(day=80, kind="death")]),
        patient("E", [visit(190, 9, 0.8, 45, 80), visit(600, 9, 0.8, 45, 80)], clones=[monosomy_7]),
        Chart(patient_id="F", day_zero_meaning="first visit in the file"),
    ]


def test_one_row_a_patient_with_every_endpoint():
    table = registry_table(cohort()).set_index("patient_id")
    assert list(table.index) == ["A", "B", "C", "D", "E", "F"]
    assert table.loc["A", "severity_modified_camitta"] == "severe"
    assert table.loc["A", "severity_cibmtr"] == "severe or very severe"
    assert table.loc["A", "response_nih_3_months"] == "complete response"
    assert table.loc["A", "response_camitta_2000_6_months"] == "complete response"
    assert table.loc["A", "response_race_12_months"] == "complete response"
    assert table.loc["A", "first_treatment"] == "cyclosporine + horse_atg"
    assert table.loc["A", "transfusion_independence_day"] == 30
    assert table.loc["B", "relapse_nih_day"] == 300
    assert table.loc["C", "transplant_day"] == 150
    assert table.loc["C", "response_nih_6_months"] == "not assessed"
    assert table.loc["D", "death_day"] == 80
    assert table.loc["D", "response_nih_3_months"] == "not assessed"
    assert table.loc["E", "evolution"] == "high-risk evolution"
    assert table.loc["E", "evolution_day"] == 500
    assert table.loc["F", "severity_bsh"] == "cannot tell"
    assert np.isnan(table.loc["F", "treatment_day"])
    assert table.loc["F", "first_treatment"] == ""


def test_reasons_stand_beside_every_answer():
    reasons = reasons_table(cohort())
    assert set(reasons.columns) == {"patient_id", "rule", "name", "day", "value", "reasons", "source"}
    assert reasons["reasons"].str.len().min() > 0


def test_a_patient_who_comes_twice_is_refused():
    with pytest.raises(InputError, match="patient_id 'A' comes twice"):
        registry_table([cohort()[0], cohort()[0]])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            "response",
            {
                "A": (90, "response"),
                "B": (90, "response"),
                "C": (140, "transplant"),
                "D": (70, "death"),
                "E": (180, "response"),
            },
        ),
        ("relapse", {"A": (275, "censored"), "B": (200, "relapse"), "E": (410, "censored")}),
        ("evolution", {"E": (490, "evolution")}),
        (
            "transplant",
            {
                "A": (365, "censored"),
                "C": (140, "transplant"),
                "D": (70, "death"),
                "B": (300, "censored"),
                "E": (590, "censored"),
            },
        ),
        (
            "death",
            {
                "A": (375, "censored"),
                "C": (900, "censored"),
                "D": (80, "death"),
                "B": (310, "censored"),
                "E": (600, "censored"),
            },
        ),
        (
            "transfusion_independence",
            {
                "A": (20, "transfusion_independence"),
                "B": (20, "transfusion_independence"),
                "C": (20, "transfusion_independence"),
                "D": (70, "death"),
                "E": (20, "transfusion_independence"),
            },
        ),
    ],
)
def test_time_to_each_event(event, expected):
    followed = time_to_event(registry_table(cohort()), event)
    found = {row.patient_id: (row.days, row.event) for row in followed.itertuples()}
    assert found == expected
    assert any(
        text.startswith(("F: no day to count from", "F: no confirmed response")) for text in followed.attrs["left_out"]
    )


def karyotype(day, text="46,XX[20]"):
    return CloneMeasurement(
        day=day,
        clone=text,
        kind="chromosome",
        assay="karyotype",
        specimen="marrow",
        status="positive" if "-7" in text else "negative",
        karyotype=text,
    )


def test_patients_never_tested_for_evolution_are_not_counted_as_free():
    followed = time_to_event(registry_table(cohort()), "evolution")
    assert [text[0] for text in followed.attrs["untold"]] == ["A", "B", "C", "D"]
    assert followed.attrs["n_eligible"] == 5
    assert not is_estimable(followed)


@pytest.mark.parametrize(
    ("last_test", "events", "expected"),
    [
        (300, (), (290, "censored")),
        (300, (Event(day=900, kind="last_follow_up"),), (290, "censored")),
        (300, (Event(day=483, kind="death"),), (473, "death")),
        (300, (Event(day=484, kind="death"),), (290, "censored")),
        (300, (Event(day=400, kind="transplant"), Event(day=420, kind="death")), (390, "transplant")),
        (5, (Event(day=400, kind="death"),), None),
    ],
)
def test_evolution_is_followed_to_the_last_adequate_test(last_test, events, expected):
    chart = patient("A", [visit(190, 9, 0.8, 45, 80)], events=events, clones=[karyotype(last_test)])
    followed = time_to_event(registry_table([chart]), "evolution")
    assert [(row.days, row.event) for row in followed.itertuples()] == ([expected] if expected else [])


def test_a_transplant_before_an_evolution_comes_first_however_old_the_last_test():
    clones = [karyotype(100), karyotype(500, "45,XX,-7[10]/46,XX[10]")]
    chart = patient("A", [], events=[Event(day=400, kind="transplant")], clones=clones)
    followed = time_to_event(registry_table([chart]), "evolution")
    assert [(row.days, row.event) for row in followed.itertuples()] == [(390, "transplant")]


def test_evolution_is_counted_from_its_first_change_not_its_gravest():
    clones = [karyotype(200, "47,XX,+8[10]/46,XX[10]"), karyotype(500, "45,XX,-7[10]/46,XX[10]")]
    row = registry_table([patient("A", [], clones=clones)]).iloc[0]
    assert (row["evolution"], row["evolution_day"], row["evolution_first_day"]) == ("high-risk evolution", 500, 200)


def test_a_doubtful_relapse_is_followed_to_the_day_of_doubt_and_named():
    visits = [visit(day, 9, 0.8, 40, 80) for day in (100, 140, 300, 500)]
    doubtful = patient("A", visits)
    doubtful = replace(doubtful, transfusions=(*doubtful.transfusions, Transfusion(day=250, product="red_cells")))
    once = patient("B", visits[:1])
    followed = time_to_event(registry_table([doubtful, once]), "relapse")
    assert [(row.days, row.event) for row in followed.itertuples()] == [(150, "censored")]
    assert followed.attrs["doubtful"] == ["A: relapse_nih cannot be told to the end"]
    assert followed.attrs["left_out"] == ["B: no confirmed response (cannot tell)"]


def test_an_untold_response_and_untold_transfusions_are_not_counted_as_none():
    chart = replace(patient("A", [visit(100, 9, 0.8, 40, 80)]), transfusions=())
    table = registry_table([chart])
    for event in ("response", "transfusion_independence"):
        followed = time_to_event(table, event)
        assert not len(followed)
        assert followed.attrs["untold"][0].startswith("A: ")


@pytest.mark.parametrize(
    ("event", "n_told", "n_untold", "expected"),
    [
        ("evolution", 10, 10, True),
        ("evolution", 10, 11, False),
        ("evolution", 9, 1, False),
        ("evolution", 3, 0, True),
        ("evolution", 0, 0, False),
        ("relapse", 2, 2, True),
        ("relapse", 2, 3, False),
    ],
)
def test_a_curve_needs_ten_tested_for_evolution_and_half_for_any(event, n_told, n_untold, expected):
    times = pd.DataFrame({"days": range(n_told)})
    times.attrs |= {"untold": ["x"] * n_untold, "n_eligible": n_told + n_untold, "event": event}
    assert is_estimable(times) is expected


@pytest.mark.parametrize(("n", "expected"), [(4, 0), (5, 0), (6, 10), (9, 40)])
def test_a_curve_is_firm_while_five_are_followed(n, expected):
    assert firm_days(pd.DataFrame({"days": [10.0 * index for index in range(n)]})) == expected


def test_a_definition_that_does_not_apply_leaves_the_patient_out():
    followed = time_to_event(registry_table(cohort()), "response", definition="japan-childhood")
    assert "A: response_japan_childhood_first does not apply" in followed.attrs["left_out"]


def test_times_go_into_the_curve():
    followed = time_to_event(registry_table(cohort()), "response")
    curve = cumulative_incidence(followed["days"], followed["event"], cause="response")
    assert curve.at(180)[0] == pytest.approx(0.6)


def test_unknown_events_and_definitions_are_refused():
    with pytest.raises(InputError, match="unknown event 'relaps'"):
        time_to_event(registry_table(cohort()), "relaps")
    with pytest.raises(InputError, match="unknown definition 'nhi'"):
        time_to_event(registry_table(cohort()), "response", definition="nhi")


def test_follow_up_that_ends_before_it_starts_is_left_out():
    chart = Chart(patient_id="G", measurements=tuple(visit(-20, 7, 0.3, 10, 15)))
    followed = time_to_event(registry_table([chart]), "death")
    assert followed.attrs["left_out"] == ["G: no follow-up after the start"]


BAD = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    '=HYPERLINK("http://x")',
    "＝1",
    "|cmd",
    "%0A=1",
    "\x00=1",
]


def test_nothing_that_is_written_can_run(tmp_path):
    charts = [patient(text, [visit(100, 9, 0.8, 40, 80)]) for text in BAD]
    csv_path, reasons_path, xlsx_path = write_registry(charts, tmp_path / "out")
    for path in (csv_path, reasons_path):
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [
            cell for cell in cells if re.match(r"\s*[=+\-@|%＝＋－＠]", cell) and not re.fullmatch(r"-?[\d.e+]+", cell)
        ]
    with zipfile.ZipFile(xlsx_path) as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/"))
        assert "<f>" not in sheets
        assert "<f " not in sheets
        assert "hyperlink" not in sheets
    assert CalamineWorkbook.from_path(xlsx_path).sheet_names == [
        "registry",
        "reasons",
        "thresholds",
        "notice",
    ]


def test_numbers_stay_numbers_and_missing_stays_empty():
    assert [as_text(value) for value in (None, float("nan"), -7.0, 3, "severe", "-7")] == [
        "",
        "",
        "-7",
        "3",
        "severe",
        "'-7",
    ]


def test_written_tables_read_back(tmp_path):
    charts = cohort()
    csv_path, _, xlsx_path = write_registry(charts, tmp_path)
    table = registry_table(charts)
    with csv_path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == list(table.columns)
    assert len(rows) == 1 + len(charts)
    sheet = CalamineWorkbook.from_path(xlsx_path).get_sheet_by_name("registry").to_python()
    assert sheet[0] == list(table.columns)
    assert [row[0] for row in sheet[1:]] == list(table["patient_id"])
    assert sheet[2][sheet[0].index("relapse_nih_day")] == 300


def test_an_empty_registry_is_written(tmp_path):
    paths = write_registry([], tmp_path)
    assert all(path.exists() for path in paths)
    write_xlsx({"empty": registry_table([])}, tmp_path / "empty.xlsx")
