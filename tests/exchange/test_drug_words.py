"""What clinics write into one cell of a treatment or transfusion table."""

import pytest

from hscape.exchange import read_charts
from hscape.exchange.drug_words import read_dose, read_drugs, read_product


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("cyclosporine A", ("cyclosporine",)),
        ("CsA", ("cyclosporine",)),
        ("Sandimmun Neoral 100 mg", ("cyclosporine",)),
        ("horse ATG (ATGAM)", ("horse_atg",)),
        ("ATG (rabbit)", ("rabbit_atg",)),
        ("h-ATG", ("horse_atg",)),
        ("equine anti-thymocyte globulin", ("horse_atg",)),
        ("Thymoglobulin®", ("rabbit_atg",)),
        ("anti-thymocyte globulin", ("atg",)),
        ("hATG + CsA", ("horse_atg", "cyclosporine")),
        ("hATG/CSA/EPAG", ("horse_atg", "cyclosporine", "eltrombopag")),
        ("rabbit ATG, ciclosporin", ("rabbit_atg", "cyclosporine")),
        ("allo-HSCT (MUD), ATG/Cy conditioning", ("transplant",)),
        ("G-CSF (filgrastim)", ("g_csf",)),
        ("no ATG", ("no_atg",)),
        ("eltrombopag after ATG", ("eltrombopag_after_atg",)),  # kept as written: which was given cannot be told
        ("vitamin B12", ("vitamin_b12",)),
    ],
)
def test_names_of_drugs(text, drugs):
    assert read_drugs(text) == drugs


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("40 mg/kg/d", (40.0, "mg/kg/d")),
        ("3.5 mg/kg", (3.5, "mg/kg")),
        ("100 mg bid", (200.0, "mg/d")),
        ("2,5 mg/kg/Tag", (2.5, "mg/kg/d")),
        ("150 mg daily", (150.0, "mg/d")),
        ("150 mg", (150.0, "mg")),
        ("100-150 mg", None),
        ("100 mg then 50 mg", None),
        ("trough 200", None),
    ],
)
def test_doses_in_words(text, dose):
    assert read_dose(text) == dose


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("PRBC", ("red_cells", None)),
        ("2 x PRBC irradiated", ("red_cells", 2.0)),
        ("RBC 2 units", ("red_cells", 2.0)),
        ("SDP", ("platelets", None)),
        ("apheresis platelets, HLA matched", ("platelets", None)),
        ("1U PLT", ("platelets", 1.0)),
        ("albumin", ("", None)),
    ],
)
def test_blood_products(text, product):
    assert read_product(text) == product


def test_a_table_as_a_clinic_writes_it(tmp_path):
    (tmp_path / "care.csv").write_text(
        "id,therapy,start day,end day,dose\nA,hATG + CsA,10,14,\n"
        "A,cyclosporine A 100 mg bid,14,200,\nA,eltrombopag,14,100,150 mg/d\n"
    )
    result = read_charts(tmp_path / "care.csv")
    got = [(t.name, t.start_day, t.end_day, t.dose, t.dose_unit) for t in result.charts[0].treatments]
    assert got == [
        ("cyclosporine", 10.0, 14.0, None, ""),
        ("horse_atg", 10.0, 14.0, None, ""),
        ("cyclosporine", 14.0, 200.0, 200.0, "mg/d"),
        ("eltrombopag", 14.0, 100.0, 150.0, "mg/d"),
    ]
    assert [issue.code for issue in result.issues if issue.code.startswith("treatment")] == ["treatments_in_one_cell"]


def test_units_of_a_transfusion_table_are_how_many_were_given(tmp_path):
    (tmp_path / "blood.csv").write_text("id,day,product,units\nA,1,PRBC,2\nA,3,PLT,1\nA,5,2 x RBC,\n")
    (chart,) = read_charts(tmp_path / "blood.csv").charts
    assert [(t.day, t.product, t.units) for t in chart.transfusions] == [
        (1.0, "red_cells", 2.0), (3.0, "platelets", 1.0), (5.0, "red_cells", 2.0),
    ]  # fmt: skip


def test_other_words_for_a_drug_in_a_chart_file_get_its_name(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "patient_id: A\nsex: male\ntreatments:\n- {name: CsA, start_day: 1}\n- {name: vitamin B12, start_day: 2}\n"
    )
    result = read_charts(tmp_path / "a.yaml")
    assert [t.name for t in result.charts[0].treatments] == ["cyclosporine", "vitamin B12"]
    assert [issue.code for issue in result.issues] == ["treatment_renamed"]
