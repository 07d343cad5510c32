"""Which unit each value is in, tested per patient, column and value, and its conversion to the unit of the chart.

A written unit is believed if the values are possible in it. A missing unit is inferred where the values leave one
reading; otherwise it is asked. A value that contradicts its unit is left out until the question is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from hscape.chart.analytes import ANALYTES
from hscape.exchange.draft import Draft, RawValue
from hscape.exchange.infer_units import infer, mostly_fits, tell_mostly
from hscape.exchange.issues import IssueList
from hscape.exchange.lab_units import FAMILIES, Family, LabUnit, read_unit
from hscape.exchange.unit_fit import Value, all_fit, convert, fits, most_common_unit, usual_range

_SHARE_LIKE = {
    "marrow_cellularity",
    "marrow_residual_hematopoietic",
    "marrow_fat",
    "hematocrit",
    "donor_chimerism",
}


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
            found += [convert(raw, unit, {"repaired"} if text else {"unit_inferred"}) for raw in raws]
            continue
        declared = read_unit(text, family_name) if text else None
        if declared is not None:
            found += _check_declared(draft, family, declared, raws, key, answer, answers, issues)
        else:
            mostly = None if text else mostly_fits(family, raws)
            if mostly is not None:
                tell_mostly(draft, mostly, raws, issues)
                found += _check_declared(draft, family, mostly, raws, key, answer, answers, issues)
                continue
            found += infer(draft, family, text, raws, issues)
    return found


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
            if other.analyte == analyte and other.factor != factor and all_fit(raws, other, family)
        ]
        if others:
            sample = bad[0].number
            best = most_common_unit(others)
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
        return [convert(raw, unit)]
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
        return [convert(raw, unit)]
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
        and fits(raw.number, raw.censored, other, family)
    ]
    if not others:
        return None
    middle = median([number for number in kept if number > 0] or [0.0])
    if middle <= 0:
        return most_common_unit(others)
    return min(
        others,
        key=lambda other: max(raw.number * other.factor / middle, middle / (raw.number * other.factor)),
    )


def _keep_possible(draft: Draft, bad: list[RawValue], unit: LabUnit, issues: IssueList) -> list[Value]:
    found = []
    for raw in bad:
        found += answered_value(raw, unit, "keep", issues)
    return found
