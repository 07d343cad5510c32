"""Reading words: headers, units, numbers and dates, in the ways clinics write them."""

import datetime

import pytest

from hscape.exchange.cells import read_cell
from hscape.exchange.dates import read_date
from hscape.exchange.headers import read_header
from hscape.exchange.lab_units import FAMILIES, read_unit


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
