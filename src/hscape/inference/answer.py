"""An explanation as plain values: what `hscape explain --json` prints, in the order of the questions.

Nothing here depends on the clock, so that the same seed gives the same bytes. A withheld answer keeps its reasons and
what was read, and gives no numbers.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import numpy as np

from hscape.chart import Chart
from hscape.chart.document import chart_to_dict
from hscape.inference.explain import Explanation
from hscape.inference.findings import KINDS, clone_findings
from hscape.inference.quantities import LEVELS

#: Ends of the intervals that are printed.
LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
DIGITS = 6


def as_dict(explanation: Explanation, *, with_deaths: bool = False) -> dict[str, Any]:
    """The explanation as plain values, without the envelope.

    Args:
        explanation: of one chart.
        with_deaths: True adds the share of simulated courses that end in death, which is off by default.

    Returns:
        Keys of the contract (``status``, ``engine``, ``clones``, ``p_clone_mediated``, ``log10_bayes_factor``,
        ``causes_2x2``, ``reserve``, ``p_recovers_if_insult_ends``, ``forecasts``, ``learnt``, ``alarms``) and more;
        fractions are 0 to 1, days are days of the chart, and what does not apply is None.
    """
    e, is_told = explanation, explanation.status != "withheld"
    told: dict[str, Any] = {
        "patient": e.chart.patient_id,
        "status": e.status,
        "engine": e.engine,
        "explained_until_day": e.problem.last_day,
        "clones": _clones(e, is_told),
        "p_clone_mediated": e.odds.probability if is_told else None,
        "log10_bayes_factor": e.odds.log10_bayes_factor if is_told else None,
        "clone_mediated": _odds(e) if is_told else None,
        "causes_2x2": dict(e.odds.causes_2x2) if is_told else None,
        "reserve": _interval(e.quantities["reserve_fraction"]) | {"unit": "1"} if is_told else None,
        "p_recovers_if_insult_ends": e.if_ended.probability if is_told else None,
        "if_insult_ends": _if_ended(e) if is_told else None,
        "forecasts": [_forecast(future, with_deaths) for future in e.futures] if is_told else [],
        "later_response": _landmark(e) if is_told else None,
        "relapse": dict(e.relapse) if is_told else {},
        "quantities": {name: _quantity(e, name) for name in e.quantities} if is_told else {},
        "learnt": dict(e.learnt) if is_told else {},
        "next_measurements": [
            {"measurement": w.measurement, "question": w.question, "variance_removed": w.removed}
            for w in e.next_measurements
        ]
        if is_told
        else [],
        "alarms": [{"name": a.name, "weight": a.weight, "words": a.words} for a in e.alarms],
        "used": {
            "findings": len(e.problem.observations.rows),
            "left_out": list(e.problem.observations.left_out),
            "assumed": list(e.problem.remarks),
        },
        "draws": {
            "number": len(e.numbers),
            "effective": e.draws.effective,
            "pareto_k": e.draws.tail,
            "log_evidence": e.draws.log_evidence,
            "sha256": draws_digest(e),
        },
    }
    return plain_values(told)


def draws_digest(explanation: Explanation) -> str:
    """SHA-256 over the posterior draws, byte for byte."""
    digest = hashlib.sha256()
    for array in (explanation.draws.z, explanation.draws.noise, explanation.draws.log_likelihood):
        digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return digest.hexdigest()


def plain_values(content: Any) -> Any:
    """Lists, tables, words and finite numbers; None where a number is missing, since JSON knows no other word."""
    if isinstance(content, dict):
        return {str(key): plain_values(value) for key, value in content.items()}
    if isinstance(content, list | tuple | np.ndarray):
        return [plain_values(value) for value in content]
    if isinstance(content, bool | np.bool_):
        return bool(content)
    if isinstance(content, int | np.integer):
        return int(content)
    if isinstance(content, float | np.floating):
        return float(f"{float(content):.{DIGITS}g}") if math.isfinite(content) else None
    return content


def _interval(values: np.ndarray) -> dict[str, float | None]:
    seen = values[np.isfinite(values)]
    if not len(seen):
        return {"median": None, "low": None, "high": None}
    low, middle, high = np.quantile(seen, (LOW, MIDDLE, HIGH))
    return {"median": middle, "low": low, "high": high}


def _clones(e: Explanation, is_told: bool) -> list[dict[str, Any]]:
    findings, found = clone_findings(e.problem), []
    for index, (label, slot) in enumerate(zip(e.causes.labels, e.causes.slots, strict=True)):
        entry: dict[str, Any] = {"id": label, "kind": KINDS.get(slot, "measured clone")}
        if slot:
            entry["test"] = findings[label].state
            entry["first_detectable_day"] = e.course.first_detectable.get(label, {}) if is_told else {}
        if is_told:
            attribution = e.causes.by_clone[:, index]
            shares = e.causes.shares[:, index]
            entry |= {
                "share": shares.mean(), "share_interval": _interval(shares),
                "stem_cell_share": e.causes.stem_cell_shares[:, index].mean(),
                "attribution": attribution.mean() if slot else None,
                "attribution_interval": _interval(attribution) if slot else None,
                "attribution_to_fitness": e.causes.by_clone_fitness[:, index].mean() if slot else None,
                "attribution_to_presence": e.causes.by_clone_presence[:, index].mean() if slot else None,
            }  # fmt: skip
        else:
            entry |= {"share": None, "attribution": None}
        found.append(entry)
    return found


def _odds(e: Explanation) -> dict[str, Any]:
    return {
        "is_applicable": e.odds.is_applicable, "reason": e.odds.reason, "prior": e.odds.prior_probability,
        "largest_log10_that_can_be_seen": e.odds.resolution,
        "by_prior": {name: {"prior": a, "posterior": b} for name, (a, b) in e.odds.by_prior.items()},
        "attributed_to_escape": _interval(e.causes.without_escape),
        "attributed_to_fitness": _interval(e.causes.without_fitness),
        "attributed_to_treatment": _interval(e.causes.without_treatment),
    }  # fmt: skip


def _if_ended(e: Explanation) -> dict[str, Any]:
    return {"is_applicable": e.if_ended.is_applicable, "reason": e.if_ended.reason,
            "probability": e.if_ended.probability}  # fmt: skip


def _landmark(e: Explanation) -> dict[str, float] | None:
    return None if e.landmark is None else {"6_months": e.landmark[0], "12_months": e.landmark[1]}


def _forecast(future: Any, with_deaths: bool) -> dict[str, Any]:
    told = {
        "name": future.name, "assumes": future.words, "months": future.months, "levels": list(LEVELS),
        "counts": dict(future.fans), "free_of_transfusion": future.free_by_month,
        "recovered_at_24_months": future.recovered_by_24, "donor_share": future.donor_share,
    }  # fmt: skip
    return told | ({"dead": future.dead_by_month} if with_deaths else {})


def _quantity(e: Explanation, name: str) -> dict[str, Any]:
    prior = e.reference.quantities.get(name)
    return _interval(e.quantities[name]) | {
        "prior": None if prior is None or not len(prior) else _interval(prior),
        "learnt": e.learnt.get(name),
    }


def chart_digest(chart: Chart) -> str:
    """SHA-256 over everything that the chart says; names of files and cells do not take part."""
    text = json.dumps(chart_to_dict(chart), sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
