"""The command `counterfactual`: the same patient on the same draws with one thing changed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from hscape.cli.common import (
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
from hscape.errors import InputError

app = typer.Typer()
_Clones = Annotated[list[str] | None, typer.Option(help="label in clones.csv, or a kind; may be given several times")]


@app.command()
def counterfactual(
    scenario: Annotated[str, typer.Argument(help="name of a shipped scenario with a cause, or a YAML file")],
    without: _Clones = None,
    without_escape: _Clones = None,
    without_fitness: _Clones = None,
    without_treatment: Annotated[list[str] | None, typer.Option(help="a treatment of the plan, or all")] = None,
    earlier_treatment: Annotated[float, typer.Option(help="days by which all care comes earlier")] = 0.0,
    seed: Seed = None,
    patients: Annotated[str, typer.Option(help="more than one: whether the largest clones were the cause")] = "1",
    out: Annotated[Path | None, typer.Option(help="folder for comparison.csv")] = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Re-run a patient on the same draws with one thing changed; without options, ask about the largest clone."""
    from hscape.counterfactuals import Changes

    number, parameters = read_seed(seed), read_parameters(settings)
    n_patients = whole(patients, "--patients", 1, 100_000)
    case = _read_case(scenario, parameters)
    changes = Changes(
        without=tuple(without or ()), without_escape=tuple(without_escape or ()),
        without_fitness=tuple(without_fitness or ()), without_treatment=tuple(without_treatment or ()),
        earlier_treatment_days=earlier_treatment,
    )  # fmt: skip
    if n_patients > 1 and changes != Changes():
        raise InputError("--patients: many patients are asked about their largest clones; leave the other options out.")
    if out is not None:
        from hscape.folders import check_folder

        check_folder(out)
    announce_compilation()
    content = _many(case, number, n_patients) if n_patients > 1 else _one(case, number, changes, out)
    if as_json:
        print_json(envelope("hscape.counterfactual/1", number, parameters, _finite(content)))
    else:
        _describe(content)
        print(f"seed {number}. Research use only; a clone that resists attack is not thereby safe.")


def _read_case(scenario: str, parameters: Any) -> Any:
    from hscape.scenario import load_scenario

    plan = load_scenario(scenario)
    if plan.cause is None:
        raise InputError(f"{scenario}: has no cause, so nobody is treated and nothing recovers; give one with a cause.")
    return plan.case(parameters)


def _many(case: Any, seed: int, patients: int) -> dict[str, Any]:
    from hscape.counterfactuals import attribute_many

    found = attribute_many(
        case,
        seed=seed,
        patients=patients,
        progress=lambda done, all_: say(f"{done} of {all_}") if done % 25 == 0 else None,
    )
    return {"summary": found.summary(), "attributions": [one.as_dict() for one in found.attributions]}


def _one(case: Any, seed: int, changes: Any, out: Path | None) -> dict[str, Any]:
    from hscape.care import admit
    from hscape.counterfactuals import attribute, largest_clone
    from hscape.counterfactuals.changes import clone_addresses
    from hscape.counterfactuals.compare import compare
    from hscape.history import canonical_csv

    lived = admit(case, seed=seed)
    result = compare(case, lived, changes)
    named = [*changes.without, *changes.without_escape, *changes.without_fitness]
    known = set(clone_addresses(lived))
    clone = next((name for name in named if name in known), None if named else largest_clone(lived))
    table = result.over_time()
    if out is not None:
        (out / "comparison.csv").write_text(canonical_csv(table), encoding="utf-8", newline="\n")
    return {
        "changed": changes.words(),
        "diagnosis_day": lived.diagnosis_day,
        "clones": sorted(known),
        "months": result.at_months(),
        "over_time": table.iloc[::4].to_dict(orient="list"),
        "attribution": attribute(case, lived, clone).as_dict() if clone is not None else None,
    }


def _finite(content: Any) -> Any:
    """None where a number is missing, since JSON knows no other word for it."""
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content


def _describe(content: dict[str, Any]) -> None:
    if "summary" in content:
        _describe_many(content["summary"])
        return
    print(
        content["changed"][0].upper()
        + content["changed"][1:]
        + f"; clones: {', '.join(content['clones']) or 'none reported'}"
    )
    print(f"{'':8}{'marrow output':>24}{'neutrophils 10^9/L':>24}{'stem cells':>24}")
    for row in content["months"]:
        cells = "".join(
            f"{_pair(row[f'{name}_as_it_was'], row[f'{name}_changed'], digits):>24}"
            for name, digits in (("marrow_output_fold", 3), ("neutrophils_1e9_per_l", 2), ("stem_cells_count", 0))
        )
        print(f"{row['month']:>2} mo   {cells}")
    if content["attribution"]:
        _describe_attribution(content["attribution"])


def _describe_attribution(found: dict[str, Any]) -> None:
    print(f"{found['clone']}: share of the marrow, and part of its output that would be missing without")
    print(f"{'':8}{'stem cells':>12}{'granulocytes':>14}{'escape':>10}{'fitness':>10}{'clone':>10}{'treatment':>11}")
    for m in found["months"]:
        print(
            f"{m['month']:>2} mo   {_number(m['stem_cell_share']):>12}{_number(m['granulocyte_share']):>14}"
            f"{_number(m['escape_fraction']):>10}{_number(m['fitness_fraction']):>10}"
            f"{_number(m['clone_fraction']):>10}{_number(m['treatment_fraction']):>11}"
        )
    for cell in found["two_by_two"]:
        words = f"{'with' if cell['escape'] else 'without'} escape, {'treated' if cell['treatment'] else 'untreated'}"
        state = "recovered" if cell["has_recovered"] else "not recovered"
        print(f"  {words:28}output {_number(cell['output_fold']):>6}  {state} at {found['months'][-1]['month']} months")


def _describe_many(s: dict[str, Any]) -> None:
    print(f"{s['patients']} patients, {s['diagnosed']} diagnosed, {s['recovered']} recovered at 24 months")
    print(
        f"{s['with_a_clone']} of these carry a clone, {s['with_a_clone_above_half']} one above half of the stem cells"
    )
    print(f"largest clone not the cause: {_number(s['largest_not_the_cause'])} of recoveries with a clone, "
          f"{_number(s['largest_above_half_not_the_cause'])} of those with one above half")  # fmt: skip
    print("needed: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in s["two_by_two"].items()))


def _pair(first: float | None, second: float | None, digits: int) -> str:
    return f"{_number(first, digits)} -> {_number(second, digits)}"


def _number(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
