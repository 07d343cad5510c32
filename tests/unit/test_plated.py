"""Colonies per mononuclear cell: one in health, and bounded where only lymphocytes are left."""

from dataclasses import replace

import numpy as np
import pytest

from hscape import load_scenario
from hscape.care import admit
from hscape.validation.plated import blood_forming_cells, granulocytic_colonies, plated_records, stem_cell_colonies

LYMPHOID = plated_records()["lymphoid_share_of_mononuclear_cells"].value


@pytest.fixture(scope="module")
def patient():
    """Healthy on the first day, almost empty at diagnosis."""
    return admit(replace(load_scenario("immune-aplastic-anemia").case(), follow_up_days=400.0), seed=3)


def test_a_healthy_marrow_grows_the_normal_number_of_colonies(patient):
    # 100,000 stem cells scatter by 0.3 %; 0.02 is six times that
    assert stem_cell_colonies(patient, [0.0])[0] == pytest.approx(1.0, abs=0.02)
    assert granulocytic_colonies(patient, [0.0])[0] == pytest.approx(1.0, abs=0.02)


def test_cells_of_the_marrow_are_those_that_the_columns_of_counts_divide_by(patient):
    table = patient.history.counts
    rows = table[np.isfinite(table["ltc_ic_relative_fraction"]) & (table["stem_cells_count"] > 0)]
    capacity = float(patient.history.constants["stem_cell_niche_capacity_cells"])
    divided_by = rows["stem_cells_count"] / capacity / rows["ltc_ic_relative_fraction"]
    assert blood_forming_cells(patient, rows["day"]) == pytest.approx(divided_by.to_numpy(), rel=1e-6)


def test_lymphocytes_that_stay_keep_the_frequency_down(patient):
    table, day = patient.history.counts, float(patient.diagnosis_day)
    capacity = float(patient.history.constants["stem_cell_niche_capacity_cells"])
    left = np.interp(day, table["day"], table["stem_cells_count"]) / capacity
    found = stem_cell_colonies(patient, [day])[0]
    per_blood_forming = np.interp(day, table["day"], table["ltc_ic_relative_fraction"])
    assert left < found < left / LYMPHOID < per_blood_forming
