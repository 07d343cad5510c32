"""Severity is the gravest that shows before treatment, not that of the first visit alone."""

import pytest

from hscape.chart import Chart, Event, Measurement, Treatment
from hscape.clinic import assess


def severity(later_day, treatment_day, later_neutrophils=0.1):
    counts = {"neutrophils_1e9_per_l": 0.4, "platelets_1e9_per_l": 12.0, "reticulocytes_1e9_per_l": 20.0}
    values = [Measurement(day=0.0, analyte=name, value=value) for name, value in counts.items()]
    values.append(Measurement(day=0.0, analyte="marrow_cellularity_fraction", value=0.05))
    values.append(Measurement(day=later_day, analyte="neutrophils_1e9_per_l", value=later_neutrophils))
    chart = Chart(
        patient_id="T1",
        measurements=tuple(values),
        events=(Event(day=0.0, kind="diagnosis"),),
        treatments=(Treatment(name="horse_atg", start_day=treatment_day, end_day=treatment_day + 3),),
    )
    found = {verdict.rule: verdict for verdict in assess(chart)}["severity.modified-camitta"]
    return found.value, " ".join(found.reasons)


def test_neutrophils_that_fall_before_treatment_make_it_very_severe():
    value, reasons = severity(later_day=10.0, treatment_day=14.0)
    assert value == "very severe"
    assert "day 10" in reasons


@pytest.mark.parametrize(("later_day", "treatment_day"), [(20.0, 14.0), (70.0, 90.0)])
def test_counts_after_treatment_or_far_from_diagnosis_do_not(later_day, treatment_day):
    assert severity(later_day, treatment_day)[0] == "severe"
