"""The numbers of a blood count: scatter of the person and of the analyzer, and how a laboratory reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hscape.parameters import Parameters

#: Analyte -> digits after the point that laboratories report.
DIGITS: dict[str, int] = {
    "hemoglobin_g_per_dl": 1,
    "reticulocytes_1e9_per_l": 0,
    "platelets_1e9_per_l": 0,
    "white_cells_1e9_per_l": 2,
    "neutrophils_1e9_per_l": 2,
    "lymphocytes_1e9_per_l": 2,
    "monocytes_1e9_per_l": 2,
}
#: Kinds of white cells that a differential tells apart.
WHITE_KINDS = ("neutrophils_1e9_per_l", "lymphocytes_1e9_per_l", "monocytes_1e9_per_l")


@dataclass(frozen=True, slots=True, kw_only=True)
class BloodCounts:
    """Blood counts.

    Args:
        biological_variation: analyte -> coefficient of variation within a person from day to day.
        analytic_variation: analyte -> coefficient of variation of the analyzer.
        counting_noise_platelets_1e9_per_l: standard deviation of a platelet count near zero.
        analyzer_cells: white cells in the differential of the analyzer; 0 for exact shares.
        manual_cells: white cells in a differential by eye.
        manual_below_1e9_per_l: white cells below which the differential is by eye.
        limits: analyte -> value below which only the limit is reported.
        missing_probability: chance that a value is not in the record.
        reticulocytes_missing_probability: chance that reticulocytes are not.
        outlier_probability: chance of a value that is far off.
        outlier_fold: how much wider such values scatter.
        windows_days: ``red_cells``, ``platelets``, ``g_csf`` -> days after which a value is no longer marked.
        is_rounded: False for values as they are.
    """

    biological_variation: Mapping[str, float] = field(default_factory=dict)
    analytic_variation: Mapping[str, float] = field(default_factory=dict)
    counting_noise_platelets_1e9_per_l: float = 0.0
    analyzer_cells: int = 0
    manual_cells: int = 0
    manual_below_1e9_per_l: float = 0.0
    limits: Mapping[str, float] = field(default_factory=dict)
    missing_probability: float = 0.0
    reticulocytes_missing_probability: float = 0.0
    outlier_probability: float = 0.0
    outlier_fold: float = 1.0
    windows_days: Mapping[str, float] = field(default_factory=dict)
    is_rounded: bool = True

    def variation(self, analyte: str) -> float:
        """Coefficient of variation of the person and of the analyzer together."""
        return float(
            (self.biological_variation.get(analyte, 0) ** 2 + self.analytic_variation.get(analyte, 0) ** 2) ** 0.5
        )

    @classmethod
    def from_parameters(cls, p: Parameters) -> BloodCounts:
        """The numbers of the records."""
        short = {name.rsplit("_1e9")[0].rsplit("_g_per")[0]: name for name in DIGITS}
        person = {
            name: p[f"{key}_biological_variation_fraction"] for key, name in short.items() if key != "white_cells"
        }
        machine = ("hemoglobin", "reticulocytes", "platelets", "white_cells")
        return cls(
            biological_variation=person,
            analytic_variation={short[key]: p[f"{key}_analytic_variation_fraction"] for key in machine},
            counting_noise_platelets_1e9_per_l=p["platelets_counting_noise_1e9_per_l"],
            analyzer_cells=round(p["analyzer_differential_cells_count"]),
            manual_cells=round(p["manual_differential_cells_count"]),
            manual_below_1e9_per_l=p["manual_differential_below_1e9_per_l"],
            limits={
                "platelets_1e9_per_l": p["platelets_reporting_limit_1e9_per_l"],
                "reticulocytes_1e9_per_l": p["reticulocytes_reporting_limit_1e9_per_l"],
                **dict.fromkeys(("white_cells_1e9_per_l", *WHITE_KINDS), p["white_cells_reporting_limit_1e9_per_l"]),
            },
            missing_probability=p["count_missing_probability"],
            reticulocytes_missing_probability=p["reticulocytes_missing_probability"],
            outlier_probability=p["count_outlier_probability"],
            outlier_fold=p["count_outlier_fold"],
            windows_days=_windows(p),
        )

    @classmethod
    def noiseless(cls) -> BloodCounts:
        """No scatter, no rounding, no limits, nothing missing; marks stay."""
        return cls(is_rounded=False, windows_days=_windows(Parameters()))


def _windows(p: Parameters) -> dict[str, float]:
    return {
        "red_cells": p["hemoglobin_transfusion_window_days"],
        "platelets": p["platelets_transfusion_window_days"],
        "g_csf": p["g_csf_window_days"],
    }
