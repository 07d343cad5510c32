"""`assess_page`: everything that a file says, rule by rule, on one self-contained page.

The page needs no network and no script; its policy forbids both. All that comes from a file is escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib import resources

from hscape.chart import Chart
from hscape.clinic import CANNOT_TELL, NOT_ASSESSED, Choices, Verdict, assess, evidence_table
from hscape.clinic.course import read_course
from hscape.exchange import Issue, ReadResult
from hscape.fractions import cell_fractions
from hscape.plots.chart_clones import describe_clones, draw_chart_clones
from hscape.plots.chart_counts import PANELS, describe_counts, draw_chart_counts
from hscape.plots.style import pyplot
from hscape.report.html import Markup, join, number, picture, table, tag
from hscape.report.sections import (
    evidence_section,
    fraction_tables,
    glance,
    issue_table,
    verdict_tables,
    what_was_read,
    who,
)
from hscape.report.sources import Sources
from hscape.version import __version__

MAX_PICTURES = 50
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
NOTICE = (
    "Research use only; not a medical device. This page lists what a file says and what published rules make "
    "of it. It recommends nothing, ranks no treatments and makes no diagnosis. Each number should be compared with the "
    "original record."
)
_DAYS = "Days count from day 0 of each chart; the page holds no calendar date."
_CANNOT = (
    "Cannot tell: the file does not hold what the rule needs; the reasons say what is missing. "
    "Not assessed: the rule does not apply."
)
_UNDERSTOOD = ("column_read",)


def assess_page(
    result: ReadResult, *, criteria: str | None = None, choices: Choices | None = None, title: str = ""
) -> str:
    """The page as HTML text.

    Args:
        result: what was read of a file.
        criteria: a rule, a family of rules or a definition; all by default.
        choices: what the sources of the rules leave open.
        title: words for the head of the page, for example the name of the file.

    Raises:
        InputError: no rule has the name.
    """
    sources, by_patient = Sources(), _issues_by_patient(result.issues)
    patients = [
        _Patient(index, chart, by_patient.get(chart.patient_id, []), criteria, choices)
        for index, chart in enumerate(result.charts, start=1)
    ]
    known = {chart.patient_id for chart in result.charts}
    of_file = [issue for issue in result.issues if known.isdisjoint((issue.patient_id, *issue.patient_ids))]
    heading = f"hscape: {title}" if title else "hscape: what the file says"
    body = [
        tag("a", "Skip to the patients", href="#patients", class_="skip"),
        tag(
            "main",
            tag("h1", heading),
            tag("p", NOTICE, class_="notice"),
            _summary(result, patients),
            _file_section(of_file),
            tag("div", _index(patients) if len(patients) > 1 else "", id="patients"),
            *(patient.section(sources, is_alone=len(patients) == 1) for patient in patients),
            _columns_section(of_file),
            tag("section", tag("h2", "Sources", id="sources"), sources.listed(), aria_labelledby="sources"),
        ),
        tag("footer", tag("p", NOTICE), tag("p", f"Made by hscape {__version__}. {_DAYS}")),
    ]  # fmt: skip
    style = resources.files("hscape.report").joinpath("style.css").read_text(encoding="utf-8")
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"{tag('title', heading)}<style>{style}</style>"
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{join(body, chr(10))}\n</body>\n</html>\n'


class _Patient:
    """One patient's part of the page."""

    def __init__(
        self, index: int, chart: Chart, issues: Sequence[Issue], criteria: str | None, choices: Choices | None
    ) -> None:
        self.index, self.chart, self.choices = index, chart, choices
        self.issues = issues
        self.verdicts: list[Verdict] = assess(chart, criteria, choices=choices)

    @property
    def anchor(self) -> str:
        """Name of the section in the page; made of a number, since a patient's code may hold anything."""
        return f"patient-{self.index}"

    def section(self, sources: Sources, *, is_alone: bool) -> Markup:
        chart, shares = self.chart, cell_fractions(self.chart)
        parts = [
            tag("h2", f"Patient {chart.patient_id}", id=self.anchor, class_="first" if is_alone else None),
            who(chart),
            tag("h3", "What was read"),
            what_was_read(chart),
            tag("h3", "Issues"),
            self._issues(),
            tag("h3", "What the rules say"),
            glance(self.verdicts, read_course(chart).treatment_day),
            tag("p", _CANNOT, class_="note"),
            verdict_tables(self.verdicts, sources),
            tag("h3", "Clones"),
            fraction_tables(chart, shares),
            tag("h3", "Pictures"),
            self._pictures(has_clones=any(share.status != "not_tested" for share in shares)),
            tag("h3", "Evidence for the causes of a hypocellular marrow"),
            evidence_section(evidence_table(chart, self.choices), sources),
        ]  # fmt: skip
        return tag("section", *parts, aria_labelledby=self.anchor)

    def _issues(self) -> Markup:
        if not self.issues:
            return tag("p", "None for this patient.")
        return issue_table(f"Issues of {self.chart.patient_id}", self.issues)

    def _pictures(self, *, has_clones: bool) -> Markup:
        if self.index > MAX_PICTURES:
            return tag(
                "p",
                f"Pictures are drawn for the first {MAX_PICTURES} patients; this one is number {self.index}.",
                class_="note",
            )
        plt, parts, code = pyplot(), [], self.chart.patient_id
        if any(self.chart.series(panel.analyte) for panel in PANELS):
            figure = draw_chart_counts(self.chart)
            parts.append(
                picture(figure, f"Blood counts of {code}", describe_counts(self.chart), f"{self.anchor}-counts")
            )
            plt.close(figure)
        if has_clones:
            figure = draw_chart_clones(self.chart)
            parts.append(picture(figure, f"Clones of {code}", describe_clones(self.chart), f"{self.anchor}-clones"))
            plt.close(figure)
        return join(parts) if parts else tag("p", "There is nothing to draw.")


