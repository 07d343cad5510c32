"""Reading: what clinics write, in the ways they write it."""

import datetime

import pytest
import xlsxwriter

from hscape.errors import InputError
from hscape.exchange import default_answers_path, read_charts, write_answers, write_charts, write_template
from hscape.exchange.cells import read_cell
from hscape.exchange.dates import read_date
from hscape.exchange.headers import read_header
from hscape.exchange.lab_units import FAMILIES, read_unit


def save(tmp_path, text, name="a.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(tmp_path, sheets, name="a.xlsx"):
    path = tmp_path / name
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        for index, row in enumerate(rows):
            sheet.write_row(index, 0, row)
    book.close()
    return path


def codes(result, severity=None):
    return {issue.code for issue in result.issues if severity is None or issue.severity == severity}


def values(chart, analyte):
    return [(entry.day, entry.value) for entry in chart.series(analyte)]


@pytest.mark.parametrize(
    ("header", "family", "unit"),
    [
        ("PLT (10^9/L)", "platelets", "10^9/L"),
        ("Thrombozyten (G/l)", "platelets", "10^9/L"),
        ("Plaquettes (10³/µL)", "platelets", "10^9/L"),
        ("plaquetas x10^3/uL", "platelets", "10^9/L"),
        ("血小板 (万/µL)", "platelets", "10^4/uL"),
        ("Platelets K/uL", "platelets", "10^9/L"),
        ("PLT [/mm3]", "platelets", "/uL"),
        ("Hb g/dl", "hemoglobin", "g/dL"),
        ("Hgb (g/L)", "hemoglobin", "g/L"),
        ("Hämoglobin (mmol/l)", "hemoglobin", "mmol/L"),
        ("Hémoglobine [g/dL]", "hemoglobin", "g/dL"),
        ("ヘモグロビン(g/dL)", "hemoglobin", "g/dL"),
        ("ANC (10*9/L)", "neutrophils", "10^9/L"),
        ("PNN (G/L)", "neutrophils", "10^9/L"),
        ("Neutrófilos (%)", "neutrophils", "%"),
        ("Retikulozyten (‰)", "reticulocytes", "permille"),
        ("網状赤血球 (‰)", "reticulocytes", "permille"),
        ("Leukozyten (/nl)", "white_cells", "10^9/L"),
        ("白血球数 (/μL)", "white_cells", "/uL"),
        ("WBC (×10^2/μL)", "white_cells", "10^2/uL"),
        ("Globules blancs (G/L)", "white_cells", "10^9/L"),
        ("LDH (U/L)", "lactate_dehydrogenase", "U/L"),
        ("Ferritine (µg/L)", "ferritin", "ng/mL"),
        ("EPO (U/L)", "erythropoietin", "mU/mL"),
        ("TPO pg/ml", "thrombopoietin", "pg/mL"),
        ("RBC (M/uL)", "red_cells", "10^12/L"),
        ("Erythrozyten (T/l)", "red_cells", "10^12/L"),
        ("Bilirubin (mg/dL)", "bilirubin", "mg/dL"),
        ("BM cellularity (%)", "marrow_cellularity", "%"),
    ],
)
def test_headers_of_five_languages(header, family, unit):
    column = read_header(header, 0)
    assert (column.role, column.field) == ("analyte", family)
    assert read_unit(column.unit, family).key == unit


def test_every_unit_of_every_family_is_read_by_its_own_name():
    for family in FAMILIES.values():
        for unit in family.units:
            assert read_unit(unit.key, family.name) == unit, (family.name, unit.key)


@pytest.mark.parametrize(
    ("text", "number", "censored"),
    [
        ("9.5", 9.5, "none"),
        ("9,5", 9.5, "none"),
        ("<0.01", 0.01, "below"),
        ("< 0,01", 0.01, "below"),
        ("≤5", 5, "below"),
        (">100", 100, "above"),
        ("1.234,5", 1234.5, "none"),
        ("1,234.5", 1234.5, "none"),
        ("1'234'567", 1234567, "none"),
        ("12 000", 12000, "none"),
        ("12\u202f000", 12000, "none"),
        ("1e3", 1000, "none"),
        (".5", 0.5, "none"),
        ("１２", 12, "none"),
    ],
)
def test_numbers(text, number, censored):
    cell = read_cell(text)
    assert (cell.number, cell.censored, cell.state) == (number, censored, "number")


@pytest.mark.parametrize("text", ["n/a", "", "-", "k.A.", "non fait", "未測定", "N/D", "?", "NaN"])
def test_missing(text):
    assert read_cell(text).state == "missing"


@pytest.mark.parametrize(
    "raw",
    [
        "2024-03-05",
        "2024/3/5",
        "20240305",
        "5.3.2024",
        "05.03.2024",
        "5 March 2024",
        "5-Mar-2024",
        "March 5, 2024",
        "5. März 2024",
        "5 mars 2024",
        "5 de marzo de 2024",
        "2024年3月5日",
        "令和6年3月5日",
        "R6.3.5",
        "45356",
        45356.0,
        45356,
        datetime.date(2024, 3, 5),
        datetime.datetime(2024, 3, 5, 14, 30),
        "2024-03-05 14:30",
        "2024-03-05T14:30:00Z",
        "5.3.24",
    ],
)
def test_dates(raw):
    assert read_date(raw).ordinal == datetime.date(2024, 3, 5).toordinal()


def test_a_unit_row_under_the_header_is_read(tmp_path):
    path = save(tmp_path, "patient,date,Hb,PLT\n,,g/L,/µL\nA-1,2024-01-01,95,150000\n")
    (chart,) = read_charts(path).charts
    assert values(chart, "hemoglobin_g_per_dl") == [(0, 9.5)]
    assert values(chart, "platelets_1e9_per_l") == [(0, 150)]


def test_lines_above_the_header_and_a_sheet_a_patient(tmp_path):
    rows = [
        ["Marrow failure clinic"],
        [],
        ["Date", "Hb (g/dL)", "Plt (10^9/L)"],
        ["2024-01-01", 8.1, 12],
        ["2024-02-01", 9.1, 22],
    ]
    result = read_charts(workbook(tmp_path, {"AA-01": rows, "AA-02": rows, "Hoffmann": rows}))
    assert [chart.patient_id for chart in result.charts] == ["AA-01", "AA-02", "patient-3"]
    assert "Hoffmann" not in repr(result.charts[2].patient_id)


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


def test_neutrophils_from_white_cells_and_percent_carry_the_binomial_error(tmp_path):
    path = save(
        tmp_path,
        "patient,date,WBC (10^9/L),neutrophils (%),bands (%)\nA-1,2024-01-01,0.8,10,2\nA-1,2024-01-08,4.0,50,0\n",
    )
    first, second = read_charts(path).charts[0].series("neutrophils_1e9_per_l")
    assert first.value == pytest.approx(0.096)
    assert first.flags == ("derived",)
    assert first.low < 0.05  # 6 of 50 cells: a wide interval
    assert first.high > 0.18
    assert second.value == 2.0
    assert second.high - second.low < first.value * 10


def test_reported_neutrophils_win(tmp_path):
    path = save(tmp_path, "patient,date,WBC (10^9/L),neutrophils (%),ANC (10^9/L)\nA-1,2024-01-01,4.0,50,1.2\n")
    result = read_charts(path)
    assert values(result.charts[0], "neutrophils_1e9_per_l") == [(0, 1.2)]
    assert "share_disagrees" in codes(result, "amber")


def test_reticulocytes_from_a_share(tmp_path):
    path = save(tmp_path, "patient,date,RBC (10^12/L),reticulocytes (%)\nA-1,2024-01-01,2.5,1.2\n")
    assert values(read_charts(path).charts[0], "reticulocytes_1e9_per_l") == [(0, 30)]


def test_values_near_a_transfusion_and_g_csf_are_marked(tmp_path):
    path = save(
        tmp_path,
        "patient,day,PLT (10^9/L),ANC (10^9/L),platelet units,G-CSF "
        "(ug/d)\nA-1,0,12,0.3,,0\nA-1,7,45,0.4,1,300\nA-1,10,30,2.5,,0\nA-1,30,13,0.3,,\n",
    )
    (chart,) = read_charts(path).charts
    assert [entry.flags for entry in chart.series("platelets_1e9_per_l")] == [
        (),
        ("after_transfusion",),
        ("after_transfusion",),
        (),
    ]
    assert [entry.flags for entry in chart.series("neutrophils_1e9_per_l")] == [
        (),
        ("on_g_csf",),
        ("on_g_csf",),
        (),
    ]
    (drug,) = chart.treatments
    assert (drug.name, drug.start_day, drug.end_day, drug.dose, drug.dose_unit) == (
        "g_csf",
        7,
        10,
        300,
        "ug/d",
    )


def test_doses_at_visits_become_a_taper(tmp_path):
    path = save(
        tmp_path,
        "patient,day,Hb (g/dL),CsA (mg/d)\nA-1,0,8,300\nA-1,30,8,300\nA-1,60,8,200\nA-1,90,8,100\nA-1,120,8,0\n",
    )
    (drug,) = read_charts(path).charts[0].treatments
    assert (drug.start_day, drug.end_day, drug.dose) == (0, 120, 300)
    assert [(step.day, step.dose) for step in drug.taper] == [(60, 200), (90, 100)]


def test_names_are_refused_and_birth_dates_become_an_age(tmp_path):
    path = save(
        tmp_path,
        "Name,Date of birth,patient,date,diagnosis date,Hb (g/dL)\nJane Smith,1990-06-01,A-1,2024-03-01,2024-01-01,8\n",
    )
    result = read_charts(path)
    (chart,) = result.charts
    assert chart.age_years == 33
    assert chart.day_zero_meaning == "diagnosis"
    assert values(chart, "hemoglobin_g_per_dl") == [(60, 8)]
    write_charts(chart, tmp_path / "out.yaml")
    told = (tmp_path / "out.yaml").read_text(encoding="utf-8") + repr(result.issues)
    for secret in ("Jane", "Smith", "1990", "2024"):
        assert secret not in told


def test_four_statuses_of_a_clone(tmp_path):
    path = save(
        tmp_path,
        "patient,day,PNH granulocytes (%),HLA-lacking (%)\nA-1,0,n/a,not assessable\nA-1,10,<0.01,not "
        "tested\nA-1,20,0,negative\nA-1,30,5.5,12\n",
    )
    (chart,) = read_charts(path).charts
    told = [
        (entry.day, entry.clone, entry.status, entry.cell_fraction, entry.detection_limit_fraction)
        for entry in chart.clone_measurements
    ]
    assert sorted(told, key=lambda entry: (entry[1], entry[0])) == [
        (0, "HLA-lacking", "not_assessable", None, None),
        (10, "HLA-lacking", "not_tested", None, None),
        (20, "HLA-lacking", "negative", None, None),
        (30, "HLA-lacking", "positive", 0.12, None),
        (0, "PNH", "not_tested", None, None),
        (10, "PNH", "negative", None, 0.0001),
        (20, "PNH", "negative", None, None),
        (30, "PNH", "positive", 0.055, None),
    ]


def test_maf(tmp_path):
    header = "Hugo_Symbol\tChromosome\tStart_position\tVariant_Classification\tTumor_Sample_Barcode\tt_alt_count\tt_ref_count\tHGVSp_Short\tpatient\tdate\n"
    path = save(
        tmp_path,
        "#version 2.4\n"
        + header
        + "PIGA\tX\t15321000\tNonsense_Mutation\tS-1\t30\t70\tp.R77*\tA-1\t2024-01-01\nTET2\t4\t105\tMissense_Mutation\tS-2\t5\t95\tp.V1718L\tA-1\t2024-07-01\n",
        "v.maf",
    )
    result = read_charts(path)
    (chart,) = result.charts
    assert [(entry.day, entry.clone, entry.measured_vaf_fraction) for entry in chart.clone_measurements] == [
        (0, "PIGA p.R77*", 0.3),
        (182, "TET2 p.V1718L", 0.05),
    ]


def test_template_reads_back_without_questions_and_has_drop_downs(tmp_path):
    import zipfile

    path = write_template(tmp_path / "template.xlsx")
    result = read_charts(path)
    assert not [issue for issue in result.issues if issue.severity != "grey"]
    (chart,) = result.charts
    assert chart.patient_id == "EXAMPLE-1"
    assert len(chart.measurements) > 60
    assert len(chart.treatments) == 3
    assert len(chart.transfusions) == 7
    with zipfile.ZipFile(path) as archive:
        sheets = b"".join(archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name)
    assert sheets.count(b"<dataValidation ") >= 12


def test_the_example_is_skipped_beside_another_patient(tmp_path):
    (example,) = read_charts(write_template(tmp_path / "template.xlsx")).charts
    import dataclasses

    result = read_charts(write_charts([example, dataclasses.replace(example, patient_id="A-1")], tmp_path / "two.xlsx"))
    assert [chart.patient_id for chart in result.charts] == ["A-1"]
    assert "example_skipped" in codes(result)


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


def test_names_of_files_and_sheets_do_not_get_into_what_is_written(tmp_path):
    rows = [["date", "Hb (g/dL)"], ["2024-01-01", 8.1]]
    (chart,) = read_charts(workbook(tmp_path, {"Hoffmann": rows}, "Hoffmann.xlsx")).charts
    assert chart.patient_id == "patient-1"
    for ending in ("yaml", "json", "csv"):
        path = write_charts(chart, tmp_path / f"out.{ending}")
        assert "Hoffmann" not in path.read_text(encoding="utf-8")


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


def test_spanish_h_and_m_are_hombre_and_mujer(tmp_path):
    text = "paciente,fecha,sexo,hemoglobina (g/dL)\nA-1,2024-01-01,H,8\nA-2,2024-01-01,M,8\n"
    result = read_charts(save(tmp_path, text))
    assert [chart.sex for chart in result.charts] == ["male", "female"]
    assert "sex_h_and_m" in codes(result, "amber")


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
