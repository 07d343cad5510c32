"""`explained_page`: the explanation of one chart as one self-contained page.

The page needs no network and no script; its policy forbids both. All that comes from a file is escaped. It holds no
date and no time, so that the same seed gives the same bytes.
"""

from __future__ import annotations

from importlib import resources

from hscape.inference.explain import Explanation
from hscape.report.explained import sections
from hscape.report.html import Markup, join, tag
from hscape.version import __version__

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
NOTICE = (
    "Research use only; not a medical device. This page shows what a model of the marrow makes of a chart, "
    "with its doubts. "
    "It recommends nothing, ranks no treatments and makes no diagnosis. It was not tested on real patients."
)


def explained_page(e: Explanation, *, with_deaths: bool = False) -> str:
    """The page as HTML text.

    Args:
        e: the explanation.
        with_deaths: True shows the share of simulated courses that end in death; off by default.
    """
    parts = [
        ("answer", "The answer in one paragraph", sections.answer(e)),
        ("chart", "The chart, without any model", sections.chart_alone(e)),
        ("used", "What was used and what was left out", sections.used(e)),
    ]
    if e.status != "withheld":
        parts += [
            ("counts", "Counts", sections.counts(e)),
            ("clones", "Clones", sections.clones(e)),
            ("who", "Who rebuilt the marrow", sections.who_rebuilt(e)),
            ("reserve", "Reserve and immune pressure", sections.reserve(e)),
            ("causes", "Causes: share is not cause", sections.causes(e)),
            ("odds", "Was the recovery clone-mediated? Three priors", sections.odds(e)),
            ("lost", "Suppressed or lost", sections.suppressed_or_lost(e)),
            ("next", "What might come", sections.futures(e, with_deaths=with_deaths)),
            ("unknown", "What we do not know", sections.learnt(e)),
        ]
    parts += [
        ("checks", "Model checks and alarms", sections.checks(e)),
        ("limits", "Limitations", sections.limitations(e)),
        ("methods", "Methods, citation and provenance", sections.methods(e)),
        ("words", "Words", sections.glossary()),
    ]
    links = [tag("li", tag("a", title, href=f"#{anchor}")) for anchor, title, _ in parts]
    body = [
        tag("a", "Skip to the answer", href="#answer", class_="skip"),
        tag(
            "header",
            tag("h1", f"hscape: {e.chart.patient_id} explained"),
            tag("p", NOTICE, class_="notice"),
            sections.banner(e),
        ),
        tag("nav", tag("h2", "Contents", id="contents", class_="first"), tag("ol", *links), aria_labelledby="contents"),
        tag("main", *(_section(index, *part) for index, part in enumerate(parts)), class_="flow"),
        tag("footer", tag("p", NOTICE), tag("p", f"Made by hscape {__version__}. Days count from day 0 of the chart.")),
    ]
    style = resources.files("hscape.report").joinpath("style.css").read_text(encoding="utf-8")
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"{tag('title', f'hscape: {e.chart.patient_id} explained')}<style>{style}</style>"
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{join(body, chr(10))}\n</body>\n</html>\n'


def _section(index: int, anchor: str, title: str, content: Markup) -> Markup:
    heading = tag("h2", title, id=anchor, class_="first" if index == 0 else None)
    return tag("section", heading, content, aria_labelledby=anchor)
