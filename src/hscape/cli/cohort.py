"""Commands for many virtual patients: run a design, list the shipped designs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hscape.cli.common import (
    INTERRUPTED,
    MISSES,
    AsJson,
    Seed,
    Settings,
    announce_compilation,
    envelope,
    print_json,
    read_parameters,
    read_seed,
    say,
    whole,
)
from hscape.cli.progress import progress_line

app = typer.Typer()
cohort_app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Simulate many virtual patients by a design.",
    rich_markup_mode=None,
)
app.add_typer(cohort_app, name="cohort")


@cohort_app.command()
def run(
    file: Annotated[str, typer.Argument(help="name of a shipped design or a YAML file")],
    patients: Annotated[str, typer.Option(help="how many patients")] = "100",
    seed: Seed = None,
    workers: Annotated[str, typer.Option(help="processes; the result does not depend on it")] = "1",
    out: Annotated[Path | None, typer.Option(help="folder for results (default: results/NAME)")] = None,
    scheduler: Annotated[str | None, typer.Option(help="address of a Dask scheduler, tcp://host:8786")] = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a cohort; the same command again goes on where a stopped one was."""
    from hscape.cohort import load_design, run_cohort
    from hscape.cohort.run import LARGEST_COHORT

    number = read_seed(seed)
    n_workers = whole(workers, "--workers", 1, 256)
    n_patients = whole(patients, "--patients", 1, LARGEST_COHORT)
    parameters = read_parameters(settings)
    design = load_design(file)
    folder = out if out is not None else Path("results") / design.name.replace(" ", "-")
    if seed is None:
        say(f"Seed {number}; to go on after a stop, give --seed {number}.")
    announce_compilation()
    progress, done = progress_line()
    try:
        result = run_cohort(
            design,
            folder,
            patients=n_patients,
            seed=number,
            workers=n_workers,
            parameters=parameters,
            scheduler=scheduler,
            progress=progress,
        )
        content = _describe(design, result, folder)
    except KeyboardInterrupt:
        say(
            f"hscape: stopped after {done[0]} of {n_patients} patients; the same command with --seed {number} "
            "goes on from there."
        )
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json(envelope("hscape.cohort/1", number, parameters, content))
    else:
        _tell(design, content)
    if result.failures:
        say(f"{len(result.failures)} of {n_patients} patients failed; see {folder / 'failures.csv'}.")
        raise typer.Exit(MISSES)


def _describe(design: Any, result: Any, folder: Path) -> dict[str, Any]:
    """Draw the pictures; everything that is printed."""
    import pandas as pd

    from hscape.cohort.summary import summary
    from hscape.plots.cohort_pictures import save_pictures

    arms = [arm.name for arm in design.arms]
    table = pd.read_parquet(folder / "patients.parquet")
    save_pictures(folder, design, table)
    keys = ("patients", "finished_patients", "failed_patients", "run_fingerprint", "digest", "seconds")
    return {
        **{key: result.provenance[key] for key in keys},
        "folder": str(folder),
        "files": sorted(path.name for path in folder.iterdir() if path.is_file()),
        "summary": summary(table, arms, design.responses),
    }


def _tell(design: Any, content: dict[str, Any]) -> None:
    print(design.what or design.name)
    for row in content["summary"]["screening"]:
        print(f"{row['arm']:28}{row['patients']:>8}  {row['reason']}")
    print(f"{'response, simulated patients':28}{'month':>6}{'n':>7}{'share':>8}  95 % interval")
    for row in content["summary"]["responses"]:
        if row["n"]:
            name = f"{row['arm']}, {row['definition']}"
            interval = f"{100 * row['low']:.0f} to {100 * row['high']:.0f} %"
            print(f"{name:28}{row['month']:>6}{row['n']:>7}{100 * row['share']:>6.0f} %  {interval}")
    print(f"digest {content['digest'][:16]}, {content['finished_patients']} patients in {content['seconds']:.0f} s")
    for file in content["files"]:
        print(f"{content['folder']}/{file}")


@cohort_app.command()
def designs(as_json: AsJson = False) -> None:
    """List the shipped designs."""
    from hscape.cohort import design_names, load_design

    found = [{"name": name, "what": load_design(name).what} for name in design_names()]
    if as_json:
        print_json(envelope("hscape.designs/1", None, None, {"designs": found}))
        return
    for entry in found:
        print(f"{entry['name']:18}{entry['what']}")
