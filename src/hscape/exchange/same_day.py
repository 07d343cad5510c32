"""Values that contradict others of the same day: a part above its whole, hemoglobin off its hematocrit."""

from __future__ import annotations

from collections.abc import Mapping

from hscape.exchange.issues import IssueList
from hscape.exchange.lab_units import HEMOGLOBIN_G_PER_DL_PER_MMOL_PER_L as MMOL
from hscape.exchange.resolve import value_key
from hscape.exchange.setting import settled
from hscape.exchange.unit_fit import Value

#: Hemoglobin (g/dL) over hematocrit: 32 to 36 in health, 26 to 38 in disease and with coarse rounding.
_CELL_HEMOGLOBIN_LOW, _CELL_HEMOGLOBIN_HIGH = 25.0, 42.0
_PAIRED_COUNTS = ("neutrophils_1e9_per_l", "lymphocytes_1e9_per_l", "monocytes_1e9_per_l")


def doubt_same_day(
    values: list[Value],
    patient_id: str,
    answers: Mapping[str, str],
    issues: IssueList,
    asked: set[int],
    dropped: set[int],
) -> None:
    """Ask about parts above their whole and hemoglobin off its hematocrit; those that one unit explains are dropped."""
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
    part: Value,
    white: Value,
    patient_id: str,
    answers: Mapping[str, str],
    issues: IssueList,
    asked: set[int],
    dropped: set[int],
) -> None:
    if settled(part, answers, dropped) or settled(white, answers, dropped):
        return
    asked.update((id(part), id(white)))
    name = part.raw.column
    is_slip = part.number / 1000 <= white.number * 1.1 and part.number > 20 * white.number
    if is_slip:
        dropped.add(id(part))
    done = f"as /uL it would fit; the {name} was left out" if is_slip else "both were kept as written"
    issues.add(
        "amber",
        "part_exceeds_white_cells",
        part.raw.place,
        f"{part.raw.number:g}",
        f"Patient {patient_id}: {name} of {part.number:.4g} exceeds the "
        f"white cells of that day, {white.number:.4g} x 10^9/L; {done} until you answer.",
        "Correct the unit or the value; answer keep, exclude or the right number.",
        key=value_key(part.raw),
        patient_id=patient_id,
    )


def _cell_hemoglobin(
    hemoglobin: Value,
    hematocrit: float,
    patient_id: str,
    answers: Mapping[str, str],
    issues: IssueList,
    asked: set[int],
    dropped: set[int],
) -> None:
    ratio = hemoglobin.number / hematocrit
    if _CELL_HEMOGLOBIN_LOW <= ratio <= _CELL_HEMOGLOBIN_HIGH or settled(hemoglobin, answers, dropped):
        return
    is_mmol = _CELL_HEMOGLOBIN_LOW <= ratio * MMOL <= _CELL_HEMOGLOBIN_HIGH
    if is_mmol:
        dropped.add(id(hemoglobin))
    done = (
        f"in mmol/L it would be {hemoglobin.number * MMOL:.3g} g/dL, which fits; it was left out until you answer"
        if is_mmol
        else "it was kept as written"
    )
    issues.add(
        "amber",
        "hemoglobin_hematocrit",
        hemoglobin.raw.place,
        f"{hemoglobin.raw.number:g}",
        f"Patient {patient_id}: hemoglobin {hemoglobin.number:.3g} g/dL "
        f"does not go with a hematocrit of {hematocrit:.2f} (ratio {ratio:.0f}, normally about 33); {done}.",
        "Answer keep, exclude or the right number in the unit of the column.",
        key=value_key(hemoglobin.raw),
        patient_id=patient_id,
    )
