"""Forecasts of later freedom from transfusion, beside published predictors of response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hscape.inference.calibration.design import settings
from hscape.inference.calibration.logistic import chance, fit_logistic
from hscape.inference.calibration.run import Check, taken
from hscape.inference.calibration.summary import calibration
from verification.calibration import SEED, number, records_of, size_of

Say = Callable[[str], None]


def section(quick: bool, say: Say) -> list[str]:
    """Will the person be free of transfusion? Charts that end three months after globulin, beside published predictors."""
    n = size_of("forecast", quick)
    records = taken(records_of(Check(engine="preview", seed=SEED, study="forecast"), n, say))
    lines = ["## Inference: forecasts", "",
             f"{n} patients drawn with horse globulin and cyclosporine, half of them with eltrombopag; the chart ends "
             f"{settings()['forecast_days_after_treatment']:g} days after globulin. Asked: free of transfusion (for eight weeks) 6 and 12 months after the end of the chart, treatment "
             "going on as planned; nobody dies. The predictors are logistic regressions on the same patients, each patient "
             "predicted by a fit to the others (ten parts), which no clinic could have: reticulocytes and lymphocytes at "
             "diagnosis (logarithms), the response at three months (RACE), and all three. Patients without one of the three "
             "are left out. Engine: preview.", "",
             "| patients | asked | n | happened | forecast | Brier | AUC | slope (standard error) |",
             "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for words, chosen in (("all", (0.0, 1.0)), ("no response at three months", (0.0,))):
        for months in (6, 12):
            lines += _forecast_rows(words, [r for r in records if _knows(r, chosen)], f"free at {months} months")
    return [*lines, ""]


def _knows(record: dict[str, Any], responses: tuple[float, ...]) -> bool:
    found = record["predictors"]
    return None not in found.values() and found["response at 3 months"] in responses


def _forecast_rows(words: str, records: Sequence[dict[str, Any]], event: str) -> list[str]:
    if len(records) < 10:
        return [f"| {words} | {event} | {len(records)} | too few | | | | |"]
    p = np.array([record["events"][event][0] for record in records])
    y = np.array([record["events"][event][1] for record in records], dtype=bool)
    read = {name: np.array([record["predictors"][name] for record in records]) for name in records[0]["predictors"]}
    counts = np.stack([read["reticulocytes_1e9_per_l"], read["lymphocytes_1e9_per_l"]], axis=1)
    response = read["response at 3 months"][:, None]
    forecasts = {"hscape": p, "reticulocytes and lymphocytes": left_out(counts, y)}
    if response.std() > 0.0:
        forecasts["response at three months"] = left_out(response, y)
        forecasts["all three"] = left_out(np.concatenate([counts, response], axis=1), y)
    forecasts["base rate"] = left_out(np.zeros((len(y), 0)), y)
    rows = []
    for name, values in forecasts.items():
        c = calibration(values, y)
        rows.append(f"| {words} | {event} | {len(y)} | {y.mean():.2f} | {name} | {c.brier:.3f} | {number(c.auc)} "
                    f"| {number(c.slope)} ({number(c.slope_error)}) |")  # fmt: skip
    return rows


def left_out(x: np.ndarray, y: np.ndarray, parts: int = 10) -> np.ndarray:
    """Logistic regression (a weak ridge, so that it always ends), each patient predicted by a fit to the other parts."""
    found, part = np.zeros(len(y)), np.arange(len(y)) % parts
    for k in range(parts):
        train = part != k
        center, spread = x[train].mean(axis=0), np.maximum(x[train].std(axis=0), 1e-9)
        a = np.column_stack([np.ones(len(y)), (x - center) / spread])
        fitted = fit_logistic(a[train], y[train], ridge=1e-2)
        assert fitted is not None  # a ridge always ends
        found[~train] = chance(a[~train], fitted[0])
    return found
