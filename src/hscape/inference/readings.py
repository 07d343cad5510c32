"""How far single readings may scatter around the course: bands for readings, wider than the bands of the course."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hscape.inference.explain import Explanation
from hscape.inference.finding_rows import COUNT
from hscape.inference.observations import readings_variance

#: Counts with a short name, as the scatter of the assays is recorded.
COUNTS = {
    "hemoglobin_g_per_dl": "hemoglobin", "reticulocytes_1e9_per_l": "reticulocytes",
    "neutrophils_1e9_per_l": "neutrophils", "platelets_1e9_per_l": "platelets",
}  # fmt: skip
#: Standard deviations from the middle to the end of a 90 % interval.
_TO_THE_END = 1.6448536269514722


@dataclass(frozen=True, kw_only=True)
class ReadingBand:
    """One count, on the days of the course.

    Args:
        days: shape (n_days,).
        low: lower end of the 90 % band for single readings.
        high: upper end.
    """

    days: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def holds(self, day: float, value: float) -> bool:
        """True if a reading lies within the band of its day."""
        return bool(np.interp(day, self.days, self.low) <= value <= np.interp(day, self.days, self.high))


def reading_band(e: Explanation, analyte: str) -> ReadingBand:
    """The band of one count: spread of the course and scatter of readings put together on a logarithmic scale.

    Args:
        e: the explanation.
        analyte: one of `COUNTS`.
    """
    p, short = e.problem.parameters, COUNTS[analyte]
    low, middle, high = (np.maximum(e.course.quantiles[analyte][row], 1e-6) for row in (0, 2, 4))
    variance = np.full(len(middle), readings_variance(p, short) + p[f"chart_model_error_{short}_log_sd"] ** 2)
    if short == "platelets":
        variance += (p["platelets_counting_noise_1e9_per_l"] / middle) ** 2
    if short == "neutrophils":
        others = (e.course.quantiles[f"{name}_1e9_per_l"][2] for name in ("lymphocytes", "monocytes"))
        share = np.clip(middle / (middle + sum(others)), 1e-4, 0.9999)
        variance += (1.0 - share) / (share * p["analyzer_differential_cells_count"])
    reach = (_TO_THE_END * np.sqrt(variance)) ** 2
    return ReadingBand(
        days=e.course.days,
        low=middle * np.exp(-np.sqrt(np.log(middle / low) ** 2 + reach)),
        high=middle * np.exp(np.sqrt(np.log(high / middle) ** 2 + reach)),
    )


def readings_in_band(e: Explanation) -> tuple[int, int]:
    """How many of the counts that were used lie in the 90 % band for readings, and how many there are."""
    inside = total = 0
    for analyte in COUNTS:
        band = reading_band(e, analyte)
        for m in e.chart.series(analyte):
            if is_used(e, m) and m.censored == "none":
                total += 1
                inside += band.holds(m.day, m.value)
    return inside, total


def is_used(e: Explanation, m) -> bool:  # type: ignore[no-untyped-def]
    """True for a count that took part in the likelihood."""
    rows = e.problem.observations
    days = {row[0] for row in rows.rows if int(row[1]) == COUNT}
    return m.day in days and "after_transfusion" not in m.flags and "on_g_csf" not in m.flags
