"""The treatments of a chart as influences of the model; what the model does not know is said."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

from hscape.biology.influence import Influence
from hscape.biology.treatment import GCSF, AntithymocyteGlobulin, Eltrombopag
from hscape.chart import Chart, Treatment
from hscape.chart.contradictions import ONE_AT_A_TIME, treatment_contradictions
from hscape.chart.records import GLOBULINS

TRANSPLANTS = ("transplant",)
_INHIBITORS, _AGONISTS = ONE_AT_A_TIME
_WHAT_IS_DONE = {
    "twice": "taken once",
    "overlap": "the later course takes the place of the earlier",
    "early": "that step is passed over",
    "either": "one of the two is taken, since the chart does not tell which was given",
}


@dataclass(frozen=True, kw_only=True)
class Given:
    """What was given.

    Args:
        influences: as the model acts.
        transplant_day: day of the first transplant, None if none.
        remarks: what was assumed or not understood.
    """

    influences: tuple[Influence, ...]
    transplant_day: float | None
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedCyclosporine(Influence):
    """Cyclosporine as a chart tells it: exposure by dose relative to the first dose.

    Args:
        steps: (first day, last day, exposure).
    """

    steps: tuple[tuple[float, float, float], ...]

    def changes(self, context):  # type: ignore[no-untyped-def]
        """Exposure over time."""
        from hscape.biology.channels import Channel
        from hscape.biology.influence import Change

        return [
            Change(channel=Channel.CYCLOSPORINE_EXPOSURE, start_day=start, end_day=end, addition=exposure)
            for start, end, exposure in self.steps
            if end > start
        ]


def read_treatments(chart: Chart) -> Given:
    """The treatments of a chart, in days of the chart."""
    found: list[Influence] = []
    remarks: list[str] = []
    transplants = [t.start_day for t in chart.treatments if t.name in TRANSPLANTS]
    transplants += [e.day for e in chart.events if e.kind == "transplant"]
    for one in treatment_contradictions(chart):
        remarks.append(f"{one.words}: {_WHAT_IS_DONE[one.which]}")
    full_dose: dict[tuple[str, str], float] = {}
    for item in _without_contradictions(chart):
        name = item.name
        if name in ("horse_atg", "rabbit_atg"):
            found.append(AntithymocyteGlobulin(day=item.start_day, source=name.split("_")[0]))
        elif name in GLOBULINS:
            found.append(AntithymocyteGlobulin(day=item.start_day, source="horse"))
            remarks.append(f"globulin on day {item.start_day:g} without its source: taken as horse globulin")
        elif name in _INHIBITORS:
            full = full_dose.setdefault((name, item.dose_unit), _first_dose(item))
            found.append(DatedCyclosporine(steps=_exposure(item, full)))
            if name == "tacrolimus":
                remarks.append("tacrolimus is taken as cyclosporine")
        elif name in _AGONISTS:
            found.append(_agonist(item, remarks))
        elif name == "g_csf":
            end = item.end_day if item.end_day is not None else item.start_day + 14.0
            found.append(GCSF(day=item.start_day, duration_days=max(1.0, end - item.start_day)))
        elif name not in TRANSPLANTS:
            remarks.append(f"{name.replace('_', ' ')}: the model has no effect for it")
    return Given(
        influences=tuple(found), transplant_day=min(transplants, default=None), remarks=tuple(dict.fromkeys(remarks))
    )


def _without_contradictions(chart: Chart) -> list[Treatment]:
    """Each globulin day and each course once; an earlier course of a drug ends where a later one begins.

    A chart without contradictions comes back as it is. Of two globulins of one day the one that the chart names first
    is kept.
    """
    kept: list[Treatment] = []
    globulin_days: set[float] = set()
    for item in chart.treatments:
        if item.name in GLOBULINS:
            if item.start_day in globulin_days:
                continue
            globulin_days.add(item.start_day)
        elif any(item.name == other.name and item.start_day == other.start_day for other in kept):
            continue
        kept.append(item)
    for group in ONE_AT_A_TIME:
        courses = sorted((item for item in kept if item.name in group), key=lambda item: item.start_day)
        for first, second in itertools.pairwise(courses):
            if first.end_day is None or first.end_day > second.start_day:
                taper = tuple(step for step in first.taper if step.day < second.start_day)
                kept[kept.index(first)] = replace(first, end_day=second.start_day, taper=taper)
    return kept


def _first_dose(item: Treatment) -> float:
    return item.dose or max((step.dose for step in item.taper), default=0.0)


def _exposure(item: Treatment, full_dose: float) -> tuple[tuple[float, float, float], ...]:
    """Steps of a course; a dose is read against the first dose of the drug in this chart, in the same unit."""
    end = item.end_day if item.end_day is not None else math.inf
    full = full_dose or 1.0
    days = [item.start_day, *(step.day for step in item.taper if item.start_day < step.day < end)]
    doses = [_first_dose(item) or full, *(step.dose for step in item.taper if item.start_day < step.day < end)]
    stops = [*days[1:], end]
    return tuple((day, stop, min(1.5, dose / full)) for day, stop, dose in zip(days, stops, doses, strict=True))


def _agonist(item: Treatment, remarks: list[str]) -> Influence:
    end = item.end_day if item.end_day is not None else item.start_day + 20_000.0
    days = min(20_000.0, max(1.0, end - item.start_day))
    dose = item.dose if item.name == "eltrombopag" and item.dose_unit == "mg/d" and item.dose else 150.0
    if item.name != "eltrombopag":
        remarks.append(f"{item.name} is taken as eltrombopag at full dose")
    return Eltrombopag(day=item.start_day, duration_days=days, dose_mg_per_day=min(300.0, max(12.5, dose)))
