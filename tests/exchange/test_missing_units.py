"""Columns without a unit, in which each patient's laboratory uses another: nothing may be wrong without a question."""

import random

import pytest
from courses import HEADERS, make_cohort, rows_of, show, write_csv

from hscape.exchange import read_charts

COLUMNS = {
    "hemoglobin": ("Hb", "hemoglobin_g_per_dl", {"g/dL": (1, 1), "g/L": (10, 0), "mmol/L": (1 / 1.6114, 1)}),
    "platelets": ("PLT", "platelets_1e9_per_l", {"10^9/L": (1, 0), "/uL": (1000, 0), "10^4/uL": (0.1, 1)}),
    "white_cells": ("WBC", "white_cells_1e9_per_l", {"10^9/L": (1, 2), "/uL": (1000, 0)}),
    "neutrophils": ("ANC", "neutrophils_1e9_per_l", {"10^9/L": (1, 2), "/uL": (1000, 0)}),
    "reticulocytes": (
        "retics",
        "reticulocytes_1e9_per_l",
        {"10^9/L": (1, 0), "/uL": (1000, 0), "%": (None, 1), "permille": (None, 0)},
    ),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_unit_is_read_right_or_asked(tmp_path, column):
    header, analyte, units = COLUMNS[column]
    rng = random.Random(3)
    patients = make_cohort(240, 31)
    all_rows, truth = [], {}
    for patient in patients:
        unit = rng.choice(sorted(units))
        factor, digits = units[unit]
        rows = rows_of(patient)
        for row, visit in zip(rows, patient.visits, strict=True):
            scale = factor if factor is not None else 1 / visit.red_cells / (10 if unit == "%" else 1)
            row[column] = show(round(getattr(visit, column) * scale, digits))
        all_rows.append(rows)
        truth[patient.code] = {visit.day: getattr(visit, column) for visit in patient.visits}
    path = tmp_path / "a.csv"
    write_csv(path, all_rows, HEADERS | {column: header})
    result = read_charts(path)
    questions = [issue for issue in result.issues if issue.severity == "amber"]
    asked = {code for issue in questions for code in (issue.patient_id, *issue.patient_ids) if code}
    silent = [
        chart.patient_id
        for chart in result.charts
        if chart.patient_id not in asked
        and any(
            abs(entry.value - truth[chart.patient_id][entry.day]) > 0.15 * truth[chart.patient_id][entry.day] + 0.02
            for entry in chart.series(analyte)
        )
    ]
    assert len(silent) <= 0.01 * len(patients), silent
    assert len(asked) < len(patients) or column == "hemoglobin"
