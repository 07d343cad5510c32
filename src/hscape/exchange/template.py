"""The Excel template: five sheets with drop-downs, and one made-up patient filled in as an example."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from hscape.chart import ASSAYS, CLONE_KINDS, COPY_STATES, PRODUCTS, SPECIMENS, STATUSES
from hscape.exchange.write import (
    CLONE_HEADERS,
    PATIENT_HEADERS,
    TRANSFUSION_HEADERS,
    TREATMENT_HEADERS,
    write_sheet_row,
)

_ROWS = 2000
_DATES = {"date", "diagnosis date", "transplant date", "death date", "last follow-up", "start", "end"}
_VISITS = (
    "patient",
    "date",
    "Hb (g/dL)",
    "Hct (%)",
    "RBC (10^12/L)",
    "MCV (fL)",
    "reticulocytes (10^9/L)",
    "platelets (10^9/L)",
    "WBC (10^9/L)",
    "neutrophils (10^9/L)",
    "lymphocytes (10^9/L)",
    "marrow cellularity (%)",
    "CD34 (%)",
    "blasts (%)",
    "ferritin (ng/mL)",
    "LDH (U/L)",
    "telomere length lymphocytes (centile)",
    "TPO (pg/mL)",
    "EPO (mU/mL)",
)
#: A clinic writes dates and percentages where a chart file has days and fractions.
_CLONES = tuple(
    "date" if header == "day" else header if header.startswith("BAF") else header.replace("(fraction)", "(%)")
    for header in CLONE_HEADERS
)
_PATIENTS = tuple(header for header in PATIENT_HEADERS if header != "day zero")
_TREATMENTS = TREATMENT_HEADERS
_TRANSFUSIONS = tuple("date" if header == "day" else header for header in TRANSFUSION_HEADERS)
DRUGS = (
    "horse_atg",
    "rabbit_atg",
    "cyclosporine",
    "tacrolimus",
    "eltrombopag",
    "romiplostim",
    "g_csf",
    "danazol",
    "prednisone",
    "alemtuzumab",
    "eculizumab",
    "ravulizumab",
    "deferasirox",
    "transplant",
)
_LISTS: dict[str, tuple[str, ...]] = {
    "sex": ("female", "male"),
    "kind": tuple(CLONE_KINDS),
    "assay": ASSAYS,
    "specimen": SPECIMENS,
    "status": tuple(status.replace("_", " ") for status in STATUSES),
    "copy state": COPY_STATES,
    "allele aware": ("yes", "no"),
    "treatment": DRUGS,
    "dose unit": ("mg/d", "mg/kg/d", "ug/d", "ug/kg/d", "ug/kg/wk"),
    "product": PRODUCTS,
}
_READ_ME = (
    "hscape template. Fill one row a visit in Visits; leave empty what was not measured.",
    "No names, record numbers or birth dates: give each patient a code and the age at diagnosis.",
    "Dates as YYYY-MM-DD. A value below the limit of the assay: <0.01. Not measured: leave empty.",
    "You may change the unit in a header, for example Hb (g/L) or platelets (/uL); it is read from there. "
    "Own columns are welcome; you are told which are not known.",
    "Clones: 'not tested', 'not assessable' (for example HLA loss where the patient is homozygous), "
    "'negative' (give the limit) and 'positive' are four different things.",
    "PNH: granulocytes and red cells in separate rows. Sequencing: give alt and depth if you have them, "
    "and the specimen.",
    "The patient EXAMPLE-1 is made up; it is skipped as soon as there is another patient. Research use; "
    "not for decisions about a patient.",
)


def write_template(path: str | Path) -> Path:
    """Write the Excel template with drop-downs and one filled example.

    Args:
        path: where; the name should end in .xlsx.
    """
    import xlsxwriter

    path = Path(path)
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "top", "border": 1}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    about = book.add_worksheet("Read me")
    about.set_column(0, 0, 120)
    for index, line in enumerate(_READ_ME):
        about.write_string(index, 0, line)
    sheets = {
        "Patients": (_PATIENTS, _example_patients()),
        "Visits": (_VISITS, _example_visits()),
        "Clones": (_CLONES, _example_clones()),
        "Treatments": (_TREATMENTS, _example_treatments()),
        "Transfusions": (_TRANSFUSIONS, _example_transfusions()),
    }
    made = {name: _sheet(book, name, headers, rows, formats) for name, (headers, rows) in sheets.items()}
    _write_lists(book)
    made["Visits"].activate()
    book.close()
    return path


def _sheet(book: Any, name: str, headers: tuple[str, ...], rows: list[tuple[Any, ...]], formats: dict[str, Any]) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 2)
    write_sheet_row(sheet, 0, headers, formats["head"])
    for column, header in enumerate(headers):
        sheet.set_column(column, column, 13, formats["date"] if header in _DATES else None)
        _validate(sheet, column, header)
    for index, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, datetime.date):
                sheet.write_datetime(
                    index, column, datetime.datetime(value.year, value.month, value.day), formats["date"]
                )
            elif value is not None:
                write_sheet_row_cell(sheet, index, column, value)
    return sheet


def write_sheet_row_cell(sheet: Any, index: int, column: int, value: Any) -> None:
    """Write one cell, a number or harmless text."""
    if isinstance(value, (int, float)):
        sheet.write_number(index, column, value)
    else:
        sheet.write_string(index, column, str(value))


def _validate(sheet: Any, column: int, header: str) -> None:
    if header in _LISTS:
        position = list(_LISTS).index(header)
        letter = chr(ord("A") + position)
        sheet.data_validation(
            1,
            column,
            _ROWS,
            column,
            {
                "validate": "list",
                "source": f"=Lists!${letter}$2:${letter}${len(_LISTS[header]) + 1}",
                "error_type": "warning",
                "error_title": "Not in the list",
                "error_message": "Choose from the list, or keep your word and it will be asked about.",
            },
        )
    elif header in _DATES:
        sheet.data_validation(
            1,
            column,
            _ROWS,
            column,
            {
                "validate": "date",
                "criteria": ">",
                "value": datetime.date(1950, 1, 1),
                "error_type": "warning",
                "error_title": "Not a date",
                "error_message": "Write the date as YYYY-MM-DD.",
            },
        )


def _write_lists(book: Any) -> None:
    sheet = book.add_worksheet("Lists")
    for column, (name, words) in enumerate(_LISTS.items()):
        sheet.write_string(0, column, name)
        for row, word in enumerate(words, start=1):
            sheet.write_string(row, column, word)
    sheet.hide()


def _day(days: int) -> datetime.date:
    return datetime.date(2023, 3, 1) + datetime.timedelta(days=days)


_ID = "EXAMPLE-1"


def _example_patients() -> list[tuple[Any, ...]]:
    return [
        (
            _ID,
            "female",
            24,
            _day(0),
            None,
            None,
            _day(365),
            "A*02:01, A*24:02",
            "B*07:02, B*40:02",
            "C*03:04, C*07:02",
            "DRB1*01:01, DRB1*15:01",
        )
    ]


def _example_visits() -> list[tuple[Any, ...]]:
    """Severe failure, treated on day 14, answering by six months; made up."""
    counts = (  # day, Hb, Hct, RBC, MCV, reticulocytes, platelets, WBC, neutrophils, lymphocytes
        (0, 7.2, 21, 2.1, 100, 12, 9, 1.6, 0.3, 1.2),
        (28, 8.1, 24, 2.4, 100, 15, 14, 1.2, 0.4, 0.7),
        (60, 8.4, 25, 2.4, 104, 38, 22, 1.9, 0.8, 0.9),
        (90, 9.3, 28, 2.6, 107, 62, 41, 2.6, 1.3, 1.1),
        (180, 11.0, 33, 3.0, 110, 74, 88, 3.4, 1.9, 1.2),
        (270, 11.8, 35, 3.2, 109, 70, 112, 3.7, 2.1, 1.3),
        (365, 12.1, 36, 3.4, 106, 66, 131, 4.0, 2.3, 1.4),
    )
    rows = [(_ID, _day(day), *values, *(None,) * 8) for day, *values in counts]
    rows[0] = (*rows[0][:11], 5, 0.2, 0, 640, 210, 38, 2100, 900)
    return rows


def _example_clones() -> list[tuple[Any, ...]]:
    def row(day: int, **more: Any) -> tuple[Any, ...]:
        return (_ID, _day(day), *(more.get(header) for header in _CLONES[2:]))

    flow = {"clone": "PNH", "kind": "pnh", "assay": "flow"}
    return [
        row(
            0,
            **flow,
            specimen="granulocytes",
            status="positive",
            **{"detection limit (%)": 0.01, "cell fraction (%)": 2.4},
        ),
        row(
            0,
            **flow,
            specimen="red_cells",
            status="positive",
            **{"detection limit (%)": 0.01, "cell fraction (%)": 0.3},
        ),
        row(
            180,
            **flow,
            specimen="granulocytes",
            status="positive",
            **{"detection limit (%)": 0.01, "cell fraction (%)": 9.5},
        ),
        row(
            365,
            **flow,
            specimen="granulocytes",
            status="positive",
            **{"detection limit (%)": 0.01, "cell fraction (%)": 11.0},
        ),
        row(
            0,
            clone="BCOR p.R1164*",
            kind="gene",
            gene="BCOR",
            variant="p.R1164*",
            assay="sequencing",
            specimen="marrow",
            status="negative",
            **{"detection limit (%)": 1},
        ),
        row(
            365,
            clone="BCOR p.R1164*",
            kind="gene",
            gene="BCOR",
            variant="p.R1164*",
            assay="sequencing",
            specimen="granulocytes",
            status="positive",
            alt=61,
            depth=1420,
        ),
        row(
            0,
            clone="HLA-lacking",
            kind="hla_loss",
            assay="flow",
            specimen="granulocytes",
            status="not tested",
            **{"HLA allele": "A*24:02"},
        ),
        row(
            0,
            clone="karyotype",
            kind="chromosome",
            assay="karyotype",
            specimen="marrow",
            status="negative",
            karyotype="46,XX[20]",
            **{"cells counted": 20},
        ),
    ]


def _example_treatments() -> list[tuple[Any, ...]]:
    return [
        (_ID, "horse_atg", _day(14), _day(17), 40, "mg/kg/d", None),
        (_ID, "cyclosporine", _day(14), None, 300, "mg/d", "trough 150-250 ng/mL"),
        (_ID, "eltrombopag", _day(14), _day(196), 150, "mg/d", None),
    ]


def _example_transfusions() -> list[tuple[Any, ...]]:
    return [
        (_ID, _day(day), product, units)
        for day, product, units in (
            (1, "red_cells", 2),
            (2, "platelets", 1),
            (9, "platelets", 1),
            (16, "platelets", 1),
            (20, "red_cells", 2),
            (24, "platelets", 1),
            (45, "red_cells", 2),
        )
    ]
