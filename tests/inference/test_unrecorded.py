"""Where a file has no place for transfusions, low counts are upper limits of what the marrow made."""

from dataclasses import replace

import numpy as np
import pytest

from hscape.chart import Chart, Measurement
from hscape.errors import InputError
from hscape.inference.alarms import farthest
from hscape.inference.futures import is_free_now
from hscape.inference.problem import make_problem
from hscape.inference.unrecorded import reached_by_transfusion
from hscape.parameters import Parameters

CENSORED = 6


def chart(hemoglobin: float, platelets: float) -> Chart:
    values = {"hemoglobin_g_per_dl": hemoglobin, "platelets_1e9_per_l": platelets, "neutrophils_1e9_per_l": 0.6}
    return Chart(
        patient_id="unrecorded",
        measurements=tuple(
            Measurement(day=day, analyte=name, value=value) for day in (0.0, 90.0) for name, value in values.items()
        ),
    )


def rows_of(problem, name: str) -> np.ndarray:
    return np.array([row for row, label in zip(problem.observations.rows, problem.observations.labels, strict=True)
                     if label.startswith(name)])  # fmt: skip


def test_a_transfusion_at_the_trigger_lifts_by_about_two_grams_and_one_apheresis() -> None:
    """Textbook increments: 1 g/dL a unit of red cells, 30 to 50 x 10^9/L a unit of platelets."""
    reached = reached_by_transfusion(Parameters(), "male")
    assert reached["hemoglobin_g_per_dl"] == pytest.approx(7.5 + 2.0, abs=0.6)
    assert reached["platelets_1e9_per_l"] == pytest.approx(10.0 + 35.0)


def test_low_counts_are_upper_limits_only_where_transfusions_are_not_recorded() -> None:
    recorded = chart(8.0, 20.0)
    unrecorded = replace(recorded, transfusions_not_recorded=("red_cells", "platelets"))
    before, after = make_problem(recorded), make_problem(unrecorded)
    for name in ("hemoglobin", "platelets"):
        assert (rows_of(before, name)[:, CENSORED] == 0.0).all()
        assert (rows_of(after, name)[:, CENSORED] == -1.0).all()
    assert (rows_of(after, "neutrophils")[:, CENSORED] == 0.0).all()
    assert not any("transfusions" in words for words in before.remarks)
    assert any("no place for transfusions" in words for words in after.remarks)


def test_high_counts_are_read_as_they_are() -> None:
    problem = make_problem(replace(chart(12.0, 90.0), transfusions_not_recorded=("red_cells", "platelets")))
    assert (rows_of(problem, "hemoglobin")[:, CENSORED] == 0.0).all()
    assert is_free_now(problem)


def test_nobody_with_low_counts_is_called_free_of_transfusions_that_are_not_recorded() -> None:
    assert is_free_now(make_problem(chart(8.0, 20.0)))
    assert not is_free_now(make_problem(replace(chart(8.0, 20.0), transfusions_not_recorded=("red_cells",))))


def test_an_unknown_product_is_refused() -> None:
    with pytest.raises(InputError, match="blood product"):
        replace(chart(8.0, 20.0), transfusions_not_recorded=("whole blood",))


def test_a_chart_that_does_not_fit_names_what_is_farthest_off() -> None:
    problem = make_problem(chart(8.0, 20.0))
    points = np.full(len(problem.observations.labels), 0.5)
    assert farthest(problem, points) == ""
    points[problem.observations.labels.index("neutrophils, day 90")] = 0.01
    assert farthest(problem, points) == "; the farthest off: neutrophils, day 90"
    points[problem.observations.labels.index("hemoglobin, day 90")] = 0.001
    told = farthest(problem, points)
    assert (
        told == "; the farthest off: hemoglobin, day 90, neutrophils, day 90 (are transfusions missing from the chart?)"
    )
