"""Causes: the two by two of escape and treatment, and for each clone its share beside what is due to its escape."""

from __future__ import annotations

from typing import Any

import numpy as np

from hscape.inference.explain import Explanation
from hscape.inference.quantities import chance, percent
from hscape.plots.chart_time import plain
from hscape.plots.explained_time import put_words, slot_color
from hscape.plots.style import GRID, INK, MUTED, pyplot

#: (row: most is lost without treatment; column: without escape) -> cell of the table.
_CELLS = (("neither needed", "escape needed"), ("treatment needed", "both needed"))
#: How a cell is told: 'not needed' could be read as a judgement of the treatment.
CAUSES_IN_WORDS = {
    "neither needed": "neither alone decided", "escape needed": "escape decided",
    "treatment needed": "treatment decided", "both needed": "each of both decided",
}  # fmt: skip


#: Below this probability the likeliest cell of the table is no title.
LIKELY = 0.8


def title_of_causes(e: Explanation) -> str:
    """What the picture shows."""
    name, most = max(e.odds.causes_2x2.items(), key=lambda pair: pair[1])
    day = f"{e.problem.last_day:g}"
    words = "most likely" if most >= LIKELY else "not told apart; likeliest"
    told = chance(most, e.draws.effective)
    what = "Causes of the recovery by" if e.odds.is_of_recovered else "Causes of the output on"
    return f"{what} day {day}: {words} {CAUSES_IN_WORDS[name]} (probability {told})"


def draw_explained_causes(e: Explanation) -> Any:
    """Left the two by two, right shares and attributable parts.

    Args:
        e: the explanation.
    """
    plt = pyplot()
    labels = [label for label, slot in zip(e.causes.labels, e.causes.slots, strict=True) if slot]
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(10.0, max(3.3, 1.3 + 0.55 * len(labels))), gridspec_kw={"width_ratios": [1.0, 1.5]}
    )
    _draw_table(left, e)
    _draw_clones(right, e, labels)
    note = (
        "Share: of granulocytes. Decided: more than half of the output on the last day would be missing without "
        "it, in re-runs of the same persons on the same chance. 'Neither alone': without one of them the other, or an "
        "attack that ended by itself, still brings most of it back; no judgement of a treatment. Bars: 90 % "
        "intervals. Share is not cause. Research use only."
    )
    note = f"{_counted(e)} {note}"
    return put_words(figure, title_of_causes(e), note, left=1.0, beside=1.5, head=0.28)


def _counted(e: Explanation) -> str:
    """Of which courses the table of four speaks."""
    if e.odds.is_of_recovered:
        return "Left: courses whose counts have recovered by then; right: all."
    return "All courses: the counts are more likely not recovered, so this is what little output there is."


def _draw_table(axis: Any, e: Explanation) -> None:
    values = np.array([[e.odds.causes_2x2[name] for name in row] for row in _CELLS])
    axis.imshow(values, cmap="Blues", vmin=0, vmax=1.3, aspect="auto")
    for i, row in enumerate(_CELLS):
        for j, name in enumerate(row):
            words = f"{CAUSES_IN_WORDS[name]}\n{chance(values[i, j], e.draws.effective)}"
            color = "white" if values[i, j] > 0.7 else INK
            axis.text(j, i, words, ha="center", va="center", fontsize=9, color=color)
    axis.set_xticks([0, 1], ["half or more is kept\nwithout escape", "most is lost\nwithout escape"])
    axis.set_yticks([0, 1], ["half or more\nis kept without\ntreatment", "most is lost\nwithout\ntreatment"])
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.set_title("Causes of the output on the last day")


def _draw_clones(axis: Any, e: Explanation, labels: list[str]) -> None:
    for row, label in enumerate(labels):
        column = e.causes.labels.index(label)
        color = slot_color(e.causes.slots[column])
        for offset, values, marker, face in (
            (-0.13, e.causes.shares[:, column], "o", color), (0.13, e.causes.by_clone[:, column], "D", "white"),
        ):  # fmt: skip
            low, middle, high = 100 * np.quantile(values, (0.05, 0.5, 0.95))
            axis.plot([low, high], [row + offset] * 2, color=color, lw=1.6)
            axis.plot([middle], [row + offset], marker=marker, ms=6, mfc=face, mec=color, ls="", clip_on=False)
    axis.set_yticks(range(len(labels)), [plain(label, 26) for label in labels])
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.set_xlim(0, 100)
    axis.set_xlabel("%")
    axis.grid(axis="x", color=GRID, lw=0.4)
    axis.set_title("Filled: its share. Open: output due to its escape", color=INK)
    if not labels:
        axis.text(0.5, 0.5, "no clone", transform=axis.transAxes, ha="center", color=MUTED)


def describe_explained_causes(e: Explanation) -> str:
    """The picture in words."""
    cells = ", ".join(
        f"{CAUSES_IN_WORDS[name]} {chance(value, e.draws.effective)}" for name, value in e.odds.causes_2x2.items()
    )
    clones = "; ".join(
        f"{label}: share {percent(float(np.median(e.causes.shares[:, k])))}, due to its escape "
        f"{percent(float(np.median(e.causes.by_clone[:, k])))} of the output"
        for k, label in enumerate(e.causes.labels) if e.causes.slots[k]
    )  # fmt: skip
    return f"{title_of_causes(e)}. {cells}. {clones}."
