"""Cumulative incidence with competing events (Aalen-Johansen) and survival (Kaplan-Meier), with intervals.

At the event days t_j, with n_j at risk, d_j events of any kind and d_kj of the cause k,

    S(t) = product of (1 - d_j / n_j),   F_k(t) = sum of S(t_{j-1}) d_kj / n_j.

One minus Kaplan-Meier of a single cause over-reads its incidence wherever another event can come first, so
it is
not offered. Variances: ``aalen`` (counting process; what cmprsk and SAS print) or ``delta`` (Marubini and
Valsecchi 1995). Intervals are on the log(-log) scale. Somebody who is censored on an event day was still at
risk on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from hscape.errors import InputError, unknown_name

#: What counts as still being followed without an event.
CENSORED: tuple[object, ...] = ("", "censored", None, 0, False)
VARIANCES: tuple[str, ...] = ("aalen", "delta")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A step curve over time; each entry holds from its day to the next.

    Args:
        days: day zero and the days of events.
        estimate: incidence or survival from each day on.
        variance: variance of the estimate.
        low: lower end of the interval.
        high: upper end of the interval.
        n_at_risk: people at risk just before each day.
        n_events: events of the cause on each day.
        last_day: last day on which anybody was followed; nothing is known after it.
    """

    days: Floats
    estimate: Floats
    variance: Floats
    low: Floats
    high: Floats
    n_at_risk: NDArray[np.int64]
    n_events: NDArray[np.int64]
    last_day: float

    def at(self, day: float) -> tuple[float, float, float]:
        """Estimate with its interval on a day; not a number outside the days that were followed."""
        if not 0 <= day <= self.last_day:
            return (float("nan"),) * 3
        index = int(np.searchsorted(self.days, day, side="right")) - 1
        return float(self.estimate[index]), float(self.low[index]), float(self.high[index])

    def reaches(self, level: float) -> float | None:
        """First day on which the estimate has reached a level, from either side; None if it never does."""
        crossed = self.estimate >= level if self.estimate[0] < level else self.estimate <= level
        return float(self.days[crossed][0]) if crossed.any() else None


@dataclass(frozen=True, slots=True)
class _Table:
    """Event days with who was at risk and what happened; day zero first."""

    days: Floats
    at_risk: Floats
    any_event: Floats
    of_cause: Floats
    last_day: float


def cumulative_incidence(
    days: Sequence[float],
    events: Iterable[object],
    *,
    cause: object,
    confidence: float = 0.95,
    variance: str = "aalen",
    may_be_absent: bool = False,
) -> Curve:
    """How many have had an event by each day, while other events can come first.

    Args:
        days: length of follow-up of each person, in days or any one unit of time.
        events: what ended it: the name of an event, or one of `CENSORED`.
        cause: the event whose incidence is asked for; all others compete with it.
        confidence: level of the intervals.
        variance: ``aalen`` or ``delta``.
        may_be_absent: True to get a flat zero where nobody had the event, instead of an error.

    Raises:
        InputError: lengths differ, a time is negative or missing, or nobody had the event.

    Example:
        >>> curve = cumulative_incidence([1, 2, 3, 4], ["relapse", "death", "", "relapse"], cause="relapse")
        >>> round(curve.at(2)[0], 3)
        0.25
    """
    if variance not in VARIANCES:
        raise unknown_name("cumulative_incidence, variance", variance, VARIANCES)
    times, names = _checked(days, events, "cumulative_incidence")
    occurred = sorted({name for name in names if name})
    cause = str(cause)
    if cause not in occurred and not may_be_absent:
        raise unknown_name("cumulative_incidence, cause", cause, occurred or ["(no events at all)"], kind="event")
    table = _count(times, names, cause)
    before, _ = _survival(table)
    estimate = np.cumsum(before * _ratio(table.of_cause, table.at_risk))
    spread = (
        _variance_aalen(table, before, estimate) if variance == "aalen" else _variance_delta(table, before, estimate)
    )
    return _curve(table, estimate, spread, confidence, table.of_cause)


def kaplan_meier(days: Sequence[float], events: Iterable[object], *, confidence: float = 0.95) -> Curve:
    """Share without any event by each day; Greenwood's variance.

    Args:
        days: length of follow-up of each person.
        events: what ended it; any name counts, for survival give deaths only.
        confidence: level of the intervals.

    Raises:
        InputError: lengths differ, or a time is negative or missing.
    """
    times, names = _checked(days, events, "kaplan_meier")
    table = _count(times, ["event" if name else "" for name in names], "event")
    _, survival = _survival(table)
    left = table.at_risk - table.any_event
    greenwood = np.cumsum(_ratio(table.any_event, table.at_risk * left))
    return _curve(table, survival, survival**2 * greenwood, confidence, table.any_event)


