"""The same as a fish plot: stem cells by clone, each growing out of the middle of the ordinary cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from hscape.inference.explain import Explanation
from hscape.inference.quantities import of_normal
from hscape.plots.chart_time import plain
from hscape.plots.explained_output import LEAST_DRAWN
from hscape.plots.explained_time import finish, past_span, shown_days, slot_color
from hscape.plots.style import MUTED, pyplot


def title_of_fish(e: Explanation) -> str:
    """What the picture shows."""
    reserve = e.course.quantiles["reserve_fraction"][2]
    kept = e.course.days >= 0
    lowest = int(np.argmin(np.where(kept, reserve, np.inf)))
    if e.course.days[lowest] >= e.problem.last_day:
        return f"The stem cells stand at {of_normal(reserve[-1])} of normal on day {e.problem.last_day:g}, their lowest"
    return (
        f"The stem cells passed through {of_normal(reserve[lowest])} of normal on day {e.course.days[lowest]:.0f}; "
        f"{of_normal(reserve[-1])} on day {e.problem.last_day:g}"
    )


def draw_explained_fish(e: Explanation) -> Any:
    """Width of the fish: stem cells on a logarithmic scale; inside it the shares of the clones.

    Args:
        e: the explanation.
    """
    plt, span = pyplot(), past_span(e)
    figure, axis = plt.subplots(figsize=(10.0, 3.9))
    kept = shown_days(e, span)
    days = e.course.days[kept]
    reserve = np.maximum(e.course.quantiles["reserve_fraction"][2][kept], 1e-5)
    width = np.maximum(5.0 + np.log10(reserve), 0.15)
    slots = dict(zip(e.causes.labels, e.causes.slots, strict=True))
    axis.fill_between(days, -width, width, color=slot_color(0, pale=True), lw=0, label="ordinary stem cells")
    others = [label for label in e.course.shares if slots[label] and float(e.course.shares[label].max()) >= LEAST_DRAWN]
    offsets = np.linspace(-0.25, 0.25, len(others)) if len(others) > 1 else np.zeros(len(others))
    shares = np.array([e.course.shares[label][kept] for label in others]).reshape(len(others), len(days))
    total = shares.sum(axis=0)
    for label, share, offset in zip(others, shares, offsets, strict=True):
        # Clones lie apart while they are small, and touch when together they fill the marrow.
        center = width * offset * (1.0 - total) + width * (_middle(shares, others.index(label)) - total / 2) * 2
        half = width * share
        axis.fill_between(
            days, center - half, center + half, color=slot_color(slots[label]), lw=0, label=plain(label, 40)
        )
    axis.set_ylim(-5.2, 5.2)
    ticks = (1.0, 0.1, 0.01, 0.001, 0.0001)
    axis.set_yticks([5.0 + np.log10(t) for t in ticks], ["100 %", "10 %", "1 %", "0.1 %", "0.01 %"])
    axis.set_ylabel("stem cells (half width, log)", color=MUTED)
    axis.legend(loc="upper left", bbox_to_anchor=(1.005, 1.0), frameon=False, fontsize=8)
    note = (
        "Half width of the fish: median stem cells relative to normal, on a logarithmic scale. Colored: mean "
        "share of the "
        "marrow's output of each clone within it, in proportion to the width."
    )
    return finish(figure, [axis], e, span, title_of_fish(e), note, right=1.75)


def _middle(shares: np.ndarray, index: int) -> np.ndarray:
    """Middle of a clone in the stack of all clones."""
    return shares[:index].sum(axis=0) + shares[index] / 2


def describe_explained_fish(e: Explanation) -> str:
    """The picture in words."""
    return f"{title_of_fish(e)}. Clones drawn within: " + (
        ", ".join(label for label, share in e.course.shares.items() if label != "ordinary stem cells"
                  and float(share.max()) >= LEAST_DRAWN) or "none above 0.2 %"
    ) + "."  # fmt: skip
