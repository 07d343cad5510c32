"""Writes docs/reference/clinical-rules.md from thresholds, evidence and the spec tables that the tests run.

Run ``python tests/clinic/render_rules.py`` after a change; a test fails while the page is out of date.
"""

from __future__ import annotations

import re
from dataclasses import fields
from itertools import groupby
from pathlib import Path

from spec_table import FOLDER

from hscape.chart import Chart
from hscape.clinic import NOTICE, RULES, Choices, assess
from hscape.clinic.thresholds import SEEN, read_data, sources, thresholds

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "clinical-rules.md"
INTRO = """# Clinical rules

Written by a script from the tables that the tests run; to correct a rule, correct its table, its threshold
or its code.

Every rule takes a chart and answers with a value, a day, its reasons and its source. Two answers are not
failures: **cannot tell** says what the chart lacks, **not assessed** says why the rule does not apply, for
example after a transplant. Research use only: the rules classify what was written down; they do not advise.

How a count is read, in every rule:

- A value such as `<0.5` is a bound. It settles a question only if every value within the bound gives the
  same answer.
- Hemoglobin within {red:g} days of red cells, platelets within {plt:g} days of platelets and neutrophils
  under G-CSF or within {gcsf:g} days of it are **upper bounds** of what the patient makes: they can show that
  a count is low, never that it is high enough. (Neutrophils under G-CSF can be counted by choice.)
- An implausible value is set aside with a reason; an impossible one is refused when the chart is made.
- Counts at most {visit:g} days apart are one visit; of the visits in a window the one that holds most of
  what the rule needs is taken, and among equals the nearest. A count that this visit lacks is taken from the
  nearest day of the window, and the reason says the day.
- No transfusion in the whole chart may mean that none was given or that none was written down. Rules that
  need to know say *cannot tell*, unless the user says which.
- Thresholds are compared as the sources print them: *below* does not include the threshold, *at least* does.

In Python: `hscape.clinic.assess(chart)`, `assess(chart, "response.nih")`,
`assess(chart, choices=Choices(reticulocyte_method="manual"))`, `hscape.clinic.evidence_table(chart)`.

On the command line: `hscape assess FILE --choice reticulocyte_method=manual`, and the same with `registry`. Choices:
{choices}.
"""


def page() -> str:
    """The whole page."""
    values = {
        key: thresholds()[name].value
        for key, name in (
            ("red", "red_cells_transfused_days"),
            ("plt", "platelets_transfused_days"),
            ("gcsf", "g_csf_days"),
            ("visit", "same_visit_days"),
        )
    }
    names = ", ".join(f"`{item.name}`" for item in fields(Choices))
    parts = [INTRO.format(**values, choices=names), _rules_table()]
    parts += [_spec(path) for path in sorted(FOLDER.glob("*.md"))]
    parts += [_evidence(), _thresholds(), _sources()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _rules_table() -> str:
    """One line a rule; the months of a response share one."""
    lines = ["## The rules", "", "| key | rule | source |", "|---|---|---|"]
    for verdict in assess(Chart(patient_id="page")):
        family, _, when = verdict.rule.rpartition(".")
        if family.startswith("response.") and when != "first":
            if when != "3-months":
                continue
            name = verdict.name.replace("at 3 months", "at 3, 6 and 12 months")
            lines.append(f"| `{family}.3-months`, `.6-months`, `.12-months` | {name} | {_cell(verdict.source)} |")
        else:
            lines.append(f"| `{verdict.rule}` | {verdict.name} | {_cell(verdict.source)} |")
    assert all(f"`{rule}`" in "".join(lines) or rule.endswith("months") for rule in RULES)
    return "\n".join(lines)


def _spec(path: Path) -> str:
    """The spec as it stands, one level of heading deeper."""
    text = re.sub(r"^(#+) ", r"#\1 ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = re.sub(r"^Rule: (.*)$", r"Rule \1.", text, flags=re.MULTILINE)
    return re.sub(
        r"^Given: (.*)$",
        lambda found: f"\nThe same in every row: {found[1].replace(' + ', ', ')}.",
        text,
        flags=re.MULTILINE,
    )


def _evidence() -> str:
    data = read_data("evidence.toml")
    lines = ["## Findings of the evidence table", "", NOTICE, ""]
    lines += [
        "| cause | finding | if found | if not found | test | what it separates | source | note |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {data['causes'][item['cause']]} | {item['finding']} | {item['if_true']} | {item['if_false']} "
        f"| {item['test']} | {item['separates']} | {item['source']} | {item.get('note', '')} |"
        for item in data["finding"]
    ]
    for key, words in (
        ("exposures", "Drugs and exposures looked for"),
        ("malignant_genes", "Genes that speak for MDS"),
        ("escape_genes", "Genes that speak for immune failure"),
        ("inherited_genes", "Genes of inherited failure"),
        ("lgl_genes", "Genes of large granular lymphocyte disease"),
    ):
        lines += ["", f"{words}: {', '.join(data[key])}."]
    return "\n".join(lines)


def _thresholds() -> str:
    lines = ["## Thresholds"]
    for subject, group in groupby(thresholds().values(), key=lambda record: record.subject):
        lines += [
            "",
            f"### {subject}",
            "",
            "| threshold | value | unit | meaning | source | role | note |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| `{item.id}` | {item.value:g} | {item.unit} | {item.meaning} | {item.source} | {item.role} "
            f"| {item.note} |"
            for item in group
        ]
    return "\n".join(lines)


def _sources() -> str:
    lines = [
        "## Sources",
        "",
        "What was read of each source matters: a rule that was recalled must be checked before it is quoted.",
        "",
    ]
    lines += [f"- *{key}*: {words}." for key, words in SEEN.items()]
    lines += ["", "| key | source | seen | where |", "|---|---|---|---|"]
    lines += [
        f"| {item.key} | {_cell(item.cite)} | {item.seen} | {_cell(item.address)} |" for item in sources().values()
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace(". | ", "; ").replace(" | ", "; ").replace("|", "/")


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