def _checked(days: Sequence[float], events: Iterable[object], where: str) -> tuple[Floats, list[str]]:
    names = ["" if _is_censored(event) else str(event) for event in events]
    times = np.asarray(days, dtype=np.float64)
    if times.ndim != 1 or len(times) != len(names):
        raise InputError(f"{where}: {times.size} times for {len(names)} events; give one time and one event a person.")
    if len(times) == 0:
        raise InputError(f"{where}: nobody was followed; give at least one person.")
    if not np.isfinite(times).all() or (times < 0).any():
        raise InputError(
            f"{where}: a time is negative or missing; give days from the start to the event or last visit."
        )
    return times, names


def _is_censored(event: object) -> bool:
    return bool(pd.isna(event)) or event in CENSORED  # type: ignore[call-overload]


def _count(times: Floats, names: list[str], cause: str) -> _Table:
    had_event = np.array([bool(name) for name in names])
    had_cause = np.array([name == cause and bool(name) for name in names])
    days = np.unique(np.concatenate([[0.0], times[had_event]]))
    ordered = np.sort(times)
    at_risk = len(times) - np.searchsorted(ordered, days, side="left")
    any_event = np.array([np.sum(had_event & (times == day)) for day in days], dtype=np.float64)
    of_cause = np.array([np.sum(had_cause & (times == day)) for day in days], dtype=np.float64)
    return _Table(days, at_risk.astype(np.float64), any_event, of_cause, float(times.max()))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """Top over bottom, zero where the bottom is zero: a term that belongs to nobody."""
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _survival(table: _Table) -> tuple[Floats, Floats]:
    """Share without any event just before each day, and from each day on."""
    survival = np.asarray(np.cumprod(1.0 - _ratio(table.any_event, table.at_risk)), dtype=np.float64)
    return np.concatenate([[1.0], survival[:-1]]), survival


def _variance_aalen(table: _Table, before: Floats, estimate: Floats) -> Floats:
    n, d, dk = table.at_risk, table.any_event, table.of_cause
    own = before**2 * _ratio(dk * (n - dk), n**2 * (n - 1))
    return _variance(estimate, _ratio(d, (n - 1) * (n - d)), own, before * _ratio(dk * (n - dk), n * (n - d) * (n - 1)))


def _variance_delta(table: _Table, before: Floats, estimate: Floats) -> Floats:
    n, d, dk = table.at_risk, table.any_event, table.of_cause
    own = before**2 * _ratio((n - dk) * dk, n**3)
    return _variance(estimate, _ratio(d, n * (n - d)), own, before * _ratio(dk, n**2))


def _variance(estimate: Floats, weight: Floats, own: Floats, cross: Floats) -> Floats:
    """Sum over t_j <= t of (F(t) - F_j)^2 weight_j + own_j - 2 (F(t) - F_j) cross_j."""
    total = [
        np.sum((last - estimate[:stop]) ** 2 * weight[:stop] + own[:stop] - 2 * (last - estimate[:stop]) * cross[:stop])
        for stop, last in enumerate(estimate, start=1)
    ]
    return np.maximum(np.array(total), 0.0)


def _curve(table: _Table, estimate: Floats, variance: Floats, confidence: float, n_events: Floats) -> Curve:
    if not 0 < confidence < 1:
        raise InputError(f"confidence: {confidence:g} is not between 0 and 1; give for example 0.95.")
    low, high = estimate.copy(), estimate.copy()
    inside = (estimate > 0) & (estimate < 1)
    log = np.log(estimate[inside])
    half = float(ndtri((1 + confidence) / 2)) * np.sqrt(variance[inside]) / np.abs(estimate[inside] * log)
    # log(-log F) plus or minus `half`: the larger power is the lower end.
    low[inside], high[inside] = np.exp(log * np.exp(half)), np.exp(log * np.exp(-half))
    return Curve(
        days=table.days,
        estimate=estimate,
        variance=variance,
        low=low,
        high=high,
        n_at_risk=table.at_risk.astype(np.int64),
        n_events=n_events.astype(np.int64),
        last_day=table.last_day,
    )
