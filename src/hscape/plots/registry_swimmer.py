"""Swimmer plot: a bar a patient, with treatments, response, relapse, evolution, transplant and death."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from hscape.chart import Chart
from hscape.clinic.response_at import COMPLETE, RESPONSES
from hscape.errors import InputError
from hscape.plots.chart_time import drug_words, plain
from hscape.plots.registry_figure import check_definition, foot, name_of, number_of
from hscape.plots.style import GRID, INK, MUTED, pyplot
from hscape.registry import registry_table
from hscape.units import DAYS_PER_MONTH

MAX_PATIENTS, MAX_DRUGS = 80, 5
_SEVERITY = (
    ("very severe", "#56748C"),
    ("severe", "#8FABC1"),
    ("severe or very severe", "#A9BCCB"),
    ("non-severe", "#D3DEE7"),
    ("cannot tell", "#F2F2F2"),
)
_DRUGS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00")
_OTHER = "#999999"
#: Mark -> marker, face, edge.
_MARKS = {
    "complete response": ("^", "#009E73", "#004D38"),
    "partial or other response": ("^", "white", "#007A59"),
    "relapse": ("X", "#D55E00", "#6E3000"),
    "evolution": ("*", "#E69F00", "#5C4000"),
    "transplant": ("D", "white", INK),
    "death": ("s", INK, INK),
}


def draw_swimmer(
    charts: Iterable[Chart],
    *,
    definition: str = "nih",
    severity: str = "severity.modified-camitta",
    table: pd.DataFrame | None = None,
) -> Any:
    """One bar a patient from the start of treatment (else diagnosis) to the last day seen, the longest on top.

    Args:
        charts: the patients.
        definition: definition of response and relapse.
        severity: severity rule that colors the bars.
        table: what `registry_table` made of the same charts, so that it is not made again.

    Raises:
        InputError: no such definition or severity rule, or no patient with a day to count from.
    """
    listed = list(charts)
    table = registry_table(listed) if table is None else table
    check_definition(definition)
    column = severity.replace(".", "_").replace("-", "_")
    if not len(table) or column not in table:
        raise InputError(f"swimmer: '{severity}' is not a severity rule of the table, or the table is empty.")
    by_id = {chart.patient_id: chart for chart in listed}
    bars = [bar for row in table.to_dict("records") if (bar := _bar(row, column, definition)) is not None]
    if not bars:
        raise InputError("swimmer: no patient has a day of treatment or diagnosis to count from.")
    bars.sort(key=lambda bar: (-bar["length"], bar["id"]))
    shown = bars[:MAX_PATIENTS]
    plt = pyplot()
    body = max(1.4, 0.235 * len(shown))
    total = body + 1.45
    figure = plt.figure(figsize=(10.0, total))
    axis = figure.add_axes((0.125, 0.95 / total, 0.665, body / total))
    drugs = _common_drugs([by_id[bar["id"]] for bar in shown if bar["id"] in by_id])
    longest = max(bar["length"] for bar in shown) or 1.0
    for row, bar in enumerate(shown):
        _draw_bar(axis, row, bar, by_id.get(bar["id"]), drugs, longest)
    axis.set_ylim(len(shown) - 0.4, -0.7)
    axis.set_yticks(range(len(shown)), [plain(bar["id"], 16) for bar in shown], fontsize=7.5)
    axis.tick_params(axis="y", length=0)
    axis.set_xlim(-0.01 * longest, 1.05 * longest)
    axis.spines["left"].set_visible(False)
    axis.grid(axis="x", color=GRID, lw=0.5)
    axis.set_axisbelow(True)
    axis.set_xlabel("Months from the start of treatment (from diagnosis, if not treated: name in brackets)")
    axis.set_yticks(
        range(len(shown)), [plain(bar["id"], 16) if bar["treated"] else f"({plain(bar['id'], 14)})" for bar in shown]
    )
    _legend(axis, shown, drugs, severity)
    figure.text(0.012, 1 - 0.1 / total, f"{len(shown)} patients: courses", fontsize=12, fontweight="bold", va="top")
    left_out = f" {len(bars) - len(shown)} more patients are not drawn." if len(bars) > len(shown) else ""
    n_none = len(table) - len(bars)
    left_out += f" {n_none} without a day to count from are left out." if n_none else ""
    foot(
        figure,
        total,
        f"Bar: followed until its end; arrow: alive when last seen. Triangle: first day of the first confirmed "
        f"response by {name_of(definition)}; "
        "a relapse or an evolution (chromosomal change, MDS or AML) is drawn on the day on which it was first seen. "
        "Thin lines: treatments, broken "
        "where no last day is recorded."
        f"{left_out} Research use only.",
    )
    return figure


def _bar(row: dict[Any, Any], severity: str, definition: str) -> dict[str, Any] | None:
    treated, diagnosed, last = (number_of(row[name]) for name in ("treatment_day", "diagnosis_day", "last_day"))
    start, death = treated if treated is not None else diagnosed, number_of(row["death_day"])
    if start is None or last is None or last < start:
        return None
    key = definition.replace("-", "_")
    response = str(row[f"response_{key}_first"])
    days = {
        "complete response" if response == COMPLETE else "partial or other response": (
            number_of(row[f"response_{key}_first_day"]) if response in RESPONSES else None
        ),
        "relapse": number_of(row[f"relapse_{key}_day"]),
        "evolution": number_of(row["evolution_first_day"]),
        "transplant": number_of(row["transplant_day"]),
        "death": death,
    }
    end = death if death is not None else last
    return {
        "id": str(row["patient_id"]),
        "start": start,
        "treated": treated is not None,
        "length": (end - start) / DAYS_PER_MONTH,
        "severity": str(row[severity]),
        "marks": {mark: (day - start) / DAYS_PER_MONTH for mark, day in days.items() if day is not None},
    }


def _draw_bar(
    axis: Any, row: int, bar: dict[str, Any], chart: Chart | None, drugs: Sequence[str], longest: float
) -> None:
    color = dict(_SEVERITY).get(bar["severity"], "#F2F2F2")
    axis.barh(row - 0.08, bar["length"], height=0.46, color=color, edgecolor=MUTED, lw=0.5, zorder=2)
    for course in chart.treatments if chart else ():
        if "transplant" in course.name.lower():
            continue
        lane = drugs.index(course.name) if course.name in drugs else len(drugs)
        start = (course.start_day - bar["start"]) / DAYS_PER_MONTH
        stop = bar["length"] if course.end_day is None else (course.end_day - bar["start"]) / DAYS_PER_MONTH
        start, stop = max(start, 0.0), min(stop, bar["length"])
        if stop >= start:
            stop = max(stop, start + 0.006 * longest)
            shade = _DRUGS[lane] if lane < len(drugs) else _OTHER
            axis.plot(
                [start, stop],
                [row + 0.2 + 0.055 * lane] * 2,
                color=shade,
                lw=1.6,
                ls=(0, (1, 0.8)) if course.end_day is None else "-",
                solid_capstyle="butt",
                zorder=3,
            )
    for mark, month in bar["marks"].items():
        marker, face, edge = _MARKS[mark]
        axis.plot(
            [month],
            [row - 0.08],
            ls="",
            marker=marker,
            ms=8 if marker == "*" else 5.5,
            mfc=face,
            mec=edge,
            mew=0.9,
            zorder=5,
            clip_on=False,
        )
    if "death" not in bar["marks"]:
        axis.plot(
            [bar["length"] + 0.008 * longest],
            [row - 0.08],
            ls="",
            marker=">",
            ms=4.5,
            color=MUTED,
            zorder=4,
            clip_on=False,
        )


def _common_drugs(charts: Sequence[Chart]) -> list[str]:
    names = Counter(
        name for chart in charts for name in {c.name for c in chart.treatments if "transplant" not in c.name.lower()}
    )
    return [name for name, _ in sorted(names.items(), key=lambda item: (-item[1], item[0]))[:MAX_DRUGS]]


def _legend(axis: Any, bars: Sequence[dict[str, Any]], drugs: Sequence[str], severity: str) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    seen, marks = {bar["severity"] for bar in bars}, {mark for bar in bars for mark in bar["marks"]}
    handles: list[Any] = [
        Patch(facecolor=color, edgecolor=MUTED, lw=0.5, label=f"severity: {words}")
        for words, color in _SEVERITY
        if words in seen
    ]
    handles += [
        Line2D([], [], ls="", marker=marker, mfc=face, mec=edge, ms=6, label=mark)
        for mark, (marker, face, edge) in _MARKS.items()
        if mark in marks
    ]
    handles.append(Line2D([], [], ls="", marker=">", color=MUTED, ms=5, label="alive, last seen"))
    handles += [Line2D([], [], color=_DRUGS[index], lw=2, label=drug_words(name)) for index, name in enumerate(drugs)]
    if len(drugs) == MAX_DRUGS:
        handles.append(Line2D([], [], color=_OTHER, lw=2, label="other treatment"))
    axis.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=7.5, borderpad=0)
