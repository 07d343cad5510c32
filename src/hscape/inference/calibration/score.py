"""One patient scored: ranks of the truth among the draws, probabilities beside what happened, what was learnt."""

from __future__ import annotations

from typing import Any

import numpy as np

from hscape.inference.calibration.design import settings
from hscape.inference.calibration.posterior import Answer
from hscape.inference.calibration.truth import Truth
from hscape.streams import generator

#: Names whose values are compared as they are; the others as logarithms.
SHARES = ("attributed_to_escape", "attributed_to_treatment", "hla_vulnerability_fraction", "lost_niche_fraction")
_CLONES = ("pnh_stem_cells_count", "hla_loss_stem_cells_count")
#: Continuous numbers of the person in which the joint test is made.
JOINT = ("killing_per_day", "tolerated_antigen_fraction", "suppression_fold", "cyclosporine_sensitivity_fold",
         "globulin_fold", "regeneration_fold", "reserve_fraction")  # fmt: skip


def score(answer: Answer, truth: Truth, *, seed: int, number: int) -> dict[str, Any]:
    """Everything that the summary needs of one patient, as plain content.

    Args:
        answer: of the inference.
        truth: of the full model.
        seed: of the check, for ties and reference points.
        number: of the patient.

    Returns:
        ``ranks`` (0 to 1, uniform if calibrated), ``deviations`` (truth less mean, in posterior standard deviations),
        ``contraction``, ``events`` (probability, happened), ``joint`` (rank of the distance to a random point),
        ``truth`` and ``means``.
    """
    random = generator(seed, "calibration", "ties", number)
    ranks, deviations, contraction = {}, {}, {}
    for name, value in truth.quantities.items():
        draws = np.asarray(answer.quantities[name], dtype=float)
        draws = draws[np.isfinite(draws)]
        u = float(random.random())
        if not len(draws) or not np.isfinite(value):
            continue
        there, here = _compared(name, draws), float(_compared(name, np.array([value]))[0])
        ranks[name] = (float((there < here).sum()) + u * (float((there == here).sum()) + 1.0)) / (len(there) + 1.0)
        spread = float(there.std())
        deviations[name] = (here - float(there.mean())) / spread if spread > 1e-12 else 0.0
        contraction[name] = _contraction(name, there, answer)
    events = {
        name: [probability, bool(truth.events[name])]
        for name, probability in answer.events.items()
        if probability is not None and truth.events.get(name) is not None
    }
    return {
        "ranks": ranks,
        "deviations": deviations,
        "contraction": contraction,
        "events": events,
        "joint": _joint(answer, truth, random),
        "truth": truth.quantities,
        "means": {name: float(np.nanmean(answer.quantities[name])) for name in truth.quantities},
    }


def _compared(name: str, values: np.ndarray) -> np.ndarray:
    """Values on the scale on which they are compared, with steps where less does not matter."""
    d = settings()
    if name.startswith("attributed"):
        return np.round(values / d["attribution_step"])
    if name in _CLONES:
        return np.log(np.where(values < d["smallest_clone_cells"], 0.5 * d["smallest_clone_cells"], values))
    return values if name in SHARES else np.log(np.maximum(values, 1e-9))


def _contraction(name: str, there: np.ndarray, answer: Answer) -> float | None:
    prior = answer.prior.quantities.get(name)
    if prior is None or len(prior) < 20:
        return None
    before = float(np.nanvar(_compared(name, np.asarray(prior, dtype=float))))
    return 1.0 - float(there.var()) / before if before > 1e-12 else None


def _joint(answer: Answer, truth: Truth, random: np.random.Generator) -> float:
    """Share of draws nearer to a random point than the truth is (TARP, Lemos et al. 2023), scaled by the prior."""
    columns, here = [], []
    for name in JOINT:
        prior = np.log(np.maximum(answer.prior.quantities[name], 1e-9))
        center, spread = float(prior.mean()), max(float(prior.std()), 1e-9)
        columns.append((np.log(np.maximum(answer.quantities[name], 1e-9)) - center) / spread)
        here.append((np.log(max(truth.quantities[name], 1e-9)) - center) / spread)
    point = random.standard_normal(len(JOINT))
    draws = np.stack(columns, axis=1)
    far = ((draws - point) ** 2).sum(axis=1)
    mine = float(((np.array(here) - point) ** 2).sum())
    return float((far < mine).mean())
