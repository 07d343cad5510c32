"""Sheets as clinics keep them: what is given at each visit, reports of cytogenetics, columns under names of their own."""

import pytest

from hscape.exchange import read_charts
from hscape.exchange.headers import read_header


@pytest.fixture
def read(tmp_path):
    def of(text: str):
        path = tmp_path / "clinic.csv"
        path.write_text(text, encoding="utf-8")
        return read_charts(path)

    return of


def codes(result):
    return {issue.code for issue in result.issues}


GERMAN = """Patient;Datum;Hb (g/dl);Thrombozyten (/nl);Neutrophile (/nl);PNH-Granulozyten (%);Therapie
D-3;03.05.2021;7,2;11;0,31;3,5;
D-3;17.05.2021;7,9;8;0,12;;hATG + CsA
D-3;14.06.2021;8,1;14;0,48;;
D-3;02.08.2021;8,8;25;0,91;;CsA
D-3;08.11.2021;10,4;61;1,5;9;CsA + Eltrombopag 150 mg
D-3;16.05.2022;12,2;105;2,3;12;CsA
D-3;14.11.2022;12,9;121;2,5;11;keine
"""


def test_counts_beside_a_column_of_treatments_are_read(read):
    chart = read(GERMAN).charts[0]
    assert len(chart.measurements) == 21
    assert len(chart.clone_measurements) == 4


def test_treatments_at_visits_become_courses(read):
    result = read(GERMAN)
    given = {item.name: (item.start_day, item.end_day) for item in result.charts[0].treatments}
    assert given == {"horse_atg": (14.0, None), "cyclosporine": (14.0, 560.0), "eltrombopag": (189.0, 378.0)}
    assert "treatments_joined" in codes(result)


@pytest.mark.parametrize(
    ("cells", "courses"),
    [
        (("CsA 200 mg", "", "CsA 100 mg", "CsA stopped"), [("cyclosporine", 0.0, 90.0)]),
        (("hATG + CsA", "hATG + CsA", "CsA", ""), [("cyclosporine", 0.0, None), ("horse_atg", 0.0, None)]),
        (
            ("hATG", "CsA", "rATG", ""),
            [("cyclosporine", 30.0, 60.0), ("horse_atg", 0.0, None), ("rabbit_atg", 60.0, None)],
        ),
        (("none", "observation", "-", ""), []),
        (
            ("hATG, CsA, EPAG", "CsA + EPAG", "CsA, EPAG stopped", "supportive care"),
            [("cyclosporine", 0.0, 90.0), ("eltrombopag", 0.0, 60.0), ("horse_atg", 0.0, None)],
        ),
        (("CsA", "stopped", "", ""), [("cyclosporine", 0.0, 30.0)]),
        (("", "allo-HSCT", "", ""), [("transplant", 30.0, None)]),
    ],
)
def test_what_cells_of_visits_say(read, cells, courses):
    rows = "".join(f'A,{day},8.0,20,"{cell}"\n' for day, cell in zip((0, 30, 60, 90), cells, strict=True))
    chart = read(f"patient,day,hb (g/dL),plt (10^9/L),therapy\n{rows}").charts[0]
    assert sorted((item.name, item.start_day, item.end_day) for item in chart.treatments) == courses
    assert len(chart.measurements) == 8


def test_a_taper_at_visits_is_kept(read):
    text = "patient,day,hb (g/dL),therapy\nA,0,8,CsA 300 mg\nA,90,9,CsA 200 mg\nA,180,10,CsA 100 mg\n"
    (course,) = read(text).charts[0].treatments
    assert (course.dose, course.dose_unit) == (300.0, "mg")
    assert [(step.day, step.dose) for step in course.taper] == [(90.0, 200.0), (180.0, 100.0)]


def test_each_drug_of_a_cell_keeps_its_dose(read):
    text = 'patient,day,hb (g/dL),therapy\nA,0,8,"CsA 5 mg/kg/d, EPAG 150 mg"\nA,90,9,CsA 2.5 mg/kg/d + EPAG 75 mg\n'
    given = {item.name: item for item in read(text).charts[0].treatments}
    assert (given["cyclosporine"].dose, given["cyclosporine"].dose_unit) == (5.0, "mg/kg/d")
    assert [(step.day, step.dose) for step in given["cyclosporine"].taper] == [(90.0, 2.5)]
    assert [(step.day, step.dose) for step in given["eltrombopag"].taper] == [(90.0, 75.0)]


def test_words_that_name_no_treatment_are_asked(read):
    result = read("patient,day,hb (g/dL),therapy\nA,0,8,6 months after ATG\n")
    assert result.charts[0].treatments == ()
    assert "treatment_unread" in codes(result)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("46,XY[20]", [("karyotype", "negative", None, 20)]),
        ("normal", [("karyotype", "negative", None, None)]),
        ("45,XY,-7[6]/46,XY[14]", [("monosomy 7", "positive", 0.3, 20)]),
        ("47,XX,+8[5]/46,XX,del(13)(q12q14)[5]/46,XX[10]",
         [("del(13)(q12q14)", "positive", 0.25, 20), ("trisomy 8", "positive", 0.25, 20)]),
        ("45,XX,-7[4]/46,idem,+8[6]/46,XX[10]", [("monosomy 7", "positive", 0.5, 20)]),
        ("culture failed", [("karyotype", "not_assessable", None, None)]),
        ("not done", [("karyotype", "not_tested", None, None)]),
    ],
)  # fmt: skip
def test_karyotypes_that_stand_alone(read, text, found):
    result = read(f'patient,date,karyotype\nA,2020-01-01,"{text}"\n')
    told = [(m.clone, m.status, m.cell_fraction, m.n_cells) for m in result.charts[0].clone_measurements]
    assert told == found
    assert {m.specimen for m in result.charts[0].clone_measurements} == {"marrow"}


