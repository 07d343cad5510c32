"""Pictures of a growth fit: readings with bands, forest by gene, prior against posterior, treatment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hscape.clones.growth.evidence import FINE
from hscape.clones.growth.readings import cell_share_to_vaf
from hscape.clones.growth.results import CloneGrowth, GrowthFit
from hscape.plots.style import CLONES, GRID, INK, MUTED, pyplot, save

_PANELS, _COLUMNS = 12, 4
_COLORS = {"growing": CLONES[1], "shrinking": CLONES[0], "drift, not selection": CLONES[2], "not learnt": "#888888"}


def draw_growth(fit: GrowthFit, folder: Path) -> list[str]:
    """Write every picture that the fit allows; returns the names of the files."""
    pictures = {"trajectories.png": _trajectories(fit), "forest.png": _forest(fit), "learnt.png": _learnt(fit)}
    if any(gene.treatment_change_per_year is not None for gene in fit.genes):
        pictures["treatment.png"] = _treatment(fit)
    import matplotlib.pyplot as plt

    for name, figure in pictures.items():
        save(figure, folder / name)
        plt.close(figure)
    return list(pictures)


def _name(clone: CloneGrowth) -> str:
    label = clone.id if clone.gene and clone.gene in clone.id else f"{clone.gene} {clone.id}".strip()
    return f"{clone.person}: {label}"[:34]


def _trajectories(fit: GrowthFit) -> Any:
    """The clones with the most visits and the largest size: readings, limits, and the band of the fit."""
    plt = pyplot()
    ranked = sorted(range(len(fit.clones)), key=lambda i: (-fit.clones[i].n_visits, -fit.clones[i].size_last.median))
    chosen = ranked[:_PANELS]
    rows = -(-len(chosen) // _COLUMNS)
    columns = min(_COLUMNS, len(chosen))
    figure, axes = plt.subplots(rows, columns, figsize=(2.7 * columns + 0.6, 2.1 * rows + 1.1), squeeze=False)
    for axis in axes.ravel()[len(chosen) :]:
        axis.set_visible(False)
    for axis, i in zip(axes.ravel(), chosen, strict=False):
        _one_trajectory(axis, fit.clones[i], fit.trajectories[i], fit.learned["detection_limit_fraction"])
    for axis in axes[:, 0]:
        axis.set_ylabel("VAF")
    for axis in axes[-1]:
        axis.set_xlabel("age, years" if fit.trajectories[0].has_age else "years")
    figure.suptitle(f"Readings and fit: {len(chosen)} of {len(fit.clones)} variants", x=0.012, ha="left", fontsize=12,
                    fontweight="bold", color=INK)  # fmt: skip
    note = (
        "Dots: readings with 95 % interval of their reads alone; triangles: not seen; band: 95 % of the fit; "
        "dotted: VAF from which the table tells; gray: on treatment."
    )
    figure.text(0.012, 0.008, note, fontsize=7.5, color=MUTED)
    figure.tight_layout(rect=(0, 0.03, 1, 0.98))
    return figure


def _one_trajectory(axis: Any, clone: CloneGrowth, one: Any, limit: float) -> None:
    color = _COLORS[clone.verdict]
    band = clone.band
    assert band is not None
    low, middle, high = (cell_share_to_vaf(edge, one.copies) for edge in (band.low, band.median, band.high))
    floor = 0.4 * min(limit, float(one.vaf[one.vaf > 0].min(initial=limit)))
    axis.fill_between(band.years, np.maximum(low, floor), np.maximum(high, floor), color=color, alpha=0.25, lw=0)
    axis.plot(band.years, np.maximum(middle, floor), color=color)
    seen = one.vaf > 0
    half = 1.96 * np.sqrt(one.vaf * (1.0 - one.vaf) / one.depth)
    spread = np.stack([np.minimum(half, one.vaf - floor * 1.01), half])[:, seen]
    axis.errorbar(one.years[seen], one.vaf[seen], yerr=np.maximum(spread, 0.0), fmt="o", ms=3.5, color=INK, lw=0.8)
    axis.plot(one.years[~seen], np.full((~seen).sum(), limit), "v", ms=5, mfc="white", mec=INK)
    axis.axhline(limit, color=MUTED, lw=0.7, ls=":")
    for begin, until in one.treated:
        axis.axvspan(max(begin, one.years[0]), min(until, one.years[-1]), color="#DDDDDD", lw=0, zorder=0)
    axis.set_yscale("log")
    axis.set_ylim(0.5 * floor, 0.6)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.minorticks_off()
    rate = clone.net_growth_per_year
    axis.set_title(_name(clone), fontsize=7.5)
    axis.text(0.97, 0.03, f"{rate.median:+.2f} a year ({rate.low:+.2f}, "
                          f"{rate.high:+.2f})\n{clone.verdict}", va="bottom",
              ha="right", transform=axis.transAxes, fontsize=7, color=INK, zorder=5)  # fmt: skip
    axis.margins(x=0.06)


def _forest(fit: GrowthFit) -> Any:
    """Net growth of every clone, by gene, with the mean fitness of the gene."""
    plt = pyplot()
    genes = sorted(fit.genes, key=lambda gene: gene.mean_fitness_per_year.median)
    shown = [gene for gene in genes if gene.gene][-30:] or genes[-30:]
    figure, axis = plt.subplots(figsize=(7.2, 0.34 * max(len(shown), 3) + 1.6))
    for row, gene in enumerate(shown):
        own = [clone for clone in fit.clones if clone.gene == gene.gene]
        places = row + np.linspace(-0.32, 0.32, len(own)) if len(own) > 1 else [row]
        for place, clone in zip(places, sorted(own, key=lambda one: one.net_growth_per_year.median), strict=True):
            rate = clone.net_growth_per_year
            axis.plot([rate.low, rate.high], [place, place], color=_COLORS[clone.verdict], lw=0.6, alpha=0.4)
            axis.plot(rate.median, place, "o", ms=2.2, color=_COLORS[clone.verdict])
        mean = gene.mean_fitness_per_year
        axis.plot([mean.low, mean.high], [row, row], color=INK, lw=2.0)
        axis.plot(mean.median, row, "D", ms=5, color=INK)
    axis.axvline(0.0, color=MUTED, lw=0.8)
    axis.set_yticks(range(len(shown)), [f"{gene.gene or 'no gene'} ({gene.n_clones})" for gene in shown])
    axis.set_xlim(-0.6, 1.0)
    axis.set_xlabel("per year")
    axis.xaxis.grid(True, color=GRID, lw=0.5)
    axis.set_axisbelow(True)
    handles = [plt.Line2D([], [], color=color, marker="o", ms=3, lw=1) for color in _COLORS.values()]
    axis.legend(handles, _COLORS, frameon=False, fontsize=7.5, loc="lower right")
    axis.set_title("Net growth of clones (dots) and mean fitness of genes (diamonds), 95 % intervals")
    figure.tight_layout()
    return figure


def _learnt(fit: GrowthFit) -> Any:
    """Prior against posterior of fitness: what the readings added."""
    plt = pyplot()
    ranked = sorted(range(len(fit.clones)), key=lambda i: -fit.clones[i].learnt)
    chosen = [ranked[i] for i in np.unique(np.linspace(0, len(ranked) - 1, min(8, len(ranked))).astype(int))]
    columns = min(4, len(chosen))
    rows = -(-len(chosen) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(2.5 * columns + 0.4, 1.8 * rows + 1.1), squeeze=False, sharex=True
    )
    for axis in axes.ravel()[len(chosen) :]:
        axis.set_visible(False)
    step = FINE[1] - FINE[0]
    for axis, i in zip(axes.ravel(), chosen, strict=False):
        clone = fit.clones[i]
        assert clone.density is not None
        told, before = clone.density[:2]
        axis.fill_between(FINE, before / step, color="#BBBBBB", alpha=0.6, lw=0, label="before its readings")
        axis.plot(FINE, told / step, color=_COLORS[clone.verdict], label="after")
        axis.set_title(f"{_name(clone)}", fontsize=7.5)
        axis.text(
            0.97, 0.92, f"learnt {clone.learnt:.0%}", transform=axis.transAxes, ha="right", va="top", fontsize=7.5
        )
        axis.set_yticks([])
        axis.set_xlim(-0.5, 0.8)
    for axis in axes[-1]:
        axis.set_xlabel("fitness per year")
    figure.suptitle("What the readings add to what the gene says: from the most to the least learnt clone", x=0.012,
                    ha="left", fontsize=10.5, fontweight="bold", color=INK)  # fmt: skip
    figure.text(0.012, 0.008, "Gray: before the clone's own readings (its gene and site, from the other "
                              "clones). Line: after.",
                fontsize=7.5, color=MUTED)  # fmt: skip
    figure.tight_layout(rect=(0, 0.03, 1, 0.97))
    return figure


def _treatment(fit: GrowthFit) -> Any:
    """Growth off against on treatment, clone by clone and by gene."""
    plt = pyplot()
    both = [clone for clone in fit.clones if clone.growth_on_treatment_per_year is not None]
    genes = sorted({clone.gene for clone in both})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 4.2), width_ratios=(1.1, 1.0))
    for clone in both:
        off, on = clone.growth_off_treatment_per_year, clone.growth_on_treatment_per_year
        assert off is not None
        assert on is not None
        color = CLONES[genes.index(clone.gene) % len(CLONES)]
        left.plot([0, 1], [off.median, on.median], color=color, lw=0.9, alpha=0.6, marker="o", ms=3)
    left.axhline(0.0, color=MUTED, lw=0.8)
    left.set_xticks([0, 1], ["off treatment", "on treatment"])
    left.set_xlim(-0.25, 1.25)
    left.set_ylabel("net growth per year")
    left.set_title("Each clone")
    told = [gene for gene in fit.genes if gene.treatment_change_per_year is not None]
    for row, gene in enumerate(told):
        change = gene.treatment_change_per_year
        assert change is not None
        color = CLONES[genes.index(gene.gene) % len(CLONES)]
        right.plot([change.low, change.high], [row, row], color=color, lw=2)
        right.plot(change.median, row, "D", ms=6, color=color)
    right.axvline(0.0, color=MUTED, lw=0.8)
    right.set_yticks(range(len(told)), [f"{gene.gene}\n{gene.treatment_verdict}" for gene in told])
    right.set_ylim(-0.6, len(told) - 0.4)
    right.set_xlabel("change on treatment, per year")
    right.set_title("Pooled by gene, 95 %")
    figure.tight_layout()
    return figure
