"""The page of results: one section is exchanged, the others stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parent / "results.md"


def replace_section(lines: Sequence[str]) -> None:
    """Write a section, whose first line is its heading, in place of the one before or at the end of the page."""
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")
    new = "\n".join(lines).rstrip("\n").removeprefix("## ")
    at = [i for i, part in enumerate(parts) if i and part.split("\n")[0] == new.split("\n")[0]]
    parts = [new if i in at else part.rstrip("\n") for i, part in enumerate(parts)] + ([] if at else [new])
    PAGE.write_text("\n\n## ".join(parts) + "\n", encoding="utf-8")
