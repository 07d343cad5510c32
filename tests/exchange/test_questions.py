"""Reading: what is asked, what is answered, and what is said of it."""

import pytest
from tests.exchange.sheets import codes, save, values

from hscape.errors import InputError
from hscape.exchange import default_answers_path, read_charts, write_answers


def test_units_are_tested_per_patient(tmp_path):
    lines = ["patient,date,PLT (10^9/L)"] + [
        f"A-1,2024-01-{day:02d},{value}" for day, value in ((1, 12), (8, 15), (15, 22))
    ]
    lines += [f"A-2,2024-01-{day:02d},{value}" for day, value in ((1, 12000), (8, 15000), (15, 22000))]
    path = save(tmp_path, "\n".join(lines))
    result = read_charts(path)
    (issue,) = [issue for issue in result.issues if issue.code == "unit_impossible"]
    assert issue.patient_id == "A-2"
    assert issue.key == "unit:a.csv:PLT (10^9/L):A-2"
    answered = read_charts(path, {issue.key: "/uL"})
    assert (
        values(answered.charts[1], "platelets_1e9_per_l")
        == values(answered.charts[0], "platelets_1e9_per_l")
        == [(0, 12), (7, 15), (14, 22)]
    )
    assert "unit_impossible" not in codes(answered)


@pytest.mark.parametrize(
    ("answer", "expected"), [("8.2", [(0, 8.0), (28, 8.2)]), ("exclude", [(0, 8.0)]), ("keep", [(0, 8.0)])]
)
def test_answers_about_one_value(tmp_path, answer, expected):
    """A value that no living person can have is not kept, whatever the answer."""
    path = save(tmp_path, "patient,date,Hb (g/dL)\nA-1,2024-01-01,8.0\nA-1,2024-01-29,82\n")
    result = read_charts(path, {"value:a.csv:3:Hb (g/dL)": answer})
    assert values(result.charts[0], "hemoglobin_g_per_dl") == expected


def test_a_doubted_value_can_be_excluded_or_corrected(tmp_path):
    lines = ["patient,date,PLT (10^9/L)"] + [
        f"A-1,2024-0{month}-01,{value}" for month, value in ((1, 150), (2, 155), (3, 15), (4, 160), (5, 149))
    ]
    path = save(tmp_path, "\n".join(lines))
    (issue,) = [issue for issue in read_charts(path).issues if issue.severity == "amber"]
    assert issue.code == "course_jump"
    assert (60, 15) in values(read_charts(path).charts[0], "platelets_1e9_per_l")
    assert len(values(read_charts(path, {issue.key: "exclude"}).charts[0], "platelets_1e9_per_l")) == 4
    assert (60, 150) in values(read_charts(path, {issue.key: 150}).charts[0], "platelets_1e9_per_l")
    assert "course_jump" not in codes(read_charts(path, {issue.key: "keep"}))


def test_ambiguous_dates_are_asked_and_the_answer_is_remembered(tmp_path):
    path = save(tmp_path, "patient,date,PLT (10^9/L)\nA-1,03/04/2024,12\nA-1,05/08/2024,22\n")
    result = read_charts(path)
    assert result.charts == ()
    assert "date_order" in codes(result, "amber")
    written = write_answers(path, result.issues)
    assert written == default_answers_path(path)
    assert read_charts(path).charts == ()  # questions without answers change nothing
    written.write_text(
        written.read_text(encoding="utf-8").replace('"date_order:a.csv:date":', '"date_order:a.csv:date": day_first'),
        encoding="utf-8",
    )
    (chart,) = read_charts(path).charts
    assert values(chart, "platelets_1e9_per_l") == [(0, 12), (124, 22)]
    (other,) = read_charts(path, {"date_order:a.csv:date": "month_first"}).charts
    assert values(other, "platelets_1e9_per_l") == [(0, 12), (65, 22)]


def test_unknown_columns_can_be_answered(tmp_path):
    path = save(tmp_path, "patient,date,Tx plates,Hb (g/dL)\nA-1,2024-01-01,12,8\n")
    assert "column_unknown" in codes(read_charts(path), "amber")
    (chart,) = read_charts(path, {"column:a.csv:Tx plates": "platelets (10^9/L)"}).charts
    assert values(chart, "platelets_1e9_per_l") == [(0, 12)]
    assert "column_unknown" not in codes(read_charts(path, {"column:a.csv:Tx plates": "ignore"}))


