"""A count as a rule sees it: what the patient makes, known exactly, within bounds, or not at all.

A censored value is a bound. A hemoglobin soon after red cells, platelets soon after platelets and neutrophils
under G-CSF are upper bounds of what the patient makes: they can show that a count is low, never that it is
high enough. An implausible value is set aside, and the reason says so.
"""

from __future__ import annotations

import bisect
import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hscape.chart import ANALYTES, Chart, Measurement
from hscape.clinic.drugs import given_within
from hscape.clinic.logic import Finding
from hscape.clinic.thresholds import threshold, thresholds
from hscape.clinic.transfusion import last_transfusion_day
from hscape.clinic.verdict import Choices

HEMOGLOBIN = "hemoglobin_g_per_dl"
NEUTROPHILS = "neutrophils_1e9_per_l"
PLATELETS = "platelets_1e9_per_l"
RETICULOCYTES = "reticulocytes_1e9_per_l"
LYMPHOCYTES = "lymphocytes_1e9_per_l"
CELLULARITY = "marrow_cellularity_fraction"
RESIDUAL = "marrow_residual_hematopoietic_fraction"
#: Cell that is transfused -> the count it raises.
_RAISED_BY = {HEMOGLOBIN: "red_cells", PLATELETS: "platelets"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One count within bounds; unknown if `reason` says why.

    Args:
        analyte: name of the analyte.
        day: day it was drawn, None if there is no value.
        low: smallest value it can have.
        high: largest value it can have.
        is_low_open: True if the value is above `low`, not equal to it.
        is_high_open: True if the value is below `high`, not equal to it.
        text: the value in words, with what limits it.
        is_manual: True if counted by eye, None if the chart does not say.
        is_known: False if nothing can be said.
        support: what raises the count besides the marrow, in words.
    """

    analyte: str
    text: str
    day: float | None = None
    low: float = 0.0
    high: float = math.inf
    is_low_open: bool = False
    is_high_open: bool = False
    is_manual: bool | None = None
    is_known: bool = True
    support: str = ""

    def below(self, limit: float) -> Finding:
        """Is the count below the limit?"""
        if self.high < limit or (self.high == limit and self.is_high_open):
            return self._finding(True, "below", limit)
        if self.is_known and self.low >= limit:
            return self._finding(False, "not below", limit)
        return self._finding(None, "cannot be set against", limit)

    def above(self, limit: float) -> Finding:
        """Is the count above the limit?"""
        if self.is_known and (self.low > limit or (self.low == limit and self.is_low_open)):
            return self._finding(True, "above", limit)
        if self.high <= limit:
            return self._finding(False, "not above", limit)
        return self._finding(None, "cannot be set against", limit)

    def at_least(self, limit: float) -> Finding:
        """Is the count the limit or more?"""
        below = self.below(limit)
        words = {True: "below", False: "at least", None: "cannot be set against"}[below.truth]
        return self._finding(None if below.truth is None else not below.truth, words, limit)

    def _finding(self, truth: bool | None, words: str, limit: float) -> Finding:
        shown = _shown_limit(self.analyte, limit)
        return Finding(truth, (f"{self.text}, {words} {shown}",) if self.is_known else (self.text,))


def label(analyte: str) -> str:
    """The analyte in lower-case words."""
    return ANALYTES[analyte].label.lower()


def shown_number(analyte: str, value: float) -> str:
    """A value or a limit without its unit; fractions as percentages."""
    return f"{100 * value:.4g} %" if ANALYTES[analyte].is_fraction else f"{value:g}"


_shown_limit = functools.cache(shown_number)  # limits are few


def unknown(analyte: str, why: str) -> Count:
    """A count of which nothing is known."""
    return Count(analyte=analyte, text=f"{label(analyte)} {why}", is_known=False)


def read_count(measurement: Measurement, chart: Chart, choices: Choices) -> Count:
    """The bounds that one measurement sets to what the patient makes."""
    value, analyte = measurement.value, measurement.analyte
    what = f"{_prefix(measurement)}{shown_number(analyte, value)}{_unit(analyte)} on day {measurement.day:g}"
    shown = f"{label(analyte)} {what}"
    if not is_plausible(measurement):
        return unknown(analyte, f"{what} set aside as implausible; check value and unit")
    below, above = measurement.censored == "below", measurement.censored == "above"
    low, high = (0.0 if below else value), (math.inf if above else value)
    why = support(measurement, chart, choices)
    if why:
        low, above, shown = 0.0, False, f"{shown} ({why}: an upper bound)"
    if measurement.low is not None and measurement.high is not None and not below:
        shown += f", 95 % interval {measurement.low:g} to {measurement.high:g}"
    is_manual = True if "manual" in measurement.flags else False if "automated" in measurement.flags else None
    return Count(
        analyte=analyte,
        day=measurement.day,
        low=low,
        high=high,
        is_low_open=above,
        is_high_open=below,
        text=shown,
        is_manual=is_manual,
        support=why,
    )


def _prefix(measurement: Measurement) -> str:
    return {"below": "<", "above": ">"}.get(measurement.censored, "")


def _unit(analyte: str) -> str:
    unit = ANALYTES[analyte].unit.replace("10*9", "10⁹")
    return "" if unit in ("1", "{centile}") else f" {unit}"


def is_plausible(measurement: Measurement) -> bool:
    """False if a living person cannot well have the value; analytes without a record of limits pass."""
    low, high = _plausible_limits(measurement.analyte)
    # A censored "<1.4" says nothing about the lowest value.
    return measurement.value <= high and (measurement.censored == "below" or measurement.value >= low)


@functools.cache
def _plausible_limits(analyte: str) -> tuple[float, float]:
    for unit in ("g_per_dl", "1e9_per_l", "fraction"):
        if analyte.endswith(f"_{unit}"):
            name = analyte.removesuffix(f"_{unit}")
            low, high = (thresholds().get(f"{name}_{end}_{unit}") for end in ("lowest", "highest"))
            return (-math.inf if low is None else low.value), (math.inf if high is None else high.value)
    return -math.inf, math.inf


def support(measurement: Measurement, chart: Chart, choices: Choices) -> str:
    """What raises the count besides the marrow, in words; empty if nothing is known to."""
    product, day = _RAISED_BY.get(measurement.analyte), measurement.day
    if product:
        window = threshold(f"{product}_transfused_days")
        last = last_transfusion_day(chart, day, (product,))
        if last is not None and day - last <= window:
            return f"{day - last:g} d after transfusion"
        return "soon after transfusion" if "after_transfusion" in measurement.flags else ""
    if measurement.analyte != NEUTROPHILS or choices.g_csf_counts:
        return ""
    if "on_g_csf" in measurement.flags:
        return "under G-CSF"
    course = given_within(chart, "g_csf", day, threshold("g_csf_days"))
    if course is None:
        return ""
    return "under G-CSF" if course.end_day is not None else "under G-CSF, whose last day is not recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The counts of one visit.

    Args:
        day: day of the visit, None if there is no visit in the window.
        counts: one count for each analyte asked for; unknown if missing.
    """

    day: float | None
    counts: Mapping[str, Count]

    def __getitem__(self, analyte: str) -> Count:
        """The count of an analyte that was asked for."""
        return self.counts[analyte]


def find_visit(
    chart: Chart, analytes: Iterable[str], day: float, *, before: float, after: float, choices: Choices
) -> Visit:
    """The visit in a window that holds most of the analytes, and the nearest to the day among those.

    Args:
        chart: the patient.
        analytes: what the rule needs.
        day: the day the rule asks for.
        before: days before it that are still good.
        after: days after it that are still good.
        choices: what the sources leave open.
    """
    wanted = tuple(analytes)
    entries = chart.measurements  # in order of day
    first = bisect.bisect_left(entries, day - before, key=_day)
    last = bisect.bisect_right(entries, day + after, key=_day)
    inside = [entry for entry in entries[first:last] if entry.analyte in wanted]
    days = {entry.day for entry in inside}
    window = f"missing in days {day - before:g} to {day + after:g}"
    if not days:
        return Visit(day=None, counts={analyte: unknown(analyte, window) for analyte in wanted})
    chosen = min(days, key=lambda at: (-_n_near(inside, at), abs(at - day), at)) if len(days) > 1 else days.pop()
    return Visit(
        day=chosen,
        counts={analyte: _nearest(inside, analyte, chosen, window, chart, choices) for analyte in wanted},
    )


def _day(entry: Measurement) -> float:
    return entry.day


def _near(inside: Iterable[Measurement], at: float) -> list[Measurement]:
    spread = threshold("same_visit_days")
    return [entry for entry in inside if abs(entry.day - at) <= spread]


def _n_near(inside: Iterable[Measurement], at: float) -> int:
    return len({entry.analyte for entry in _near(inside, at) if is_plausible(entry)})


def _nearest(
    inside: Sequence[Measurement], analyte: str, at: float, window: str, chart: Chart, choices: Choices
) -> Count:
    """The count at the visit; if the visit lacks it, the nearest in the window, whose day is then told."""
    entries = [entry for entry in inside if entry.analyte == analyte]
    if not entries:
        return unknown(analyte, window)

    # Of several values the plausible, unsupported, uncensored, nearest one; the lower one if still equal.
    def order(entry: Measurement) -> tuple[bool, bool, bool, float, float]:
        held_up = bool(support(entry, chart, choices))
        return not is_plausible(entry), held_up, entry.is_censored, abs(entry.day - at), entry.value

    here = entries if len(entries) == 1 else _near(entries, at)
    if len(here) == 1:
        return read_count(here[0], chart, choices)
    best = min(here, key=order) if here else min(entries, key=lambda entry: (abs(entry.day - at), order(entry)))
    return read_count(best, chart, choices)
