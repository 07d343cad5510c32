"""Reserve and immune pressure over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from hscape.inference.explain import Explanation
from hscape.inference.quantities import MOSTLY_ORDINARY_FRACTION, of_normal
from hscape.plots.explained_time import fill_band, finish, past_span, shown_days
from hscape.plots.style import GRID, INK, MARROW, pyplot

_LEAST = 1.0e-5
_PANELS = (
    ("reserve_fraction", "Stem cells (% of normal, log scale)", INK, 100.0, True),
    ("contact_killing_per_day", "Killing by contact (per day)", "#7F3C8D", 1.0, False),
    ("interferon", "Suppression by cytokines (interferon, relative to a full attack)", "#B07800", 1.0, False),
    ("marrow_output", "Output of the marrow (% of normal)", MARROW, 100.0, False),
)


def title_of_reserve(e: Explanation) -> str:
    """What the picture shows."""
    reserve, attack = e.quantities["reserve_fraction"], e.course.quantiles["contact_killing_per_day"][2]
    low, middle, high = (of_normal(v) for v in np.quantile(reserve, (0.05, 0.5, 0.95)))
    at_zero = float(attack[int(np.argmin(np.abs(e.course.days)))])
    still = float(attack[-1]) / max(at_zero, 1e-12)
    now = f"{100 * still:.0f} %" if still >= 0.01 else "below 1 %"
    pressure = f"killing is {now} of that on day 0 (medians)" if at_zero > 1e-6 else "no killing on day 0"
    words = f"Reserve on day {e.problem.last_day:g}: {middle} of normal (90 % interval {low} to {high})"
    ordinary = e.causes.stem_cell_shares[:, e.causes.slots.index(0)]
    if float(np.median(ordinary)) < MOSTLY_ORDINARY_FRACTION:
        words += f", ordinary stem cells {of_normal(float(np.median(reserve * ordinary)))}"
    return f"{words}; {pressure}"


def draw_explained_reserve(e: Explanation) -> Any:
    """Four panels: stem cells, the two arms of the attack, output.

    Args:
        e: the explanation.
    """
    plt, span = pyplot(), past_span(e)
    figure, axes = plt.subplots(4, 1, figsize=(10.0, 8.0), sharex=True)
    kept = shown_days(e, span)
    for axis, (name, title, color, fold, is_log) in zip(axes, _PANELS, strict=True):
        quantiles = fold * e.course.quantiles[name][:, kept]
        fill_band(axis, e.course.days[kept], np.maximum(quantiles, fold * _LEAST) if is_log else quantiles, color)
        if is_log:
            axis.set_yscale("log")
            axis.set_ylim(max(100 * _LEAST, 0.5 * float(quantiles[0].min())), 200)
            shown = [v for v in (0.001, 0.01, 0.1, 1, 10, 100) if v >= axis.get_ylim()[0]]
            axis.set_yticks(shown, [f"{v:g}" for v in shown])
            axis.minorticks_off()
        else:
            axis.set_ylim(0, None)
        axis.axvline(0.0, color=INK, lw=0.6, zorder=1)
        axis.set_title(title, pad=3)
        axis.grid(axis="y", color=GRID, lw=0.4)
    note = (
        "Bands: 50 and 90 % of the courses that agree with the chart; before day 0 nothing was measured. Line: day 0."
    )
    return finish(figure, list(axes), e, span, title_of_reserve(e), note)


def describe_explained_reserve(e: Explanation) -> str:
    """The picture in words."""
    since = np.nanquantile(e.quantities["attack_days_before_day_0"], (0.05, 0.5, 0.95))
    return (
        f"{title_of_reserve(e)}. The attack began {since[1]:.0f} days before day 0 (90 % interval {since[0]:.0f} to "
        f"{since[2]:.0f})."
    )
