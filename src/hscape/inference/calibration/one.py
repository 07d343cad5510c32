"""One patient from number to record: made, observed, explained and scored."""

from __future__ import annotations

from typing import Any

import numpy as np

from hscape.chart import Chart
from hscape.clinic import assess
from hscape.clinic.response_at import NONE, RESPONSES
from hscape.counterfactuals.attribution import CAUSE_FROM
from hscape.fractions import cell_fraction
from hscape.inference.alarms import raise_alarms, status_of
from hscape.inference.calibration import fitter_faults, misfits
from hscape.inference.calibration.design import make_patient, prior_of
from hscape.inference.calibration.posterior import Answer, answer, sampler_of
from hscape.inference.calibration.relive import planned
from hscape.inference.calibration.score import score
from hscape.inference.calibration.truth import find_truth
from hscape.inference.checks import TELLS, judge_fit
from hscape.streams import generator, stream_key


def check_one(
    number: int, *, seed: int, engine: str, study: str = "sbc", fault: str = "", misfit: str = ""
) -> dict[str, Any]:
    """Check the inference on one patient.

    Args:
        number: which.
        seed: of the check.
        engine: of the inference.
        study: see `design.make_patient`.
        fault: planted in the fitter; empty for none.
        misfit: planted in the world; empty for none.

    Returns:
        ``number``, ``reason`` (why not taken, empty if taken) and, for those taken, what `score.score` gives with the
        plan, the laboratory, alarms, log Bayes factor and what simple rules read from the chart.
    """
    patient = misfits.make(misfit, seed, number, study) if misfit else make_patient(seed, number, study)
    record: dict[str, Any] = {
        "number": number,
        "reason": patient.reason,
        "plan": patient.plan,
        "assays": patient.assays,
    }
    if patient.reason or patient.chart is None:
        return record
    planted = fitter_faults.find(fault) if fault else None
    truth = find_truth(patient, seed)
    key = int(stream_key(seed, "calibration", "sampler", number)) >> 1
    sampler = sampler_of(engine)
    found = answer(
        patient.chart, planned(patient.case), seed=key, sampler=planted.sampler(sampler) if planted else sampler,
        change=planted.change if planted else None, parameters=prior_of(study),
    )  # fmt: skip
    record |= score(found, truth, seed=seed, number=number)
    record |= _doubts(found, engine, seed, number)
    record |= {
        "log10_bayes_factor": bayes_factor(found),
        "rules": simple_rules(patient.chart),
        "predictors": predictors(patient.chart),
        "largest_share": largest_share(patient.chart),
        "last_day": patient.last_day,
        "observations": len(found.problem.observations.rows),
        "effective": found.draws.effective,
        "log_evidence": found.draws.log_evidence,
        "seconds_of_sampling": found.draws.seconds,
    }
    return record


def bayes_factor(found: Answer) -> float | None:
    """Log10 Bayes factor of clone-mediated recovery, as in `odds`; None if the prior has too few recoveries."""
    causes = found.prior.causes
    if causes is None or not causes.is_recovered.any():
        return None
    back = causes.is_recovered
    before = (float((causes.is_mediated & back).sum()) + 0.5) / (float(back.sum()) + 1.0)
    n = len(found.numbers)
    after = (float(found.events["clone-mediated"] or 0.0) * n + 0.5) / (n + 1.0)
    return float(np.log10(after / (1.0 - after)) - np.log10(before / (1.0 - before)))


def _doubts(found: Answer, engine: str, seed: int, number: int) -> dict[str, Any]:
    """Alarms as an explanation raises them: those that lower it, and those that only tell."""
    points, replicate = judge_fit(
        found.problem, found.draws, found.numbers, generator(seed, "calibration", "replicates", number)
    )
    alarms = raise_alarms(found.problem, found.draws, found.quantities, points, replicate, {})
    return {
        "alarms": sorted(alarm.name for alarm in alarms if alarm.weight != TELLS),
        "notes": sorted(alarm.name for alarm in alarms if alarm.weight == TELLS),
        "status": status_of(alarms, engine),
        "replicate": replicate,
    }


def _shares(chart: Chart) -> dict[str, float]:
    """Clone -> cell fraction at its last positive finding, for PNH and HLA loss in cells of the myeloid line."""
    found: dict[str, tuple[float, float]] = {}
    for m in chart.clone_measurements:
        if m.kind not in ("pnh", "hla_loss") or m.status != "positive" or m.specimen == "red_cells":
            continue
        fraction = cell_fraction(m, chart.sex).fraction
        if fraction is not None and (m.clone not in found or m.day >= found[m.clone][0]):
            found[m.clone] = (m.day, fraction)
    return {name: fraction for name, (_, fraction) in found.items()}


def predictors(chart: Chart) -> dict[str, float | None]:
    """What published predictors of a response read from a chart, None where it does not say.

    ``response at 3 months`` by the RACE definition (1 or 0); the first reticulocytes and lymphocytes (natural
    logarithm).
    """
    found: dict[str, float | None] = {}
    verdict = assess(chart, "response.race.3-months")[0].value
    found["response at 3 months"] = 1.0 if verdict in RESPONSES else (0.0 if verdict == NONE else None)
    for name in ("reticulocytes_1e9_per_l", "lymphocytes_1e9_per_l"):
        seen = [m.value for m in chart.series(name) if m.value > 0.0]
        found[name] = float(np.log(seen[0])) if seen else None
    return found


def largest_share(chart: Chart) -> float:
    """Cell fraction of the largest escape clone that the chart shows, 0 if none."""
    return max(_shares(chart).values(), default=0.0)


def simple_rules(chart: Chart) -> dict[str, float]:
    """Probability of clone-mediated recovery by rules of thumb.

    ``largest clone``: its share of cells. ``clone-derived counts``: 1 if the neutrophils of all escape clones together
    are more than half of them at the last count, which is what the two-by-two asks of the output.
    """
    shares = _shares(chart)
    return {
        "largest clone": float(min(1.0, max(shares.values(), default=0.0))),
        "clone-derived counts": float(sum(shares.values()) > CAUSE_FROM),
    }
