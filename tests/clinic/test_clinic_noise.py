"""How often day-to-day variation within a person alone makes a relapse or a response, seeded.

Variation: neutrophils 20 %, platelets 9 %, reticulocytes 11 %. The patient is a stable
partial responder just above the severe range, seen monthly for two and a half years. Of 500 such courses 4
relapsed and 9 could not be told; of the 60 drawn here at most 3 may. Of 1,000 non-responders just below the limits,
seen weekly or monthly, none responded and 4 could not be told.
"""

from __future__ import annotations

import numpy as np
import pytest

from hscape.chart import Chart, Measurement, Transfusion, Treatment
from hscape.clinic import assess

MEANS = {
    "neutrophils_1e9_per_l": (0.7, 0.20),
    "platelets_1e9_per_l": (25.0, 0.09),
    "reticulocytes_1e9_per_l": (66.0, 0.11),
    "hemoglobin_g_per_dl": (9.0, 0.03),
}
BEFORE = {"neutrophils_1e9_per_l": 0.2, "platelets_1e9_per_l": 8.0, "reticulocytes_1e9_per_l": 10.0}


def stable_partial_responder(rng: np.random.Generator) -> Chart:
    first = [Measurement(day=0, analyte=name, value=value) for name, value in BEFORE.items()]
    later = [
        Measurement(day=day, analyte=name, value=float(mean * np.exp(cv * rng.standard_normal())))
        for day in range(100, 1000, 30)
        for name, (mean, cv) in MEANS.items()
    ]
    return Chart(
        patient_id="stable",
        measurements=(*first, *later),
        treatments=(Treatment(name="horse_atg", start_day=5),),
        transfusions=(Transfusion(day=0, product="platelets"),),
    )


def stable_non_responder(rng: np.random.Generator, spacing: int) -> Chart:
    """As before treatment, but close to the limits: neutrophils 0.4, platelets 17, reticulocytes 45."""
    means = {
        "neutrophils_1e9_per_l": (0.4, 0.20),
        "platelets_1e9_per_l": (17.0, 0.09),
        "reticulocytes_1e9_per_l": (45.0, 0.11),
    }
    first = [Measurement(day=0, analyte=name, value=value) for name, value in BEFORE.items()]
    later = [
        Measurement(day=day, analyte=name, value=float(mean * np.exp(cv * rng.standard_normal())))
        for day in range(6, 400, spacing)
        for name, (mean, cv) in means.items()
    ]
    return Chart(
        patient_id="stable",
        measurements=(*first, *later),
        treatments=(Treatment(name="horse_atg", start_day=5),),
        transfusions=(Transfusion(day=0, product="platelets"),),
    )


@pytest.mark.parametrize("spacing", [7, 30])
def test_a_stable_non_responder_never_responds_by_noise(spacing):
    """Weekly visits start on the day after treatment: one good count among them is neither a response nor a relapse."""
    rng = np.random.default_rng(2027)
    charts = [stable_non_responder(rng, spacing) for _ in range(60)]
    firsts = [assess(chart, "response.nih.first")[0].value for chart in charts]
    assert set(firsts) <= {"no response", "cannot tell"}
    assert not [chart for chart in charts if assess(chart, "relapse.nih")[0].value == "relapse"]


def test_a_stable_partial_responder_seldom_relapses_by_noise():
    rng = np.random.default_rng(2026)
    verdicts = [assess(stable_partial_responder(rng), "relapse.nih")[0].value for _ in range(60)]
    assert sum(value == "relapse" for value in verdicts) <= 3
    assert sum(value == "no relapse seen" for value in verdicts) >= 57
