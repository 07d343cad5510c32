"""Read a file of any known format into charts and a list of issues. Nothing in a file raises an exception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hscape.chart import Chart
from hscape.errors import InputError
from hscape.exchange.answers import load_answers
from hscape.exchange.assemble import assemble_chart
from hscape.exchange.chart_file import read_chart_file
from hscape.exchange.draft import Draft, DraftBook
from hscape.exchange.extract import extract_table
from hscape.exchange.issues import Issue, IssueList, Place, RefusedError
from hscape.exchange.maf import is_maf, read_maf
from hscape.exchange.patients import PatientNames, fallback_patient, rows_of_patients
from hscape.exchange.sheets import Sheet, load_sheets
from hscape.exchange.tables import Table, understand_sheet
from hscape.exchange.treatment_doubts import doubt_treatments
from hscape.exchange.unrecorded import tell_unrecorded, unrecorded_products, with_unrecorded

_EXAMPLE = "EXAMPLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """What came out of a file.

    Args:
        charts: one a patient, in the order of the file.
        issues: red first, then amber, then grey.
        answers: the answers that were used.
    """

    charts: tuple[Chart, ...] = ()
    issues: tuple[Issue, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


def read_charts(path: str | Path, answers: str | Path | Mapping[str, Any] | None = None) -> ReadResult:
    """Read Excel, CSV, a YAML or JSON chart, or MAF.

    Args:
        path: the file.
        answers: answers to amber questions, as a mapping or a file; by default those remembered beside the data.

    Returns:
        Charts of what could be read, and an issue for everything that was repaired, asked or refused.

    Raises:
        InputError: there is no such file, or the answers file is broken. Never for what stands in the data.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"{path.name}: there is no such file; give the path of an .xlsx, .csv, .yaml, .json or .maf file."
        )
    known = load_answers(answers, path)
    issues = IssueList()
    try:
        if path.suffix.lower() in (".yaml", ".yml", ".json"):
            charts = read_chart_file(path, issues)
        else:
            charts = _read_tables(path, known, issues)
    except RefusedError as refusal:
        issues.add("red", refusal.code, Place(sheet=path.name), "", refusal.message, refusal.fix)
        charts = []
    for chart in charts:
        doubt_treatments(chart, issues)
    if not charts and not any(issue.severity == "red" for issue in issues.found):
        waits = any(issue.severity == "amber" and issue.key for issue in issues.found)
        issues.add(
            "red",
            "nothing_read",
            Place(sheet=path.name),
            "",
            "No patient could be read from this file" + (" until the questions are answered." if waits else "."),
            "Answer the amber questions."
            if waits
            else "Compare it with the template (hscape template --out template.xlsx).",
        )
    return ReadResult(charts=tuple(charts), issues=issues.sorted(), answers=known)


def _read_tables(path: Path, answers: Mapping[str, str], issues: IssueList) -> list[Chart]:
    sheets = load_sheets(path, issues)
    if is_maf(path, sheets):
        return read_maf(sheets[0], answers, issues)
    tables = [table for sheet in sheets if (table := understand_sheet(sheet, answers, issues)) is not None]
    book = DraftBook()
    names = PatientNames(answers, issues)
    codes = _sheet_codes(tables, path, issues)
    for table in tables:
        patients = rows_of_patients(table, names, issues, codes[id(table)])
        extract_table(table, patients, book, answers, issues)
    _drop_examples(book, issues, path)
    charts = [_assemble(draft, answers, issues) for draft in book.drafts.values()]
    missing = unrecorded_products(tables, book)
    if missing and charts:
        tell_unrecorded(missing, path.name, issues)
    return [with_unrecorded(chart, missing) for chart in charts if chart is not None]


def _assemble(draft: Draft, answers: Mapping[str, str], issues: IssueList) -> Chart | None:
    try:
        return assemble_chart(draft, answers, issues)
    except InputError as error:
        issues.add(
            "red",
            "patient_impossible",
            Place(),
            "",
            f"The chart of patient {draft.patient_id} cannot be made: {error}",
            "Correct that entry.",
            patient_id=draft.patient_id,
        )
        return None


def _sheet_codes(tables: list[Table], path: Path, issues: IssueList) -> dict[int, str]:
    """A patient code for each table that has no patient column: one a sheet of visits, else one for all."""
    bare = [table for table in tables if table.patient_column() is None]
    visits = [table for table in bare if table.kind in ("wide", "long")]
    codes: dict[int, str] = {}
    for table in bare:
        if len(visits) > 1 and table in visits:
            code = fallback_patient(table.sheet.name, len(visits))
            code = f"patient-{visits.index(table) + 1}" if code == "patient-1" else code
        else:
            code = "patient-1"
        codes[id(table)] = code
        issues.add(
            "grey",
            "patient_assumed",
            Place(sheet=table.sheet.name, row=table.header_row + 1),
            "",
            f"No column says who the patient is; all rows are of one patient, called {code}.",
            "Add a column 'patient' with a code.",
        )
    return {id(table): codes.get(id(table), "patient-1") for table in tables}


def _drop_examples(book: DraftBook, issues: IssueList, path: Path) -> None:
    """The template's example patient is read only while there is no other."""
    examples = [name for name in book.drafts if name.upper().startswith(_EXAMPLE)]
    if examples and len(examples) < len(book.drafts):
        for name in examples:
            del book.drafts[name]
        issues.add(
            "grey",
            "example_skipped",
            Place(sheet=path.name),
            ", ".join(examples),
            "The example patient of the template was skipped.",
            "Delete its rows.",
        )


__all__ = ["ReadResult", "Sheet", "read_charts"]
