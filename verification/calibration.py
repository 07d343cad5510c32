"""Honesty of the inference: coverage, power of the test, attribution, and alarms where the model is wrong.

Every patient is a file under ``results/verification/``, so that a stopped run goes on where it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hscape.inference.calibration.design import settings
from hscape.inference.calibration.fitter_faults import FAULTS
from hscape.inference.calibration.misfits import MISFITS
from hscape.inference.calibration.posterior import LIGHT
from hscape.inference.calibration.power import Verdict, judge
from hscape.inference.calibration.run import Check, run_check, taken
from hscape.inference.calibration.summary import auc, pooled_error, summarize, wilson
from verification.kept_records import about, count, note_new, prepare

SEED = 20261122
WORKERS = int(os.environ.get("HSCAPE_VERIFY_WORKERS", "2"))
ROOT = Path(__file__).parents[1] / "results" / "verification"
#: Patients drawn: engine or study -> (quick, whole). Records are kept by number, so that a run goes on where one ended.
SIZES = {
    "preview": (30, 500),
    "answer": (10, 500),
    "power": (4, 72),
    "attribution": (24, 600),
    "counts": (24, 600),
    "misfit": (3, 48),
    "forecast": (12, 240),
}
#: Patients on whom a fault that the check did not see at first is looked at once more.
MOST_FOR_POWER = 200
#: Alarms that speak of the model and not of the sampler.
MODEL_ALARMS = ("points", "fit", "edge of the prior")
SERIOUS = 0.3
#: Serious failures after which a fault of the world needs no more patients, and patients that are added at a time.
ENOUGH_SERIOUS, AT_A_TIME = 50, 24
#: Numbers of patients below this were seen while it was decided of what an answer consists (docs/decisions/0009).
DECIDED_ON = 80
#: Numbers below this were used to choose by how much a preview is drawn wider than the network.
SPREAD_CHOSEN_ON = 250
Say = Callable[[str], None]


def records_of(check: Check, patients: int, say: Say) -> list[dict[str, Any]]:
    name = "-".join(part.replace(" ", "_") for part in (check.study, check.engine, check.fault, check.misfit) if part)
    every = max(1, patients // 10)

    def progress(done: int, total: int) -> None:
        if done % every == 0:
            say(f"{name}: {done} of {total}")

    prepare(name)
    before = count(name)
    records = run_check(check, ROOT / name, patients=patients, workers=WORKERS, progress=progress)
    note_new(name, before)
    return records


def size_of(name: str, quick: bool) -> int:
    return SIZES[name][0 if quick else 1]


def core_hours(records: Sequence[dict[str, Any]]) -> str:
    """What the records cost, over all runs in which they were made."""
    return f"{sum(record.get('seconds', 0.0) for record in records) / 3600.0:.1f} core-hours over all runs"


def number(value: float | None, digits: int = 2) -> str:
    return "" if value is None or not np.isfinite(value) else f"{value:.{digits}f}"


def sbc_section(quick: bool, say: Say) -> list[str]:
    """Coverage of the engines and calibration of probabilities."""
    lines = ["## Inference: simulation-based calibration", "",
             "Virtual patients drawn from the analysis prior live the full model, are observed on irregular days (follow-up of "
             "6 to 30 months; supportive care, cyclosporine, horse ATG with cyclosporine, with eltrombopag; routine, research "
             "or no clone assays) and are explained. Patients are taken or left by what the chart shows. Ranks of the truth "
             "are uniform if the answer is calibrated. Wanted: pooled coverage of 90 % intervals 0.885 to 0.915, of 50 % "
             "intervals 0.47 to 0.53; slopes of calibration curves 0.9 to 1.1. The slope of the curve is that of what happened on "
             "the probability; the slope of the logits looks at the few surprises next to 0 and 1, and is above one where "
             "probabilities are too careful there.", ""]  # fmt: skip
    for engine in ("preview", "answer"):
        lines += _engine_lines(engine, records_of(Check(engine=engine, seed=SEED), size_of(engine, quick), say))
    return lines


def _engine_lines(engine: str, records: Sequence[dict[str, Any]]) -> list[str]:
    found = summarize(records)
    people, joint = found["patients"], found["joint"]
    seconds = np.array([record["seconds_of_sampling"] for record in taken(records)])
    left = "; ".join(f"{reason}: {n}" for reason, n in people["left_out"].items()) or "none"
    pooled = found["coverage"][-1]
    lines = [f"### Engine {engine}", "",
             f"{people['explained']} of {people['drawn']} patients explained (left out: {left}; failed: "
             f"{len(people['failed'])}); sampling took {np.median(seconds):.1f} s in the middle; {core_hours(records)}. Pooled "
             f"coverage: 90 % {pooled['coverage_90']:.3f} (standard error {pooled_error(records, 0.45):.3f}), 50 % "
             f"{pooled['coverage_50']:.3f} ({pooled_error(records, 0.25):.3f}), patients as clusters. Joint test (TARP, seven "
             f"numbers): largest distance {number(joint['largest_distance'], 3)}, p {number(joint['uniform_p'], 3)}. {about(prepare(f'sbc-{engine}'))}", "",
             "| quantity | in 50 % | in 90 % | mean rank | uniform ranks, p | variance removed, mean | n |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for row in found["coverage"][:-1]:
        name = row["quantity"]
        learnt = found["contraction"].get(name, {}).get("mean")
        lines.append(
            f"| {name.replace('_', ' ')} | {row['coverage_50']:.2f} | {row['coverage_90']:.2f} "
            f"| {np.mean(found['ranks'][name]):.2f} | {row['uniform_p']:.3f} | {number(learnt)} | {row['n']} |"
        )
    lines += ["", "| probability | happened | Brier | Brier of the base rate | slope of the curve (standard error) "
              "| slope of the logits (standard error) | intercept | AUC | n |", "|---|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for name, row in found["probabilities"].items():
        lines.append(
            f"| {name} | {row['happened']:.2f} | {row['brier']:.3f} | {row['brier_of_base_rate']:.3f} "
            f"| {number(row['curve_slope'])} ({number(row['curve_error'])}) "
            f"| {number(row['slope'])} ({number(row['slope_error'])}) | {number(row['intercept'])} "
            f"| {number(row['auc'])} | {row['n']} |"
        )
    return [*lines, "", *_parts(engine, records), *_learnt_with_clones(records)]


def _parts(engine: str, records: Sequence[dict[str, Any]]) -> list[str]:
    """Coverage of answers that no alarm of these runs lowered, and of patients on whom nothing was decided."""
    if engine == "preview":
        parts = {f"numbers from {SPREAD_CHOSEN_ON} on, on whom nothing was decided": [
            r for r in taken(records) if r["number"] >= SPREAD_CHOSEN_ON
        ]}  # fmt: skip
        return _part_lines(parts)
    parts = {
        "answers that no alarm of these runs lowered": [r for r in taken(records) if r["status"] == "answer"],
        "answers that an alarm of these runs lowered to a preview": [
            r for r in taken(records) if r["status"] != "answer"
        ],
        f"numbers from {DECIDED_ON} on, on whom nothing was decided": [
            r for r in taken(records) if r["number"] >= DECIDED_ON
        ],
    }
    return _part_lines(parts)


def _part_lines(parts: dict[str, list[dict[str, Any]]]) -> list[str]:
    lines = ["| part | patients | in 50 % | in 90 % (standard error) |", "|---|---|---|---|"]
    for name, some in parts.items():
        if some:
            pooled = summarize(some)["coverage"][-1]
            lines.append(f"| {name} | {len(some)} | {pooled['coverage_50']:.3f} | {pooled['coverage_90']:.3f} "
                         f"({pooled_error(some, 0.45):.3f}) |")  # fmt: skip
    return [*lines, ""]


def _learnt_with_clones(records: Sequence[dict[str, Any]]) -> list[str]:
    chosen = [record for record in taken(records) if record["assays"] == "research"]
    if not chosen:
        return []
    found = summarize(chosen)["contraction"]
    words = ", ".join(
        f"{name.replace('_', ' ')} {found[name]['mean']:.2f}"
        for name in ("immune_pressure_per_day", "attributed_to_escape", "reserve_fraction")
        if name in found
    )
    return [f"Variance removed in the {len(chosen)} patients with a research laboratory: {words}.", ""]


def power_section(quick: bool, say: Say) -> list[str]:
    """Does the check notice a fitter with a fault?"""
    n = size_of("power", quick)
    rows, caught = [], 0
    alone, _ = _judged("", n, (), say)
    rows.append(_power_row("the fitter as it is", n, alone, alone.by))
    for name, fault in FAULTS.items():
        patients = n
        verdict, by = _judged(name, patients, alone.by, say)
        if not by and not quick:
            patients = MOST_FOR_POWER
            verdict, by = _judged(name, patients, alone.by, say)
        caught += bool(by)
        rows.append(_power_row(fault.words, patients, verdict, by))
    return ["## Inference: power of the check", "",
            "One island of little effort (without chains and network; the preview does not read the likelihood, so faults of "
            f"it would not show) on the first {n} patients, with {len(FAULTS)} planted faults: {caught} caught; a fault that "
            f"is not caught on {n} is looked at once more on {MOST_FOR_POWER}. The test calls a fault by the ranks of a "
            "quantity, by pooled coverage, by coverage, by the score of the truth (Dawid and Sebastiani) or by the log "
            "evidence against the fitter as it is on the same patients, or because nothing is learnt any more; what it would "
            "call the fitter as it is for does not count (this island alone is too sure on so few particles).", "",
            "| fault | patients | pooled in 90 % | lowest p of uniform ranks | p of coverage against the fitter as it is "
            "| of the score | of the evidence | caught by |",
            "|---|---|---|---|---|---|---|---|", *rows, ""]  # fmt: skip


def _judged(fault: str, n: int, as_it_is: tuple[str, ...], say: Say) -> tuple[Verdict, tuple[str, ...]]:
    """What the check says of a fault, and by which tests that do not call the fitter as it is."""
    sound = records_of(Check(engine=LIGHT, seed=SEED), n, say)
    if not fault:
        return judge(sound), ()
    verdict = judge(records_of(Check(engine=LIGHT, seed=SEED, fault=fault), n, say), sound)
    return verdict, tuple(word for word in verdict.by if word not in as_it_is)


def _power_row(words: str, n: int, verdict: Verdict, by: tuple[str, ...]) -> str:
    return (
        f"| {words} | {n} | {verdict.coverage_90:.3f} | {verdict.lowest_p:.1e} | {number(verdict.paired_p, 4)} "
        f"| {number(verdict.score_p, 4)} | {number(verdict.evidence_p, 4)} | {'; '.join(by) or 'no'} |"
    )


def attribution_section(quick: bool, say: Say) -> list[str]:
    """Who rebuilt the marrow: with clone findings at 0, 6 and 24 months, and on counts alone."""
    n = size_of("attribution", quick)
    drawn = records_of(Check(engine="answer", seed=SEED, study="attribution"), n, say)
    clones = taken(drawn)
    counts = taken(records_of(Check(engine="preview", seed=SEED, study="counts"), size_of("counts", quick), say))
    lines = ["## Inference: who rebuilt the marrow", "",
             f"{n} patients drawn; those whose chart shows recovered counts free of transfusion at 24 months are explained, "
             "with PNH flow, HLA flow and sequencing at 0, 6 and 24 months. Without any clone finding "
             f"{size_of('counts', quick)} patients were drawn. Escape clones "
             f"arise {settings()['attribution_clone_rate_fold']:g} times as often as under the analysis prior, for patients and prior alike. Truth: the "
             "full model lived again without escape; mediated means that more than half of the output would be missing. "
             f"Engine: answer; on counts alone preview. {core_hours(drawn)} for the answers.", ""]  # fmt: skip
    if not clones or not counts:
        return [*lines, "No recovered patient among them.", ""]
    lines += _attribution_table(clones)
    known = [record["log10_bayes_factor"] for record in counts if record["log10_bayes_factor"] is not None]
    size = np.abs(np.array(known, dtype=float))
    below = int((size < 1.0).sum())
    low, high = wilson(below, len(size))
    inside = sum(0.1 <= record["events"]["clone-mediated"][0] <= 0.9 for record in counts)
    found = summarize(clones)["contraction"]
    learnt = ", ".join(f"{name.replace('_', ' ')} {found[name]['mean']:.2f} (middle {found[name]['median']:.2f})"
                       for name in ("immune_pressure_per_day", "attributed_to_escape") if name in found)  # fmt: skip
    p, y = (np.array([record["events"]["clone-mediated"][k] for record in counts], dtype=float) for k in (0, 1))
    lines += ["", f"Variance removed with clone findings: {learnt} (wanted: 0.7 and 0.5).", "",
              f"On counts alone the probability of clone-mediated recovery is {p.mean():.2f} in the mean where {y.mean():.2f} "
              f"happened; Brier {np.mean((p - y) ** 2):.3f} (base rate {y.mean() * (1.0 - y.mean()):.3f})."]  # fmt: skip
    lines += ["", f"Counts alone: |log10 Bayes factor| below 1 in {below} of {len(size)} ({low:.2f} to {high:.2f}; wanted at "
              f"least 0.95); {len(counts) - len(size)} without one (too few recoveries in the "
              f"prior); probability between 0.1 and 0.9 in {inside}.", ""]  # fmt: skip
    return lines


def _attribution_table(records: Sequence[dict[str, Any]]) -> list[str]:
    p = np.array([record["events"]["clone-mediated"][0] for record in records])
    y = np.array([record["events"]["clone-mediated"][1] for record in records])
    dominates = np.array([record["largest_share"] > 0.5 for record in records])
    decided = (p < 0.1) | (p > 0.9)
    wrong = int((decided & ((p > 0.5) != y)).sum())
    low, high = wilson(wrong, int(decided.sum()))
    lines = [f"{len(p)} patients, {int(y.sum())} clone-mediated; the largest clone holds more than half in "
             f"{int(dominates.sum())}. Decided (below 0.1 or above 0.9): {decided.mean():.2f}; wrong among them: {wrong} of "
             f"{int(decided.sum())} ({low:.3f} to {high:.3f}; wanted: at most 0.05).", "",
             "| answer | Brier | AUC | AUC where the clone dominates |", "|---|---|---|---|"]  # fmt: skip
    answers = {"inference": p} | {
        name: np.array([record["rules"][name] for record in records]) for name in records[0]["rules"]
    }
    answers["base rate"] = np.full(len(y), float(y.mean()))
    for name, values in answers.items():
        among = auc(values[dominates], y[dominates])
        lines.append(
            f"| {name} | {np.mean((values - y) ** 2):.3f} | {number(auc(values, y), 3)} | {number(among, 3)} |"
        )
    return lines


def misspecification_section(quick: bool, say: Say) -> list[str]:
    """Alarms where the model is wrong, and where it is not."""
    n = size_of("misfit", quick)
    sound = taken(records_of(Check(engine="preview", seed=SEED), size_of("preview", quick), say))
    lines = ["## Inference: alarms where the model is wrong", "",
             f"Up to {n} patients drawn for each planted fault of the world, fewer where {ENOUGH_SERIOUS} serious failures were "
             "found before, engine preview; where nothing is planted all previews of the calibration above. An alarm is one that speaks of the model "
             f"({', '.join(MODEL_ALARMS)}). Serious: the part attributed to escape is off by more than {SERIOUS}. Wanted: 0.8 "
             "alarmed among the serious, at most 0.05 where nothing is planted. Intervals: Wilson, 95 %.", "",
             "| fault | patients | alarmed | serious | alarmed among the serious |", "|---|---|---|---|---|",
             _alarm_row("none", sound)]  # fmt: skip
    for name, misfit in MISFITS.items():
        check, drawn = Check(engine="preview", seed=SEED, misfit=name), min(AT_A_TIME, n)
        records = taken(records_of(check, drawn, say))
        while drawn < n and sum(_is_serious(record) for record in records) < ENOUGH_SERIOUS:
            drawn = min(drawn + AT_A_TIME, n)
            records = taken(records_of(check, drawn, say))
        lines.append(_alarm_row(misfit.words, records))
    return [*lines, ""]


def _is_serious(record: dict[str, Any]) -> bool:
    return abs(record["means"]["attributed_to_escape"] - record["truth"]["attributed_to_escape"]) > SERIOUS


def _alarm_row(words: str, records: Sequence[dict[str, Any]]) -> str:
    alarmed = [any(name in MODEL_ALARMS for name in record["alarms"]) for record in records]
    serious = [_is_serious(record) for record in records]
    both = sum(a and s for a, s in zip(alarmed, serious, strict=True))
    return f"| {words} | {len(records)} | {_share(sum(alarmed), len(records))} | {sum(serious)} | {_share(both, sum(serious))} |"


def _share(hits: int, n: int) -> str:
    if not n:
        return "none"
    low, high = wilson(hits, n)
    return f"{hits / n:.2f} ({low:.2f} to {high:.2f})"
