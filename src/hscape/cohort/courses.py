"""True counts by the month of treatment: small enough to keep for every patient, enough for recovery curves."""

from __future__ import annotations

import math

import numpy as np

from hscape.care import VirtualPatient
from hscape.units import DAYS_PER_MONTH

#: Counts that are kept, named as in a history.
COUNTS = ("hemoglobin_g_per_dl", "neutrophils_1e9_per_l", "platelets_1e9_per_l")
FIRST_MONTH = -1
DIGITS = 6


def monthly_counts(
    patient: VirtualPatient, treatment_day: float | None, follow_up_months: float
) -> dict[str, list[float | None]]:
    """True counts at whole months from the start of treatment (else diagnosis) while the patient lived.

    Args:
        patient: with a day of diagnosis.
        treatment_day: first day of treatment, from diagnosis on; None if never treated.
        follow_up_months: as far as the design follows people.

    Returns:
        ``month`` and one column a count, named ``truth_`` and the count; six significant digits.
    """
    table = patient.history.counts
    days = table["day"].to_numpy(dtype=float)
    start = float(patient.diagnosis_day or 0.0) + (treatment_day or 0.0)
    last = min(float(patient.last_day), float(days[-1]))
    months = [
        month
        for month in range(FIRST_MONTH, math.floor(follow_up_months) + 1)
        if days[0] <= start + month * DAYS_PER_MONTH <= last
    ]
    at = np.array([start + month * DAYS_PER_MONTH for month in months])
    course: dict[str, list[float | None]] = {"month": [float(month) for month in months]}
    for name in COUNTS:
        if name in table:
            course[f"truth_{name}"] = _rounded(np.interp(at, days, table[name].to_numpy(dtype=float)))
    return course


def _rounded(values: np.ndarray) -> list[float | None]:
    return [float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None for value in values]
