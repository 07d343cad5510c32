"""The coarse course of inference against the full simulation, person by person."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hscape.inference.calibration.coarse_against_full import NAMES, VISITS, compare

PEOPLE, QUICK_PEOPLE = 200, 40


def section(quick: bool, say: Callable[[str], None]) -> list[str]:
    """Lines of the page."""
    n = QUICK_PEOPLE if quick else PEOPLE
    compare(0)  # compiles
    pairs = [pair for number in range(n) if (pair := compare(number)) is not None]
    distance = np.concatenate([pair.log_distance() for pair in pairs])
    later = np.array([pair.shown_later_days for pair in pairs])
    say(f"coarse: {len(pairs)} people, root mean square {np.sqrt(np.nanmean(distance**2, axis=0)).round(3)}")
    lines = [
        "## Coarse course of inference against the full simulation", "",
        f"{len(pairs)} of {n} virtual patients (those whose failure shows), with globulin and cyclosporine, without clones and "
        "without chance, while alive; counts and stem cells on seven visits to day 550, natural logarithm of coarse over full. Hemoglobin "
        "within a week of red cells and platelets within 16 days of platelets are not compared. Wanted: at most 0.05 at visits, "
        "0.3 ms a course.", "",
        "| quantity | mean | root mean square | 95 % of visits within | visits beyond 0.05 |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for column, name in enumerate(NAMES):
        d = distance[np.isfinite(distance[:, column]), column]
        lines.append(
            f"| {name} | {d.mean():+.3f} | {np.sqrt((d**2).mean()):.3f} | {np.quantile(np.abs(d), 0.95):.3f} | "
            f"{(np.abs(d) > 0.05).mean():.0%} |"
        )
    milliseconds = 1e3 * np.median([pair.seconds for pair in pairs])
    lines += ["", f"Day on which the clinic first sees the failure: {later.mean():+.1f} days on average, 95 % within "
              f"{np.quantile(np.abs(later), 0.95):.1f}. One course to day {VISITS[-1]:g}: {milliseconds:.2f} ms (median)."]  # fmt: skip
    lines += [
        "",
        "Stem cells of a few nearly empty marrows differ many times over, which decides their root mean square.",
    ]
    return lines