def _issues_by_patient(issues: Sequence[Issue]) -> dict[str, list[Issue]]:
    found: dict[str, list[Issue]] = {}
    for issue in issues:
        for patient in dict.fromkeys((issue.patient_id, *issue.patient_ids)):
            found.setdefault(patient, []).append(issue)
    return found


def _summary(result: ReadResult, patients: Sequence[_Patient]) -> Markup:
    kinds = Counter(issue.severity for issue in result.issues)
    n_values = sum(len(chart.measurements) + len(chart.clone_measurements) for chart in result.charts)
    told = sum(verdict.is_told for patient in patients for verdict in patient.verdicts)
    open_ = sum(verdict.value == CANNOT_TELL for patient in patients for verdict in patient.verdicts)
    not_for = sum(verdict.value == NOT_ASSESSED for patient in patients for verdict in patient.verdicts)
    pairs = (
        ("Patients", len(patients)),
        ("Values read", n_values),
        ("Issues: red", f"{kinds['red']}, left out until mended"),
        ("Issues: amber", f"{kinds['amber']}, each a question"),
        ("Issues: grey", f"{kinds['grey']}, for your information"),
        ("Verdicts", f"{told} told, {open_} cannot tell, {not_for} not assessed"),
        ("Answers used", len(result.answers)),
    )  # fmt: skip
    return tag("dl", *(join((tag("dt", name), tag("dd", value))) for name, value in pairs))


def _file_section(issues: Sequence[Issue]) -> Markup:
    others = [issue for issue in issues if issue.code not in _UNDERSTOOD]
    parts: list[object] = [tag("h2", "The file", id="file", class_="first")]
    parts.append(
        issue_table("Issues of the file", others) if others else tag("p", "No issues about the file as a whole.")
    )
    if len(others) < len(issues):
        parts.append(tag("p", tag("a", "How each column and its unit was understood", href="#columns")))
    return tag("section", *parts, aria_labelledby="file")


def _columns_section(issues: Sequence[Issue]) -> Markup:
    rows = [(issue.column, issue.sheet, issue.message) for issue in issues if issue.code in _UNDERSTOOD]
    if not rows:
        return Markup("")
    inside = table(
        "Columns whose headers were understood by a synonym or hold a unit", ("Column", "Sheet", "Read as"), rows
    )
    return tag(
        "section", tag("h2", "Columns and units, as understood", id="columns"), inside, aria_labelledby="columns"
    )


def _index(patients: Sequence[_Patient]) -> Markup:
    rows = []
    for patient in patients:
        kinds = Counter(issue.severity for issue in patient.issues)
        last = max((entry.day for entry in patient.chart.measurements), default=None)
        rows.append(
            (
                tag("a", patient.chart.patient_id, href=f"#{patient.anchor}"),
                len(patient.chart.measurements),
                number(last, 6),
                len(patient.chart.clone_measurements),
                (kinds["red"], "red" if kinds["red"] else None),
                (kinds["amber"], "amber" if kinds["amber"] else None),
                sum(verdict.is_told for verdict in patient.verdicts),
                sum(verdict.value == CANNOT_TELL for verdict in patient.verdicts),
            )
        )
    head = (
        "Patient",
        "Values",
        "Last day with a value",
        "Clone measurements",
        "Red issues",
        "Amber issues",
        "Rules told",
        "Rules cannot tell",
    )
    parts: list[object] = [tag("h2", "Patients", id="index", class_="first")]
    if len(patients) > MAX_PICTURES:
        parts.append(
            tag("p", f"Pictures are drawn for the first {MAX_PICTURES} of {len(patients)} patients.", class_="note")
        )
    parts.append(table("Patients of the file, in its order", head, rows))
    return tag("nav", *parts, aria_labelledby="index")