def test_a_karyotype_that_cannot_be_read_is_asked_and_kept(read):
    result = read("patient,date,karyotype\nA,2020-01-01,see report\n")
    assert "karyotype_unread" in codes(result)
    assert result.charts[0].clone_measurements[0].karyotype == "see report"


def test_karyotypes_and_genes_beside_counts(read):
    text = 'patient,date,hb (g/dL),karyotype,gene,vaf %\nA,2020-01-01,8.1,"46,XX[20]",,\nA,2021-01-01,11.0,,ASXL1,12\n'
    chart = read(text).charts[0]
    assert len(chart.measurements) == 2
    assert [(m.clone, m.status, m.vaf_fraction) for m in chart.clone_measurements] == [
        ("karyotype", "negative", None), ("ASXL1", "positive", 0.12),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "field", "unit"),
    [
        ("HLA-A*02:01 negative granulocytes % (flow)", "hla_lacking A*02:01 granulocytes", "%"),
        ("HLA-A2 loss (%)", "hla_lacking A*02 granulocytes", "%"),
        ("B*40:02-lacking monocytes", "hla_lacking B*40:02 monocytes", ""),
        ("HLA-A24 (-) leukocytes %", "hla_lacking A*24 blood", "%"),
    ],
)
def test_columns_of_cells_that_lack_an_allele(header, field, unit):
    column = read_header(header, 0)
    assert (column.role, column.field, column.unit) == ("wide_clone", field, unit)


@pytest.mark.parametrize("header", ["HLA-A", "HLA-A alleles", "HLA-A*02:01", "Vitamin B12"])
def test_other_columns_about_alleles_are_not(header):
    assert read_header(header, 0).role != "wide_clone"


def test_cells_that_lack_an_allele_are_a_clone(read):
    text = "patient,date,hb (g/dL),HLA-A*02:01 negative granulocytes (%)\nA,2020-01-01,8,18\nA,2021-01-01,11,46\n"
    found = read(text).charts[0].clone_measurements
    assert [(m.kind, m.assay, m.specimen, m.hla_allele, m.cell_fraction) for m in found] == [
        ("hla_loss", "flow", "granulocytes", "A*02:01", 0.18), ("hla_loss", "flow", "granulocytes", "A*02:01", 0.46),
    ]  # fmt: skip


def test_patients_under_another_header_are_told_apart(read):
    charts = read("MRN code,date,hb (g/dL)\nC7,2020-01-01,8\nC8,2020-01-01,9\n").charts
    assert [chart.patient_id for chart in charts] == ["C7", "C8"]


def test_record_numbers_tell_patients_apart_and_are_not_kept(read):
    result = read("MRN,date,hb (g/dL)\n4711,2020-01-01,8\n4712,2020-01-01,9\n4711,2020-02-01,10\n")
    assert [(chart.patient_id, len(chart.measurements)) for chart in result.charts] == [
        ("patient-1", 2),
        ("patient-2", 1),
    ]
    assert "471" not in str(result.charts)


def test_what_was_transfused_between_visits(read):
    text = (
        "patient,day,hb (g/dL),transfusion support\nA,0,7.4,PRBC x2 + plt\nA,30,8.0,none\nA,60,8.1,2 RBC and 1 platelets\n"
        "A,90,8.1,yes\n"
    )
    result = read(text)
    given = [(item.day, item.product, item.units) for item in result.charts[0].transfusions]
    assert given == [
        (0.0, "platelets", None),
        (0.0, "red_cells", 2.0),
        (60.0, "platelets", 1.0),
        (60.0, "red_cells", 2.0),
    ]
    assert result.charts[0].transfusions_not_recorded == ()
    assert "product_unknown" in codes(result)  # *yes* does not tell of what


def test_red_cells_without_a_unit_are_read_in_the_usual_one(read):
    chart = read("patient,date,hb (g/dL),rbc\nA,2020-01-01,7.4,2.3\nA,2020-03-01,9.6,3.0\n").charts[0]
    assert [m.value for m in chart.series("red_cells_1e12_per_l")] == [2.3, 3.0]


def test_a_file_without_a_place_for_transfusions_says_so(read):
    result = read("patient,date,hb (g/dL)\nA,2020-01-01,8\n")
    assert result.charts[0].transfusions_not_recorded == ("red_cells", "platelets")
    assert "transfusions_unrecorded" in codes(result)
    half = read("patient,date,hb (g/dL),rbc units\nA,2020-01-01,8,\n")
    assert half.charts[0].transfusions_not_recorded == ("platelets",)
