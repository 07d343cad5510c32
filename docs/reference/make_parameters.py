"""Write docs/reference/parameters.md from the records: ``python docs/reference/make_parameters.py``."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from hscape.parameters import records, sources

PAGE = Path(__file__).parent / "parameters.md"


def page() -> str:
    """The page as text."""
    lines = ["# Every number of the model", "", "Made from `src/hscape/biology/values/*.toml`; do not edit here.", ""]
    for subject, group in groupby(records().values(), key=lambda record: record.subject):
        lines += [
            f"## {subject}",
            "",
            "| id | value | range | unit | role | source | meaning |",
            "|---|---|---|---|---|---|---|",
        ]
        for r in group:
            meaning = r.meaning + (f" ({r.note})" if r.note else "")
            lines.append(
                f"| `{r.id}` | {r.value:g} | {r.low:g} to {r.high:g} | {r.unit} | {r.role} | {r.source} | {meaning} |"
            )
        lines.append("")
    lines += ["## Sources", ""] + [f"- **{key}**: {cite}" for key, cite in sources().items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
