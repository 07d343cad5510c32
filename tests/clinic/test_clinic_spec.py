"""Every row of every spec table gives the verdict that the table states."""

from __future__ import annotations

import pytest
from spec_table import ANSWERS, FOLDER, build_chart, read_choices, read_sections

from hscape.clinic import RULES, assess
from hscape.errors import InputError

SECTIONS = [section for path in sorted(FOLDER.glob("*.md")) for section in read_sections(path)]
ROWS = [
    pytest.param(section, row, id=f"{section.rule}: {row['patient']}") for section in SECTIONS for row in section.rows
]


@pytest.mark.parametrize(("section", "row"), ROWS)
def test_row_gives_its_verdict(section, row):
    patient = {name: cell for name, cell in (section.given | row).items() if name not in ANSWERS}
    if row["verdict"] == "refused":
        with pytest.raises(InputError, match=row["because"]):
            build_chart(patient)
        return
    (verdict,) = assess(build_chart(patient), section.rule, choices=read_choices(patient))
    said = "; ".join(verdict.reasons)
    assert verdict.value == row["verdict"], said
    for part in row["because"].split(" / "):
        assert part in said
    if "day" in row:
        assert row["day"] == ("none" if verdict.day is None else f"{verdict.day:g}")


#: The months and the first day of one definition of response share one set of rows.
FAMILIES = sorted({".".join(rule.split(".")[:2]) for rule in RULES})


@pytest.mark.parametrize("family", FAMILIES)
def test_every_rule_has_a_boundary_a_missing_and_an_implausible_row(family):
    rows = [row for section in SECTIONS if f"{section.rule}.".startswith(f"{family}.") for row in section.rows]
    told = " ".join(row["patient"] for row in rows)
    for word in ("boundary", "missing", "implausible"):
        assert word in told, f"{family} has no row that shows a {word} value"


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_rows(rule):
    assert any(section.rule == rule for section in SECTIONS)
