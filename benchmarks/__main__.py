"""Measure speed and write ``benchmarks/results.md``: ``python -m benchmarks``. Peers: ``pip install .[bench]``."""

from __future__ import annotations

import platform
import sys
import time
from pathlib import Path

from hscape.verify.bench import run_benchmarks
from hscape.version import __version__

PAGE = Path(__file__).parent / "results.md"


def main() -> None:
    rows = run_benchmarks(quick="--quick" in sys.argv, say=lambda text: print(text, file=sys.stderr))
    lines = ["# Speed", "",
             f"Made by `python -m benchmarks` on {time.strftime('%Y-%m-%d')}; hscape {__version__}, Python "
             f"{platform.python_version()}, {platform.machine()}, one thread, best of several repeats, compiled code cached. "
             "Ratios are of the same run; a shared machine moves absolute times by tens of percent.", "",
             "| work | ours | unit | peer | peer's figure | ratio | note |", "|---|---|---|---|---|---|---|"]  # fmt: skip
    for row in rows:
        peer = f"{row['peer']:.4g}" if row["peer"] is not None else ""
        ratio = f"{row['ratio']:.3g}" if row["ratio"] is not None else ""
        lines.append(
            f"| {row['work']} | {row['ours']:.4g} | {row['unit']} | {row['peer_name']} | {peer} | {ratio} | {row['note']} |"
        )
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