def test_broken_answers_and_missing_files_are_input_errors(tmp_path):
    path = save(tmp_path, "patient,date,Hb (g/dL)\nA-1,2024-01-01,8\n")
    with pytest.raises(InputError, match="no such file"):
        read_charts(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="does not exist"):
        read_charts(path, tmp_path / "nothing.yaml")
    with pytest.raises(InputError, match="not readable as YAML"):
        read_charts(path, save(tmp_path, "answers: [", "b.yaml"))
    with pytest.raises(InputError, match="no table 'answers'"):
        read_charts(path, save(tmp_path, "- 1", "c.yaml"))


def test_every_repair_is_listed(tmp_path):
    path = save(tmp_path, "patient;date;Hb;PLT\nA-1;05.03.24;92;12.000\nA-1;45365;9,5 L;15000\n")
    result = read_charts(path)
    assert {"two_digit_year", "excel_serial"} <= codes(result, "grey")
    assert "unit_missing" in codes(result, "amber")


def test_a_missing_unit_is_inferred_only_if_it_can_be_one(tmp_path):
    clear = read_charts(
        save(
            tmp_path,
            "patient,date,Hb,PLT,ANC,retics,WBC\nA-1,2024-01-01,95,150000,1500,60000,4000\nA-1,2024-02-01,99,140000,1700,62000,4100\n",
        )
    )
    assert not codes(clear, "amber")
    (chart,) = clear.charts
    assert [
        chart.series(name)[0].value
        for name in (
            "hemoglobin_g_per_dl",
            "platelets_1e9_per_l",
            "neutrophils_1e9_per_l",
            "reticulocytes_1e9_per_l",
            "white_cells_1e9_per_l",
        )
    ] == [9.5, 150, 1.5, 60, 4]
    assert all("unit_inferred" in entry.flags for entry in chart.measurements)
    unclear = read_charts(
        save(tmp_path, "patient,date,retics,ANC\nA-1,2024-01-01,1.5,45\nA-1,2024-02-01,1.9,55\n", "b.csv")
    )
    assert codes(unclear, "amber") == {"unit_missing"}
    assert not unclear.charts or not unclear.charts[0].measurements


def test_two_values_of_a_day_can_be_settled(tmp_path):
    path = save(tmp_path, "patient,date,Hb (g/dL)\nA-1,2024-01-01,8.0\nA-1,2024-01-01,8.6\n")
    (issue,) = [issue for issue in read_charts(path).issues if issue.severity == "amber"]
    assert issue.code == "value_twice"
    (chart,) = read_charts(path, {issue.key: "exclude"}).charts
    assert values(chart, "hemoglobin_g_per_dl") == [(0, 8.0)]
    assert not codes(read_charts(path, {issue.key: "keep"}), "amber")


def test_what_is_said_every_visit_is_said_once(tmp_path):
    lines = [f"A-1,2024-01-{day:02d},2.0,50" for day in range(1, 21)]
    path = save(tmp_path, "\n".join(["patient,date,WBC (10^9/L),neutrophils (%)", *lines]))
    (issue,) = [issue for issue in read_charts(path).issues if issue.code == "count_derived"]
    assert "19 more rows: 3, 4, 5" in issue.message


def test_a_question_about_a_column_is_asked_once_for_all_its_patients(tmp_path):
    lines = [f"A-{patient},2024-0{month}-01,8.{month}" for patient in range(1, 6) for month in range(1, 4)]
    result = read_charts(save(tmp_path, "\n".join(["patient,date,Hb", *lines])))
    (issue,) = [issue for issue in result.issues if issue.severity == "amber"]
    assert issue.code == "unit_assumed"
    assert issue.patient_ids == ("A-1", "A-2", "A-3", "A-4", "A-5")
    assert issue.concerns("A-4")
    assert not codes(read_charts(tmp_path / "a.csv", {issue.key: "g/dL"}), "amber")


def test_one_slip_in_a_column_without_a_unit_does_not_cost_the_column(tmp_path):
    lines = [f"A-1,2024-0{month}-01,{value}" for month, value in ((1, 8), (2, 15), (3, 31000), (4, 66))]
    result = read_charts(save(tmp_path, "\n".join(["patient,date,Thrombo", *lines])))
    assert codes(result, "amber") == {"unit_assumed", "unit_slip"}
    assert [value for _, value in values(result.charts[0], "platelets_1e9_per_l")] == [8, 15, 66]
