"""Which unit each value is in, tested per patient, column and value, and its conversion to the unit of the chart.

A written unit is believed if the values are possible in it. A missing unit is inferred where the values leave one
reading; otherwise it is asked. A value that contradicts its unit is left out until the question is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from hscape.chart.analytes import ANALYTES
from hscape.exchange.draft import Draft, RawValue
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.lab_units import FAMILIES, Family, LabUnit, read_unit

#: Units that only some countries use; offered as an explanation, but never inferred from a missing unit.
_RARE = {"10^4/uL", "10^2/uL", "10^12/L", "10^6/L", "fmol", "permille", "ukat/L", "um3"}
_SHARE_LIKE = {
    "marrow_cellularity",
    "marrow_residual_hematopoietic",
    "marrow_fat",
    "hematocrit",
    "donor_chimerism",
}
_DIFFERENTIAL = {"neutrophils", "lymphocytes", "monocytes", "eosinophils", "bands"}


@dataclass(slots=True)
class Value:
    """A value in the unit of the chart, with the raw one it came from."""

    when: float
    analyte: str
    number: float
    censored: str
    raw: RawValue
    flags: set[str] = field(default_factory=set)
    low: float | None = None
    high: float | None = None


def usual_range(family: Family, unit: LabUnit) -> tuple[float, float]:
    """The range, in the chart's unit of the analyte, outside which a value is doubted."""
    if unit.analyte == family.units[0].analyte:
        return family.low, family.high
    if unit.analyte == "reticulocytes_fraction":
        return 0.0, 0.3
    return 0.0, 1.0


def resolve_values(draft: Draft, answers: Mapping[str, str], issues: IssueList) -> list[Value]:
    """Every laboratory value of a patient, in the units of the chart."""
    groups: dict[tuple[str, str, str, str], list[RawValue]] = {}
    for raw in draft.values:
        groups.setdefault((raw.family, raw.sheet, raw.column, raw.unit), []).append(raw)
    found: list[Value] = []
    for (family_name, sheet, column, text), raws in groups.items():
        family = FAMILIES[family_name]
        key = f"unit:{sheet}:{column}:{draft.patient_id}"
        answer = answers.get(key) or answers.get(f"unit:{sheet}:{column}")
        if answer == "exclude":
            continue
        unit = read_unit(answer, family_name) if answer and answer != "keep" else None
        if unit is not None:
            found += [_convert(raw, unit, {"repaired"} if text else {"unit_inferred"}) for raw in raws]
            continue
        declared = read_unit(text, family_name) if text else None
        if declared is not None:
            found += _check_declared(draft, family, declared, raws, key, answer, answers, issues)
        else:
            mostly = None if text else _mostly_fits(family, raws)
            if mostly is not None:
                _tell_mostly(draft, mostly, raws, issues)
                found += _check_declared(draft, family, mostly, raws, key, answer, answers, issues)
                continue
            found += _infer(draft, family, text, raws, issues)
    return found


def _convert(raw: RawValue, unit: LabUnit, flags: set[str] | None = None) -> Value:
    return Value(raw.when, unit.analyte, raw.number * unit.factor, raw.censored, raw, flags or set())


def _fits(number: float, censored: str, unit: LabUnit, family: Family) -> bool:
    low, high = usual_range(family, unit)
    return number * unit.factor <= high and (censored != "none" or number * unit.factor >= low)


def _all_fit(raws: list[RawValue], unit: LabUnit, family: Family) -> bool:
    return all(_fits(raw.number, raw.censored, unit, family) for raw in raws)


