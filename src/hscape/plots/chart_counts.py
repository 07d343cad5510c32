"""The blood counts of one chart, with reference ranges, severity thresholds, treatments and transfusions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hscape.chart import Chart, Measurement
from hscape.clinic.normal import normal_hemoglobin_limits
from hscape.clinic.thresholds import threshold
from hscape.parameters import records
from hscape.plots.chart_time import RED, drug_words, figure_with_strip, plain, set_root_scale, strip_words
from hscape.plots.style import BAND, GRID, MUTED, PLATELET, RED_CELL, WHITE_CELL, pyplot

_ADULT_YEARS = 15.0


@dataclass(frozen=True, slots=True)
class Panel:
    """One count: column, words, color, record of the reference range, thresholds, product, ticks of a root axis."""

    analyte: str
    title: str
    unit: str
    color: str
    record: str
    lines: tuple[tuple[str, str], ...]
    product: str
    ticks: tuple[float, ...]


PANELS = (
    Panel("hemoglobin_g_per_dl", "Hemoglobin", "g/dL", RED_CELL, "hemoglobin_{sex}_g_per_dl", (), "red_cells", ()),
    Panel(
        "reticulocytes_1e9_per_l",
        "Reticulocytes",
        "10⁹/L",
        RED_CELL,
        "reticulocytes_reference_1e9_per_l",
        (
            ("severe_reticulocytes_automated_below_1e9_per_l", "severe, by analyzer"),
            ("severe_reticulocytes_manual_below_1e9_per_l", "severe, by eye"),
        ),
        "",
        (),
    ),
    Panel(
        "neutrophils_1e9_per_l",
        "Neutrophils",
        "10⁹/L",
        WHITE_CELL,
        "neutrophils_normal_1e9_per_l",
        (
            ("severe_neutrophils_below_1e9_per_l", "severe"),
            ("very_severe_neutrophils_below_1e9_per_l", "very severe"),
        ),
        "granulocytes",
        (0, 0.2, 0.5, 1, 2, 4, 8, 15, 30, 60, 120),
    ),
    Panel(
        "platelets_1e9_per_l",
        "Platelets",
        "10⁹/L",
        PLATELET,
        "platelets_normal_1e9_per_l",
        (("severe_platelets_below_1e9_per_l", "severe"),),
        "platelets",
        (0, 5, 20, 50, 100, 200, 400, 800, 1600, 3000),
    ),
)


def draw_chart_counts(chart: Chart) -> Any:
    """Hemoglobin, reticulocytes, neutrophils and platelets over the days of a chart.

    Args:
        chart: the patient.
    """
    plt = pyplot()
    heights = [1.45 if chart.series(panel.analyte) else 0.5 for panel in PANELS]
    figure, axes = figure_with_strip(plt, chart, heights, _note(chart), f"{plain(chart.patient_id, 50)}: blood counts")
    for axis, panel in zip(axes, PANELS, strict=True):
        _draw_panel(axis, chart, panel)
    return figure


def _draw_panel(axis: Any, chart: Chart, panel: Panel) -> None:
    axis.set_title(f"{panel.title} ({panel.unit})", pad=3)
    series = chart.series(panel.analyte)
    if not series:
        axis.set_yticks([])
        axis.text(0.5, 0.5, "no values in the chart", transform=axis.transAxes, ha="center", va="center", color=MUTED)
        return
    low, high = reference(chart, panel)
    lines = [(threshold(name), words) for name, words in panel.lines]
    top = 1.08 * max([entry.high or entry.value for entry in series] + [high or low] + [value for value, _ in lines])
    if panel.ticks:
        set_root_scale(axis, top, panel.ticks)
    else:
        axis.set_ylim(0, top)
    if high is None:
        axis.axhline(low, color=MUTED, lw=0.7, zorder=1)
        _at_right(axis, low, f"lowest normal, child {low:g}", MUTED)
    else:
        axis.axhspan(low, high, color=BAND, zorder=0, lw=0)
        _at_right(axis, _within(low, high, is_root=bool(panel.ticks)), f"reference {low:g} to {high:g}", MUTED)
    for value, words in lines:
        axis.axhline(value, color=RED, lw=0.8, ls="--" if "very" in words or "eye" in words else "-", zorder=2)
        _at_right(axis, value, f"{words} < {value:g}", RED)
    axis.grid(axis="y", color=GRID, lw=0.4)
    draw_values(axis, series, panel.color)
    days = [entry.day for entry in chart.transfusions if panel.product and entry.product == panel.product]
    axis.plot(
        days, [0.0] * len(days), ls="", marker="|", ms=9, mew=1.0, color=RED, transform=axis.get_xaxis_transform(),
        clip_on=False, zorder=4,
    )  # fmt: skip


def _within(low: float, high: float, *, is_root: bool) -> float:
    """Three quarters of the way up the band, as the axis shows it."""
    return (0.25 * low**0.5 + 0.75 * high**0.5) ** 2 if is_root else 0.25 * low + 0.75 * high


def _at_right(axis: Any, value: float, words: str, color: str) -> None:
    axis.text(1.008, value, words, transform=axis.get_yaxis_transform(), fontsize=7, va="center", color=color)


def draw_values(axis: Any, series: tuple[Measurement, ...], color: str) -> None:
    """Readings: joined, hollow after a transfusion, square on G-CSF, an arrow for a limit."""
    told = [entry for entry in series if not entry.is_censored]
    axis.plot([entry.day for entry in told], [entry.value for entry in told], color=color, lw=0.9, alpha=0.55, zorder=3)
    for entry in told:
        if entry.low is not None and entry.high is not None:
            axis.plot([entry.day] * 2, [entry.low, entry.high], color=color, lw=0.8, zorder=3)
    for is_hollow in (False, True):
        for marker, on_g_csf in (("o", False), ("s", True)):
            group = [
                entry
                for entry in told
                if ("after_transfusion" in entry.flags) is is_hollow and ("on_g_csf" in entry.flags) is on_g_csf
            ]
            axis.plot(
                [entry.day for entry in group], [entry.value for entry in group], ls="", marker=marker, ms=4.2,
                mew=1.0, mec=color, mfc="white" if is_hollow else color, zorder=5, clip_on=False,
            )  # fmt: skip
    for entry in series:
        if entry.is_censored:
            marker = r"$\downarrow$" if entry.censored == "below" else r"$\uparrow$"
            axis.plot(
                [entry.day], [entry.value], ls="", marker=marker, ms=9, mew=0.4, color=color, zorder=6, clip_on=False
            )


def reference(chart: Chart, panel: Panel) -> tuple[float, float | None]:
    """Reference range of an adult; for the hemoglobin of a child only its lower end is known here."""
    if "{sex}" not in panel.record:
        found = records()[panel.record]
        return float(found.low or 0.0), float(found.high or 0.0)
    if chart.age_years is not None and chart.age_years < _ADULT_YEARS:
        return normal_hemoglobin_limits(chart, 0.0)[0], None
    both = [records()[panel.record.format(sex=sex)] for sex in ([chart.sex] if chart.sex else ["female", "male"])]
    return min(float(found.low or 0.0) for found in both), max(float(found.high or 0.0) for found in both)


def _note(chart: Chart) -> str:
    shown = [entry for panel in PANELS for entry in chart.series(panel.analyte)]
    flags = {flag for entry in shown for flag in entry.flags}
    words = ["Shaded: adult reference range."]
    if chart.sex is None:
        words = [
            "Shaded: adult reference range (hemoglobin: women and men together, since the sex is not in the chart)."
        ]
    if chart.age_years is None:
        words.append("The age is not in the chart.")
    elif chart.age_years < 18:
        words.append("The patient was a child on day 0: adult ranges may not hold.")
    words.append("Red lines: limits of the severity rules, which also need the marrow and two of three counts.")
    words.append("Neutrophils and platelets on a square-root axis.")
    if "after_transfusion" in flags:
        words.append("Hollow: drawn within days after a transfusion of the same cell, not output of the marrow alone.")
    if "on_g_csf" in flags:
        words.append("Square: on or within days of G-CSF.")
    if any(entry.is_censored for entry in shown):
        words.append("Arrow: reported only as below or above this limit.")
    if chart.transfusions:
        words.append("Red ticks: transfusions.")
    words.append(strip_words(chart))
    return " ".join(filter(None, words)) + " Research use only."


def describe_counts(chart: Chart) -> str:
    """The picture in words, for those who cannot see it."""
    told = []
    for panel in PANELS:
        series = chart.series(panel.analyte)
        if not series:
            told.append(f"{panel.title}: no values.")
            continue
        values = [entry.value for entry in series]
        first, last = series[0], series[-1]
        told.append(
            f"{panel.title}, {len(series)} values: {_one(first)} on day {first.day:g}, "
            f"{_one(last)} on day {last.day:g}, lowest {min(values):g}, highest {max(values):g} {panel.unit}."
        )
    names = ", ".join(dict.fromkeys(drug_words(entry.name) for entry in chart.treatments))
    told.append(f"Treatments drawn: {names}." if names else "No treatments recorded.")
    told.append(f"{len(chart.transfusions)} transfusions.")
    return " ".join(told)


def _one(entry: Measurement) -> str:
    return {"none": "", "below": "below ", "above": "above "}[entry.censored] + f"{entry.value:g}"
