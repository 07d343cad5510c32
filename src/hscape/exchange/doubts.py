"""Values that are possible, but not beside the patient's other values: slips of the unit that hide in the range.

Two kinds of evidence. *The same day*: neutrophils cannot exceed white cells, and hemoglobin over hematocrit is
nearly constant. *The course*: a slip moves one value by the ratio of two units and the next value moves back; a real
rise stays, or has a transfusion, G-CSF or a transplant beside it. A value that contradicts the same day is left out
until answered; one that is only odd in its course is kept as written, and asked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from hscape.exchange.issues import IssueList
from hscape.exchange.lab_units import HEMOGLOBIN_G_PER_DL_PER_MMOL_PER_L as MMOL
from hscape.exchange.resolve import Value, value_key

#: Hemoglobin (g/dL) over hematocrit: 32 to 36 in health, 26 to 38 in disease and with coarse rounding.
_CELL_HEMOGLOBIN_LOW, _CELL_HEMOGLOBIN_HIGH = 25.0, 42.0
#: Largest rise of platelets that transfusions of a few days explain, 10^9/L.
_PLATELET_INCREMENT = 120.0
#: Red cells die at 1/120 a day; no hemoglobin falls faster without loss of blood or hemolysis.
_RED_CELL_DEATH_PER_DAY = 1 / 120
_PAIRED_COUNTS = ("neutrophils_1e9_per_l", "lymphocytes_1e9_per_l", "monocytes_1e9_per_l")


@dataclass(slots=True)
class Setting:
    """What may explain a real jump: days of transfusion by product, G-CSF spans and transplants."""

    transfusions: dict[str, list[float]] = field(default_factory=dict)
    g_csf: list[tuple[float, float]] = field(default_factory=list)
    transplants: list[float] = field(default_factory=list)

    def transfused(self, product: str, day: float, within_days: float) -> bool:
        """True if the product was given on the day or in the days before."""
        return any(0 <= day - given <= within_days for given in self.transfusions.get(product, ()))

    def on_g_csf(self, day: float) -> bool:
        """True on G-CSF and for five days after."""
        return any(start <= day <= end + 5 for start, end in self.g_csf)


@dataclass(frozen=True, slots=True)
class _Slip:
    """A ratio by which a value is off if it was written in another unit."""

    ratio: float
    words: str
    share: float = 0.6  # how much of the log ratio both neighbors must be away


_SLIPS: dict[str, tuple[_Slip, ...]] = {
    "hemoglobin_g_per_dl": (_Slip(1 / MMOL, "mmol/L", 0.66),),
    "platelets_1e9_per_l": (_Slip(1000, "/uL"), _Slip(0.001, "10^12/L"), _Slip(10, "a decimal place", 0.78), _Slip(0.1, "10^4/uL", 0.78)),
    "white_cells_1e9_per_l": (_Slip(1000, "/uL"), _Slip(10, "10^2/uL", 0.75), _Slip(0.001, "10^12/L"), _Slip(0.1, "a decimal place", 0.8)),
    "neutrophils_1e9_per_l": (_Slip(1000, "/uL"), _Slip(10, "a decimal place", 0.9)),
    "reticulocytes_1e9_per_l": (_Slip(1000, "/uL"), _Slip(1 / 30, "percent", 0.7), _Slip(10, "10^4/uL", 0.85), _Slip(0.1, "10^4/uL", 0.9)),
}


def doubt_values(
    values: list[Value], setting: Setting, patient_id: str, answers: Mapping[str, str], issues: IssueList,
) -> list[Value]:
    """Report doubtful values; return those that stay in the chart."""
    asked: set[int] = set()  # doubted already, or confirmed by another value of the day
    dropped: set[int] = set()
    _same_day(values, patient_id, answers, issues, asked, dropped)
    hemoglobin = {value.when: value.number for value in values if value.analyte == "hemoglobin_g_per_dl" and value.censored == "none"
                  and id(value) not in dropped}
    series: dict[str, list[Value]] = {}
    for value in values:
        if value.censored == "none" and value.number > 0 and id(value) not in asked and "derived" not in value.flags:
            series.setdefault(value.analyte, []).append(value)
    for analyte, course in series.items():
        if analyte in _SLIPS and len(course) >= 2:
            course.sort(key=lambda value: value.when)
            _course(analyte, course, setting, patient_id, answers, issues, asked, dropped)
    _reticulocytes(series.get("reticulocytes_1e9_per_l", []), hemoglobin, setting, patient_id, answers, issues, asked, dropped)
    return [value for value in values if id(value) not in dropped]


def _same_day(
    values: list[Value], patient_id: str, answers: Mapping[str, str], issues: IssueList, asked: set[int], dropped: set[int],
) -> None:
    days: dict[float, dict[str, Value]] = {}
    for value in values:
        if value.censored == "none":
            days.setdefault(value.when, {}).setdefault(value.analyte, value)
    for day in days.values():
        white = day.get("white_cells_1e9_per_l")
        if white is not None:
            for analyte in _PAIRED_COUNTS:
                part = day.get(analyte)
                if part is not None and "derived" not in part.flags and part.number > white.number * 1.1 + 0.06:
                    _exceeds(part, white, patient_id, answers, issues, asked, dropped)
        hemoglobin, hematocrit = day.get("hemoglobin_g_per_dl"), _hematocrit(day)
        if hemoglobin is not None and hematocrit:
            asked.add(id(hemoglobin))  # the hematocrit speaks for it or against it; its course needs no doubt
            _cell_hemoglobin(hemoglobin, hematocrit, patient_id, answers, issues, asked, dropped)


def _hematocrit(day: dict[str, Value]) -> float | None:
    if value := day.get("hematocrit_fraction"):
        return value.number
    red, volume = day.get("red_cells_1e12_per_l"), day.get("mean_cell_volume_fl")
    return red.number * volume.number / 1000 if red and volume else None


def _exceeds(
    part: Value, white: Value, patient_id: str, answers: Mapping[str, str], issues: IssueList, asked: set[int], dropped: set[int],
) -> None:
    if _settled(part, answers, dropped) or _settled(white, answers, dropped):
        return
    asked.update((id(part), id(white)))
    name = part.raw.column
    is_slip = part.number / 1000 <= white.number * 1.1 and part.number > 20 * white.number
    if is_slip:
        dropped.add(id(part))
    done = f"as /uL it would fit; the {name} was left out" if is_slip else "both were kept as written"
    issues.add("amber", "part_exceeds_white_cells", part.raw.place, f"{part.raw.number:g}", f"Patient {patient_id}: {name} of {part.number:.4g} exceeds the "
               f"white cells of that day, {white.number:.4g} x 10^9/L; {done} until you answer.",
               "Correct the unit or the value; answer keep, exclude or the right number.", key=value_key(part.raw), patient_id=patient_id)


def _cell_hemoglobin(
    hemoglobin: Value, hematocrit: float, patient_id: str, answers: Mapping[str, str], issues: IssueList, asked: set[int], dropped: set[int],
) -> None:
    ratio = hemoglobin.number / hematocrit
    if _CELL_HEMOGLOBIN_LOW <= ratio <= _CELL_HEMOGLOBIN_HIGH or _settled(hemoglobin, answers, dropped):
        return
    is_mmol = _CELL_HEMOGLOBIN_LOW <= ratio * MMOL <= _CELL_HEMOGLOBIN_HIGH
    if is_mmol:
        dropped.add(id(hemoglobin))
    done = (f"in mmol/L it would be {hemoglobin.number * MMOL:.3g} g/dL, which fits; it was left out until you answer" if is_mmol
            else "it was kept as written")
    issues.add("amber", "hemoglobin_hematocrit", hemoglobin.raw.place, f"{hemoglobin.raw.number:g}", f"Patient {patient_id}: hemoglobin {hemoglobin.number:.3g} g/dL "
               f"does not go with a hematocrit of {hematocrit:.2f} (ratio {ratio:.0f}, normally about 33); {done}.",
               "Answer keep, exclude or the right number in the unit of the column.", key=value_key(hemoglobin.raw), patient_id=patient_id)


def _settled(value: Value, answers: Mapping[str, str], dropped: set[int]) -> bool:
    """Apply an answer about one value; True if there is one."""
    answer = answers.get(value_key(value.raw))
    if answer is None:
        return False
    if answer == "exclude":
        dropped.add(id(value))
    elif answer != "keep" and value.raw.number:
        try:
            number = float(answer.replace(",", "."))
        except ValueError:
            return False
        value.number *= number / value.raw.number
        value.flags.add("repaired")
    return True


def _course(
    analyte: str, course: list[Value], setting: Setting, patient_id: str, answers: Mapping[str, str], issues: IssueList,
    told: set[int], dropped: set[int],
) -> None:
    _broken_integers(analyte, course, patient_id, answers, issues, told, dropped)
    for index, value in enumerate(course):
        if id(value) in told or _is_near(course, index, told):
            continue
        before = _neighbor(analyte, course, index, -1, setting, told)
        after = _neighbor(analyte, course, index, +1, setting, told)
        slip = _explaining_slip(analyte, value, before, after, setting)
        if slip and slip.ratio < 1 and before and _fell_before(course, index, before):
            continue
        if slip and not _settled(value, answers, dropped):
            told.add(id(value))
            _ask(value, slip, before, after, patient_id, issues)


def _fell_before(course: list[Value], index: int, before: Value) -> bool:
    """True if a value between, even a transfused one, was already low: the count did fall."""
    between = course[index - 1]
    return between is not before and between.number < 0.5 * before.number


def _is_near(course: list[Value], index: int, told: set[int]) -> bool:
    """True if the value before or after is within a quarter: then it is no slip of a single value."""
    number = course[index].number
    for position in (index - 1, index + 1):
        if 0 <= position < len(course) and id(course[position]) not in told and 0.8 < number / course[position].number < 1.25:
            return True
    return False


def _neighbor(
    analyte: str, course: list[Value], index: int, step: int, setting: Setting, told: set[int],
) -> Value | None:
    """The nearest value on one side that no transfusion of platelets explains."""
    position = index + step
    while 0 <= position < len(course):
        other = course[position]
        if id(other) not in told and not (analyte.startswith("platelets") and setting.transfused("platelets", other.when, 4)):
            return other
        position += step
    return None


def _explaining_slip(
    analyte: str, value: Value, before: Value | None, after: Value | None, setting: Setting,
) -> _Slip | None:
    sides = [other for other in (before, after) if other is not None]
    if not sides:
        return None
    gaps = [math.log(value.number / other.number) for other in sides]
    for slip in _SLIPS[analyte]:
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
        if slip.ratio > 1 and setting.transfused("platelets", value.when, 7) and value.number - nearest <= _PLATELET_INCREMENT:
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
        return (engrafting and 0.01 < slip.ratio < 100) or (slip.ratio < 1 and nearest < 12) or (slip.ratio == 10 and value.number < 150)
    return False


def _broken_integers(
    analyte: str, course: list[Value], patient_id: str, answers: Mapping[str, str], issues: IssueList, told: set[int],
    dropped: set[int],
) -> None:
    """Platelets with a decimal were probably written in 10^4/uL: in 10^9/L they are whole numbers."""
    if analyte != "platelets_1e9_per_l" or len(course) < 3:
        return
    broken = [value for value in course if not _is_whole(value) and value.number <= 60]
    if len(broken) > 0.5 * len(course):
        _ask_unit(broken, "most platelet counts have a decimal, which is usual in 10^4/uL and not in 10^9/L", "10^4/uL", patient_id, answers, issues)
        told.update(id(value) for value in broken)
        return
    for value in broken:
        told.add(id(value))
        if not _settled(value, answers, dropped):
            _ask(value, _Slip(0.1, "10^4/uL"), None, None, patient_id, issues,
                 "has a decimal, while the patient's other platelet counts are whole numbers")


def _is_whole(value: Value) -> bool:
    return abs(value.number - round(value.number)) < 1e-6


def _ask_unit(values: list[Value], why: str, unit: str, patient_id: str, answers: Mapping[str, str], issues: IssueList) -> None:
    """One question about the unit of a patient's column, unless it was answered."""
    raw = values[0].raw
    key = f"unit:{raw.sheet}:{raw.column}:{patient_id}"
    if key in answers or f"unit:{raw.sheet}:{raw.column}" in answers:
        return
    issues.add("amber", "unit_doubtful", raw.place, f"{raw.number:g}", f"Patient {patient_id}: {why}. They were kept as written.", f"Answer {unit} or keep.",
               key=key, patient_id=patient_id)