def _check_declared(
    draft: Draft,
    family: Family,
    unit: LabUnit,
    raws: list[RawValue],
    key: str,
    answer: str | None,
    answers: Mapping[str, str],
    issues: IssueList,
) -> list[Value]:
    low, high = usual_range(family, unit)
    factor, analyte = unit.factor, unit.analyte
    good, bad = [], []
    for raw in raws:
        number = raw.number * factor
        if number <= high and (number >= low or raw.censored != "none"):
            good.append(Value(raw.when, analyte, number, raw.censored, raw))
        else:
            bad.append(raw)
    if unit.key == "%" and family.name in _SHARE_LIKE and answer != "keep":
        positive = [raw for raw in raws if raw.number > 0]
        if positive and all(raw.number <= 1 for raw in positive):
            _ask_unit(
                draft,
                family,
                raws,
                key,
                "1",
                "All values are 1 or less although the unit is percent: Excel shows 0.1 as 10 %.",
                issues,
            )
            return []
    if not bad:
        return good
    if answer == "keep":
        return good + _keep_possible(draft, bad, unit, issues)
    if len(bad) >= 2 and len(bad) > 0.7 * len(raws):
        others = [
            other
            for other in family.units
            if other.analyte == analyte and other.factor != factor and _all_fit(raws, other, family)
        ]
        if others:
            sample = bad[0].number
            best = _most_common_unit(others)
            _ask_unit(
                draft,
                family,
                raws,
                key,
                best.key,
                f"{sample:g} {unit.key} is not possible, but {sample:g} {best.key} = "
                f"{sample * best.factor:g} {ANALYTES[analyte].unit if analyte in ANALYTES else ''} is.".replace(
                    " .", "."
                ),
                issues,
            )
            return []
    kept = [value.number for value in good]
    for raw in bad:
        good += _one_bad_value(draft, family, unit, raw, kept, answers, issues)
    return good


def _most_common_unit(units: list[LabUnit]) -> LabUnit:
    return next((unit for unit in units if unit.key not in _RARE), units[0])


def _ask_unit(
    draft: Draft, family: Family, raws: list[RawValue], key: str, proposal: str, why: str, issues: IssueList
) -> None:
    allowed = ", ".join(unit.key for unit in family.units)
    issues.add(
        "amber",
        "unit_impossible",
        raws[0].place,
        f"{raws[0].number:g}",
        f"Patient {draft.patient_id}, {raws[0].column}: {why} Its {len(raws)} values were left out until you answer.",
        f"Answer {proposal} if that is the unit (allowed: {allowed}), keep, or exclude.",
        key=key,
        patient_id=draft.patient_id,
    )


def value_key(raw: RawValue) -> str:
    """Where the answer about one value goes."""
    return f"value:{raw.sheet}:{raw.row}:{raw.column}"


def _one_bad_value(
    draft: Draft,
    family: Family,
    unit: LabUnit,
    raw: RawValue,
    kept: list[float],
    answers: Mapping[str, str],
    issues: IssueList,
) -> list[Value]:
    key = value_key(raw)
    answer = answers.get(key)
    if answer is not None:
        return answered_value(raw, unit, answer, issues)
    number = raw.number * unit.factor
    proposal = _propose(family, unit, raw, kept)
    hard = ANALYTES.get(unit.analyte)
    possible = hard is not None and number > 0 and hard.low <= number <= hard.high
    if proposal is not None and (not possible or number > 0):
        reading = raw.number * proposal.factor
        issues.add(
            "amber",
            "unit_slip",
            raw.place,
            f"{raw.number:g}",
            f"Patient {draft.patient_id}: {raw.number:g} {unit.key} is out of range "
            f"for {raw.column}; in {proposal.key} it would be {reading:.4g}. The value was left out until "
            "you answer.",
            f"Answer with the right number in {unit.key} (for example {reading / unit.factor:.4g}), keep, or exclude.",
            key=key,
            patient_id=draft.patient_id,
        )
        return []
    if possible:
        issues.add(
            "amber",
            "value_unusual",
            raw.place,
            f"{raw.number:g}",
            f"Patient {draft.patient_id}: {raw.number:g} {unit.key} is unusual for "
            f"{raw.column}. It was kept as written.",
            "Answer keep, exclude or the right number.",
            key=key,
            patient_id=draft.patient_id,
        )
        return [_convert(raw, unit)]
    what = (
        "Zero is not a value a laboratory reports here; write the limit, for example <1"
        if raw.number == 0
        else f"{raw.number:g} {unit.key} is not possible for {raw.column}"
    )
    issues.add(
        "red",
        "value_impossible",
        raw.place,
        f"{raw.number:g}",
        f"Patient {draft.patient_id}: {what}. It was left out.",
        "Correct the value or its unit.",
        key=key,
        patient_id=draft.patient_id,
    )
    return []


