"""From the records of many patients to figures: coverage, ranks, calibration of probabilities, the joint test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import kstest

from hscape.inference.calibration.logistic import fit_logistic
from hscape.inference.calibration.run import taken

#: Probabilities nearer to 0 or 1 than this are taken to be this far away: an answer has a few hundred draws.
CLOSEST = 0.002
POOLED = "all"


class Calibration(NamedTuple):
    """Probabilities against what happened.

    Attributes:
        n: patients.
        happened: share in whom it happened.
        brier: mean squared error of the probability.
        brier_of_base_rate: the same for the share itself.
        slope: of the logit of the chance on that of the probability; 1 if calibrated, below if too sure.
        slope_error: its standard error.
        intercept: at a probability of one half; 0 if calibrated.
        auc: area under the receiver operating characteristic curve.
        curve_slope: of what happened (0 or 1) on the probability, by least squares: that of the calibration curve as
            it is drawn; 1 if calibrated. The slope of the logits is ruled by the few surprises next to 0 and 1.
        curve_error: its standard error, robust against unequal scatter (White 1980).
    """

    n: int
    happened: float
    brier: float
    brier_of_base_rate: float
    slope: float | None
    slope_error: float | None
    intercept: float | None
    auc: float | None
    curve_slope: float | None = None
    curve_error: float | None = None


def summarize(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Everything that a check reports.

    Args:
        records: of `run.run_check`.

    Returns:
        ``coverage`` (one row a quantity, and one pooled), ``ranks``, ``probabilities``, ``joint``, ``contraction``,
        ``patients``.
    """
    found = taken(records)
    ranks = ranks_of(found)
    return {
        "patients": patients(records),
        "coverage": [coverage(name, values) for name, values in ranks.items()] + [coverage(POOLED, _pooled(ranks))],
        "ranks": {name: [round(float(value), 4) for value in values] for name, values in ranks.items()},
        "probabilities": {
            name: calibration(*events_of(found, name))._asdict()
            for name in sorted({name for record in found for name in record["events"]})
        },
        "joint": joint([record["joint"] for record in found]),
        "contraction": contraction(found),
    }


def patients(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How many were drawn, explained, left out by what their chart shows, and failed."""
    reasons: dict[str, int] = {}
    for record in records:
        if record.get("reason"):
            reasons[record["reason"]] = reasons.get(record["reason"], 0) + 1
    failed = {str(record["number"]): record["failed"] for record in records if record.get("failed")}
    return {"drawn": len(records), "explained": len(taken(records)), "left_out": reasons, "failed": failed}


def ranks_of(found: Sequence[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Quantity -> ranks of the truth, shape (n,)."""
    names = list(dict.fromkeys(name for record in found for name in record["ranks"]))
    return {name: np.array([r["ranks"][name] for r in found if r["ranks"].get(name) is not None]) for name in names}


def _pooled(ranks: dict[str, np.ndarray]) -> np.ndarray:
    return np.concatenate(list(ranks.values())) if ranks else np.zeros(0)


def coverage(name: str, ranks: np.ndarray) -> dict[str, Any]:
    """Share of truths inside the central 50 and 90 percent, and the test of uniform ranks (Talts et al. 2018)."""
    n = len(ranks)
    if not n:
        return {"quantity": name, "coverage_50": None, "coverage_90": None, "n": 0, "uniform_p": None}
    return {
        "quantity": name,
        "coverage_50": float(np.mean(np.abs(ranks - 0.5) <= 0.25)),
        "coverage_90": float(np.mean(np.abs(ranks - 0.5) <= 0.45)),
        "n": n,
        # ranks of one patient's quantities are not independent, so the pooled test has no meaning
        "uniform_p": float(kstest(ranks, "uniform").pvalue) if name != POOLED else None,
    }


def pooled_error(found: Sequence[dict[str, Any]], half_width: float) -> float:
    """Standard error of the pooled coverage, patients as clusters."""
    means = [np.mean([abs(v - 0.5) <= half_width for v in r["ranks"].values() if v is not None]) for r in taken(found)]
    return float(np.std(means, ddof=1) / np.sqrt(len(means))) if len(means) > 1 else float("nan")


def events_of(found: Sequence[dict[str, Any]], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of an event and whether it happened."""
    pairs = [record["events"][name] for record in found if record["events"].get(name) is not None]
    return np.array([p for p, _ in pairs], dtype=float), np.array([bool(y) for _, y in pairs])


def calibration(probability: np.ndarray, happened: np.ndarray) -> Calibration:
    """Slope, intercept, Brier score and discrimination of probabilities.

    Args:
        probability: shape (n,).
        happened: shape (n,).
    """
    n, rate = len(probability), float(happened.mean()) if len(happened) else float("nan")
    brier = float(np.mean((probability - happened) ** 2)) if n else float("nan")
    slope = intercept = error = area = curve_slope = curve_error = None
    if 0 < happened.sum() < n:
        slope, intercept, error = _logistic(probability, happened)
        area = auc(probability, happened)
        curve_slope, curve_error = _curve(probability, happened)
    return Calibration(n, rate, brier, rate * (1.0 - rate), slope, error, intercept, area, curve_slope, curve_error)


def _curve(probability: np.ndarray, happened: np.ndarray) -> tuple[float | None, float | None]:
    """Least squares of what happened on the probability: slope and robust standard error."""
    off = probability - probability.mean()
    total = float(off @ off)
    if total <= 0.0:
        return None, None
    slope = float(off @ happened) / total
    left = happened - happened.mean() - slope * off
    return slope, float(np.sqrt((off * left) @ (off * left))) / total


def _logistic(probability: np.ndarray, happened: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """Logistic regression on the logit of the probability: slope, intercept, standard error of the slope."""
    clipped = np.clip(probability, CLOSEST, 1.0 - CLOSEST)
    x = np.stack([np.ones(len(clipped)), np.log(clipped / (1.0 - clipped))], axis=1)
    found = fit_logistic(x, happened, start=np.array([0.0, 1.0]))
    if found is None:
        return None, None, None
    beta, information = found
    return float(beta[1]), float(beta[0]), float(np.sqrt(np.linalg.inv(information)[1, 1]))


def auc(probability: np.ndarray, happened: np.ndarray) -> float | None:
    """Chance that one in whom it happened has the higher probability."""
    yes, no = probability[happened], probability[~happened]
    if not len(yes) or not len(no):
        return None
    above = (yes[:, None] > no[None, :]).mean() + 0.5 * (yes[:, None] == no[None, :]).mean()
    return float(above)


def joint(ranks: Sequence[float]) -> dict[str, float | None]:
    """Joint coverage: largest distance between credibility and coverage of regions around random points (TARP)."""
    if not ranks:
        return {"n": 0, "largest_distance": None, "uniform_p": None}
    values = np.array(ranks)
    test = kstest(values, "uniform")
    return {"n": len(values), "largest_distance": float(test.statistic), "uniform_p": float(test.pvalue)}


def contraction(found: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Share of the prior's variance that a chart removed: mean over patients, and its quartiles."""
    result = {}
    names = list(dict.fromkeys(name for record in found for name in record["contraction"]))
    for name in names:
        values = [r["contraction"][name] for r in found if r["contraction"].get(name) is not None]
        if values:
            low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
            result[name] = {"mean": float(np.mean(values)), "low": float(low), "median": float(middle),
                            "high": float(high), "n": len(values)}  # fmt: skip
    return result


def wilson(hits: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson interval of a share, 95 percent."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = hits / n, z * z
    center = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return float(max(0.0, center - half)), float(min(1.0, center + half))
