"""Speed of virtual patients: one core, all layers, weekly rows; and how the cost grows with years."""

from __future__ import annotations

import time
from typing import Any

from hscape.care.plan_file import read_plan
from hscape.cohort import load_design
from hscape.cohort.one_patient import run_patient
from hscape.cohort.population import draw_case
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR

PLAN = read_plan(
    "IST",
    [
        {"type": "horse_atg", "after_diagnosis_days": 14},
        {"type": "cyclosporine", "after_diagnosis_days": 14, "full_days": 365, "taper_days": 365},
    ],
    [{"type": "cyclosporine", "when": "relapse"}],
)
N_PATIENTS = 40


def _lived(years: float, patients: int) -> float:
    """CPU milliseconds a patient: life before, failure, care and outcomes."""
    from hscape.care import admit

    start = time.process_time()
    for number in range(patients):
        case = draw_case("trial-europe", PLAN, seed=1, number=number, follow_up_days=DAYS_PER_YEAR * years)
        admit(case, seed=1, number=number)
    return 1000.0 * (time.process_time() - start) / patients


def _row(work: str, ours: float, unit: str, note: str) -> dict[str, Any]:
    return {"work": work, "ours": ours, "peer": None, "ratio": None, "unit": unit, "peer_name": "", "note": note}


def virtual_patients(repeats: int) -> dict[str, Any]:
    """Ten years of care, all layers."""
    _lived(10.0, 2)
    ten = min(_lived(10.0, N_PATIENTS) for _ in range(min(repeats, 2)))
    five = min(_lived(5.0, N_PATIENTS) for _ in range(min(repeats, 2)))
    note = f"1,000 patients on two cores: {ten / 2:.0f} s; with five years {five:.0f} ms a patient"
    return _row("virtual patient, life before, failure, 10 years of care", ten, "ms", note)


def judged_patients(repeats: int) -> dict[str, Any]:
    """The same as a cohort runs it: observed into a chart and judged by the clinical rules."""
    design = load_design("race-like").model_copy(update={"follow_up_months": 120.0})
    parameters = Parameters()
    run_patient(design, 0, 1, parameters)
    start = time.process_time()
    for number in range(N_PATIENTS):
        run_patient(design, number, 1, parameters)
    ours = 1000.0 * (time.process_time() - start) / N_PATIENTS
    note = f"1,000 patients on two cores: {ours / 2:.0f} s; visits every four weeks for ten years"
    return _row("the same, observed into a chart and judged by the rules", ours, "ms", note)


WORKS = (virtual_patients, judged_patients)
