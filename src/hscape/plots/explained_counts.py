"""The counts of an explained chart over the bands that the model expects."""

from __future__ import annotations

from typing import Any

from hscape.inference.explain import Explanation
from hscape.inference.readings import reading_band, readings_in_band
from hscape.plots.chart_counts import PANELS, draw_values
from hscape.plots.chart_time import RED
from hscape.plots.explained_time import chart_span, fill_band, finish, shown_days
from hscape.plots.style import GRID, pyplot


def title_of_counts(e: Explanation) -> str:
    """What the picture shows."""
    inside, total = readings_in_band(e)
    if not total:
        return "Counts: no reading could be used"
    return f"Counts: {inside} of {total} readings lie in the band that holds nine in ten readings of the model"


def draw_explained_counts(e: Explanation) -> Any:
    """Four counts, each with the course's bands, the band for single readings, and the readings.

    Args:
        e: the explanation.
    """
    plt, span = pyplot(), chart_span(e)
    figure, axes = plt.subplots(4, 1, figsize=(10.0, 9.2), sharex=True)
    kept = shown_days(e, span)
    days = e.course.days[kept]
    for axis, panel in zip(axes, PANELS, strict=True):
        band = reading_band(e, panel.analyte)
        axis.fill_between(days, band.low[kept], band.high[kept], color=panel.color, alpha=0.10, lw=0, zorder=1)
        axis.plot(days, band.low[kept], color=panel.color, lw=0.5, ls=":", zorder=2)
        axis.plot(days, band.high[kept], color=panel.color, lw=0.5, ls=":", zorder=2)
        fill_band(axis, days, e.course.quantiles[panel.analyte][:, kept], panel.color)
        series = tuple(m for m in e.chart.series(panel.analyte) if span.first <= m.day <= span.last)
        draw_values(axis, series, panel.color)
        axis.set_ylim(0, 1.06 * max([*(m.value for m in series), float(band.high[kept].max())], default=1.0))
        if not panel.ticks:
            low = [m.value for m in series] + [float(band.low[kept].min())]
            axis.set_ylim(0.85 * min(low) if panel.analyte.startswith("hemoglobin") else 0, axis.get_ylim()[1])
        axis.set_title(f"{panel.title} ({panel.unit})", pad=3)
        axis.grid(axis="y", color=GRID, lw=0.4)
        given = [t.day for t in e.chart.transfusions if panel.product and t.product == panel.product
                 and span.first <= t.day <= span.last]  # fmt: skip
        axis.plot(given, [0.0] * len(given), ls="", marker="|", ms=9, mew=1.0, color=RED,
                  transform=axis.get_xaxis_transform(), clip_on=False, zorder=4)  # fmt: skip
    note = (
        "Darker bands: 50 and 90 % of the courses that agree with the chart. Widest pale band between dotted "
        "lines: 90 % "
        "for single readings, with day-to-day and assay scatter. Points: readings; hollow: after a transfusion "
        "of the same "
        "cell, not used. Red ticks: transfusions."
    )
    return finish(figure, list(axes), e, span, title_of_counts(e), note)


def describe_explained_counts(e: Explanation) -> str:
    """The picture in words."""
    told = [title_of_counts(e) + "."]
    for panel in PANELS:
        low, middle, high = (e.course.quantiles[panel.analyte][row, -1] for row in (0, 2, 4))
        told.append(
            f"{panel.title} on day {e.problem.last_day:g}: course {middle:.3g} (90 % band {low:.3g} to "
            f"{high:.3g}) {panel.unit}."
        )
    return " ".join(told)
