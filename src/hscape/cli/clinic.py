"""Commands for charts: assess, registry, template, convert. No model is needed for any of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hscape.cli.common import ANSWER_NEEDED, BAD_INPUT, AsJson, envelope, print_json, say
from hscape.errors import InputError

app = typer.Typer()

Answers = Annotated[Path | None, typer.Option(help="file with answers to the amber questions")]
Choice = Annotated[list[str] | None, typer.Option(
    help="what the sources leave open, as NAME=VALUE; several times (docs/reference/clinical-rules.md)")]  # fmt: skip
MARKS = {"red": "RED  ", "amber": "AMBER", "grey": "grey "}


@app.command()
def assess(
    file: Annotated[Path, typer.Argument(help="Excel, CSV, YAML, JSON or MAF")],
    criteria: Annotated[str | None, typer.Option(help="one rule, family or definition; all by default")] = None,
    answers: Answers = None,
    choice: Choice = None,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option(help="write one self-contained HTML page")] = None,
) -> None:
    """Say what was read, what looks wrong, and what published criteria make of it."""
    from hscape.clinic import assess as assess_chart
    from hscape.clinic import parse_choices
    from hscape.exchange import read_charts
    from hscape.fractions import cell_fractions

    _check_page(out)
    choices = parse_choices(choice or ())
    result = read_charts(file, answers)
    judged = [(chart, assess_chart(chart, criteria, choices=choices), cell_fractions(chart)) for chart in result.charts]
    if out is not None:
        from hscape.report.page import assess_page

        _write_page(out, assess_page(result, criteria=criteria, choices=choices))
    if as_json:
        alone = len(judged) == 1  # what is said of the file is then said of its only patient
        patients = [
            {
                "id": chart.patient_id,
                "issues": [i.as_dict() for i in result.issues if alone or i.concerns(chart.patient_id)],
                "verdicts": [verdict.as_dict() for verdict in verdicts],
                "fractions": [fraction.as_dict() for fraction in fractions],
            }
            for chart, verdicts, fractions in judged
        ]
        every = [issue.as_dict() for issue in result.issues]
        print_json(envelope("hscape.assessment/1", None, None, {"issues": every, "patients": patients}))
    else:
        _tell(result, judged)
        if out is not None:
            print(out)
    _leave(result)


def _check_page(out: Path | None) -> None:
    if out is not None and out.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--out: '{out.name}' does not end in .html; give a file such as page.html.")
    if out is not None and not out.absolute().parent.is_dir():
        raise InputError(f"--out: the folder {out.absolute().parent} does not exist; make it or give another.")


def _write_page(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"--out: {out} cannot be written ({error.strerror}); give another file.") from None


def _tell(result: Any, judged: Sequence[tuple[Any, Any, Any]]) -> None:
    """Plain words on standard output."""
    for issue in result.issues:
        where = " ".join(
            str(part) for part in (issue.sheet, f"row {issue.row}" if issue.row else "", issue.column) if part
        )
        asked = f" [answer under: {issue.key}]" if issue.severity == "amber" and issue.key else ""
        print(f"{MARKS[issue.severity]} {where}: {issue.message} {issue.fix}".rstrip() + asked)
    for chart, verdicts, fractions in judged:
        print(f"\nPatient {chart.patient_id}: {len(chart.measurements)} values, "
              f"{len(chart.clone_measurements)} clone measurements")  # fmt: skip
        for verdict in verdicts:
            told = verdict.as_dict()
            day = f", day {told['date']:g}" if isinstance(told["date"], int | float) else ""
            print(f"  {told['name']}: {told['value']}{day}")
            for reason in told["reasons"][:4]:
                print(f"      {reason}")
        for fraction in fractions:
            told = fraction.as_dict()
            shown = "not told" if told["fraction"] is None else f"{told['fraction']:.4g}"
            print(f"  clone {told['clone']}, day {told['day']:g}: {shown} of cells; {told['formula']}")
    print("\nResearch use only: published criteria applied to what was read; nothing is recommended.")


def _leave(result: Any) -> None:
    """Exit code: an open question, nothing readable, or done."""
    asked = [issue for issue in result.issues if issue.severity == "amber" and issue.key]
    if any(issue.key not in result.answers for issue in asked):
        say("hscape: some questions are open (amber); write answers under their keys, give --answers FILE.")
        raise typer.Exit(ANSWER_NEEDED)
    if not result.charts:
        say("hscape: nothing in this file could be read as a patient; the red issues say why.")
        raise typer.Exit(BAD_INPUT)


@app.command()
def registry(
    file: Annotated[Path, typer.Argument(help="file with one or many patients")],
    out: Annotated[Path, typer.Option(help="folder for the table and the pictures")],
    answers: Answers = None,
    choice: Choice = None,
    definition: Annotated[str, typer.Option(help="definition of response and relapse in the pictures")] = "nih",
    as_json: AsJson = False,
) -> None:
    """Write one row a patient, ready for a paper, with curves."""
    from hscape.clinic import parse_choices
    from hscape.exchange import read_charts
    from hscape.folders import check_folder
    from hscape.plots.registry_figure import check_definition
    from hscape.registry import write_registry

    choices = parse_choices(choice or ())
    check_definition(definition)
    result = read_charts(file, answers)
    if not result.charts:
        _tell(result, ())
        _leave(result)
    check_folder(out)
    files = [str(path) for path in write_registry(result.charts, out, choices=choices)]
    files += _registry_pictures(result.charts, out, choices, definition)
    if as_json:
        print_json(envelope("hscape.registry/1", None, None,
                            {"issues": [i.as_dict() for i in result.issues], "patients": len(result.charts),
                             "files": files}))  # fmt: skip
    else:
        serious = [issue for issue in result.issues if issue.severity != "grey"]
        print(f"{len(result.charts)} patients; {len(serious)} red or amber issues (hscape assess tells them).")
        for path in files:
            print(path)
    _leave(result)


def _registry_pictures(charts: Sequence[Any], out: Path, choices: Any, definition: str) -> list[str]:
    """Swimmer plot, incidences and responses; a picture that these patients do not allow is said, not drawn."""
    from hscape.plots.registry_curves import draw_incidence, draw_responses, draw_swimmer
    from hscape.plots.style import save
    from hscape.registry import registry_table

    table = registry_table(charts, choices=choices)
    drawings = {
        "swimmer": lambda: draw_swimmer(charts, definition=definition, table=table),
        "incidence": lambda: draw_incidence(table, definition=definition),
        "responses": lambda: draw_responses(table),
    }
    written = []
    for name, draw in drawings.items():
        try:
            figure = draw()
        except InputError as error:
            say(f"hscape: no picture {name}: {error}")
            continue
        for ending in ("svg", "png"):
            path = out / f"{name}.{ending}"
            save(figure, path)
            written.append(str(path))
        figure.clear()
    return written


@app.command()
def template(out: Annotated[Path, typer.Option(help="Excel file to write")]) -> None:
    """Write the Excel template with drop-downs and a filled example."""
    from hscape.exchange import write_template

    print(write_template(out))


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="file to read")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help=".xlsx, .csv, .yaml or .json to write")],
    answers: Answers = None,
) -> None:
    """Read a chart file and write it in another format."""
    from hscape.exchange import read_charts, write_charts

    result = read_charts(source, answers)
    if not result.charts:
        _tell(result, ())
        _leave(result)
    for issue in result.issues:
        if issue.severity != "grey":
            say(f"{MARKS[issue.severity]} {issue.sheet} row {issue.row} {issue.column}: {issue.message} {issue.fix}")
    print(write_charts(result.charts, target))
    _leave(result)
