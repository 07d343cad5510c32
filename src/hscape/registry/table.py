"""The registry table: one row a patient, ready for a paper.

Days are days of the chart (`day_zero`); nothing in the table is a calendar date. A rule that could not tell
says so in its cell, and the reasons stand in a second table.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from hscape.chart import Chart
from hscape.clinic import Choices, Verdict, assess
from hscape.clinic.course import Course, read_course
from hscape.clinic.drugs import courses
from hscape.clinic.evolution import find_changes
from hscape.clinic.pnh import largest_clone_fraction
from hscape.errors import InputError

#: Rules whose day is of interest besides their value.
_WITH_DAY = ("response", "transfusion", "relapse", "evolution")
#: Rules that know only up to some day that the event has not happened.
_TOLD_BY_TESTS = ("response", "relapse", "evolution")


def registry_table(charts: Iterable[Chart], *, choices: Choices | None = None) -> pd.DataFrame:
    """One row a patient: severity, responses, independence, relapse, evolution, transplant, death.

    Args:
        charts: the patients.
        choices: what the sources of the rules leave open.

    Raises:
        InputError: two charts have the same patient_id.
    """
    return pd.DataFrame([registry_row(chart, choices=choices) for chart in checked_charts(charts)])


def reasons_table(charts: Iterable[Chart], *, choices: Choices | None = None) -> pd.DataFrame:
    """One row a patient and rule: the answer, its day, its reasons and the source of the rule."""
    rows = [
        {
            "patient_id": chart.patient_id,
            "rule": verdict.rule,
            "name": verdict.name,
            "day": verdict.day,
            "value": verdict.value,
            "reasons": "; ".join(verdict.reasons),
            "source": verdict.source,
        }
        for chart in checked_charts(charts)
        for verdict in assess(chart, choices=choices)
    ]
    return pd.DataFrame(rows, columns=["patient_id", "rule", "name", "day", "value", "reasons", "source"])


def checked_charts(charts: Iterable[Chart]) -> list[Chart]:
    """The charts as a list.

    Raises:
        InputError: two charts have the same patient_id.
    """
    listed = list(charts)
    seen: set[str] = set()
    for chart in listed:
        if chart.patient_id in seen:
            raise InputError(f"registry: patient_id '{chart.patient_id}' comes twice; give each patient one chart.")
        seen.add(chart.patient_id)
    return listed


def column_name(rule: str) -> str:
    """The column of a rule, for example ``response_nih_6_months``."""
    return rule.replace(".", "_").replace("-", "_")


def registry_row(chart: Chart, *, choices: Choices | None = None) -> dict[str, Any]:
    """The row of one patient, by column."""
    course, verdicts = read_course(chart), assess(chart, choices=choices)
    return {
        "patient_id": chart.patient_id,
        "sex": chart.sex,
        "age_years": chart.age_years,
        "day_zero": chart.day_zero_meaning,
        "diagnosis_day": course.diagnosis_day,
        "treatment_day": course.treatment_day,
        "first_treatment": _first_treatment(chart, course),
        **{name: value for verdict in verdicts for name, value in _cells(verdict).items()},
        "evolution_first_day": min((change.day for change in find_changes(chart, course)[1]), default=None),
        "largest_pnh_granulocyte_fraction": largest_clone_fraction(chart),
        "transplant_day": course.transplant_day,
        "death_day": course.death_day,
        "last_day": course.last_day,
        "n_cannot_tell": sum(verdict.value == "cannot tell" for verdict in verdicts),
    }


def _cells(verdict: Verdict) -> dict[str, Any]:
    name = column_name(verdict.rule)
    cells: dict[str, Any] = {name: verdict.value}
    family = verdict.rule.split(".")[0]
    if family in _WITH_DAY and not verdict.rule.endswith("months"):
        cells[f"{name}_day"] = verdict.day
    if family in _TOLD_BY_TESTS and not verdict.rule.endswith("months"):
        cells[f"{name}_free_until_day"] = verdict.free_until_day
    return cells


def _first_treatment(chart: Chart, course: Course) -> str:
    """The immunosuppression begun within four weeks of the start, by name."""
    if course.treatment_day is None:
        return ""
    first = [
        entry.name
        for entry in courses(chart, "immunosuppression")
        if course.treatment_day <= entry.start_day <= course.treatment_day + 28
    ]
    return " + ".join(sorted(set(first)))
