"""Which further measurement would most narrow an open question: from the draws, without simulating anew.

For each assay and each draw a reading of the last explained day is made; the other draws are weighed by the chance of
that reading, and the variance that is left in the question is averaged (preposterior analysis, Raiffa and Schlaifer
1961). Few draws explain anything a little: what the same reading explains of a question whose draws are shuffled is
taken off. It tells what would be learnt, not what should be done: cost, harm and what follows are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from hscape.dynamics.coarse_record import COLUMNS, EARLY_SHARE, GRANULOCYTE
from hscape.inference.causes import slot_labels
from hscape.inference.detectable import sequencing_limit_share
from hscape.inference.numbers import FIRST_OTHER, HLA, PNH
from hscape.inference.problem import Problem
from hscape.streams import generator

#: Draws for which a reading is made, and shuffles that tell what chance alone explains.
READINGS, SHUFFLES = 128, 4
#: A question is open if its variance is at least that of a probability of 0.05 (or its logarithm's, this).
LEAST_VARIANCE = 0.0475


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An assay that could be done on the last explained day.

    Args:
        name: in words.
        expected: what each draw expects, on the scale on which readings scatter, shape (n,).
        sd: scatter on that scale, shape (n,).
        limit: readings below it are only known to be below it; minus infinity for none.
    """

    name: str
    expected: np.ndarray
    sd: np.ndarray
    limit: float = -math.inf


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What a reading would remove of the variance of a question, 0 to 1, on average."""

    measurement: str
    question: str
    removed: float


def next_measurements(problem: Problem, rows: np.ndarray, questions: dict[str, np.ndarray], seed: int) -> list[Worth]:
    """What each assay would remove of each open question, the most first.

    Args:
        problem: the chart.
        rows: of the last explained day, one a draw, shape (n, n_columns).
        questions: name -> draws, shape (n,), on the scale on which variance is meant; constant ones are left out.
        seed: of the readings.
    """
    random = generator(seed, "next measurement")
    readings = possible_readings(problem, rows)
    found = []
    for name, values in questions.items():
        if float(np.nanvar(values)) < LEAST_VARIANCE or not np.isfinite(values).all():
            continue
        found += [Worth(measurement=r.name, question=name, removed=removed(r, values, random)) for r in readings]
    return sorted(found, key=lambda worth: (worth.question, -worth.removed))


def removed(reading: Reading, values: np.ndarray, random: np.random.Generator) -> float:
    """Share of the variance of a question that one reading removes on average, less what chance alone explains."""
    n = len(values)
    made = random.permutation(n)[:READINGS]
    seen = reading.expected[made] + reading.sd[made] * random.standard_normal(len(made))
    far = (seen[:, None] - reading.expected) / reading.sd
    chance = -0.5 * far * far - np.log(reading.sd)
    if math.isfinite(reading.limit):
        below = log_ndtr((reading.limit - reading.expected) / reading.sd)
        chance = np.where((seen < reading.limit)[:, None], below, chance)
    weights = np.exp(chance - chance.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)

    def left(of: np.ndarray) -> float:
        middle = weights @ of
        return float((weights @ (of * of) - middle * middle).mean() / of.var())

    shuffled = float(np.mean([left(random.permutation(values)) for _ in range(SHUFFLES)]))
    return float(np.clip(1.0 - left(values) / shuffled, 0.0, 1.0))


def possible_readings(problem: Problem, rows: np.ndarray) -> list[Reading]:
    """Assays of clones, of the marrow and of the blood, with the scatter that the inference gives them."""
    p, n = problem.parameters, len(rows)
    error = np.full(n, p["clone_share_model_error_logit"])

    def share(name: str, column: int, limit: float, background: float = 0.0) -> Reading:
        held = background + (1.0 - background) * rows[:, column]
        return Reading(name=name, expected=_logit(held), sd=error, limit=float(_logit(np.array([limit]))[0]))

    found = [
        share("sensitive flow of PNH granulocytes", GRANULOCYTE + PNH, p["pnh_flow_sensitive_limit_fraction"],
              p["pnh_background_fraction"]),
        share("flow of HLA alleles on granulocytes", GRANULOCYTE + HLA, p["hla_flow_limit_fraction"]),
    ]  # fmt: skip
    for slot, label in slot_labels(problem).items():
        if slot >= FIRST_OTHER:
            limit = sequencing_limit_share(problem, slot)
            found.append(share(f"{label}, measured once more", EARLY_SHARE + slot, limit))
    cellularity = rows[:, COLUMNS.index("marrow_cellularity_fraction")]
    reading = np.full(n, p["cellularity_reading_variation_logit"])
    found.append(Reading(name="cellularity of the marrow", expected=_logit(cellularity), sd=reading))
    for column, short in (("reticulocytes_1e9_per_l", "reticulocytes"), ("platelets_1e9_per_l", "platelets")):
        sd = math.hypot(p[f"{short}_biological_variation_fraction"], p[f"{short}_analytic_variation_fraction"])
        sd = math.hypot(sd, p[f"chart_model_error_{short}_log_sd"])
        expected = np.log(np.maximum(rows[:, COLUMNS.index(column)], 1e-3))
        found.append(Reading(name=f"{short}, once more", expected=expected, sd=np.full(n, sd)))
    return found


def _logit(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 1e-7, 1.0 - 1e-7)
    return np.log(x / (1.0 - x))


__all__ = ["Reading", "Worth", "next_measurements", "possible_readings", "removed"]
