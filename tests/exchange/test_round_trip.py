"""Writing and reading again gives the same chart; order, names and units of a table do not matter."""

import json
import random
from dataclasses import replace

import jsonschema
import pytest
from courses import HEADERS, make_cohort, rows_of, show, write_csv
from hypothesis import HealthCheck, given, settings
from strategies import charts

from hscape.chart import Chart
from hscape.chart.document import chart_to_dict
from hscape.chart.schema import SCHEMA_PATH, chart_schema
from hscape.exchange import read_charts, write_charts, write_template
from hscape.fractions import cell_fractions

several = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@several
@given(charts())
def test_yaml_and_json_round_trip(tmp_path, chart):
    for ending in ("yaml", "json"):
        path = tmp_path / f"chart.{ending}"
        write_charts(chart, path)
        result = read_charts(path)
        assert {issue.code for issue in result.issues} <= {"treatments_contradict"}  # drawn by chance; nothing is lost
        assert result.charts == (chart,)


@several
@given(charts())
def test_what_is_written_fits_the_published_schema(chart):
    jsonschema.Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))).validate(
        json.loads(json.dumps(chart_to_dict(chart)))
    )


def test_the_published_schema_is_that_of_the_records():
    assert json.loads(SCHEMA_PATH.read_text(encoding="utf-8")) == chart_schema()


@pytest.mark.parametrize(
    "change",
    [
        {"patient_id": ""},
        {"sex": "x"},
        {"age_years": 300},
        {"mesurements": []},
        {"measurements": [{"day": 1}]},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(change):
    good = {"patient_id": "A-1", "measurements": [{"day": 0, "analyte": "platelets_1e9_per_l", "value": 12}]}
    validator = jsonschema.Draft202012Validator(chart_schema())
    assert validator.is_valid(good)
    assert not validator.is_valid(good | change)


def plain(chart):
    """A chart as a reader of tables makes it: flags that readers set themselves are taken off."""
    return replace(chart, measurements=tuple(replace(entry, flags=()) for entry in chart.measurements))


def test_excel_round_trip_of_the_example(tmp_path):
    (chart,) = read_charts(write_template(tmp_path / "template.xlsx")).charts
    result = read_charts(write_charts(chart, tmp_path / "again.xlsx"))
    assert result.charts == (chart,)


def read_rows(path, rows, headers=None):
    write_csv(path, rows, headers)
    return {chart.patient_id: chart for chart in read_charts(path).charts}


@pytest.fixture(scope="module")
def cohort():
    return [rows_of(patient) for patient in make_cohort(16, 4)]


def test_shuffled_rows_and_columns_give_the_same_charts(tmp_path, cohort):
    usual = read_rows(tmp_path / "a.csv", cohort)
    for seed in range(5):
        rng = random.Random(seed)
        flat = [row for rows in cohort for row in rows]
        rng.shuffle(flat)
        names = list(HEADERS)
        rng.shuffle(names)
        assert read_rows(tmp_path / "b.csv", [flat], {name: HEADERS[name] for name in names}) == usual


CONVERTED = {
    "hemoglobin": ("Hämoglobin (g/L)", 10),
    "platelets": ("Plaquettes (/µL)", 1000),
    "white_cells": ("白血球数 (/μL)", 1000),
    "neutrophils": ("Neutrófilos (10^3/µL)", 1),
    "reticulocytes": ("Retikulozyten (/µL)", 1000),
    "lymphocytes": ("lymphocytes [cells/mm3]", 1000),
    "hematocrit": ("Hct (L/L)", 0.01),
    "red_cells": ("RBC (/uL)", 1e6),
}


def test_converted_units_and_headers_of_five_languages_give_the_same_charts(tmp_path, cohort):
    usual = read_rows(tmp_path / "a.csv", cohort)
    rows = [
        [
            {name: show(float(text) * CONVERTED[name][1]) if name in CONVERTED else text for name, text in row.items()}
            for row in lines
        ]
        for lines in cohort
    ]
    headers = {name: CONVERTED.get(name, (header,))[0] for name, header in HEADERS.items()}
    assert read_rows(tmp_path / "b.csv", rows, headers) == usual


def test_decimal_commas_semicolons_and_dates_give_the_same_charts(tmp_path, cohort):
    import datetime

    usual = read_rows(tmp_path / "a.csv", cohort)
    path = tmp_path / "c.csv"
    start = datetime.date(2020, 3, 1)
    lines = [";".join("Datum" if name == "date" else header for name, header in HEADERS.items())]
    for rows in cohort:
        for row in rows:
            day = start + datetime.timedelta(days=int(row["date"]))
            lines.append(
                ";".join(
                    day.strftime("%d.%m.%Y")
                    if name == "date"
                    else row["patient"]
                    if name == "patient"
                    else row[name].replace(".", ",")
                    for name in HEADERS
                )
            )
    path.write_text("\n".join(lines), encoding="utf-8")
    for chart in read_charts(path).charts:
        assert replace(chart, day_zero_meaning="as in the file") == usual[chart.patient_id]


def test_long_and_wide_give_the_same_counts(tmp_path, cohort):
    usual = read_rows(tmp_path / "a.csv", cohort)
    path = tmp_path / "long.csv"
    write_charts(
        [replace(chart, treatments=(), transfusions=(), clone_measurements=()) for chart in usual.values()],
        path,
    )
    for chart in read_charts(path).charts:
        wide = usual[chart.patient_id]
        assert plain(chart).measurements == plain(Chart(patient_id="x", measurements=wide.measurements)).measurements


def test_renamed_clones_give_the_same_fractions(tmp_path):
    (chart,) = read_charts(write_template(tmp_path / "template.xlsx")).charts
    renamed = replace(
        chart,
        clone_measurements=tuple(replace(item, clone=item.clone[::-1]) for item in chart.clone_measurements),
    )

    def numbers(of):
        return sorted(
            (
                item.day,
                item.specimen,
                item.kind,
                item.status,
                item.fraction or -1,
                item.low or -1,
                item.high or -1,
                item.formula,
            )
            for item in cell_fractions(of)
        )

    assert numbers(renamed) == numbers(chart)
