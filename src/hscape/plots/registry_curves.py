"""Pictures of many patients: a bar a patient, cumulative incidences, and responses at fixed months."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hscape.chart import Chart
from hscape.clinic.response import DEFINITIONS
from hscape.clinic.response_at import COMPLETE, MONTHS, RESPONSES
from hscape.errors import InputError, unknown_name
from hscape.plots.chart_time import drug_words, plain
from hscape.plots.style import CLONES, GRID, INK, MUTED, pyplot
from hscape.registry import EVENTS, Curve, cumulative_incidence, registry_table, time_to_event

MAX_PATIENTS, MAX_DRUGS = 80, 5
DAYS_PER_MONTH = 365.25 / 12
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
_EVENT_WORDS = {
    "response": "First response",
    "transfusion_independence": "Transfusion independence",
    "relapse": "Relapse after first response",
    "evolution": "Clonal evolution",
    "transplant": "Transplant",
    "death": "Death",
}


def registry_pictures(charts: Iterable[Chart], *, definition: str = "nih") -> dict[str, Any]:
    """Every picture of a registry by the name of its file; what has nothing to draw is left out.

    Args:
        charts: the patients.
        definition: definition of response and relapse in the swimmer plot and the incidences.

    Raises:
        InputError: no such definition, or two charts have the same patient_id.
    """
    _check_definition(definition)
    listed = list(charts)
    if not listed:
        return {}
    table = registry_table(listed)
    pictures = {}
    if table[["treatment_day", "diagnosis_day"]].notna().any(axis=None):
        pictures["swimmer"] = draw_swimmer(listed, definition=definition, table=table)
    pictures["incidence"] = draw_incidence(table, definition=definition)
    pictures["responses"] = draw_responses(table)
    return pictures


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
    _check_definition(definition)
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
    _foot(
        figure,
        total,
        f"Bar: followed until its end; arrow: alive when last seen. Triangle: first day of the first "
        f"response by {_name(definition)}; "
        "a relapse or an evolution is drawn on the day on which it was first seen. Thin lines: treatments, broken "
        "where no last day is recorded."
        f"{left_out} Research use only.",
    )
    return figure


def _bar(row: dict[Any, Any], severity: str, definition: str) -> dict[str, Any] | None:
    treated, diagnosed, last = (_number(row[name]) for name in ("treatment_day", "diagnosis_day", "last_day"))
    start, death = treated if treated is not None else diagnosed, _number(row["death_day"])
    if start is None or last is None or last < start:
        return None
    key = definition.replace("-", "_")
    response = str(row[f"response_{key}_first"])
    days = {
        "complete response" if response == COMPLETE else "partial or other response": (
            _number(row[f"response_{key}_first_day"]) if response in RESPONSES else None
        ),
        "relapse": _number(row[f"relapse_{key}_day"]),
        "evolution": _number(row["evolution_day"]),
        "transplant": _number(row["transplant_day"]),
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


def draw_incidence(
    table: pd.DataFrame, *, events: Sequence[str] = EVENTS, definition: str = "nih", months: float | None = None
) -> Any:
    """Cumulative incidence of each event with what competes with it (Aalen-Johansen), and the numbers at risk.

    Args:
        table: what `registry_table` returns.
        events: some of the events of the registry.
        definition: definition of response and relapse.
        months: how far the axis goes; as far as anybody was followed if not given.

    Raises:
        InputError: an event or the definition is not known.
    """
    _check_definition(definition)
    plt = pyplot()
    n_rows = -(-len(events) // 2)
    total = 3.25 * n_rows + 1.15
    figure = plt.figure(figsize=(10.0, total))
    notes = []
    for index, event in enumerate(events):
        bottom = total - 0.62 - 3.25 * (index // 2) - 2.05
        axis = figure.add_axes((0.085 + 0.5 * (index % 2), bottom / total, 0.385, 2.05 / total))
        axis.set_title(_EVENT_WORDS.get(event, event), pad=4)
        times = time_to_event(table, event, definition=definition)
        notes += _event_notes(event, times)
        _draw_event(axis, event, times, months)
    figure.text(
        0.012,
        1 - 0.1 / total,
        f"Cumulative incidence, response by {_name(definition)}",
        fontsize=12,
        fontweight="bold",
        va="top",
    )
    words = (
        "Aalen-Johansen with transplant and death as competing events; shaded: 95 % interval. Months count from the "
        "start of treatment (relapse: from the first response; death: from diagnosis). Each panel has its own axis. "
        "Left out: no day to count from, or the definition was not made for the patient. Cohort shares, not a forecast "
        "for a patient."
    )
    _foot(figure, total, " ".join([words, *notes, "Research use only."]))
    return figure


def _event_notes(event: str, times: pd.DataFrame) -> list[str]:
    words = _EVENT_WORDS.get(event, event)
    found = []
    if times.attrs["left_out"]:
        found.append(f"{words}: {len(times.attrs['left_out'])} left out.")
    if times.attrs["taken_as_free"]:
        found.append(f"{words}: cannot be told in {len(times.attrs['taken_as_free'])}, taken as free of it.")
    return found


def _draw_event(axis: Any, event: str, times: pd.DataFrame, months: float | None) -> None:
    if not len(times):
        axis.set_axis_off()
        axis.text(0.5, 0.5, "nobody to count", transform=axis.transAxes, ha="center", color=MUTED)
        axis.set_title(_EVENT_WORDS.get(event, event), pad=4)
        return
    when = (times["days"] / DAYS_PER_MONTH).tolist()
    end = months or max(max(when), 1.0)
    others = [name for name in ("transplant", "death") if name != event and event != "death"]
    competing = {"transplant": ("#D55E00", "--"), "death": (INK, ":")}
    styles = [(event, CLONES[0], "-"), *((name, *competing[name]) for name in others)]
    for name, color, dashes in styles:
        curve = cumulative_incidence(when, times["event"], cause=name, may_be_absent=True)
        n_events = int(curve.n_events.sum())
        label = f"{_EVENT_WORDS.get(name, name).lower()} ({n_events})"
        x, y = _steps(curve, curve.estimate, end)
        axis.plot(x, 100 * y, color=color, ls=dashes, lw=1.7 if name == event else 1.1, label=label, zorder=4)
        if name == event:
            low, high = _steps(curve, curve.low, end)[1], _steps(curve, curve.high, end)[1]
            axis.fill_between(x, 100 * low, 100 * high, color=color, alpha=0.16, lw=0, zorder=2)
    step = next((tick for tick in (1, 2, 3, 6, 12, 24, 60, 120) if end / tick <= 7), 240)
    ticks = np.arange(0, end + 1e-9, step)
    axis.set_xticks(ticks)
    axis.set_xlim(0, 1.03 * end)
    axis.set_ylim(0, 100)
    axis.set_yticks(range(0, 101, 25))
    axis.set_ylabel("Patients (%)")
    axis.set_xlabel("Months", labelpad=1)
    axis.grid(axis="y", color=GRID, lw=0.5)
    n_free = len(times.attrs["taken_as_free"])
    title = f"{n_free} of {len(times)} cannot be told, taken as free" if n_free else None
    axis.legend(loc="best", fontsize=7, frameon=False, title=title, title_fontsize=7, alignment="left")
    axis.text(-0.05, -0.26, "at risk", transform=axis.transAxes, ha="right", va="center", fontsize=7, color=MUTED)
    for tick in ticks:
        n_left = int(np.sum(np.asarray(when) >= tick))
        axis.text(
            tick, -0.26, str(n_left), transform=axis.get_xaxis_transform(), ha="center", va="center", fontsize=7.5
        )


def _steps(curve: Curve, values: Any, end: float) -> tuple[Any, Any]:
    """Corners of the steps, to the end of the axis or of the follow-up; nothing is known after that."""
    stop = min(end, curve.last_day)
    keep = curve.days <= stop
    x, y = np.append(curve.days[keep], stop), np.append(values[keep], values[keep][-1])
    return np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]


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
        _check_definition(key)
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
            for column, (height, foot) in enumerate(zip(n, base, strict=True)):
                if height >= max(1.0, 0.05 * len(table)):
                    is_dark = group in ("complete response", "death before")
                    box = None if is_dark or not hatch else {"fc": "white", "ec": "none", "pad": 0.8}
                    look = {"ha": "center", "va": "center", "fontsize": 7.5, "color": "white" if is_dark else INK}
                    axis.text(column, foot + height / 2, f"{height:g}", bbox=box, **look)
            base += n
        axis.set_xticks(range(len(MONTHS)), [str(month) for month in MONTHS])
        axis.set_xlabel("Months of treatment")
        axis.set_title("\n".join(textwrap.wrap(_name(key), 24)), pad=5)
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
    _foot(figure, 3.9, note)
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
        start = _number(row["treatment_day"])
        if start is not None:
            limit = start + month * DAYS_PER_MONTH
            days = {"transplant before": _number(row["transplant_day"]), "death before": _number(row["death_day"])}
            ends = [(day, words) for words, day in days.items() if day is not None and day <= limit + 1]
            if ends:
                return min(ends)[1]
    if value in _GROUPS:
        return value
    return "complete or partial" if value in RESPONSES else "cannot tell"


def _foot(figure: Any, total: float, note: str) -> None:
    lines = textwrap.wrap(note, int(15.8 * figure.get_figwidth()))
    for index, line in enumerate(reversed(lines)):
        figure.text(0.012, (0.07 + 0.15 * index) / total, line, fontsize=7.8, color=MUTED)


def _check_definition(definition: str) -> None:
    known = [item.key for item in DEFINITIONS]
    if definition not in known:
        raise unknown_name("definition of response", definition, known, kind="definition")


def _name(definition: str) -> str:
    return next(item.name for item in DEFINITIONS if item.key == definition)


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(str(value))  # type: ignore[call-overload]
