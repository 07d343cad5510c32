"""What the chart taught: share of the prior's spread removed, and each quantity before and after."""

from __future__ import annotations

from typing import Any

import numpy as np

from hscape.inference.alarms import NOT_LEARNT, little_learnt
from hscape.inference.explain import Explanation
from hscape.inference.quantities import words_of
from hscape.plots.explained_time import put_words
from hscape.plots.style import CLONES, GRID, MUTED, pyplot

_BEFORE, _AFTER = "#9A9A9A", CLONES[0]


def title_of_learnt(e: Explanation) -> str:
    """What the picture shows."""
    little = len(little_learnt(e.problem, e.learnt))
    return (
        f"What we do not know: about {little} of {len(e.learnt)} quantities the chart taught nothing or nearly so"
        if little
        else f"What we do not know: the chart taught something about each of {len(e.learnt)} quantities"
    )


def draw_explained_learnt(e: Explanation) -> Any:
    """Bars of what was learnt, and intervals of prior and posterior on the prior's own scale.

    Args:
        e: the explanation.
    """
    plt = pyplot()
    names = sorted(e.learnt, key=lambda name: -e.learnt[name])
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(10.0, 1.5 + 0.27 * len(names)), sharey=True, gridspec_kw={"width_ratios": [1.0, 1.2]}
    )
    for row, name in enumerate(names):
        share = max(0.0, e.learnt[name])
        is_learnt = e.learnt[name] >= NOT_LEARNT
        left.barh(
            row, 100 * share, color=_AFTER if is_learnt else "white", ec=_AFTER if is_learnt else MUTED, height=0.6
        )
        if not is_learnt:
            left.text(100 * share + 2, row, "not learnt", va="center", fontsize=8, color=MUTED)
        for offset, values, color in (
            (-0.16, e.reference.quantities[name], _BEFORE),
            (0.16, e.quantities[name], _AFTER),
        ):
            low, middle, high = _ranks(values, e.reference.quantities[name])
            right.plot([low, high], [row + offset] * 2, color=color, lw=2.4, solid_capstyle="butt")
            right.plot([middle], [row + offset], marker="|", ms=7, mew=1.6, color=color)
    left.set_yticks(range(len(names)), [words_of(name) for name in names])
    left.set_ylim(len(names) - 0.5, -0.5)
    left.set_xlim(0, 100)
    left.set_title("Learnt (%)")
    right.set_xlim(0, 100)
    right.set_title("Before (gray), after (blue): centile of the prior")
    for axis in (left, right):
        axis.grid(axis="x", color=GRID, lw=0.4)
    note = (
        "Left: part of the prior's variance that the chart removed. Right: median and 90 % interval; a blue bar as "
        "long as the gray one was not learnt. Research use only."
    )
    return put_words(figure, title_of_learnt(e), note, left=3.0, beside=0.35)


def _ranks(values: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Centiles of the prior at which median and interval lie."""
    ordered = np.sort(prior[np.isfinite(prior)])
    at = np.nanquantile(values, (0.05, 0.5, 0.95))
    middle = np.searchsorted(ordered, at, "left") + np.searchsorted(ordered, at, "right")
    return 50.0 * middle / max(len(ordered), 1)


def describe_explained_learnt(e: Explanation) -> str:
    """The picture in words."""
    told = ", ".join(f"{words_of(name)} {100 * max(0.0, share):.0f} %" for name, share in e.learnt.items())
    return f"{title_of_learnt(e)}. Variance of the prior removed: {told}."
