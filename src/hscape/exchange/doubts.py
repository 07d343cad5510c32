"""Values that are possible, but not beside the patient's other values: slips of the unit that hide in the range.

Two kinds of evidence. *The same day*: neutrophils cannot exceed white cells, and hemoglobin over hematocrit is
nearly constant. *The course*: a slip moves one value by the ratio of two units and the next value moves back; a real
rise stays, or has a transfusion, G-CSF or a transplant beside it. A value that contradicts the same day is left out
until answered; one that is only odd in its course is kept as written, and asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from hscape.exchange.course_doubts import SLIPS, doubt_course
from hscape.exchange.hemoglobin_doubts import doubt_hemoglobin
from hscape.exchange.issues import IssueList
from hscape.exchange.reticulocyte_doubts import doubt_reticulocytes
from hscape.exchange.same_day import doubt_same_day
from hscape.exchange.setting import Setting
from hscape.exchange.unit_fit import Value

__all__ = ["Setting", "doubt_values"]


def doubt_values(
    values: list[Value],
    setting: Setting,
    patient_id: str,
    answers: Mapping[str, str],
    issues: IssueList,
) -> list[Value]:
    """Report doubtful values; return those that stay in the chart."""
    asked: set[int] = set()  # doubted already, or confirmed by another value of the day
    dropped: set[int] = set()
    doubt_same_day(values, patient_id, answers, issues, asked, dropped)
    hemoglobin = {
        value.when: value.number
        for value in values
        if value.analyte == "hemoglobin_g_per_dl" and value.censored == "none" and id(value) not in dropped
    }
    series: dict[str, list[Value]] = {}
    for value in values:
        if value.censored == "none" and value.number > 0 and id(value) not in asked and "derived" not in value.flags:
            series.setdefault(value.analyte, []).append(value)
    for analyte, course in series.items():
        if analyte in SLIPS and len(course) >= 2:
            course.sort(key=lambda value: value.when)
            doubt_course(analyte, course, setting, patient_id, answers, issues, asked, dropped)
    doubt_hemoglobin(series, values, setting, patient_id, answers, issues)
    doubt_reticulocytes(
        series.get("reticulocytes_1e9_per_l", []),
        hemoglobin,
        setting,
        patient_id,
        answers,
        issues,
        asked,
        dropped,
    )
    return [value for value in values if id(value) not in dropped]
