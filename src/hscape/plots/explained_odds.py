"""Three priors and what the chart makes of each."""

from __future__ import annotations

from typing import Any

from hscape.inference.explain import Explanation
from hscape.plots.explained_time import put_words
from hscape.plots.style import CLONES, GRID, MUTED, pyplot


def title_of_odds(e: Explanation) -> str:
    """What the picture shows."""
    after = [pair[1] for pair in e.odds.by_prior.values()]
    bound = {0.0: "at most ", 1.0: "at least "}.get(e.odds.probability if e.odds.probability is not None else 0.5, "")
    return (
        f"Clone-mediated recovery: from {_percent(min(after))} to {bound}{_percent(max(after))} by the prior; "
        f"log10 Bayes factor {bound}{e.odds.log10_bayes_factor or 0.0:+.1f}"
    )


def draw_explained_odds(e: Explanation) -> Any:
    """For each prior an arrow from the probability before the chart to the one after it.

    Args:
        e: the explanation; its question of clone-mediated recovery applies.
    """
    plt = pyplot()
    figure, axis = plt.subplots(figsize=(10.0, 2.5))
    for row, (before, after) in enumerate(e.odds.by_prior.values()):
        axis.annotate(
            "", (100 * after, row), (100 * before, row), arrowprops={"arrowstyle": "-|>", "color": CLONES[0], "lw": 1.6}
        )
        axis.plot([100 * before], [row], marker="o", ms=7, mfc="white", mec=MUTED, ls="", clip_on=False, zorder=5)
        axis.plot([100 * after], [row], marker="D", ms=7, color=CLONES[0], ls="", clip_on=False, zorder=6)
        axis.text(102, row, f"{_percent(before)} to {_percent(after)}", va="center", fontsize=8.5)
    axis.set_yticks(range(len(e.odds.by_prior)), list(e.odds.by_prior))
    axis.set_ylim(len(e.odds.by_prior) - 0.5, -0.5)
    axis.set_xlim(0, 100)
    axis.grid(axis="x", color=GRID, lw=0.4)
    axis.set_xlabel("Probability that escape clones made most of the recovery possible (%)")
    note = "Open circle: before the chart. Diamond: after it. The Bayes factor is the same for all. Research use only."
    return put_words(figure, title_of_odds(e), note, right=1.7)


def _percent(p: float) -> str:
    return f"{100 * p:.0f} %" if 0.01 <= p <= 0.99 else ("below 1 %" if p < 0.5 else "above 99 %")


def describe_explained_odds(e: Explanation) -> str:
    """The picture in words."""
    told = "; ".join(f"{name}: {_percent(a)} before, {_percent(b)} after" for name, (a, b) in e.odds.by_prior.items())
    return f"{title_of_odds(e)}. {told}."
