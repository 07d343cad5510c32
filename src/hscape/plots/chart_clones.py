"""The clones of one chart: shares of cells, and how many granulocytes came from a clone and from everything else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hscape.chart import Chart
from hscape.chart.analytes import ANALYTES
from hscape.fractions import CellFraction, CloneCount, RiseShare, cell_fractions, clone_derived_counts, explain_rise
from hscape.plots.chart_time import figure_with_strip, plain, set_root_scale, strip_words
from hscape.plots.style import CLONES, GRID, INK, MUTED, pyplot

MAX_CLONES, MAX_COUNT_PANELS = 10, 4
_PERCENT_TICKS = (0, 0.1, 1, 5, 10, 25, 50, 75, 100, 150, 200, 300, 400)
_MARKERS = {"granulocytes": "o", "red_cells": "s", "blood": "D", "marrow": "P", "monocytes": "h", "platelets": "X"}
_REST = "#4D4D4D"
_CELLS = {"neutrophils_1e9_per_l": "Granulocytes", "monocytes_1e9_per_l": "Monocytes"}


def draw_chart_clones(chart: Chart) -> Any:
    """Clone fractions, and under them the counts that each clone and everything else carried.

    Args:
        chart: the patient.
    """
    plt = pyplot()
    shares, counts = cell_fractions(chart), _count_groups(chart)
    drawn = _largest(shares)
    heights = [max(2.1, 0.19 * len({(s.clone, s.specimen) for s in shares if s.clone in drawn and _is_drawn(s)}))]
    heights += [1.75] * len(counts)
    note = " ".join(filter(None, [_note(chart, shares, drawn), strip_words(chart), "Research use only."]))
    figure, axes = figure_with_strip(plt, chart, heights, note, f"{plain(chart.patient_id, 50)}: clones", _lead(chart))
    colors = {clone: CLONES[index % len(CLONES)] for index, clone in enumerate(drawn)}
    _draw_fractions(axes[0], shares, colors)
    for axis, course in zip(axes[1:], counts, strict=True):
        color = colors.setdefault(course[0].clone, CLONES[len(colors) % len(CLONES)])
        _draw_counts(axis, chart, course, color)
    return figure


def rise_in_words(rise: RiseShare, analyte: str = "neutrophils_1e9_per_l", course: Sequence[CloneCount] = ()) -> str:
    """Where a rise came from, as arithmetic and nothing more."""
    total = rise.clone_change + rise.rest_change
    name, unit = ANALYTES[analyte].label, ANALYTES[analyte].unit.replace("10*9/L", "× 10⁹/L")
    days = f"from day {rise.from_day:g} to day {rise.to_day:g}"
    clone = plain(rise.clone, 60)
    ends = f" ({course[0].count:.3g} to {course[-1].count:.3g})" if course else ""
    if total <= 0 or rise.verdict == "no rise":
        lead = (
            f"{name} did not rise by more than half {days}{ends}: the clone's part changed by "
            f"{rise.clone_change:+.3g}, the rest by {rise.rest_change:+.3g} {unit}."
        )
    elif rise.clone_change < 0 or rise.rest_change < 0:
        lead = (
            f"{name} rose by {total:.3g} {unit} {days}{ends}: cells of {clone} changed by {rise.clone_change:+.3g}, "
            f"everything else by {rise.rest_change:+.3g}."
        )
    else:
        lead = (
            f"{name}: of the rise of {total:.3g} {unit} {days}{ends}, {rise.clone_change:.3g} came from {clone} "
            f"and {rise.rest_change:.3g} from everything else."
        )
    beyond = {
        "both": "Both rose beyond their intervals.",
        "clone": "Only the clone's part rose beyond its interval.",
        "rest": "Only the rest rose beyond its interval.",
        "cannot tell": "Neither rose beyond its interval: which of them rose cannot be told.",
        "no rise": "",
    }[rise.verdict]
    return f"{lead} {beyond}".strip()


def rises(chart: Chart) -> list[str]:
    """Every rise of a clone-derived count of a chart, in words; clones that were never found share one sentence."""
    told: list[str] = []
    hidden: dict[str, list[CloneCount]] = {}
    for course in _count_groups(chart, limit=None):
        if not any(count.clone_count for count in course):
            if len(course) > 1:
                hidden.setdefault(course[0].analyte, []).append(course[-1])
            continue
        told += [rise_in_words(rise, course[0].analyte, course) for rise in explain_rise(course)]
    for analyte, last in hidden.items():
        names = sorted((plain(count.clone, 60) for count in last), key=_order)
        most, unit = max(count.clone_high for count in last), ANALYTES[analyte].unit.replace("10*9/L", "× 10⁹/L")
        told.append(
            f"{ANALYTES[analyte].label}: looked for and never found: {', '.join(names)}. By the limits of the last "
            f"tests each can be at most {most:.2g} {unit} of the count of that day; whether any is, is not known."
        )
    return told


def _count_groups(chart: Chart, limit: int | None = MAX_COUNT_PANELS) -> list[list[CloneCount]]:
    """Courses of clone-derived counts, one a clone and count; those with more days and a larger clone come first.

    Up to a limit clones that were never found have none, if any other was.
    """
    groups: dict[tuple[str, str], list[CloneCount]] = {}
    for count in clone_derived_counts(chart):
        if count.analyte in _CELLS:
            groups.setdefault((count.clone, count.analyte), []).append(count)
    ordered = sorted(groups.values(), key=lambda course: (-min(len(course), 2), -max(c.fraction for c in course)))
    found = [course for course in ordered if any(count.fraction > 0.0 for count in course)]
    followed = [course for course in found if len(course) > 1]
    return ordered if limit is None else (followed or found or ordered)[:limit]


def _is_drawn(share: CellFraction) -> bool:
    return share.fraction is not None or (share.status == "negative" and share.high is not None)


def _largest(shares: Sequence[CellFraction]) -> list[str]:
    size: dict[str, float] = {}
    for share in shares:
        if _is_drawn(share):
            size[share.clone] = max(size.get(share.clone, 0.0), share.fraction or 0.0)
    found = [clone for clone in size if size[clone] > 0.0]
    return sorted(found or size, key=lambda clone: (-size[clone], _order(clone)))[:MAX_CLONES]


def _order(clone: str) -> tuple[int, str]:
    """Escape clones before chromosomes before genes, where none was found."""
    name = clone.lower()
    is_escape = any(word in name for word in ("pnh", "hla", "6p"))
    return 0 if is_escape else 1 if any(word in name for word in ("monosomy", "karyo", "chromosome")) else 2, name


def _draw_fractions(axis: Any, shares: Sequence[CellFraction], colors: dict[str, str]) -> None:
    axis.set_title("Share of cells (%)", pad=3)
    shown = [share for share in shares if share.clone in colors and _is_drawn(share)]
    if not shown:
        axis.set_yticks([])
        axis.text(0.5, 0.5, "no clone measurement with a number", transform=axis.transAxes, ha="center", color=MUTED)
        return
    highest = max(_top(share) for share in shown) * 100
    top = next((tick for tick in (5, 10, 25, 50, 75, 100, 150, 200, 300, 400) if highest * 1.1 <= tick), highest * 1.1)
    top = 104 if top == 100 or 90 < highest <= 100 else top
    set_root_scale(axis, top, _PERCENT_TICKS)
    axis.grid(axis="y", color=GRID, lw=0.4)
    if top > 105:
        axis.axhline(100, color=INK, lw=0.8)
        axis.text(0.004, 101, "all cells", transform=axis.get_yaxis_transform(), fontsize=7, va="bottom")
    groups: dict[tuple[str, str], list[CellFraction]] = {}
    for share in shown:
        groups.setdefault((share.clone, share.specimen), []).append(share)
    first, last = axis.get_xlim()
    for index, ((clone, specimen), course) in enumerate(groups.items()):
        shift = 0.006 * (last - first) * (index - (len(groups) - 1) / 2) if len(groups) <= 6 else 0.0
        _draw_series(axis, course, colors[clone], _MARKERS.get(specimen, "p"), shift)
        label = plain(f"{clone}, {specimen.replace('_', ' ')}", 30)
        axis.plot([], [], color=colors[clone], marker=_MARKERS.get(specimen, "p"), ms=4.5, lw=1.0, label=label)
    axis.legend(
        loc="upper left", bbox_to_anchor=(1.005, 1.03), fontsize=6.8, frameon=False, handlelength=1.4, borderpad=0
    )


def is_open_above(share: CellFraction) -> bool:
    """True where the upper end is only that no more than all cells can be of the clone."""
    measured = share.measurement
    return measured.censored == "above" or (measured.kind == "pnh" and measured.specimen == "red_cells")


def _top(share: CellFraction) -> float:
    if share.fraction is None or is_open_above(share):
        return share.high or 0.0 if share.fraction is None else share.fraction * 1.3
    return max(share.fraction, min(share.high or share.fraction, 4.0))


def _draw_series(axis: Any, course: Sequence[CellFraction], color: str, marker: str, shift: float) -> None:
    run: list[CellFraction] = []
    for share in [*course, None]:
        if share is not None and share.fraction is not None and share.is_possible:
            run.append(share)
            continue
        axis.plot(
            [s.day + shift for s in run],
            [100 * (s.fraction or 0.0) for s in run],
            color=color,
            lw=1.0,
            alpha=0.6,
            zorder=3,
        )
        run = []
    for share in course:
        day = share.day + shift
        if share.fraction is None:
            axis.plot(
                [day],
                [100 * (share.high or 0.0)],
                ls="",
                marker="v",
                ms=7,
                mew=1.2,
                mec=color,
                mfc="none",
                zorder=6,
                clip_on=False,
            )
            continue
        value, low = 100 * share.fraction, 100 * max(share.low or 0.0, 0.0)
        if is_open_above(share):
            arrow = {"arrowstyle": "<-", "color": color, "lw": 1.0, "shrinkA": 0, "shrinkB": 0}
            axis.annotate(
                "", (day, value), (0, 17), textcoords="offset points", arrowprops=arrow, annotation_clip=False
            )
            axis.plot([day] * 2, [low, value], color=color, lw=1.0, zorder=4)
        else:
            axis.plot(
                [day] * 2,
                [low, 100 * (share.high if share.high is not None else share.fraction)],
                color=color,
                lw=1.0,
                zorder=4,
            )
        shape = marker if share.is_possible else "x"
        axis.plot([day], [value], ls="", marker=shape, ms=4.8, mew=1.2, mec=color, mfc=color, zorder=5, clip_on=False)


def _draw_counts(axis: Any, chart: Chart, course: Sequence[CloneCount], color: str) -> None:
    analyte, clone = course[0].analyte, plain(course[0].clone, 26)
    unit = ANALYTES[analyte].unit.replace("10*9/L", "10⁹/L")
    axis.set_title(f"{_CELLS[analyte]} from {clone}, and from everything else ({unit})", pad=3)
    series = [entry for entry in chart.series(analyte) if not entry.is_censored]
    axis.plot(
        [e.day for e in series],
        [e.value for e in series],
        color="#BBBBBB",
        lw=1.0,
        marker=".",
        ms=3,
        zorder=2,
        label="all, each count",
    )
    days = [count.day for count in course]
    rest = [(count.rest_count, count.rest_low, count.rest_high) for count in course]
    own = [(count.clone_count, count.clone_low, count.clone_high) for count in course]
    for numbers, shade, marker, words, shift in (
        (rest, _REST, "s", "everything else", 1),
        (own, color, "o", f"from {clone}", -1),
    ):
        values = [value for value, _, _ in numbers]
        offset = shift * 0.0025 * (axis.get_xlim()[1] - axis.get_xlim()[0])
        at = [day + offset for day in days]
        axis.plot(at, values, color=shade, lw=1.5, marker=marker, ms=5, zorder=4, label=plain(words, 30), clip_on=False)
        for day, (_, low, high) in zip(at, numbers, strict=True):
            axis.plot([day, day], [low, high], color=shade, lw=1.1, zorder=3, clip_on=False)
    axis.set_ylim(0, 1.08 * max([*(max(c.rest_high, c.clone_high) for c in course), *(e.value for e in series)]))
    axis.grid(axis="y", color=GRID, lw=0.4)
    axis.legend(
        loc="upper left", bbox_to_anchor=(1.005, 1.03), fontsize=6.8, frameon=False, handlelength=1.4, borderpad=0
    )


def _lead(chart: Chart) -> str:
    """Where the rises came from, under the picture."""
    told = rises(chart)[:MAX_COUNT_PANELS]
    return " ".join([*told, "This is arithmetic on the counts; it does not say why."]) if told else ""


def _note(chart: Chart, shares: Sequence[CellFraction], drawn: Sequence[str]) -> str:
    words = ["Vertical lines: 95 % intervals. Square-root axis for the shares."]
    if len(_count_groups(chart, limit=None)) > 1:
        words.append("Everything else includes the other clones.")
    if any(s.kind == "pnh" for s in shares) and any(s.measurement.gene == "PIGA" for s in shares):
        words.append("PNH cells by flow and reads of PIGA look at the same cells: two tests, not two clones.")
    if any(s.fraction is None and s.status == "negative" and s.high is not None and s.clone in drawn for s in shares):
        words.append("Open triangle: negative, drawn at the detection limit.")
    if any(share.fraction is not None and is_open_above(share) for share in shares):
        words.append("Arrow upward: a lower limit only (PNH red cells are destroyed and diluted by transfusion).")
    if any(not share.is_possible and share.fraction is not None for share in shares):
        words.append("Cross: more than all cells, which is impossible; the table says what may explain it.")
    never = sorted({s.clone for s in shares if _is_drawn(s)} - {s.clone for s in shares if (s.fraction or 0.0) > 0.0})
    if never and set(never).isdisjoint(drawn):
        named = ", ".join(plain(clone, 30) for clone in never[:12]) + (" and others" if len(never) > 12 else "")
        words.append(f"Looked for and never found, not drawn: {named}.")
    for status, test in (
        ("not assessable", lambda s: s.status == "not_assessable"),
        ("negative without a known limit, not drawn", lambda s: s.status == "negative" and s.high is None),
        ("positive without a number, not drawn", lambda s: s.status == "positive" and s.fraction is None),
    ):
        found = list(dict.fromkeys(f"{plain(s.clone, 30)} (day {s.day:g})" for s in shares if test(s)))
        if found:
            more = f" and {len(found) - 6} more" if len(found) > 6 else ""
            words.append(f"{status.capitalize()}: {', '.join(found[:6])}{more}.")
    n_left = len({share.clone for share in shares if _is_drawn(share)} - set(never)) - len(set(drawn) - set(never))
    if n_left > 0:
        words.append(f"The {len(drawn)} largest clones are drawn; {n_left} more are in the table.")
    n_panels = len(_count_groups(chart, limit=None)) - len(_count_groups(chart))
    if n_panels > 0:
        words.append(
            f"Counts of {n_panels} more {'clone' if n_panels == 1 else 'clones'} (measured once, or smaller) "
            "are not drawn."
        )
    return " ".join(words)


def describe_clones(chart: Chart) -> str:
    """The picture in words, for those who cannot see it."""
    told = []
    for share in [share for share in cell_fractions(chart) if share.status != "not_tested"][:30]:
        value = (
            f"{100 * share.fraction:.3g} %" if share.fraction is not None
            else f"below {100 * share.high:.3g} %" if share.status == "negative" and share.high is not None
            else share.status.replace("_", " ")
        )  # fmt: skip
        told.append(f"{share.clone} in {share.specimen.replace('_', ' ')} on day {share.day:g}: {value}.")
    return " ".join([*told, *rises(chart)])
