"""Measure speed and write ``benchmarks/results.md``: ``python -m benchmarks``. Peers: ``pip install .[bench]``.

``--only patients`` measures the works with that word in their name and leaves the other rows as they are.
"""

from __future__ import annotations

import platform
import sys
import time
from typing import Any

from benchmarks.page import PAGE
from hscape.verify.bench import run_benchmarks
from hscape.version import __version__

#: What the other modules of this folder write begins with it and is kept.
SECTION = "\n## "


def main() -> None:
    """Write the page, or the rows that were asked for."""
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    rows = [_shown(row) for row in run_benchmarks(quick="--quick" in sys.argv, only=only, say=_say)]
    table, mark, others = PAGE.read_text(encoding="utf-8").partition(SECTION)
    lines = _replaced(table, rows) if only else [*_head(), *rows]
    PAGE.write_text("\n".join(lines) + "\n" + mark + others, encoding="utf-8")
    print("\n".join(rows))


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _head() -> list[str]:
    return ["# Speed", "",
            f"Made by `python -m benchmarks` on {time.strftime('%Y-%m-%d')}; hscape {__version__}, Python "
            f"{platform.python_version()}, {platform.machine()}, one thread, best of several repeats, compiled code cached. "
            "Ratios are of the same run; a shared machine moves absolute times by tens of percent.", "",
            "| work | ours | unit | peer | peer's figure | ratio | note |", "|---|---|---|---|---|---|---|"]  # fmt: skip


def _shown(row: dict[str, Any]) -> str:
    peer = f"{row['peer']:.4g}" if row["peer"] is not None else ""
    ratio = f"{row['ratio']:.3g}" if row["ratio"] is not None else ""
    return (
        f"| {row['work']} | {row['ours']:.4g} | {row['unit']} | {row['peer_name']} | {peer} | {ratio} | {row['note']} |"
    )


def _replaced(table: str, rows: list[str]) -> list[str]:
    """The lines of the page with the rows of the same work exchanged."""
    new = {row.split(" | ")[0]: row for row in rows}
    return [new.get(line.split(" | ")[0], line) for line in table.rstrip("\n").split("\n")]


if __name__ == "__main__":
    main()
