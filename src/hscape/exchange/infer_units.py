"""A unit that is not written: inferred where the values leave one reading, otherwise asked."""

from __future__ import annotations

from hscape.exchange.draft import Draft, RawValue
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.lab_units import Family, LabUnit
from hscape.exchange.unit_fit import Value, all_fit, convert, fits, is_usual

_DIFFERENTIAL = {"neutrophils", "lymphocytes", "monocytes", "eosinophils", "bands"}


def mostly_fits(family: Family, raws: list[RawValue]) -> LabUnit | None:
    """The unit that fits most values of a patient where none fits all: the rest are slips of single values."""
    units = [unit for unit in family.units if is_usual(unit, family)]
    if len(raws) < 3 or any(all_fit(raws, unit, family) for unit in units):
        return None
    count = {unit: sum(fits(raw.number, raw.censored, unit, family) for raw in raws) for unit in units}
    best = max(units, key=lambda unit: count[unit])  # the first of equals is the chart's own
    fitting = [raw for raw in raws if fits(raw.number, raw.censored, best, family)]
    if count[best] <= 0.6 * len(raws):
        return None
    chosen, _, hold = _choose(family, [best], [raw.number for raw in fitting])
    return best if chosen is not None and not hold else None


def tell_mostly(draft: Draft, unit: LabUnit, raws: list[RawValue], issues: IssueList) -> None:
    """Ask for the unit that fits most values; they are read in it meanwhile."""
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


def infer(draft: Draft, family: Family, text: str, raws: list[RawValue], issues: IssueList) -> list[Value]:
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
    fitting = [unit for unit in family.units if is_usual(unit, family) and all_fit(raws, unit, family)]
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
    return [convert(raw, unit, set(flags)) for raw in raws]


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
