"""The sections of a patient on the page: what was read, issues, verdicts, fractions, evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from hscape.chart import ANALYTES, Chart
from hscape.chart.records import GIVEN_ONCE
from hscape.clinic import CANNOT_TELL, NOT_ASSESSED, NOTICE, EvidenceRow, Verdict
from hscape.clinic.course import last_seen_day
from hscape.exchange import Issue
from hscape.fractions import CellFraction, clone_derived_counts
from hscape.plots.chart_clones import is_open_above, rises
from hscape.plots.chart_time import spoken_name
from hscape.report.html import Markup, bullets, join, number, table, tag
from hscape.report.sources import Sources

_SEVERITY = {"red": "red: blocks", "amber": "amber: asks", "grey": "grey: informs"}
_MARKS = {"red": "■", "amber": "▲", "grey": "○"}
_FAMILIES = {
    "definition": "Definition of aplastic anemia",
    "severity": "Severity",
    "response": "Response",
    "transfusion": "Transfusion independence",
    "relapse": "Relapse",
    "evolution": "Evolution",
    "pnh": "PNH category",
    "predictor": "Published predictors (shares of cohorts, not forecasts for this patient)",
}
_UNITS = {"1": "%", "{centile}": "centile"}
#: Shown where cells that escape an immune attack were found.
NOT_SAFETY = (
    "Resistance is not safety. Cells that lack an HLA allele or GPI-anchored proteins (PIGA) may escape an immune "
    "attack, and may grow for that reason. This does not say that the clone is harmless: PNH cells can cause hemolysis "
    "and thrombosis, and monosomy 7 arose from cells that had lost HLA in two patients of one series (Zaimoku et al., "
    "Blood 2021;138:2799)."
)


def unit_words(unit: str) -> str:
    """A unit as it is printed."""
    return _UNITS.get(unit, unit.replace("10*", "10^").replace("umol", "µmol"))


def who(chart: Chart) -> Markup:
    """Who the chart is about, without anything that identifies a person."""
    last = last_seen_day(chart)
    pairs = (
        ("Sex", chart.sex or "not in the file"),
        ("Age on day 0", "not in the file" if chart.age_years is None else f"{chart.age_years:g} years"),
        ("Day 0 is", chart.day_zero_meaning),
        ("Last day seen", "nothing was seen" if last is None else f"{last:g}"),
    )
    return tag("dl", *(join((tag("dt", name), tag("dd", value))) for name, value in pairs))


def what_was_read(chart: Chart) -> Markup:
    """How many values of what, in which unit, and what is odd about them."""
    rows = []
    for name in dict.fromkeys(entry.analyte for entry in chart.measurements):
        series, analyte = chart.series(name), ANALYTES[name]
        flags = Counter(flag for entry in series for flag in entry.flags)
        flags["below or above a limit"] = sum(entry.is_censored for entry in series)
        told = [f"{n} {flag.replace('_', ' ')}" for flag, n in sorted(flags.items()) if n]
        rows.append(
            (
                analyte.label,
                unit_words(analyte.unit),
                len(series),
                _range([entry.day for entry in series], 6),
                _range([entry.value * (100.0 if analyte.is_fraction else 1.0) for entry in series], 4),
                ", ".join(told),
            )
        )
    rows.sort(key=lambda row: str(row[0]))
    parts: list[object] = [
        table(
            "Values read, after conversion of units",
            ("What", "Unit", "Number of values", "Days", "Range", "Marked"),
            rows,
        )
        if rows
        else tag("p", "No laboratory values.")
    ]
    statuses = Counter(entry.status.replace("_", " ") for entry in chart.clone_measurements)
    products = Counter(entry.product.replace("_", " ") for entry in chart.transfusions)
    events = [
        f"{event.kind.replace('_', ' ')} on day {event.day:g}" + (f" ({event.detail})" if event.detail else "")
        for event in chart.events
    ]
    given = [_treatment(entry.name, entry.start_day, entry.end_day) for entry in chart.treatments]
    pairs = (
        ("Clone measurements", ", ".join(f"{n} {status}" for status, n in statuses.items()) or "none"),
        ("Treatments", "; ".join(given) or "none"),
        ("Transfusions", ", ".join(f"{n} of {product}" for product, n in products.items()) or "none recorded"),
        ("Events", "; ".join(events) or "none"),
        ("HLA typing", ", ".join(f"{' / '.join(locus.alleles)}" for locus in chart.hla_typing) or "none"),
    )
    parts.append(tag("dl", *(join((tag("dt", name), tag("dd", value))) for name, value in pairs)))
    return join(parts)


def _range(values: Sequence[float], digits: int) -> str:
    low, high = number(min(values), digits), number(max(values), digits)
    return low if low == high else f"{low} to {high}"


def _treatment(name: str, start: float, end: float | None) -> str:
    if end is None and name in GIVEN_ONCE:
        return f"{spoken_name(name)} on day {start:g}"
    return f"{spoken_name(name)} from day {start:g}" + (
        f" to {end:g}" if end is not None else ", last day not recorded"
    )


def issue_table(caption: str, issues: Iterable[Issue]) -> Markup:
    """What looks wrong and how to mend it: red first."""
    rows = []
    for issue in issues:
        fix: object = issue.fix
        if issue.key:
            fix = join((issue.fix, " Key in the answers file: ", tag("code", issue.key)))
        rows.append(
            (
                (
                    join((tag("span", _MARKS[issue.severity], aria_hidden="true"), " ", _SEVERITY[issue.severity])),
                    issue.severity,
                ),
                issue.sheet,
                issue.row,
                issue.column,
                issue.value,
                issue.message,
                fix,
            )
        )
    return table(caption, ("Kind", "Sheet", "Row", "Column", "Value", "What we think", "How to mend it"), rows)


def glance(verdicts: Sequence[Verdict], treatment_day: float | None = None) -> Markup:
    """The verdicts in short: severity and others in a list, responses as a table of definitions and months."""
    told = {verdict.rule: verdict for verdict in verdicts}
    keys = list(dict.fromkeys(rule.split(".")[1] for rule in told if rule.startswith("response.")))
    rows = []
    for key in keys:
        names = [f"response.{key}.{when}" for when in ("first", "3-months", "6-months", "12-months")]
        first = told.get(names[0])
        name = next(told[rule] for rule in names if rule in told).name.rpartition(", ")[2]
        cells = [(told[rule].value, _class_of(told[rule])) if rule in told else "" for rule in names[1:]]
        shown = (
            ""
            if first is None
            else first.value + ("" if first.day is None else _after_treatment(first.day, treatment_day))
        )
        rows.append((name, *cells, (shown, _class_of(first) if first else None)))
    others = [verdict for verdict in verdicts if verdict.rule.split(".")[0] not in ("response", "predictor", "relapse")]
    listed = [
        join((tag("dt", verdict.name), tag("dd", verdict.value, _on_day(verdict), class_=_class_of(verdict))))
        for verdict in others
    ]
    parts: list[object] = [tag("dl", *listed)] if listed else []
    if rows:
        head = ("Response by the definition", "3 months", "6 months", "12 months", "First confirmed response")
        parts.append(table("Responses in short; the definitions are not ranked", head, rows))
    return join(parts)


def _after_treatment(day: float, treatment_day: float | None) -> str:
    after = "" if treatment_day is None else f", {day - treatment_day:g} d after treatment began"
    return f" (day {day:g}{after})"


def _on_day(verdict: Verdict) -> str:
    if verdict.day is None:
        # how far "nothing seen" was looked for stands in the first reason
        return f" ({verdict.reasons[0]})" if verdict.rule.startswith("evolution") and verdict.reasons else ""
    return f", {'since ' if verdict.rule.startswith('transfusion') else ''}day {verdict.day:g}"


def verdict_tables(verdicts: Sequence[Verdict], sources: Sources) -> Markup:
    """What each rule says, why, and where the rule is from; a table a family of rules."""
    families: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        families.setdefault(verdict.rule.split(".")[0], []).append(verdict)
    parts = []
    for family, group in families.items():
        rows = [
            (
                join((verdict.name, Markup("<br>"), tag("code", verdict.rule))),
                (verdict.value, _class_of(verdict)),
                number(verdict.day, 6),
                join(("Why: ", bullets(verdict.reasons))) if verdict.value == CANNOT_TELL else bullets(verdict.reasons),
                sources.refer(verdict.source),
            )
            for verdict in group
        ]
        parts.append(
            table(
                _FAMILIES.get(family, family), ("Rule", "Verdict", "Day", "Reasons", "Source"), rows, class_="verdicts"
            )
        )
    return join(parts)


def _class_of(verdict: Verdict) -> str:
    return {CANNOT_TELL: "cannot", NOT_ASSESSED: "not"}.get(verdict.value, "told")


def fraction_tables(chart: Chart, shares: Sequence[CellFraction]) -> Markup:
    """Every clone measurement as a share of cells, with formula and numbers, and the counts that clones carry."""
    if not shares:
        return tag("p", "No clone was measured, or none was read from this file.")
    rows = [
        (
            share.clone,
            number(share.day, 6),
            share.specimen.replace("_", " "),
            share.status.replace("_", " "),
            (_percent(share), None if share.is_possible else "impossible"),
            share.formula,
            bullets(share.remarks),
        )
        for share in shares
    ]
    parts: list[object] = []
    if any(is_escape(share) for share in shares):
        parts.append(tag("p", NOT_SAFETY, class_="warning"))
    head = ("Clone", "Day", "Cells", "Result", "Share of cells (95 % interval)", "Formula and numbers", "Remarks")
    parts.append(table("Clone fractions", head, rows))
    counts = clone_derived_counts(chart)
    if counts:
        head = (
            "Clone",
            "Day",
            "Count",
            "From the clone (95 %)",
            "Everything else (95 %)",
            "Formula and numbers",
            "Remarks",
        )
        counted = [
            (
                count.clone,
                number(count.day, 6),
                f"{ANALYTES[count.analyte].label} {number(count.count)}",
                f"{number(count.clone_count, 3)} ({number(count.clone_low, 3)} to {number(count.clone_high, 3)})",
                f"{number(count.rest_count, 3)} ({number(count.rest_low, 3)} to {number(count.rest_high, 3)})",
                count.formula,
                bullets(count.remarks),
            )
            for count in counts
        ]
        parts.append(table("Counts that a clone carried, and the rest (10^9/L)", head, counted))
        told = rises(chart)
        parts += [tag("p", words.replace(r"\$", "$")) for words in told]
        if told:
            parts.append(tag("p", "This is arithmetic on the counts above; it does not say why.", class_="note"))
    return join(parts)


def _percent(share: CellFraction) -> str:
    if share.fraction is None:
        if share.status == "negative":
            return f"below {number(100 * share.high, 3)} %" if share.high is not None else "limit not known"
        return "no number" if share.status == "positive" else "none"
    words = f"{number(100 * share.fraction, 3)} %"
    if is_open_above(share):
        return f"{words} (a lower limit; at least {number(100 * (share.low or 0.0), 3)})"
    if share.low is not None and share.high is not None:
        words += f" ({number(100 * share.low, 3)} to {number(100 * share.high, 3)})"
    return words + ("" if share.is_possible else ": impossible")


def is_escape(share: CellFraction) -> bool:
    """True for a clone, found, that an immune attack may not reach."""
    gene = share.measurement.gene.upper()
    is_found = share.status == "positive" and share.fraction != 0
    return is_found and (share.kind in ("pnh", "hla_loss") or gene == "PIGA" or gene.startswith("HLA-"))


def evidence_section(rows: Sequence[EvidenceRow], sources: Sources) -> Markup:
    """Findings for and against each cause of a hypocellular marrow."""
    causes: dict[str, list[EvidenceRow]] = {}
    for row in rows:
        causes.setdefault(row.cause, []).append(row)
    parts: list[object] = [tag("p", NOTICE, class_="notice")]
    for cause, group in causes.items():
        cells = [
            (
                join((row.finding, Markup("<br>"), tag("span", row.note, class_="note"))) if row.note else row.finding,
                (row.status, {"for": "for", "against": "against"}.get(row.status, "not")),
                row.observed,
                row.test,
                row.separates,
                sources.refer(row.source),
            )
            for row in group
        ]
        parts.append(
            table(
                cause[:1].upper() + cause[1:],
                ("Finding", "Status", "What the chart says", "Test", "Separates from", "Source"),
                cells,
            )
        )
    return join(parts)
