"""One clone: where it stands in its tree, how large it was, and what was learned about its rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from hscape.clones.phylogeny.estimate import CloneGrowth
from hscape.clones.phylogeny.numbers import number
from hscape.plots.style import BAND, CLONES, INK, MUTED, REST, pyplot

_CLONE = CLONES[1]


def draw_clone(found: CloneGrowth) -> Any:
    """Three panels: the tree with the clone marked, its size with bands, prior against posterior of the rate."""
    plt = pyplot()
    figure, axes = plt.subplots(1, 3, figsize=(11.5, 4.2), width_ratios=(1.25, 1.0, 0.9))
    draw_tree(axes[0], found)
    _draw_sizes(axes[1], found)
    _draw_rate(axes[2], found)
    rate, onset = found.rate_per_year, found.onset_years
    figure.suptitle(f"Clone {found.clone.name}", x=0.012, ha="left", fontsize=12, fontweight="bold", color=INK)
    figure.text(
        0.012, 0.015,
        f"{found.clone.n_tips} colonies; growth {rate.median:.3g} a year ({rate.low:.3g} to {rate.high:.3g}), began "
        f"{onset.median:.1f} years before sampling ({onset.low:.1f} to {onset.high:.1f}); medians and 95 % intervals, "
        f"from {found.method}.", fontsize=8, color=MUTED,
    )  # fmt: skip
    figure.tight_layout(rect=(0, 0.04, 1, 0.97))
    return figure


def draw_tree(axis: Any, found: CloneGrowth) -> None:
    """The whole tree, time running down to sampling; the clone in color, its likely onset as a band."""
    tree, node = found.clone.whole, found.clone.node
    heights, x = tree.height_years, _places(found)
    inside = np.zeros(tree.n_nodes, dtype=bool)
    inside[tree.below(node)] = True
    for color, mine, width in ((REST, ~inside, 0.6), (_CLONE, inside, 0.9)):
        across, up = [], []
        for i in np.flatnonzero(mine):
            above = tree.parent[i]
            top = heights[above] if above >= 0 else heights[i] + tree.stem_years
            up.append(((x[i], x[i]), (heights[i], top)))
            if above >= 0:
                across.append(((x[above], x[i]), (top, top)))
        for xs, ys in (*up, *across):
            axis.plot(xs, ys, color=color, lw=width, solid_capstyle="butt")
    onset = found.onset_years
    axis.axhspan(onset.low, onset.high, color=BAND, zorder=0)
    axis.axhline(onset.median, color=MUTED, lw=0.8, ls="--", zorder=0)
    axis.annotate(
        "began",
        (0.01, onset.median),
        xycoords=("axes fraction", "data"),
        ha="left",
        va="bottom",
        fontsize=8,
        color=MUTED,
    )
    axis.set(xticks=[], ylabel="Years before sampling", title="Tree, clone in color")
    axis.spines["bottom"].set_visible(False)
    axis.set_ylim(-0.01 * heights[0], max(1.03 * (heights[0] + tree.stem_years), min(onset.high, 1.5 * heights[0])))


def _places(found: CloneGrowth) -> np.ndarray:
    """Across: tips in the order of the tree, a parent in the middle of its children."""
    tree = found.clone.whole
    children: list[list[int]] = [[] for _ in range(tree.n_nodes)]
    for i in range(1, tree.n_nodes):
        children[tree.parent[i]].append(i)
    place = np.zeros(tree.n_nodes)
    stack, n = [0], 0
    while stack:
        i = stack.pop()
        if not children[i]:
            place[i] = n
            n += 1
        stack.extend(reversed(children[i]))
    for i in range(tree.n_nodes - 1, -1, -1):
        if children[i]:
            place[i] = np.mean([place[j] for j in children[i]])
    return place


def _draw_sizes(axis: Any, found: CloneGrowth) -> None:
    sizes, steps = found.population(), found.skyline()
    aged = found.sampled_age_years is not None
    x = sizes["age_years"] if aged else sizes["years_before_sampling"]
    axis.fill_between(x, sizes["cells_low"], sizes["cells_high"], color=_CLONE, alpha=0.2, lw=0)
    axis.plot(x, sizes["cells_median"], color=_CLONE, label="growth, 95 % band")
    for i, step in enumerate(steps.itertuples()):
        ends = np.array([step.from_years, step.to_years])
        place = found.sampled_age_years - ends if aged else ends
        label = "between meetings of lineages" if i == 0 else None
        axis.plot(place, [step.cells_median] * 2, color=INK, lw=1.2, label=label)
        axis.plot([place.mean()] * 2, [step.cells_low, step.cells_high], color=MUTED, lw=0.7)
    axis.set_yscale("log")
    axis.set(title="Size of the clone", ylabel="Stem cells", xlabel="Age, years" if aged else "Years before sampling")
    if not aged:
        axis.invert_xaxis()
    axis.legend(frameon=False, fontsize=7.5, loc="upper left")


def _draw_rate(axis: Any, found: CloneGrowth) -> None:
    low, high = number("tree_rate_prior_min_per_year"), number("tree_rate_prior_max_per_year")
    shown = [("tree", found.tree_posterior.rate_density(), CLONES[0])]
    if found.series_posterior is not None:
        alone = found.series_posterior
        area = np.trapezoid(alone.density, np.log(alone.rate_per_year))
        shown.append(("VAF", (alone.rate_per_year, alone.density / area), CLONES[2]))
        shown.append(("both", found.posterior.rate_density(), _CLONE))
    for label, (rates, density), color in shown:
        axis.plot(rates, density, color=color, label=label)
    axis.axhline(1.0 / np.log(high / low), color=MUTED, lw=1.0, ls=":", label="prior")
    ends = found.tree_posterior.rate_quantiles(np.array([0.0005, 0.9995]))
    if found.series_posterior is not None:
        wide = found.series_posterior.rate_quantiles(np.array([0.005, 0.995]))
        ends = np.array([min(ends[0], wide[0]), max(ends[1], wide[1])])
    axis.set_xscale("log")
    axis.set(xlim=(ends[0] / 1.5, ends[1] * 1.5), ylim=(0, None), title="Rate: prior and posterior",
             xlabel="Growth a year", ylabel="Density over log rate")  # fmt: skip
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    axis.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.xaxis.set_major_formatter(ScalarFormatter())
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.legend(frameon=False, fontsize=7.5)
