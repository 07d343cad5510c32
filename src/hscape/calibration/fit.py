"""The fit: a regularized Gauss-Newton search over the logarithms of twelve numbers, on virtual trials.

Residuals are (simulated - published) / error for every fitted figure, and one more for each number: its logarithm
less that of its starting value, over `PRIOR_LOG_SD`, so that a number which the figures do not tell stays where it
was. Error adds the study's own and that of the simulation. Every evaluation uses the same patients.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from hscape.calibration.measure import FITTED, measure
from hscape.fingerprint import model_fingerprint
from hscape.parameters import Parameters, check_value, find_record
from hscape.version import __version__

#: The numbers that move, named before the first fit; see docs/decisions/0007-clinical-targets.md.
MOVED = (
    "attack_killing_per_day",
    "attack_tolerated_antigen_fraction",
    "attack_tolerated_antigen_log_sd",
    "cyclosporine_sensitivity_fold",
    "cyclosporine_sensitivity_log_sd",
    "horse_atg_log_kill_fold",
    "rabbit_atg_log_kill_fold",
    "atg_log_kill_log_sd",
    "eltrombopag_renewal_fold",
    "eltrombopag_output_fold",
    "clone_monosomy_7_rate_per_year",
    "clone_other_chromosome_rate_per_year",
)
PRIOR_LOG_SD = 0.5
#: Half-width of the finite difference in the logarithm: small steps drown in the noise of finite cohorts.
DIFFERENCE_LOG = 0.25
LARGEST_LOG = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationResult:
    """What a calibration found.

    Args:
        values: number -> fitted value.
        started: number -> value before.
        figures: figure -> simulated value at the fit.
        cost: half the sum of squared residuals, at the start and at the fit.
        evaluations: how many sets of virtual trials were run.
        seconds: wall time.
    """

    values: dict[str, float]
    started: dict[str, float]
    figures: dict[str, float]
    cost: tuple[float, float]
    evaluations: int
    seconds: float


def calibrate(
    *,
    patients: int = 240,
    seed: int = 7001,
    workers: int = 2,
    iterations: int = 3,
    parameters: Parameters | None = None,
    log: Callable[[str], None] | None = None,
) -> CalibrationResult:
    """Fit the population.

    Args:
        patients: virtual patients a design in every evaluation.
        seed: 0 to 2**63 - 1.
        workers: processes.
        iterations: Gauss-Newton steps; each costs one evaluation a number and one more.
        parameters: where to start.
        log: called with one line an evaluation.

    Returns:
        The fitted numbers with the figures that they give; nothing is written.
    """
    start = parameters or Parameters()
    began, count, known = time.perf_counter(), 0, {}
    tell = log or (lambda line: None)

    def residuals(x: np.ndarray) -> np.ndarray:
        nonlocal count
        key = tuple(np.round(x, 9))
        if key not in known:
            count += 1
            figures = measure(_moved(start, x), patients=patients, seed=seed, workers=workers)
            known[key] = figures
            cost = 0.5 * float(np.sum(_residuals(figures, x, patients) ** 2))
            shown = ", ".join(f"{value:.2f}" for value in figures.values())
            tell(f"{count:3} {time.perf_counter() - began:6.0f} s  cost {cost:.2f}  {shown}")
        return _residuals(known[key], x, patients)

    x0 = np.zeros(len(MOVED))
    first = 0.5 * float(np.sum(residuals(x0) ** 2))
    least_squares(
        residuals, x0, jac=lambda x: _differences(residuals, x), bounds=(-LARGEST_LOG, LARGEST_LOG),
        max_nfev=iterations, x_scale=PRIOR_LOG_SD,
    )  # fmt: skip
    best = min(known, key=lambda key: float(np.sum(_residuals(known[key], np.array(key), patients) ** 2)))
    x = np.array(best)
    return CalibrationResult(
        values={name: _moved(start, x)[name] for name in MOVED},
        started={name: start[name] for name in MOVED},
        figures=known[best],
        cost=(first, 0.5 * float(np.sum(_residuals(known[best], x, patients) ** 2))),
        evaluations=count,
        seconds=time.perf_counter() - began,
    )


def _moved(start: Parameters, x: np.ndarray) -> Parameters:
    values = {}
    for name, change in zip(MOVED, x, strict=True):
        record = find_record(name)
        value = start[name] * math.exp(float(change))
        if name.endswith("_fold") and record.low >= 1.0:  # what counts is how far a fold is from one
            value = 1.0 + (start[name] - 1.0) * math.exp(float(change))
        values[name] = check_value(record, min(value, 0.95) if name.endswith("_fraction") else value)
    return start.with_values(values)


def _residuals(figures: dict[str, float], x: np.ndarray, patients: int) -> np.ndarray:
    """Distance of every figure and of every number, in standard errors."""
    eligible = 0.3 * patients  # about a third of the patients stand behind a figure: eligible, one arm of two
    misfit = []
    for item in FITTED:
        value = figures[item.name]
        noise = math.sqrt(max(item.published * (1.0 - item.published), 0.01) / eligible)
        misfit.append(3.0 if math.isnan(value) else (value - item.published) / math.hypot(item.error, noise))
    return np.concatenate([misfit, x / PRIOR_LOG_SD])


def _differences(residuals: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """Jacobian by one-sided differences, towards the inside of the bounds."""
    base, columns = residuals(x), []
    for index in range(len(x)):
        step = DIFFERENCE_LOG if x[index] <= 0.0 else -DIFFERENCE_LOG
        moved = x.copy()
        moved[index] += step
        columns.append((residuals(moved) - base) / step)
    return np.array(columns).T


def write_result(result: CalibrationResult, folder: Path) -> Path:
    """Write the fit as JSON, with the fingerprint of the model that was fitted."""
    path = folder / "calibration.json"
    published = {item.name: item.published for item in FITTED}
    content = {
        "schema": "hscape.calibration/1",
        "version": __version__,
        "fingerprint": model_fingerprint(Parameters()),
        "values": result.values,
        "started": result.started,
        "figures": {name: {"published": published[name], "simulated": value} for name, value in result.figures.items()},
        "cost": list(result.cost),
        "evaluations": result.evaluations,
        "seconds": round(result.seconds, 1),
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path
