"""Commands of the simulator: simulate, validate, verify, examples, bench, parameters, version."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from hscape.cli.common import (
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
verify_app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Check the kernels against exact answers, and the inference against patients whose truth is known.",
    rich_markup_mode=None,
)
app.add_typer(verify_app, name="verify")


@app.command()
def simulate(
    scenario: Annotated[str, typer.Argument(help="name of a shipped scenario or a YAML file")],
    seed: Seed = None,
    out: Annotated[Path | None, typer.Option(help="folder for tables and pictures (default: results/NAME)")] = None,
    workers: Annotated[str, typer.Option(help="threads; the result does not depend on it")] = "1",
    patients: Annotated[str | None, typer.Option(help="how many patients, each with draws of its own")] = None,
    colonies: Annotated[
        str | None, typer.Option(help="sample so many single-cell colonies on the last day and write their tree")
    ] = None,
    settings: Settings = None,
    as_json: AsJson = False,
    show: Annotated[bool, typer.Option("--show", help="open the picture in the system's viewer")] = False,
) -> None:
    """Simulate a scenario and write tables, pictures, provenance and a digest."""
    from hscape.scenario import load_scenario

    number = read_seed(seed)
    threads = whole(workers, "--workers", 1, 256)
    n_colonies = 0 if colonies is None else whole(colonies, "--colonies", 2, 10_000)
    parameters = read_parameters(settings)
    plan = load_scenario(scenario)
    if patients is not None:
        plan = plan.model_copy(update={"patients": whole(patients, "--patients", 1, 1_000_000)})
    folder = out if out is not None else Path("results") / plan.name.replace(" ", "-")
    from hscape.folders import check_folder
    from hscape.results import run_scenario, write_results

    plan.case(parameters) if plan.cause else plan.patient(parameters)
    check_folder(folder)
    announce_compilation()
    started = time.perf_counter()
    lived = run_scenario(
        plan,
        seed=number,
        workers=threads,
        parameters=parameters,
        progress=progress_line()[0] if plan.patients > 1 else None,
    )
    result = write_results(folder, plan, lived, time.perf_counter() - started, n_colonies)
    for sentence in result["colonies_left_out"]:
        say(f"hscape: {sentence}")
    if as_json:
        content = {key: result[key] for key in ("digest", "patients", "kernel", "seconds", "files", "summary", "care")}
        print_json(envelope("hscape.simulation/1", number, parameters, content | {"folder": str(folder)}))
    else:
        _describe(plan, result, folder)
    if show:
        _open_picture(folder, result["files"])


def _describe(plan: Any, result: dict[str, Any], folder: Path) -> None:
    print(plan.what or plan.name)
    rows = (
        ("hemoglobin", "hemoglobin_g_per_dl", "g/dL", 1),
        ("reticulocytes", "reticulocytes_1e9_per_l", "10^9/L", 0),
        ("neutrophils", "neutrophils_1e9_per_l", "10^9/L", 2),
        ("platelets", "platelets_1e9_per_l", "10^9/L", 0),
        ("stem cells", "stem_cells_count", "", 0),
    )
    print(f"{'':14}{'first':>10}{'lowest':>10}{'highest':>10}{'last':>10}")
    for name, column, unit, digits in rows:
        if column in result["summary"]:
            s = result["summary"][column]
            values = "".join(f"{s[key]:>10.{digits}f}" for key in ("first", "lowest", "highest", "last"))
            print(f"{name:14}{values}  {unit}")
    if result["care"]:
        print(_care_line(result["care"]))
    print(f"seed {result['seed']}, digest {result['digest'][:16]}")
    for file in result["files"]:
        print(folder / file)


def _care_line(care: dict[str, Any]) -> str:
    """What happened to the first patient."""
    if care["diagnosis_day"] is None:
        return "The failure never showed: no count fell below what brings this person to the clinic."
    given = ", ".join(care["treatments"]) or "no treatment"
    end = (
        f"death on day {care['last_day_after_diagnosis']:.0f} ({care['death']})"
        if care["death"]
        else "alive at the end"
    )
    return (
        f"diagnosis {care['diagnosis_day']:.0f} days after the cause began; {given}; "
        f"{care['transfusions']} transfusions; {end} (days after diagnosis)"
    )


def _open_picture(folder: Path, files: list[str]) -> None:
    import webbrowser

    for name in ("reserve.png", "counts.png", "clones.png"):
        if name in files:
            if not webbrowser.open((folder / name).resolve().as_uri()):
                say(f"No viewer here; open {folder / name} yourself.")
            return


@app.command()
def validate(
    settings: Settings = None,
    seed: Seed = "1",
    as_json: AsJson = False,
    only: Annotated[str | None, typer.Option(help="ids of rows with commas between them, for example 12,21,44")] = None,
    biology: Annotated[bool, typer.Option("--biology", help="only the rows on biology")] = False,
    clinical: Annotated[bool, typer.Option("--clinical", help="only the rows on clinical studies")] = False,
    patients: Annotated[
        str | None, typer.Option(help="eligible patients in each simulated study (default 1000)")
    ] = None,
) -> None:
    """Hold published facts and published studies against what the simulator gives; minutes for all rows."""
    from hscape.validation import judge
    from hscape.validation import validate as run_validation
    from hscape.validation.rows import PARTS
    from hscape.validation.studies import PATIENTS

    number = read_seed(seed)
    parameters = read_parameters(settings)
    n_patients = PATIENTS if patients is None else whole(patients, "--patients", 1, 100_000)
    parts = [part for part, is_asked in zip(PARTS, (biology, clinical), strict=True) if is_asked] or list(PARTS)
    chosen = [name.strip() for name in only.split(",") if name.strip()] if only is not None else None
    announce_compilation()
    rows = run_validation(
        parameters,
        seed=number,
        parts=parts,
        only=chosen,
        patients=n_patients,
        progress=None if as_json else say,
    )
    gate = judge(rows)
    if as_json:
        content = {"patients": n_patients, "rows": [row.as_dict() for row in rows], "gate": gate.as_dict()}
        print_json(envelope("hscape.validation/1", number, parameters, content))
    else:
        for row in rows:
            print(row.as_line())
        evidence = [row for row in rows if row.role != "input"]
        print(f"{sum(row.passed for row in evidence)} of {len(evidence)} rows pass that are not inputs.")
        print(gate.as_line())
    if not all(row.passed for row in rows):
        raise typer.Exit(MISSES)


@verify_app.command("dsmts")
def verify_dsmts(
    model: Annotated[str, typer.Option(help="model of the discrete stochastic test suite, for example 001-01")],
    out: Annotated[Path, typer.Option(help="file for the samples, .npy, shape (runs, 51): X at t = 0, 1, ..., 50")],
    runs: Annotated[str, typer.Option(help="how many runs")] = "10000",
    seed: Seed = "1",
    kernel: Annotated[str, typer.Option(help="step or exact")] = "step",
    as_json: AsJson = False,
) -> None:
    """Run a published stochastic test model on a production kernel."""
    from hscape.verify.dsmts import check_samples, run_model, write_samples

    number = read_seed(seed)
    n_runs = whole(runs, "--runs", 1, 10_000_000)
    announce_compilation()
    samples = run_model(model, runs=n_runs, seed=number, kernel=kernel)
    write_samples(out, samples)
    verdict = check_samples(model, samples)
    if as_json:
        print_json(
            envelope(
                "hscape.dsmts/1",
                number,
                None,
                verdict | {"model": model, "kernel": kernel, "runs": n_runs, "file": str(out)},
            )
        )
    else:
        print(
            f"{model} {kernel}: largest |Z| of the mean {verdict['largest_abs_z_mean']:.2f}, of the standard deviation "
            f"{verdict['largest_abs_z_sd']:.2f}; {verdict['n_mean_above_3']} of 50 means above 3; samples in {out}"
        )


@app.command()
def examples(as_json: AsJson = False) -> None:
    """List what is shipped to try."""
    from hscape import examples as charts
    from hscape.cohort import design_names, load_design
    from hscape.scenario import load_scenario, scenario_names

    found = {
        "scenarios": [{"name": name, "what": load_scenario(name).what} for name in scenario_names()],
        "cohorts": [{"name": name, "what": load_design(name).what} for name in design_names()],
        "charts": [
            {"name": name, "what": charts.what(name), "file": str(charts.example_path(name))} for name in charts.names()
        ],
    }
    if as_json:
        print_json(envelope("hscape.examples/1", None, None, found))
        return
    for title, command, kind in (
        ("Scenarios", "simulate NAME", "scenarios"),
        ("Virtual trials", "cohort run NAME", "cohorts"),
        ("Charts of simulated patients", "assess FILE", "charts"),
    ):
        print(f"{title} (hscape {command})")
        for entry in found[kind]:
            print(f"  {entry['name']:24}{entry['what']}")
            if "file" in entry:
                print(f"  {'':24}{entry['file']}")


@app.command()
def bench(
    as_json: AsJson = False, quick: Annotated[bool, typer.Option("--quick", help="fewer repeats")] = False
) -> None:
    """Measure speed, as ratios to other tools where they are installed."""
    from hscape.verify.bench import run_benchmarks

    announce_compilation()
    rows = run_benchmarks(quick=quick, say=say)
    if as_json:
        print_json(envelope("hscape.bench/1", None, None, {"rows": rows}))
        return
    for row in rows:
        peer = (
            f"{row['peer']:.4g} ({row['peer_name']}), ratio {row['ratio']:.3g}"
            if row["peer"] is not None
            else row["note"]
        )
        print(f"{row['work']:52}{row['ours']:>12.4g} {row['unit']:10} {peer}")


@app.command()
def parameters(
    name: Annotated[str | None, typer.Argument(help="id, or part of one")] = None, as_json: AsJson = False
) -> None:
    """List every number of the model with its unit, range, source and role."""
    from dataclasses import asdict

    from hscape.parameters import records, sources

    found = [record for record in records().values() if name is None or name in record.id]
    if not found:
        from hscape.errors import unknown_name

        raise unknown_name("parameters", str(name), records(), kind="parameter")
    if as_json:
        print_json(
            envelope(
                "hscape.parameters/1",
                None,
                None,
                {"parameters": [asdict(r) | {"citation": sources()[r.source]} for r in found]},
            )
        )
        return
    for record in found:
        print(
            f"{record.id:55}{record.value:>12g} {record.unit:12} [{record.low:g}, {record.high:g}] "
            f"{record.role}, {record.source}"
        )


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the version and the fingerprint of all parameters and rates."""
    head = envelope("hscape.version/1", None, None, {})
    if as_json:
        print_json(head)
    else:
        print(f"hscape {head['version']}, fingerprint {head['fingerprint'][:16]}")
