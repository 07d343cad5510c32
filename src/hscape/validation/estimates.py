"""Simulated figures with their own Monte Carlo intervals, 95 %.

| figure | interval |
|---|---|
| share | Wilson |
| difference of two shares | Newcombe, from the Wilson ends of both |
| incidence, survival | Aalen-Johansen and Greenwood on the log(-log) scale (`registry.curves`); Wilson at 0 and 1 |
| median, mean | percentiles of resampled people |
| hazard ratio | Wald, from the partial likelihood |
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from hscape.proportions import wilson_interval
from hscape.registry import Curve
from hscape.streams import generator

N_RESAMPLES = 2000
FEWEST_RESAMPLED = 5  # fewer people, resampled, look more alike than they are
Z_95 = 1.959963984540054
LATE_DAYS = 31.0  # the last test of a planned year may lie this much before its end


class Estimate(NamedTuple):
    """A figure, its interval and how many people it rests on."""

    value: float
    low: float
    high: float
    people: int


NOBODY = Estimate(math.nan, math.nan, math.nan, 0)


def share(n_yes: int, n_people: int) -> Estimate:
    """Share of people."""
    if not n_people:
        return NOBODY
    return Estimate(n_yes / n_people, *wilson_interval(n_yes, n_people), n_people)


def share_of(answers: Iterable[bool]) -> Estimate:
    """Share of yes among answers."""
    listed = [bool(answer) for answer in answers]
    return share(sum(listed), len(listed))


def difference_in_points(first: Estimate, second: Estimate) -> Estimate:
    """Second share minus first in percentage points; Newcombe's interval (method 10)."""
    if not first.people or not second.people:
        return NOBODY
    found = second.value - first.value
    below = math.hypot(second.value - second.low, first.high - first.value)
    above = math.hypot(second.high - second.value, first.value - first.low)
    return Estimate(100 * found, 100 * (found - below), 100 * (found + above), first.people + second.people)


def on_day(curve: Curve, day: float, n_people: int, *, complement: bool = False) -> Estimate:
    """A curve on a day; if all were seen last up to a month before, what holds there.

    Args:
        curve: incidence or survival.
        day: which day.
        n_people: people in the risk set at the start.
        complement: one minus the curve.
    """
    if curve.last_day < day - LATE_DAYS:
        return NOBODY
    value, low, high = curve.at(min(day, curve.last_day))
    if value in (0.0, 1.0):  # the log(-log) scale has no interval there: take the share of those still at risk
        n_left = int(curve.n_at_risk[np.searchsorted(curve.days, day, side="right") - 1])
        low, high = wilson_interval(n_left if value else 0, n_left)
    if complement:
        value, low, high = 1.0 - value, 1.0 - high, 1.0 - low
    return Estimate(value, low, high, n_people)


def resampled(values: Sequence[float], figure: Callable[..., np.ndarray] = np.median, *, seed: int = 1) -> Estimate:
    """Median (or another figure) of people, with percentiles of resampled people.

    Args:
        values: one a person; missing ones are left out.
        figure: takes an array and ``axis``.
        seed: of the resampling.
    """
    known = np.array([value for value in values if value is not None and math.isfinite(value)])
    if not len(known):
        return NOBODY
    if len(known) < FEWEST_RESAMPLED:
        return Estimate(float(figure(known, axis=0)), math.nan, math.nan, len(known))
    random = generator(seed, "validation", "resampling")
    found = figure(known[random.integers(0, len(known), size=(N_RESAMPLES, len(known)))], axis=1)
    low, high = np.quantile(found, [0.025, 0.975])
    return Estimate(float(figure(known, axis=0)), float(low), float(high), len(known))


def hazard_ratio(days: Sequence[float], died: Sequence[bool], is_exposed: Sequence[bool]) -> Estimate:
    """Hazard ratio of two groups by Cox's partial likelihood (Breslow for ties), Newton's method.

    Args:
        days: follow-up of each person.
        died: whether it ended with the event.
        is_exposed: the group whose hazard is divided by that of the others.
    """
    times, events, exposed = np.asarray(days, float), np.asarray(died, bool), np.asarray(is_exposed, bool)
    if not (events & exposed).any() or not (events & ~exposed).any():
        return NOBODY
    moments = times[events]
    n_exposed = np.array([np.sum(exposed & (times >= day)) for day in moments], float)
    n_others = np.array([np.sum(~exposed & (times >= day)) for day in moments], float)
    log_ratio = 0.0
    for _ in range(50):
        chance = n_exposed * math.exp(log_ratio) / (n_exposed * math.exp(log_ratio) + n_others)
        score, information = np.sum(exposed[events]) - chance.sum(), np.sum(chance * (1 - chance))
        if information <= 0.0:
            return NOBODY
        step = float(np.clip(score / information, -1.0, 1.0))
        log_ratio += step
        if abs(step) < 1e-10:
            break
    half = Z_95 / math.sqrt(information)
    return Estimate(math.exp(log_ratio), math.exp(log_ratio - half), math.exp(log_ratio + half), len(times))
