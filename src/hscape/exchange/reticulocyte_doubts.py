"""Percentages among absolute reticulocyte counts."""

from __future__ import annotations

from collections.abc import Mapping

from hscape.exchange.course_doubts import ask_unit, is_whole
from hscape.exchange.issues import IssueList
from hscape.exchange.resolve import value_key
from hscape.exchange.setting import Setting, settled
from hscape.exchange.unit_fit import Value


def _stays(hemoglobin: Mapping[float, float], when: float) -> bool:
    """True if the hemoglobin of the next weeks is no lower: then red cells are being made."""
    later = [number for day, number in hemoglobin.items() if 7 < day - when <= 60]
    return bool(later) and min(later) >= 0.93 * hemoglobin[when]


def doubt_reticulocytes(
    course: list[Value],
    hemoglobin: Mapping[float, float],
    setting: Setting,
    patient_id: str,
    answers: Mapping[str, str],
    issues: IssueList,
    told: set[int],
    dropped: set[int],
) -> None:
    """Percentages among absolute reticulocytes.

    Three marks: all values below 3 (or below 4.5 with decimals); a small value with a decimal among whole
    numbers; a value below 5 x 10^9/L that cannot keep up a hemoglobin of 10.5 without transfusion.
    """
    if not course:
        return
    broken = [value for value in course if not is_whole(value)]
    top = max(value.number for value in course)
    if len(course) >= 3 and (top < 3 or (top < 4.5 and len(broken) > 0.5 * len(course))):
        ask_unit(
            course,
            "all reticulocyte counts are below 4.5 x 10^9/L and look like percentages",
            "%",
            patient_id,
            answers,
            issues,
        )
        return
    few_broken = len(broken) <= 0.5 * len(course)
    for value in course:
        if id(value) in told or value.number >= 6:
            continue
        level = hemoglobin.get(value.when, 0.0)
        if few_broken and not is_whole(value):
            why = "has a decimal, while the patient's other reticulocyte counts are whole numbers"
        elif (
            value.number < 5
            and level >= 10.5
            and _stays(hemoglobin, value.when)
            and not setting.transfused("red_cells", value.when, 60)
        ):
            why = f"x 10^9/L is too little for a hemoglobin of {level:.3g} g/dL without transfusion"
        elif value.number < 1 and top >= 10:
            why = "x 10^9/L is below what analyzers tell apart from zero"
        else:
            continue
        if not settled(value, answers, dropped):
            issues.add(
                "amber",
                "reticulocytes_percent",
                value.raw.place,
                f"{value.raw.number:g}",
                f"Patient {patient_id}: reticulocytes of {value.number:.3g} {why}; "
                "this may be a percentage. It was kept as written.",
                "Answer keep, exclude or the right number.",
                key=value_key(value.raw),
                patient_id=patient_id,
            )
