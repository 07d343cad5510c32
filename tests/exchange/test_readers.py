"""Reading: what clinics write, in the ways they write it."""

import pytest
from tests.exchange.sheets import codes, save, values, workbook

from hscape.exchange import read_charts, write_charts, write_template


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


def test_names_of_files_and_sheets_do_not_get_into_what_is_written(tmp_path):
    rows = [["date", "Hb (g/dL)"], ["2024-01-01", 8.1]]
    (chart,) = read_charts(workbook(tmp_path, {"Hoffmann": rows}, "Hoffmann.xlsx")).charts
    assert chart.patient_id == "patient-1"
    for ending in ("yaml", "json", "csv"):
        path = write_charts(chart, tmp_path / f"out.{ending}")
        assert "Hoffmann" not in path.read_text(encoding="utf-8")


def test_spanish_h_and_m_are_hombre_and_mujer(tmp_path):
    text = "paciente,fecha,sexo,hemoglobina (g/dL)\nA-1,2024-01-01,H,8\nA-2,2024-01-01,M,8\n"
    result = read_charts(save(tmp_path, text))
    assert [chart.sex for chart in result.charts] == ["male", "female"]
    assert "sex_h_and_m" in codes(result, "amber")
