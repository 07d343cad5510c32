"""Pictures of many patients: cumulative incidences here, a bar a patient and responses in the files beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hscape.chart import Chart
from hscape.clinic.thresholds import threshold
from hscape.plots.registry_figure import check_definition, foot, name_of
from hscape.plots.registry_responses import draw_responses
from hscape.plots.registry_swimmer import draw_swimmer
from hscape.plots.style import CLONES, GRID, INK, MUTED, pyplot
from hscape.registry import EVENTS, Curve, cumulative_incidence, firm_days, is_estimable, registry_table, time_to_event
from hscape.units import DAYS_PER_MONTH

__all__ = ["draw_incidence", "draw_responses", "draw_swimmer", "registry_pictures"]

_EVENT_WORDS = {
    "response": "First confirmed response",
    "transfusion_independence": "Transfusion independence",
    "relapse": "Relapse after confirmed response",
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
    check_definition(definition)
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
    check_definition(definition)
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
        f"Cumulative incidence, response by {name_of(definition)}",
        fontsize=12,
        fontweight="bold",
        va="top",
    )
    words = (
        "Aalen-Johansen with transplant and death as competing events; shaded: 95 % interval; pale: fewer than "
        f"{threshold('curve_at_risk_count'):g} at risk, not to be read. Months count from the start of treatment "
        "(relapse: from the first confirmed response; death: from diagnosis). Nobody is counted as free of an event "
        "longer than tests or counts tell: evolution is followed to the last test of all chromosomes and dated by the "
        "test that found it, so with few or late tests its curve reads too high. Each panel has its own axis. Cohort "
        "shares, not a forecast for a patient."
    )
    foot(figure, total, " ".join([words, *notes, "Research use only."]))
    return figure


def _event_notes(event: str, times: pd.DataFrame) -> list[str]:
    words, found = _EVENT_WORDS.get(event, event), []
    for key, told in (
        ("left_out", "left out (no day to count from, no confirmed response, or not by this definition)"),
        ("untold", f"{_tested(event)[1]}, not in the risk set"),
        ("doubtful", "followed only as long as the rule can tell"),
    ):
        if times.attrs[key]:
            found.append(f"{len(times.attrs[key])} {told}")
    return [f"{words}: {'; '.join(found)}."] if found else []


def _tested(event: str) -> tuple[str, str]:
    """Words for those whose event can be told and for those in whom it cannot."""
    return ("tested", "never tested") if event == "evolution" else ("told", "cannot be told")


def _draw_event(axis: Any, event: str, times: pd.DataFrame, months: float | None) -> None:
    n_eligible = times.attrs["n_eligible"]
    told = f"{len(times)} of {n_eligible} {_tested(event)[0]}"
    if not is_estimable(times):
        axis.set_axis_off()
        words = f"not estimable: {told}" if n_eligible else "nobody to count"
        axis.text(0.5, 0.5, words, transform=axis.transAxes, ha="center", color=MUTED)
        axis.set_title(_EVENT_WORDS.get(event, event), pad=4)
        return
    when = (times["days"] / DAYS_PER_MONTH).tolist()
    end, firm = months or max(max(when), 1.0), firm_days(times) / DAYS_PER_MONTH
    others = [name for name in ("transplant", "death") if name != event and event != "death"]
    competing = {"transplant": ("#D55E00", "--"), "death": (INK, ":")}
    styles = [(event, CLONES[0], "-"), *((name, *competing[name]) for name in others)]
    for name, color, dashes in styles:
        curve = cumulative_incidence(when, times["event"], cause=name, may_be_absent=True)
        n_events = int(curve.n_events.sum())
        label = f"{_EVENT_WORDS.get(name, name).lower()} ({n_events})"
        x, y = steps(curve, curve.estimate, end)
        width = 1.7 if name == event else 1.1
        axis.plot(x, 100 * y, color=color, ls=dashes, lw=width, alpha=0.35, zorder=3)
        x, y = steps(curve, curve.estimate, min(end, firm))
        axis.plot(x, 100 * y, color=color, ls=dashes, lw=width, label=label, zorder=4)
        if name == event:
            low, high = (steps(curve, values, min(end, firm))[1] for values in (curve.low, curve.high))
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
    title = told if event == "evolution" or times.attrs["untold"] else None
    axis.legend(loc="best", fontsize=7, frameon=False, title=title, title_fontsize=7, alignment="left")
    axis.text(-0.05, -0.26, "at risk", transform=axis.transAxes, ha="right", va="center", fontsize=7, color=MUTED)
    for tick in ticks:
        n_left = int(np.sum(np.asarray(when) >= tick))
        axis.text(
            tick, -0.26, str(n_left), transform=axis.get_xaxis_transform(), ha="center", va="center", fontsize=7.5
        )


def steps(curve: Curve, values: Any, end: float) -> tuple[Any, Any]:
    """Corners of the steps, to the end of the axis or of the follow-up; nothing is known after that."""
    stop = min(end, curve.last_day)
    keep = curve.days <= stop
    x, y = np.append(curve.days[keep], stop), np.append(values[keep], values[keep][-1])
    return np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
