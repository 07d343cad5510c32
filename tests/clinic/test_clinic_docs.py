"""The page of the clinical rules is up to date, and the plain-words page keeps its promises."""

from __future__ import annotations

import re

from render_rules import PAGE, page

EXPLANATION = PAGE.parents[1] / "explanation" / "what-counts-mean.md"


def test_the_page_of_the_rules_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/clinic/render_rules.py"


def test_the_plain_page_has_sources_and_gives_no_advice():
    text = EXPLANATION.read_text(encoding="utf-8")
    assert "## Sources" in text
    assert not re.search(r"\byou should\b|\brecommend", text, re.IGNORECASE)
    cited = set(re.findall(r"\[(\d+)\]", text.split("## Sources")[0]))
    listed = set(re.findall(r"^(\d+)\. ", text.split("## Sources")[1], flags=re.MULTILINE))
    assert cited == listed
