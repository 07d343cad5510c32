"""Values off the patient's course: a slip moves one value by the ratio of two units, and the next moves back.

A real rise stays, or has a transfusion, G-CSF or a transplant beside it. Such values are kept as written, and asked.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from hscape.exchange.issues import IssueList
from hscape.exchange.lab_units import HEMOGLOBIN_G_PER_DL_PER_MMOL_PER_L as MMOL
from hscape.exchange.resolve import value_key
from hscape.exchange.setting import Setting, settled
from hscape.exchange.unit_fit import Value

#: Largest rise of platelets that transfusions of a few days explain, 10^9/L.
_PLATELET_INCREMENT = 120.0
#: Red cells die at 1/120 a day; no hemoglobin falls faster without loss of blood or hemolysis.
_RED_CELL_DEATH_PER_DAY = 1 / 120
_FALL_DAYS = 35


@dataclass(frozen=True, slots=True)
class _Slip:
    """A ratio by which a value is off if it was written in another unit."""

    ratio: float
    words: str
    share: float = 0.6  # how much of the log ratio both neighbors must be away


SLIPS: dict[str, tuple[_Slip, ...]] = {
    "hemoglobin_g_per_dl": (_Slip(1 / MMOL, "mmol/L", 0.6),),
    "platelets_1e9_per_l": (
        _Slip(1000, "/uL"),
        _Slip(0.001, "10^12/L"),
        _Slip(10, "a decimal place", 0.78),
        _Slip(0.1, "10^4/uL", 0.78),
    ),
    "white_cells_1e9_per_l": (
        _Slip(1000, "/uL"),
        _Slip(10, "10^2/uL", 0.75),
        _Slip(0.001, "10^12/L"),
        _Slip(0.1, "a decimal place", 0.8),
    ),
    "neutrophils_1e9_per_l": (_Slip(1000, "/uL"), _Slip(10, "a decimal place", 0.9)),
    "reticulocytes_1e9_per_l": (
        _Slip(1000, "/uL"),
        _Slip(1 / 30, "percent", 0.7),
        _Slip(10, "10^4/uL", 0.85),
        _Slip(0.1, "10^4/uL", 0.9),
    ),
}


def doubt_course(
    analyte: str,
    course: list[Value],
    setting: Setting,
    patient_id: str,
    answers: Mapping[str, str],
    issues: IssueList,
    told: set[int],
    dropped: set[int],
) -> None:
    """Ask about the values of one analyte that stand alone in their course; `told` grows by them."""
    _broken_integers(analyte, course, patient_id, answers, issues, told, dropped)
    if analyte == "hemoglobin_g_per_dl":
        _fast_fall(course, setting, patient_id, answers, issues, told, dropped)
    for index, value in enumerate(course):
        if id(value) in told or _is_near(course, index, told):
            continue
        before = _neighbor(analyte, course, index, -1, setting, told)
        after = _neighbor(analyte, course, index, +1, setting, told)
        slip = _explaining_slip(analyte, value, before, after, setting)
        if slip and slip.ratio < 1 and before and _fell_before(course, index, before):
            continue
        if slip and not settled(value, answers, dropped):
            told.add(id(value))
            _ask(value, slip, before, after, patient_id, issues)


def _fast_fall(
    course: list[Value],
    setting: Setting,
    patient_id: str,
    answers: Mapping[str, str],
    issues: IssueList,
    told: set[int],
    dropped: set[int],
) -> None:
    """A fall by the ratio of g/dL to mmol/L, faster than red cells die: blood was lost, or it is another unit."""
    slip = SLIPS["hemoglobin_g_per_dl"][0]
    for before, value in itertools.pairwise(course):
        gap_days = value.when - before.when
        if not 0 < gap_days <= _FALL_DAYS or setting.transfused("red_cells", before.when, 60):
            continue
        fall = math.log(value.number / before.number)
        if abs(fall - math.log(slip.ratio)) < 0.13 and fall < -1.3 * gap_days * _RED_CELL_DEATH_PER_DAY:
            told.add(id(value))
            if not settled(value, answers, dropped):
                _ask(value, slip, before, None, patient_id, issues)


def _fell_before(course: list[Value], index: int, before: Value) -> bool:
    """True if a value between, even a transfused one, was already low: the count did fall."""
    between = course[index - 1]
    return between is not before and between.number < 0.5 * before.number


def _is_near(course: list[Value], index: int, told: set[int]) -> bool:
    """True if the value before or after is within a quarter: then it is no slip of a single value."""
    number = course[index].number
    for position in (index - 1, index + 1):
        if (
            0 <= position < len(course)
            and id(course[position]) not in told
            and 0.8 < number / course[position].number < 1.25
        ):
            return True
    return False


def _neighbor(
    analyte: str,
    course: list[Value],
    index: int,
    step: int,
    setting: Setting,
    told: set[int],
) -> Value | None:
    """The nearest value on one side that no transfusion of platelets explains."""
    position = index + step
    while 0 <= position < len(course):
        other = course[position]
        if id(other) not in told and not (
            analyte.startswith("platelets") and setting.transfused("platelets", other.when, 4)
        ):
            return other
        position += step
    return None


def _explaining_slip(
    analyte: str,
    value: Value,
    before: Value | None,
    after: Value | None,
    setting: Setting,
) -> _Slip | None:
    sides = [other for other in (before, after) if other is not None]
    if not sides:
        return None
    gaps = [math.log(value.number / other.number) for other in sides]
    for slip in SLIPS[analyte]:
        size = math.log(slip.ratio)
        share = slip.share if len(sides) == 2 else max(slip.share, 0.8)
        if abs(size) < 4 and len(sides) < 2:
            continue
        if not all(gap * size > 0 and share * abs(size) <= abs(gap) for gap in gaps):
            continue
        if any(abs(gap - size) > max(0.9, 0.5 * abs(size)) for gap in gaps):
            continue
        if not _is_explained(analyte, value, sides, slip, setting):
            return slip
    return None


def _is_explained(analyte: str, value: Value, sides: list[Value], slip: _Slip, setting: Setting) -> bool:
    """True if the course of the disease or a treatment can make this jump."""
    nearest = min(other.number for other in sides)
    if analyte == "platelets_1e9_per_l":
        if (
            slip.ratio > 1
            and setting.transfused("platelets", value.when, 7)
            and value.number - nearest <= _PLATELET_INCREMENT
        ):
            return True
        return (slip.ratio == 0.1 and nearest < 25) or (slip.ratio == 10 and value.number < 60)
    if analyte in ("neutrophils_1e9_per_l", "white_cells_1e9_per_l"):
        near_g_csf = setting.on_g_csf(value.when) or any(setting.on_g_csf(other.when) for other in sides)
        engrafting = any(0 <= value.when - day <= 60 for day in setting.transplants)
        if (near_g_csf or engrafting) and slip.ratio < 100 and slip.ratio > 0.01:
            return True
        return (slip.ratio == 10 and value.number < 2) or (slip.ratio == 0.1 and nearest < 2)
    if analyte == "hemoglobin_g_per_dl":
        return any(setting.transfused("red_cells", other.when, 60) for other in (value, *sides))
    if analyte == "reticulocytes_1e9_per_l":
        engrafting = any(-10 <= value.when - day <= 60 for day in setting.transplants)
        return (
            (engrafting and 0.01 < slip.ratio < 100)
            or (slip.ratio < 1 and nearest < 12)
            or (slip.ratio == 10 and value.number < 150)
        )
    return False


def _broken_integers(
    analyte: str,
    course: list[Value],
    patient_id: str,
    answers: Mapping[str, str],
    issues: IssueList,
    told: set[int],
    dropped: set[int],
) -> None:
    """Platelets with a decimal were probably written in 10^4/uL: in 10^9/L they are whole numbers."""
    if analyte != "platelets_1e9_per_l" or len(course) < 3:
        return
    broken = [value for value in course if not is_whole(value) and value.number <= 60]
    if len(broken) > 0.5 * len(course):
        ask_unit(
            broken,
            "most platelet counts have a decimal, which is usual in 10^4/uL and not in 10^9/L",
            "10^4/uL",
            patient_id,
            answers,
            issues,
        )
        told.update(id(value) for value in broken)
        return
    for value in broken:
        told.add(id(value))
        if not settled(value, answers, dropped):
            _ask(
                value,
                _Slip(0.1, "10^4/uL"),
                None,
                None,
                patient_id,
                issues,
                "has a decimal, while the patient's other platelet counts are whole numbers",
            )


def is_whole(value: Value) -> bool:
    """True for a whole number."""
    return abs(value.number - round(value.number)) < 1e-6


def ask_unit(
    values: list[Value], why: str, unit: str, patient_id: str, answers: Mapping[str, str], issues: IssueList
) -> None:
    """One question about the unit of a patient's column, unless it was answered."""
    raw = values[0].raw
    key = f"unit:{raw.sheet}:{raw.column}:{patient_id}"
    if key in answers or f"unit:{raw.sheet}:{raw.column}" in answers:
        return
    issues.add(
        "amber",
        "unit_doubtful",
        raw.place,
        f"{raw.number:g}",
        f"Patient {patient_id}: {why}. They were kept as written.",
        f"Answer {unit} or keep.",
        key=key,
        patient_id=patient_id,
    )


def _ask(
    value: Value,
    slip: _Slip,
    before: Value | None,
    after: Value | None,
    patient_id: str,
    issues: IssueList,
    why: str = "",
) -> None:
    around = " and ".join(f"{other.number:.3g}" for other in (before, after) if other is not None)
    why = why or f"stands beside {around}"
    issues.add(
        "amber",
        "course_jump",
        value.raw.place,
        f"{value.raw.number:g}",
        f"Patient {patient_id}: {value.number:.4g} {why}. If it was written in "
        f"{slip.words}, it is {value.number / slip.ratio:.4g}. It was kept as written.",
        f"Answer keep, exclude or the right number (for example {value.raw.number / slip.ratio:.4g}).",
        key=value_key(value.raw),
        patient_id=patient_id,
    )