def answered_value(raw: RawValue, unit: LabUnit, answer: str, issues: IssueList) -> list[Value]:
    """A value as the answers file wants it: kept, excluded or replaced by a number in the column's unit."""
    if answer == "exclude":
        issues.add("grey", "answered", raw.place, f"{raw.number:g}", "Excluded, as answered.", "")
        return []
    if answer == "keep":
        hard = ANALYTES.get(unit.analyte)
        if hard is not None and not 0 <= raw.number * unit.factor <= hard.high:
            issues.add(
                "red",
                "value_impossible",
                raw.place,
                f"{raw.number:g}",
                "Kept by answer, but not possible in a living person; it was left out.",
                "Answer exclude or the right number.",
                key=value_key(raw),
            )
            return []
        return [_convert(raw, unit)]
    try:
        number = float(answer.replace(",", "."))
    except ValueError:
        issues.add(
            "red",
            "answer_unreadable",
            raw.place,
            answer,
            f"The answer '{answer}' is not keep, exclude or a number.",
            "Correct the answers file.",
            key=value_key(raw),
        )
        return []
    issues.add(
        "grey",
        "answered",
        raw.place,
        f"{raw.number:g}",
        f"Replaced by {number:g} {unit.key}, as answered.",
        "",
    )
    return [Value(raw.when, unit.analyte, number * unit.factor, raw.censored, raw, {"repaired"})]


def _propose(family: Family, unit: LabUnit, raw: RawValue, kept: list[float]) -> LabUnit | None:
    """Another unit in which the value is usual, nearest to the patient's other values."""
    others = [
        other
        for other in family.units
        if other.analyte == unit.analyte
        and other.factor != unit.factor
        and raw.number > 0
        and _fits(raw.number, raw.censored, other, family)
    ]
    if not others:
        return None
    middle = median([number for number in kept if number > 0] or [0.0])
    if middle <= 0:
        return _most_common_unit(others)
    return min(
        others,
        key=lambda other: max(raw.number * other.factor / middle, middle / (raw.number * other.factor)),
    )


def _keep_possible(draft: Draft, bad: list[RawValue], unit: LabUnit, issues: IssueList) -> list[Value]:
    found = []
    for raw in bad:
        found += answered_value(raw, unit, "keep", issues)
    return found


def _mostly_fits(family: Family, raws: list[RawValue]) -> LabUnit | None:
    """The unit that fits most values of a patient where none fits all: the rest are slips of single values."""
    units = [unit for unit in family.units if unit.key not in _RARE]
    if len(raws) < 3 or any(_all_fit(raws, unit, family) for unit in units):
        return None
    count = {unit: sum(_fits(raw.number, raw.censored, unit, family) for raw in raws) for unit in units}
    best = max(units, key=lambda unit: count[unit])  # the first of equals is the chart's own
    fitting = [raw for raw in raws if _fits(raw.number, raw.censored, best, family)]
    if count[best] <= 0.6 * len(raws):
        return None
    chosen, _, hold = _choose(family, [best], [raw.number for raw in fitting])
    return best if chosen is not None and not hold else None


def _tell_mostly(draft: Draft, unit: LabUnit, raws: list[RawValue], issues: IssueList) -> None:
    raw = raws[0]
    issues.add(
        "amber",
        "unit_assumed",
        Place(sheet=raw.sheet, row=raw.row, column=raw.column),
        f"{raw.number:g}",
        f"No unit is written for {raw.column}; the values of patient {draft.patient_id} were read as {unit.key} "
        "meanwhile.",
        "Write the unit in the header, or answer with a unit.",
        key=f"unit:{raw.sheet}:{raw.column}",
        patient_id=draft.patient_id,
    )


