"""Who rebuilt the marrow: output by clone over time as a stacked area."""

from __future__ import annotations

from typing import Any

import numpy as np

from hscape.inference.explain import Explanation
from hscape.inference.quantities import of_normal, percent
from hscape.plots.chart_time import plain
from hscape.plots.explained_time import finish, past_span, shown_days, slot_color
from hscape.plots.style import GRID, pyplot

#: Clones below this share of the output on every day are not drawn.
LEAST_DRAWN = 0.002


def title_of_output(e: Explanation) -> str:
    """What the picture shows."""
    output = of_normal(float(np.median(e.causes.output)))
    label, share = max(((label, float(s[-1])) for label, s in e.course.shares.items()), key=lambda pair: pair[1])
    return (
        f"Who rebuilt the marrow: output is {output} of normal on day {e.problem.last_day:g}, "
        f"{percent(share)} of it (mean of the draws) from {plain(label, 40)}"
    )


def layers(e: Explanation) -> dict[str, np.ndarray]:
    """Label -> output on the days of the course, relative to health: mean share times median output."""
    output = e.course.quantiles["marrow_output"][2]
    kept = {label: share for label, share in e.course.shares.items() if label == "ordinary stem cells"
            or float(share.max()) >= LEAST_DRAWN}  # fmt: skip
    return {label: share * output for label, share in kept.items()}


def draw_explained_output(e: Explanation) -> Any:
    """Stacked area of output, and the shares alone under it.

    Args:
        e: the explanation.
    """
    plt, span = pyplot(), past_span(e)
    figure, axes = plt.subplots(2, 1, figsize=(10.0, 5.6), sharex=True, gridspec_kw={"height_ratios": [1.4, 1.0]})
    kept = shown_days(e, span)
    days, found = e.course.days[kept], layers(e)
    slots = dict(zip(e.causes.labels, e.causes.slots, strict=True))
    colors = [slot_color(slots[label], pale=True) for label in found]
    names = [plain(label, 40) for label in found]
    axes[0].stackplot(days, *(layer[kept] for layer in found.values()), colors=colors, labels=names, lw=0.4, ec="white")
    low, high = e.course.quantiles["marrow_output"][[0, 4]][:, kept]
    for edge in (low, high):
        axes[0].plot(days, edge, color="#222222", lw=0.7, ls=(0, (3, 2)))
    axes[0].set_ylim(0, None)
    axes[0].set_title("Output of the marrow (relative to health)", pad=3)
    total = np.maximum(sum(layer[kept] for layer in found.values()), 1e-12)
    axes[1].stackplot(days, *(100 * layer[kept] / total for layer in found.values()), colors=colors, lw=0.4, ec="white")
    axes[1].set_ylim(0, 100)
    axes[1].set_title("Shares of the output (%)", pad=3)
    for axis in axes:
        axis.grid(axis="y", color=GRID, lw=0.4)
    handles, words = axes[0].get_legend_handles_labels()
    axes[0].legend(handles[::-1], words[::-1], loc="upper left", bbox_to_anchor=(1.005, 1.0), frameon=False, fontsize=8)
    note = (
        "Areas: mean share times median output; the table gives medians, which differ from means where a few draws "
        "hold a clone. Output: early progenitors that mature, before the marrow amplifies them, so that counts may be "
        "near normal while it is low. Dashed: 90 % band of the whole output."
    )
    return finish(figure, list(axes), e, span, title_of_output(e), note, right=1.75)


def describe_explained_output(e: Explanation) -> str:
    """The picture in words."""
    shares = ", ".join(f"{label} {percent(share[-1])}" for label, share in e.course.shares.items())
    low, high = np.quantile(e.causes.output, (0.05, 0.95))
    return (
        f"{title_of_output(e)}. 90 % band of the output {100 * low:.0f} to {100 * high:.0f} %. Mean shares on the last "
        f"day: {shares}."
    )
