"""Command that checks the inference: `verify sbc`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hscape.cli.common import (
    INTERRUPTED,
    MISSES,
    AsJson,
    Seed,
    announce_compilation,
    envelope,
    print_json,
    read_seed,
    say,
    whole,
)
from hscape.cli.progress import progress_line


def verify_sbc(
    engine: Annotated[str, typer.Option(help="preview, answer or smc")] = "preview",
    patients: Annotated[str, typer.Option(help="how many virtual patients are drawn")] = "100",
    seed: Seed = None,
    workers: Annotated[str, typer.Option(help="processes; the result does not depend on it")] = "1",
    out: Annotated[
        Path | None, typer.Option(help="folder, one file a patient (default: results/sbc-ENGINE-SEED)")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Explain virtual patients of the full model and hold the answers against the truth.

    The same command with the same seed goes on where a stopped one was.
    """
    from hscape.inference.calibration.run import LARGEST_CHECK, Check, run_check
    from hscape.inference.calibration.summary import summarize
    from hscape.inference.prior import analysis_prior

    number = read_seed(seed)
    check = Check(engine=engine, seed=number)
    n_patients = whole(patients, "--patients", 1, LARGEST_CHECK)
    n_workers = whole(workers, "--workers", 1, 256)
    folder = out if out is not None else Path("results") / f"sbc-{engine}-{number}"
    if seed is None:
        say(f"Seed {number}; to go on after a stop, give --seed {number}.")
    announce_compilation()
    progress, done = progress_line()
    try:
        records = run_check(check, folder, patients=n_patients, workers=n_workers, progress=progress)
    except KeyboardInterrupt:
        say(
            f"hscape: stopped after {done[0]} of {n_patients} patients; the same command with --seed {number} "
            "goes on from there."
        )
        raise typer.Exit(INTERRUPTED) from None
    content = {"engine": engine, "folder": str(folder)} | summarize(records)
    if as_json:
        print_json(envelope("hscape.sbc/1", number, analysis_prior(), content))
    else:
        _tell(content)
    if content["patients"]["failed"]:
        say(f"{len(content['patients']['failed'])} of {n_patients} patients failed; see {folder / 'patients'}.")
        raise typer.Exit(MISSES)


def _tell(content: dict[str, Any]) -> None:
    people = content["patients"]
    print(f"{people['explained']} of {people['drawn']} simulated patients were explained by {content['engine']}.")
    for reason, n in people["left_out"].items():
        print(f"left out, {reason}: {n}")
    print(f"{'quantity':34}{'in 50 %':>9}{'in 90 %':>9}{'n':>7}")
    for row in content["coverage"]:
        if row["n"]:
            print(f"{row['quantity']:34}{row['coverage_50']:>9.3f}{row['coverage_90']:>9.3f}{row['n']:>7}")
    print(f"{'probability':34}{'Brier':>9}{'base':>9}{'curve':>9}{'logits':>9}{'n':>7}")
    for name, row in content["probabilities"].items():
        curve, slope = ("" if row[key] is None else f"{row[key]:.2f}" for key in ("curve_slope", "slope"))
        print(f"{name:34}{row['brier']:>9.3f}{row['brier_of_base_rate']:>9.3f}{curve:>9}{slope:>9}{row['n']:>7}")
    print(content["folder"])