def _infer(draft: Draft, family: Family, text: str, raws: list[RawValue], issues: IssueList) -> list[Value]:
    """Values without a unit that can be read."""
    place = Place(sheet=raws[0].sheet, row=raws[0].row, column=raws[0].column)
    key = f"unit:{raws[0].sheet}:{raws[0].column}"
    allowed = ", ".join(unit.key for unit in family.units)
    if text:
        issues.add(
            "amber",
            "unit_unknown",
            place,
            text,
            f"The unit '{text}' is not known for {family.name.replace('_', ' ')}; {len(raws)} values of "
            f"patient {draft.patient_id} were left out until you answer.",
            f"Answer with one of {allowed}.",
            key=key,
            patient_id=draft.patient_id,
        )
        return []
    fitting = [unit for unit in family.units if unit.key not in _RARE and _all_fit(raws, unit, family)]
    unit, ask, hold = _choose(family, fitting, [raw.number for raw in raws])
    if unit is None or hold:
        sample = ", ".join(f"{raw.number:g}" for raw in raws[:4])
        readings = " or ".join(other.key for other in fitting) or "none of them fits all values"
        issues.add(
            "amber",
            "unit_missing",
            place,
            f"{raws[0].number:g}",
            f"No unit is written for {raws[0].column} and the values of patient "
            f"{draft.patient_id} ({sample}) leave it open: {readings}. They were left out until you answer.",
            f"Write the unit in the header, or answer with one of {allowed}.",
            key=key,
            patient_id=draft.patient_id,
        )
        return []
    if ask:
        issues.add(
            "amber",
            "unit_assumed",
            place,
            f"{raws[0].number:g}",
            f"No unit is written for {raws[0].column}; the values of patient "
            f"{draft.patient_id} were read as {unit.key} meanwhile.",
            f"Write the unit in the header, or answer with one of {allowed}.",
            key=key,
            patient_id=draft.patient_id,
        )
    else:
        issues.add(
            "grey",
            "unit_inferred",
            place,
            f"{raws[0].number:g}",
            f"No unit is written for {raws[0].column}; the values of patient "
            f"{draft.patient_id} fit only {unit.key} and were read so.",
            "Write the unit in the header to be sure.",
            patient_id=draft.patient_id,
        )
    flags = {"unit_inferred"} if len({(other.analyte, other.factor) for other in family.units}) > 1 else set()
    return [_convert(raw, unit, set(flags)) for raw in raws]


def _choose(family: Family, fitting: list[LabUnit], numbers: list[float]) -> tuple[LabUnit | None, bool, bool]:
    """The unit to use, whether to ask, and whether to hold the values back."""
    top = max(numbers)
    if family.name == "hemoglobin" and fitting and fitting[0].key == "g/dL":
        return fitting[0], len({(unit.analyte, unit.factor) for unit in fitting}) > 1, False
    if family.name == "reticulocytes":
        per_microliter = next((unit for unit in fitting if unit.key == "/uL"), None)
        if top > 1000 and per_microliter:
            return per_microliter, False, False
        absolute = next((unit for unit in fitting if unit.key == "10^9/L"), None)
        return absolute, False, absolute is None or top <= 60
    if family.name in _DIFFERENTIAL:
        fitting = [unit for unit in fitting if unit.key in ("10^9/L", "/uL", "%")]
        if top > 100 and any(unit.key == "/uL" for unit in fitting):
            return next(unit for unit in fitting if unit.key == "/uL"), False, False
        absolute = next((unit for unit in fitting if unit.key == "10^9/L"), None)
        return absolute, False, absolute is None or top > 20
    if family.units[0].key == "1":
        share = next((unit for unit in fitting if unit.key == "1"), None)
        percent = next((unit for unit in fitting if unit.key == "%"), None)
        if share is None or top > 1:
            return percent, False, False
        return share, top > 0, False
    if not fitting:
        return None, False, True
    return fitting[0], len({(unit.analyte, unit.factor) for unit in fitting}) > 1, False
