"""Bars of how many had which response at 3, 6 and 12 months, a panel a definition."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hscape.clinic.response import DEFINITIONS
from hscape.clinic.response_at import MONTHS, RESPONSES
from hscape.plots.registry_figure import check_definition, foot, name_of, number_of
from hscape.plots.style import INK, pyplot
from hscape.units import DAYS_PER_MONTH

_GROUPS = (
    "complete response",
    "partial response",
    "complete or partial",
    "no response",
    "transplant before",
    "death before",
    "cannot tell",
    "not assessed",
)
_SHADES = ("#005C8F", "#56B4E9", "#A9D6F0", "#E69F00", "#C9C9C9", "#5A5A5A", "white", "#F4F4F4")
_HATCHES = ("", "", "", "", "///", "", "...", "xx")


def draw_responses(table: pd.DataFrame, *, definitions: Sequence[str] | None = None) -> Any:
    """How many had which response at 3, 6 and 12 months, by each definition.

    Args:
        table: what `registry_table` returns.
        definitions: keys of definitions; all by default.

    Raises:
        InputError: no such definition.
    """
    keys = list(definitions) if definitions else [item.key for item in DEFINITIONS]
    for key in keys:
        check_definition(key)
    plt = pyplot()
    figure, axes = plt.subplots(
        1, len(keys), figsize=(max(5.0, 2.3 * len(keys) + 1.6), 3.9), sharey=True, squeeze=False
    )
    for axis, key in zip(axes[0], keys, strict=True):
        counts = pd.DataFrame([_response_counts(table, key, month) for month in MONTHS])
        base = np.zeros(len(MONTHS))
        for group, color, hatch in zip(_GROUPS, _SHADES, _HATCHES, strict=True):
            n = counts[group].to_numpy(dtype=float)
            axis.bar(
                range(len(MONTHS)), n, bottom=base, width=0.74, color=color, hatch=hatch, edgecolor="#777777", lw=0.5
            )
            for column, (height, below) in enumerate(zip(n, base, strict=True)):
                if height >= max(1.0, 0.05 * len(table)):
                    is_dark = group in ("complete response", "death before")
                    box = None if is_dark or not hatch else {"fc": "white", "ec": "none", "pad": 0.8}
                    look = {"ha": "center", "va": "center", "fontsize": 7.5, "color": "white" if is_dark else INK}
                    axis.text(column, below + height / 2, f"{height:g}", bbox=box, **look)
            base += n
        axis.set_xticks(range(len(MONTHS)), [str(month) for month in MONTHS])
        axis.set_xlabel("Months of treatment")
        axis.set_title("\n".join(textwrap.wrap(name_of(key), 24)), pad=5)
    axes[0][0].set_ylabel("Patients")
    axes[0][0].set_ylim(0, max(len(table), 1))
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=color, hatch=hatch, edgecolor="#777777", lw=0.5, label=group)
        for group, color, hatch in zip(_GROUPS, _SHADES, _HATCHES, strict=True)
    ]
    figure.legend(handles=handles[::-1], loc="center right", frameon=False, fontsize=7.5)
    figure.suptitle(
        f"Response by each definition, {len(table)} patients", x=0.012, ha="left", fontsize=12, fontweight="bold"
    )
    note = (
        "Counts of patients; the definitions are not ranked. Cannot tell: the chart does not hold what the rule needs. "
        "Not assessed: the definition was not made for the patient. Research use only."
    )
    foot(figure, 3.9, note)
    figure.tight_layout(rect=(0, 0.07, 1 - 1.5 / figure.get_figwidth(), 0.97))
    return figure


def _response_counts(table: pd.DataFrame, definition: str, month: int) -> dict[str, int]:
    counts = dict.fromkeys(_GROUPS, 0)
    column = f"response_{definition.replace('-', '_')}_{month}_months"
    for row in table.to_dict("records"):
        counts[_response_group(str(row[column]), row, month)] += 1
    return counts


def _response_group(value: str, row: dict[Any, Any], month: int) -> str:
    if value == "not assessed":
        start = number_of(row["treatment_day"])
        if start is not None:
            limit = start + month * DAYS_PER_MONTH
            days = {"transplant before": number_of(row["transplant_day"]), "death before": number_of(row["death_day"])}
            ends = [(day, words) for words, day in days.items() if day is not None and day <= limit + 1]
            if ends:
                return min(ends)[1]
    if value in _GROUPS:
        return value
    return "complete or partial" if value in RESPONSES else "cannot tell"
