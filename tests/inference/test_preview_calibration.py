"""The preview on two hundred virtual patients of the full model: coverage of its intervals, and that it learns."""

from __future__ import annotations

from pathlib import Path

from hscape.inference.calibration.run import Check, run_check
from hscape.inference.calibration.summary import pooled_error, summarize

PATIENTS, SEED = 200, 20261122
#: The band that is asked of the page of results, and three standard errors (patients as clusters) of this many.
BAND_90, BAND_50, ERRORS = 0.015, 0.03, 3.0


def test_intervals_of_the_preview_hold_the_truth_of_two_hundred_patients(tmp_path: Path) -> None:
    records = run_check(Check(engine="preview", seed=SEED), tmp_path, patients=PATIENTS, workers=2)
    found = summarize(records)
    assert found["patients"]["explained"] >= 0.8 * PATIENTS
    assert not found["patients"]["failed"]
    pooled = found["coverage"][-1]
    assert abs(pooled["coverage_90"] - 0.9) < BAND_90 + ERRORS * pooled_error(records, 0.45)
    assert abs(pooled["coverage_50"] - 0.5) < BAND_50 + ERRORS * pooled_error(records, 0.25)
    # intervals of the prior would hold the truth as often; a third of the variance gone is what they cannot give
    assert found["contraction"]["immune_pressure_per_day"]["mean"] > 0.33
