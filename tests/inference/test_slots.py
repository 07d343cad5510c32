"""What is believed of a measured clone before its course is seen, and clones that cannot lie beside each other."""

from types import SimpleNamespace

import numpy as np
import pytest

from hscape.chart import Chart, CloneMeasurement
from hscape.inference.nested import nested
from hscape.inference.prior import analysis_prior
from hscape.inference.slots import CloneSlot, find_kind


def _numbers(first_day: float, *, gene: str = "", change: str = "") -> dict[str, np.ndarray]:
    p = analysis_prior()
    kind = find_kind(gene, "", change, p)
    assert kind is not None
    slot = CloneSlot(label="x", kind=kind, is_late=kind.arises_only_in_failure and first_day > 0.0, first_day=first_day)
    return slot.numbers(np.random.default_rng(5).standard_normal((20_000, 6)), 800.0, p)


@pytest.mark.parametrize("first_day", [0.0, 370.0])
def test_a_chromosome_clone_mostly_arises_before_the_failure_shows(first_day: float) -> None:
    """It is then few cells when the attack begins; a clone of aging may be many."""
    late = analysis_prior()["chromosome_clone_late_probability"]
    found = _numbers(first_day, change="-7")
    before = found["cells"] > 0.0
    assert before.mean() == pytest.approx(1.0 - late, abs=0.01)  # three standard errors of 20,000 draws
    assert np.all(found["entry_day"][~before] <= max(first_day, 1.0))
    assert np.all(found["entry_day"][before] > 1.0e9)
    assert np.median(found["cells"][before]) == pytest.approx(10.0, rel=0.1)
    aging = _numbers(first_day, gene="DNMT3A")
    assert np.median(aging["cells"][aging["cells"] > 0.0]) == pytest.approx(200.0, rel=0.1)


def _share(clone: str, kind: str, fraction: float, day: float, **more: object) -> CloneMeasurement:
    return CloneMeasurement(
        day=day, clone=clone, kind=kind, specimen="granulocytes", status="positive", **more,  # type: ignore[arg-type]
        **({"assay": "flow", "cell_fraction": fraction, "n_cells": 10_000} if kind != "gene" else
           {"assay": "sequencing", "alt": round(1000 * fraction / 2), "depth": 1000}),  # type: ignore[arg-type]
    )  # fmt: skip


def test_shares_that_are_more_than_all_cells_are_noticed() -> None:
    """0.6 of PNH cells and 0.7 with a mutation of ASXL1: at least 0.3 of the cells are both."""
    entries = (
        _share("PNH", "pnh", 0.3, 0.0), _share("ASXL1", "gene", 0.5, 0.0, gene="ASXL1"),
        _share("PNH", "pnh", 0.6, 180.0), _share("ASXL1", "gene", 0.7, 180.0, gene="ASXL1"),
    )  # fmt: skip
    chart = Chart(patient_id="A", sex="male", clone_measurements=entries)
    told = nested(SimpleNamespace(chart=chart, last_day=365.0))  # type: ignore[arg-type]
    assert told == ["day 180 (ASXL1, PNH clone: together 130 % of the cells)"]
    assert not nested(SimpleNamespace(chart=chart, last_day=90.0))  # type: ignore[arg-type]


def test_two_tests_of_one_clone_are_not_two_clones() -> None:
    entries = (
        _share("PNH", "pnh", 0.8, 0.0), _share("PIGA", "gene", 0.8, 0.0, gene="PIGA"),
        _share("HLA", "hla_loss", 0.2, 0.0),
    )  # fmt: skip
    chart = Chart(patient_id="A", sex="female", clone_measurements=entries)
    assert not nested(SimpleNamespace(chart=chart, last_day=0.0))  # type: ignore[arg-type]
