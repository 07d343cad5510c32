"""How simulated courses differ under stated assumptions: fans of counts, and freedom from transfusion, side by side."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np

from hscape.inference.explain import Explanation
from hscape.inference.futures import Future
from hscape.inference.quantities import percent
from hscape.plots.explained_time import fill_band, put_words
from hscape.plots.style import GRID, INK, PLATELET, RED_CELL, WHITE_CELL, pyplot

_ROWS = (
    ("hemoglobin_g_per_dl", "Hemoglobin (g/dL)", RED_CELL),
    ("neutrophils_1e9_per_l", "Neutrophils (10⁹/L)", WHITE_CELL),
    ("platelets_1e9_per_l", "Platelets (10⁹/L)", PLATELET),
)


def title_of_futures(e: Explanation) -> str:
    """What the picture shows; no alternative is put before another."""
    free = [float(f.free_by_month[-1]) for f in e.futures]
    each = ", ".join(percent(share) for share in free)
    return f"How simulated courses differ under stated assumptions: {each} alive and free of transfusion at 24 months"


def draw_explained_futures(e: Explanation, *, with_deaths: bool = False) -> Any:
    """A column for each alternative, on the same chance.

    Args:
        e: the explanation.
        with_deaths: True draws the share of courses that end in death.
    """
    plt, n = pyplot(), len(e.futures)
    figure, axes = plt.subplots(4, n, figsize=(10.0, 8.4), sharex=True, sharey="row", squeeze=False)
    for column, future in enumerate(e.futures):
        for row, (name, words, color) in enumerate(_ROWS):
            axis = axes[row, column]
            fill_band(axis, future.months, future.fans[name], color)
            if not column:
                axis.set_ylabel(words)
        _draw_free(axes[3, column], future, with_deaths)
        axes[0, column].set_title("\n".join(textwrap.wrap(future.name, 24)), fontsize=9)
        axes[3, column].set_xlabel("Months from the last day")
    axes[3, 0].set_ylabel("Alive and free\nof transfusion (%)")
    for axis in axes.ravel():
        axis.set_xticks([0, 6, 12, 18, 24])
        axis.grid(axis="y", color=GRID, lw=0.4)
    for row, (name, _, _) in enumerate(_ROWS):
        axes[row, 0].set_ylim(0, 1.06 * max(float(future.fans[name][4].max()) for future in e.futures))
    deaths = "and dead (dashed)" if with_deaths else "death competes and is not drawn"
    note = (
        "Bands: 50 and 90 % of simulated courses, living or not, from the last explained day on. Lowest row: alive and "
        f"free of transfusion, for eight weeks from that month on (so that month 0 can differ); {deaths}. Counts are "
        "drawn as they would be without transfusion. In a graft the blood is the donor's. Nothing is recommended. "
        "Research use only."
    )
    return put_words(figure, title_of_futures(e), note, gap=0.2, head=0.42, beside=0.25)


def _draw_free(axis: Any, future: Future, with_deaths: bool) -> None:
    axis.plot(future.months, 100 * future.free_by_month, color=INK)
    axis.fill_between(future.months, 0, 100 * np.asarray(future.free_by_month), color="#C9D9E4", lw=0)
    if with_deaths:
        axis.plot(future.months, 100 * future.dead_by_month, color=INK, ls=(0, (3, 2)), lw=1.0)
    axis.set_ylim(0, 100)


def describe_explained_futures(e: Explanation) -> str:
    """The picture in words."""
    told = [
        f"{f.name}: alive and free of transfusion in {100 * f.free_by_month[6]:.0f} % at 6, "
        f"{100 * f.free_by_month[12]:.0f} % "
        f"at 12 and {100 * f.free_by_month[24]:.0f} % at 24 months."
        for f in e.futures
    ]
    return f"{title_of_futures(e)}. " + " ".join(told)
