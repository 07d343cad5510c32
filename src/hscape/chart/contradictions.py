"""Treatments of a chart that cannot both be right, or that say one thing twice."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from hscape.chart.chart import Chart
from hscape.chart.records import GLOBULINS, Treatment

#: Drugs of which a patient takes one at a time: a later course takes the place of the one before it.
ONE_AT_A_TIME: tuple[tuple[str, ...], ...] = (
    ("cyclosporine", "tacrolimus"),
    ("eltrombopag", "romiplostim", "avatrombopag", "hetrombopag", "lusutrombopag"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two entries of which one is in doubt.

    Args:
        day: from which on.
        words: what stands in the chart, as half a sentence.
        which: ``twice`` (harmless: one is enough), ``overlap`` (the later course is taken from its first day on),
            ``early`` (a step of a taper before the first day: it is passed over) or ``either`` (one of them cannot be
            right, and the chart does not tell which).
    """

    day: float
    words: str
    which: str


def treatment_contradictions(chart: Chart) -> tuple[Contradiction, ...]:
    """Contradictory treatments of a chart, by day."""
    items = sorted(chart.treatments, key=lambda item: (item.start_day, item.name))
    found = [*_repeated(items), *_two_globulins(items), *_overlapping(items), *_early_steps(items)]
    return tuple(sorted(found, key=lambda one: (one.day, one.words)))


def _repeated(items: list[Treatment]) -> list[Contradiction]:
    found = []
    for first, second in itertools.pairwise(items):
        if first.name == second.name and first.start_day == second.start_day:
            found.append(
                Contradiction(
                    day=first.start_day, words=f"{_word(first)} twice on day {first.start_day:g}", which="twice"
                )
            )
    return list(dict.fromkeys(found))


def _two_globulins(items: list[Treatment]) -> list[Contradiction]:
    days: dict[float, list[str]] = {}
    for item in items:
        if item.name in GLOBULINS and _word(item) not in days.setdefault(item.start_day, []):
            days[item.start_day].append(_word(item))
    return [
        Contradiction(day=day, words=f"{' and '.join(names)} both on day {day:g}", which="either")
        for day, names in days.items()
        if len(names) > 1
    ]


def _overlapping(items: list[Treatment]) -> list[Contradiction]:
    found = []
    for group in ONE_AT_A_TIME:
        courses = [item for item in items if item.name in group]
        for first, second in itertools.pairwise(courses):
            same = first.name == second.name and first.start_day == second.start_day
            if same or not first.is_given_on(second.start_day) or first.end_day == second.start_day:
                continue
            words = (
                f"{_word(second)} from day {second.start_day:g} on beside {_word(first)} since day {first.start_day:g}"
            )
            found.append(Contradiction(day=second.start_day, words=words, which="overlap"))
    return found


def _early_steps(items: list[Treatment]) -> list[Contradiction]:
    return [
        Contradiction(
            day=step.day,
            words=f"{_word(item)}: a dose of its taper on day {step.day:g}, before its start on day {item.start_day:g}",
            which="early",
        )
        for item in items
        for step in item.taper
        if step.day < item.start_day
    ]


def _word(item: Treatment) -> str:
    return item.name.replace("_atg", " ATG").replace("_", " ")
