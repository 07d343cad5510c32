"""Command: calibrate."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any

import typer

from hscape.cli.common import (
    INTERRUPTED,
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
from hscape.parameters import Parameters

app = typer.Typer()


@app.command()
def calibrate(
    out: Annotated[Path, typer.Option(help="folder for calibration.json")],
    patients: Annotated[str, typer.Option(help="virtual patients a design in every evaluation")] = "240",
    iterations: Annotated[str, typer.Option(help="steps; each costs about thirteen evaluations")] = "3",
    workers: Annotated[str, typer.Option(help="processes")] = "2",
    on_coarse_courses: Annotated[
        bool, typer.Option("--on-coarse-courses", help="search widely on the coarse course; needs hscape[calibrate]")
    ] = False,
    generations: Annotated[str, typer.Option(help="of 18 sets each, on coarse courses")] = "60",
    seed: Seed = "7001",  # not the default of validate, which must judge on other people
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Fit the population of immune marrow failure to published figures; changes no file of the package."""
    from hscape.calibration.fit import calibrate as fit
    from hscape.calibration.fit import write_result
    from hscape.cohort.hooks import compile_once
    from hscape.folders import check_folder

    number, parameters = read_seed(seed), read_parameters(settings)
    n_patients, n_steps = whole(patients, "--patients", 20, 100_000), whole(iterations, "--iterations", 1, 50)
    n_workers = whole(workers, "--workers", 1, 256)
    n_generations = whole(generations, "--generations", 1, 10_000)
    check_folder(out)
    announce_compilation()
    if on_coarse_courses:
        _search(number, parameters, n_patients, n_workers, n_generations, out, as_json)
        return
    compile_once()
    result = fit(
        patients=n_patients, seed=number, workers=n_workers, iterations=n_steps, parameters=parameters, log=say
    )
    path = write_result(result, out)
    if as_json:
        print_json(
            envelope(
                "hscape.calibration/1", number, parameters,
                {"values": result.values, "figures": result.figures, "cost": list(result.cost), "file": str(path)},
            )
        )  # fmt: skip
        return
    for name, value in result.values.items():
        print(f"{name:48}{result.started[name]:>12.4g} -> {value:.4g}")
    for name, value in result.figures.items():
        print(f"{name:48}{value:>12.3f}")
    print(
        f"cost {result.cost[0]:.2f} -> {result.cost[1]:.2f}, {result.evaluations} evaluations, {result.seconds:.0f} s"
    )
    print(path)


def _search(
    seed: int, parameters: Parameters, people: int, workers: int, generations: int, out: Path, as_json: bool
) -> None:
    """Search widely and write what was found."""
    from hscape.calibration.search import search
    from hscape.durable import write_durably

    path = out / "calibration-on-coarse-courses.json"

    def write(content: dict[str, Any]) -> dict[str, Any]:
        found = envelope("hscape.calibration-on-coarse-courses/1", seed, parameters, content | {"file": str(path)})
        write_durably(path, (json.dumps(found, indent=1) + "\n").encode())
        return found

    kept: list[float] = []

    def keep(best: dict[str, float], misfit: float) -> None:
        write({"values": best, "misfit": [None, misfit]})
        kept.append(misfit)

    try:
        values, figures, (before, after) = search(
            generations=generations, people=people, seed=seed, workers=workers, parameters=parameters, log=say,
            keep=keep,
        )  # fmt: skip
    except KeyboardInterrupt:
        if not kept:
            raise
        say(f"hscape: stopped; the best numbers so far (misfit {kept[-1]:.1f}) are in {path}; --set takes the file.")
        raise typer.Exit(INTERRUPTED) from None
    known = {name: None if math.isnan(value) else value for name, value in figures.items()}
    found = write({"values": values, "figures": known, "misfit": [before, after]})
    if as_json:
        print_json(found)
        return
    for name, value in values.items():
        print(f"{name:48}{parameters[name]:>12.4g} -> {value:.4g}")
    for name, value in figures.items():
        print(f"{name:48}{value:>12.3f}")
    print(f"misfit {before:.1f} -> {after:.1f}; hold the result against `hscape validate --set ...`")
    print(path)
