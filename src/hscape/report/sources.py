"""The numbered list of sources at the end of a page."""

from __future__ import annotations

from hscape.report.html import Markup, join, tag


class Sources:
    """Gives each citation a number when it is first referred to."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def refer(self, citations: str) -> Markup:
        """Links to the citations, which are divided by a bar."""
        links = []
        for citation in (part.strip() for part in citations.split(" | ")):
            if citation:
                index = self._numbers.setdefault(citation, len(self._numbers) + 1)
                links.append(tag("a", f"[{index}]", href=f"#source-{index}"))
        return join(links, " ")

    def listed(self) -> Markup:
        """The list, for the end of the page."""
        entries = [tag("li", citation, id=f"source-{index}") for citation, index in self._numbers.items()]
        return tag("ol", *entries) if entries else Markup("")
