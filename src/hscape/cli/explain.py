"""Commands `explain` and `rerun`: who rebuilt the marrow, what is left, what might come, and whether it repeats."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from pathlib import Path
from typing import Annotated, Any

import typer

from hscape.cli.common import MISSES, AsJson, Seed, announce_compilation, envelope, print_json, read_seed, say
from hscape.errors import InputError, unknown_name

app = typer.Typer()
WITHHELD = 4
_ENGINES = ("answer", "preview", "smc")


@app.command()
def explain(
    file: Annotated[Path | None, typer.Argument(help="Excel, CSV, YAML, JSON or MAF; or give --example")] = None,
    patient: Annotated[str | None, typer.Option(help="which patient of the file, if it holds several")] = None,
    example: Annotated[str | None, typer.Option(help="a shipped example instead of a file")] = None,
    seed: Seed = None,
    engine: Annotated[str, typer.Option(help="answer, preview (quick), or smc (without the network)")] = "answer",
    out: Annotated[
        Path | None, typer.Option(help="page to write; explain-<patient>.html by default, none with --json")
    ] = None,
    bundle: Annotated[Path | None, typer.Option(help="folder or .zip to write, for hscape rerun")] = None,
    answers: Annotated[Path | None, typer.Option(help="file with answers to the amber questions")] = None,
    show_deaths: Annotated[bool, typer.Option(help="show the share of simulated courses that end in death")] = False,
    as_json: AsJson = False,
) -> int:
    """Explain a chart: who rebuilt the marrow, what is left, what might come, and what is not known."""
    from hscape.inference.explain import with_alternatives
    from hscape.report.explained.result import write_whole

    number = read_seed(seed)
    if engine not in _ENGINES:
        raise unknown_name("--engine", engine, _ENGINES, kind="engine")
    chart, issues = _read(file, patient, example, answers)
    page = _page(out, chart.patient_id, as_json=as_json)
    if bundle is not None:
        from hscape.results.bundle import check_bundle

        check_bundle(bundle)
    found = _explain(chart, number, engine)
    if not as_json:  # words first: the pictures take longer than a preview
        _tell(found, issues)
        sys.stdout.flush()
    found = with_alternatives(found)
    drawn = {}
    if page is not None or bundle is not None:
        say("Drawing the page ...")
        drawn = {"report.html": found.report(with_deaths=show_deaths).encode("utf-8")}
    if page is not None:
        write_whole(page, drawn["report.html"])
    if bundle is not None:
        from hscape.results.bundle import write_bundle

        write_bundle(found, bundle, engine=engine, more=drawn)
    if as_json:
        content = found.as_dict(with_deaths=show_deaths)
        print_json(envelope("hscape.explanation/1", number, found.problem.parameters,
                            content | {"issues": issues, "report": page and page.name}))  # fmt: skip
    else:
        if bundle is not None:
            print(f"Bundle: {bundle}")
        print(page)
    return WITHHELD if found.status == "withheld" else 0


@app.command()
def rerun(
    bundle: Annotated[Path, typer.Argument(help="folder or .zip that hscape explain --bundle wrote")],
    as_json: AsJson = False,
) -> int:
    """Run a bundle again and say whether the result is the same, byte for byte."""
    from hscape.inference.explain import with_alternatives
    from hscape.results.bundle import answer_bytes, read_bundle

    given = read_bundle(bundle)
    differences = given.differences()
    for words in differences:
        say(f"hscape: {words}.")
    found = with_alternatives(_explain(given.chart, given.seed, given.engine, given.parameters, with_preview=False))
    again = answer_bytes(found)
    is_same = again == given.answer
    changed = [] if is_same else _changed(json.loads(given.answer), json.loads(again))
    if as_json:
        content = {"same": is_same, "differences": differences, "changed": changed, "status": found.status}
        print_json(envelope("hscape.rerun/1", given.seed, given.parameters, content))
    elif is_same:
        print(
            f"Same result, byte for byte: patient {given.chart.patient_id}, seed {given.seed}, engine {given.engine}."
        )
    else:
        print(f"Another result. Changed: {', '.join(changed)}.")
        print("The same bytes are promised for one platform and one set of versions." if not differences
              else f"Why: {'; '.join(differences)}.")  # fmt: skip
    return 0 if is_same else MISSES


def _page(out: Path | None, patient: str, *, as_json: bool) -> Path | None:
    """Where the page goes; who asks for JSON alone is not kept waiting for pictures."""
    from hscape.report.explained.result import check_page

    if out is None and as_json:
        return None
    return check_page(out if out is not None else Path(f"explain-{_safe_name(patient)}.html"))


def _read(file: Path | None, patient: str | None, example: str | None, answers: Path | None) -> tuple[Any, list[Any]]:
    """The chart that is asked for, and the issues of the file that concern it."""
    from hscape.exchange import read_charts

    if (file is None) == (example is None):
        came = "neither came" if file is None else "both came"
        raise InputError(f"explain: give a file or --example NAME, one of them; {came}.")
    if example is not None:
        from hscape.examples import example_path

        file = example_path(example, "yaml")
    assert file is not None
    result = read_charts(file, answers)
    chart = _choose(result.charts, patient, file, result.issues)
    issues = [i for i in result.issues if len(result.charts) == 1 or i.concerns(chart.patient_id)]
    for issue in issues:
        if issue.severity == "red":
            say(f"hscape: left out: {issue.message} {issue.fix}")
    return chart, [issue.as_dict() for issue in issues]


def _choose(charts: Any, patient: str | None, file: Path, issues: Any) -> Any:
    if not charts:
        why = next((f"{i.message} {i.fix}" for i in issues if i.severity == "red"), "it holds no patient.")
        raise InputError(
            f"{file.name}: nothing in it can be read as a patient: {why.rstrip('.')}; see 'hscape assess'."
        )
    names = [chart.patient_id for chart in charts]
    if patient is None:
        if len(charts) > 1:
            shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
            raise InputError(f"{file.name}: holds {len(names)} patients; choose one with --patient: {shown}.")
        return charts[0]
    if patient not in names:
        raise unknown_name("--patient", patient, names, kind="patient")
    return charts[names.index(patient)]


def _explain(chart: Any, seed: int, engine: str, parameters: Any = None, *, with_preview: bool = True) -> Any:
    """Run the engine, alternatives left out; before an answer a preview, whose first sentences are printed."""
    from hscape.cli.progress import Progress, quick_stop
    from hscape.inference.problem import make_problem
    from hscape.report.explained import answer_sentences
    from hscape.report.explained import explain as explain_chart

    make_problem(chart, parameters)  # what cannot be explained is said before anything is compiled
    announce_compilation()
    with quick_stop():
        if engine == "answer" and with_preview:
            say("Preview first (some seconds), then the answer (half a minute or so).")
            first = explain_chart(chart, seed=seed, engine="preview", parameters=parameters, with_futures=False,
                                  progress=Progress("Preview"))  # fmt: skip
            say(_wrapped(f"Preliminary: {' '.join(answer_sentences(first)[:3])}"))
        progress = Progress("Preview" if engine == "preview" else "Answer")
        return explain_chart(
            chart, seed=seed, engine=engine, parameters=parameters, with_futures=False, progress=progress
        )


def _tell(found: Any, issues: list[Any]) -> None:
    from hscape.report.explained import answer_sentences
    from hscape.report.explained.standing import status_sentence
    from hscape.report.explained.words import NOT_SAFETY

    print(f"Patient {found.chart.patient_id}, explained until day {found.problem.last_day:g}. Status: {found.status}.")
    print(_wrapped(status_sentence(found)))
    print()
    print(_wrapped(" ".join(answer_sentences(found))))
    print()
    open_ = sum(issue["severity"] != "grey" for issue in issues)
    if open_:
        print(f"{open_} red or amber issues in the file; 'hscape assess' tells them.")
    print(_wrapped(f"Seed {found.seed}. {NOT_SAFETY} Research use only: nothing is recommended."))


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 100))


def _safe_name(patient: str) -> str:
    """A patient's code as part of a file name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", patient).strip(".-")[:60] or "patient"


def _changed(before: Any, after: Any) -> list[str]:
    """Names of the parts of two answers that differ."""
    keys = list(dict.fromkeys([*before, *after]))
    return [key for key in keys if before.get(key) != after.get(key)]
