"""Whether a patient lives without red-cell and platelet transfusions, and since when.

A chart without any transfusion does not say whether none was given or none was written down. Unless the user
says which, that is *cannot tell*.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection

from hscape.chart import Chart
from hscape.clinic.course import Course
from hscape.clinic.logic import Finding
from hscape.clinic.thresholds import cite, threshold
from hscape.clinic.verdict import CANNOT_TELL, NOT_ASSESSED, Choices, Verdict

RULE = "transfusion.independence"
_COUNTED = ("red_cells", "platelets")


def transfusion_days(chart: Chart) -> list[float]:
    """Days of red-cell and platelet transfusions, in order."""
    return sorted({entry.day for entry in chart.transfusions if entry.product in _COUNTED})


def last_transfusion_day(chart: Chart, day: float, products: Collection[str] = _COUNTED) -> float | None:
    """Last day up to a day on which one of the products was given; None if none was."""
    upto = bisect.bisect_right(chart.transfusions, day, key=lambda entry: entry.day)  # in order of day
    return next((entry.day for entry in reversed(chart.transfusions[:upto]) if entry.product in products), None)


def transfusions_known(chart: Chart, choices: Choices) -> bool:
    """True if the absence of a transfusion from the chart means that none was given."""
    if choices.transfusions_are_complete is not None:
        return choices.transfusions_are_complete
    return bool(chart.transfusions)


def is_independent(chart: Chart, day: float, choices: Choices) -> Finding:
    """Were there no red cells or platelets in the weeks up to a day?"""
    window = threshold("independence_days")
    last = last_transfusion_day(chart, day)
    if last is not None and last > day - window:
        return Finding(False, (f"transfused on day {last:g}, within {window:g} d before day {day:g}",))
    if not transfusions_known(chart, choices):
        return Finding(None, ("no transfusion is recorded near this day: none given, or none written down?",))
    return Finding(True, (f"no red cells or platelets in the {window:g} d up to day {day:g}",))


def was_dependent(chart: Chart, day: float, choices: Choices) -> Finding:
    """Was blood given in the weeks before a day, the start of treatment?"""
    window = threshold("dependence_days")
    last = last_transfusion_day(chart, day)
    if last is not None and last >= day - window:
        return Finding(True, (f"transfused on day {last:g}, before treatment",))
    if not transfusions_known(chart, choices):
        return Finding(None, ("whether transfusions were given before treatment is not recorded",))
    return Finding(False, ("not transfused before treatment",))


def independent_since(chart: Chart, course: Course, start: float) -> float | None:
    """First day after the start of treatment of a long enough time without transfusion, None if none."""
    window, end = threshold("independence_days"), _end(course, start)
    given = [day for day in transfusion_days(chart) if start - window <= day <= end]
    for last, stop in zip([start, *given], [*given, end], strict=True):
        if max(last, start) + window <= stop:
            return max(last, start)
    return None


def _end(course: Course, start: float) -> float:
    days = (course.last_day, course.transplant_day, course.death_day)
    return min((day for day in days if day is not None), default=start)


def assess_independence(chart: Chart, course: Course, choices: Choices) -> Verdict:
    """Transfusion independence after treatment, with the day it began."""
    name, source = "Transfusion independence after treatment", cite("iwg2006", "house")

    def say(value: str, day: float | None, *reasons: str) -> Verdict:
        return Verdict(rule=RULE, name=name, value=value, day=day, reasons=reasons, source=source)

    if course.treatment_day is None:
        return say(NOT_ASSESSED, None, "the chart holds no start of treatment")
    if not transfusions_known(chart, choices):
        return say(CANNOT_TELL, None, "no transfusion is recorded: none given, or none written down?")
    since, window = independent_since(chart, course, course.treatment_day), threshold("independence_days")
    if since is not None:
        later = [day for day in transfusion_days(chart) if day > since + window]
        again = f"transfused again on day {later[0]:g}" if later else "not transfused since"
        return say(
            "independent",
            since,
            f"no red cells or platelets for {window:g} d or more after day {since:g}",
            f"reached on day {since + window:g}; {again}",
        )
    end = _end(course, course.treatment_day)
    if end - course.treatment_day < window:
        return say(
            CANNOT_TELL,
            None,
            f"followed for {end - course.treatment_day:g} d after treatment began; {window:g} d are needed",
        )
    return say(
        "not independent",
        None,
        f"no {window:g} d without transfusion from the start of treatment to day {end:g}",
    )
