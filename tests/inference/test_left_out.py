"""Lymphocytes tell of the marrow only where no drug has emptied the blood of them."""

import pytest

from hscape.chart import Chart, Measurement, Treatment
from hscape.inference.observations import read_observations
from hscape.parameters import Parameters


def counts(*treatments: Treatment) -> Chart:
    analytes = {"lymphocytes_1e9_per_l": 1.4, "neutrophils_1e9_per_l": 0.4, "platelets_1e9_per_l": 12.0}
    return Chart(
        patient_id="left-out",
        measurements=tuple(
            Measurement(day=day, analyte=name, value=value) for day in (0.0, 30.0) for name, value in analytes.items()
        ),
        treatments=treatments,
    )


def read(chart: Chart):
    return read_observations(chart, Parameters(), 0.0, 30.0)


@pytest.mark.parametrize("drug", ["horse_atg", "rabbit_atg", "atg", "alemtuzumab", "cyclophosphamide"])
def test_lymphocytes_beside_a_depleting_drug_are_left_out_and_told(drug):
    seen = read(counts(Treatment(name=drug, start_day=5.0)))
    assert not any("lymphocytes" in label for label in seen.labels)
    assert "lymphocytes of a chart with a drug that depletes them: 2" in seen.left_out
    assert len(seen.rows) == 4  # platelets and neutrophils of both days stay


def test_lymphocytes_without_such_a_drug_are_read():
    seen = read(counts(Treatment(name="cyclosporine", start_day=5.0)))
    assert sum("lymphocytes" in label for label in seen.labels) == 2
    assert not any("lymphocytes" in words for words in seen.left_out)