def _ask(
    value: Value, slip: _Slip, before: Value | None, after: Value | None, patient_id: str, issues: IssueList, why: str = "",
) -> None:
    around = " and ".join(f"{other.number:.3g}" for other in (before, after) if other is not None)
    why = why or f"stands beside {around}"
    issues.add("amber", "course_jump", value.raw.place, f"{value.raw.number:g}", f"Patient {patient_id}: {value.number:.4g} {why}. If it was written in "
               f"{slip.words}, it is {value.number / slip.ratio:.4g}. It was kept as written.",
               f"Answer keep, exclude or the right number (for example {value.raw.number / slip.ratio:.4g}).",
               key=value_key(value.raw), patient_id=patient_id)


def _stays(hemoglobin: Mapping[float, float], when: float) -> bool:
    """True if the hemoglobin of the next weeks is no lower: then red cells are being made."""
    later = [number for day, number in hemoglobin.items() if 7 < day - when <= 60]
    return bool(later) and min(later) >= 0.93 * hemoglobin[when]


def _reticulocytes(
    course: list[Value], hemoglobin: Mapping[float, float], setting: Setting, patient_id: str, answers: Mapping[str, str], issues: IssueList,
    told: set[int], dropped: set[int],
) -> None:
    """Percentages among absolute reticulocytes.

    Three marks: all values below 3 (or below 4.5 with decimals); a small value with a decimal among whole numbers; a value
    below 5 x 10^9/L that cannot keep up a hemoglobin of 10.5 without transfusion.
    """
    if not course:
        return
    broken = [value for value in course if not _is_whole(value)]
    top = max(value.number for value in course)
    if len(course) >= 3 and (top < 3 or (top < 4.5 and len(broken) > 0.5 * len(course))):
        _ask_unit(course, "all reticulocyte counts are below 4.5 x 10^9/L and look like percentages", "%", patient_id, answers, issues)
        return
    few_broken = len(broken) <= 0.5 * len(course)
    for value in course:
        if id(value) in told or value.number >= 6:
            continue
        level = hemoglobin.get(value.when, 0.0)
        if few_broken and not _is_whole(value):
            why = "has a decimal, while the patient's other reticulocyte counts are whole numbers"
        elif value.number < 5 and level >= 10.5 and _stays(hemoglobin, value.when) and not setting.transfused("red_cells", value.when, 60):
            why = f"x 10^9/L is too little for a hemoglobin of {level:.3g} g/dL without transfusion"
        elif value.number < 1 and top >= 10:
            why = "x 10^9/L is below what analyzers tell apart from zero"
        else:
            continue
        if not _settled(value, answers, dropped):
            issues.add("amber", "reticulocytes_percent", value.raw.place, f"{value.raw.number:g}", f"Patient {patient_id}: reticulocytes of {value.number:.3g} {why}; "
                       "this may be a percentage. It was kept as written.", "Answer keep, exclude or the right number.", key=value_key(value.raw), patient_id=patient_id)
