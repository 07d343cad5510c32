"""How long a patient is followed: to the planned end, or until they are lost; a chart ends there."""

from __future__ import annotations

import dataclasses
import math

from hscape.chart import Chart, Event
from hscape.clinic.course import last_seen_day
from hscape.cohort.design import Design
from hscape.streams import generator
from hscape.units import DAYS_PER_MONTH, DAYS_PER_YEAR


def lost_after_days(design: Design, number: int, seed: int) -> float:
    """Days from diagnosis to loss, exponential with the design's rate; infinite if nobody is lost."""
    rate = design.censoring.lost_per_year / DAYS_PER_YEAR
    if rate == 0.0:
        return math.inf
    return float(generator(seed, "cohort", "lost", number).exponential(1.0 / rate))


def planned_end_day(treatment_day: float | None, design: Design) -> float:
    """Last planned day of the chart, counted from the start of treatment, else from diagnosis."""
    return (treatment_day or 0.0) + design.follow_up_months * DAYS_PER_MONTH


def end_chart(chart: Chart, last_day: float) -> Chart:
    """The chart without what came after a day; who was alive is seen a last time on it.

    A treatment that goes on keeps its planned end, which a clinic would know.
    """
    died = any(event.kind == "death" and event.day <= last_day for event in chart.events)
    seen = last_seen_day(chart)
    ends_before = seen is None or seen < last_day
    events = [event for event in chart.events if event.day <= last_day]
    if not died and not ends_before:
        events = [event for event in events if event.kind != "last_follow_up"]
        events.append(Event(day=last_day, kind="last_follow_up"))
    return dataclasses.replace(
        chart,
        measurements=tuple(entry for entry in chart.measurements if entry.day <= last_day),
        clone_measurements=tuple(entry for entry in chart.clone_measurements if entry.day <= last_day),
        transfusions=tuple(entry for entry in chart.transfusions if entry.day <= last_day),
        treatments=tuple(entry for entry in chart.treatments if entry.start_day <= last_day),
        events=tuple(events),
    )
