"""From rows about drugs to treatments."""

from __future__ import annotations

from collections.abc import Callable

from hscape.chart import DoseStep, Treatment
from hscape.errors import InputError
from hscape.exchange.doses import dose_of_cell, given_at_visit
from hscape.exchange.draft import Draft, RawRecord
from hscape.exchange.drug_words import is_known_drug, read_dose, read_drugs
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.visit_treatments import read_visit_treatments


def read_treatments(draft: Draft, to_day: Callable[[float], float], issues: IssueList) -> list[Treatment]:
    """Every treatment of a patient: from a table of treatments, and from dose columns of visits."""
    found = []
    for record in draft.treatments:
        try:
            made = _from_row(record, to_day, issues)
        except InputError as error:
            issues.row_left_out("treatment_impossible", record.place, error, draft.patient_id)
            continue
        found += made
    found += read_visit_treatments(draft.visit_treatments, to_day, draft.patient_id, issues)
    by_drug: dict[str, list[RawRecord]] = {}
    for record in draft.doses:
        by_drug.setdefault(record.cells["field"], []).append(record)
    for drug, records in by_drug.items():
        records.sort(key=lambda record: record.when)
        found += _from_doses(drug, records, to_day, draft.patient_id, issues)
    return found


def _from_row(record: RawRecord, to_day: Callable[[float], float], issues: IssueList) -> list[Treatment]:
    cells, place = record.cells, record.place
    text = " ".join(str(cells.get("treatment") or "").split())
    if not text:
        issues.add(
            "red",
            "treatment_unnamed",
            place,
            "",
            "The row names no treatment. It was left out.",
            "Write what was given.",
        )
        return []
    names = read_drugs(text)
    _tell_names(text, names, place, issues)
    dose, unit = dose_of_cell(cells.get("dose"), place, issues)
    if dose is None and not cells.get("dose") and (inside := read_dose(text)):
        dose, unit = inside
    written = " ".join(str(cells.get("dose_unit") or "").split())
    end = cells.get("end")
    return [
        Treatment(
            name=name,
            start_day=to_day(record.when),
            end_day=None if end is None else to_day(end),
            dose=dose if len(names) == 1 else None,
            dose_unit=(written or unit or cells.get("units", {}).get("dose", "")) if len(names) == 1 else "",
            detail=" ".join(str(cells.get("detail") or "").split()),
            source=f"{place.sheet}!{place.row}",
        )
        for name in names
    ]


def _tell_names(text: str, names: tuple[str, ...], place: Place, issues: IssueList) -> None:
    """Say how a cell was understood that names several drugs, or none that is known."""
    if len(names) > 1:
        words = ", ".join(name.replace("_", " ") for name in names)
        message, fix = f"Read as {words}, each over the days of the row.", "Give each a row of its own, with its dose."
        issues.add("grey", "treatments_in_one_cell", place, text, message, fix)
    elif not is_known_drug(names[0]):
        message = (
            "This treatment is not known; it is kept as it is written, and no rule and no model makes anything of it."
        )
        issues.add("grey", "treatment_unknown", place, text, message, "Write one drug, for example cyclosporine.")


def _from_doses(
    drug: str, records: list[RawRecord], to_day: Callable[[float], float], patient_id: str, issues: IssueList
) -> list[Treatment]:
    """Doses at visits become spans, from the first dose above zero to the next visit that says zero."""
    found: list[Treatment] = []
    start: float | None = None
    first_dose: float | None = None
    steps: list[DoseStep] = []
    last_dose: float | None = None

    def close(end: float | None) -> None:
        assert start is not None
        found.append(
            Treatment(
                name=drug,
                start_day=start,
                end_day=end,
                dose=first_dose,
                dose_unit=records[0].cells["unit"],
                taper=tuple(steps),
                source=f"{records[0].place.sheet}!{records[0].place.column}",
            )
        )

    for record in records:
        is_given, dose = given_at_visit(record, issues)
        day = to_day(record.when)
        if is_given is None:
            continue
        if is_given and start is None:
            start, first_dose, steps, last_dose = day, dose, [], dose
        elif is_given and dose is not None and dose != last_dose:
            steps.append(DoseStep(day=day, dose=dose))
            last_dose = dose
        elif not is_given and start is not None:
            close(day)
            start = None
    if start is not None:
        close(None)
    if found:
        spans = "; ".join(
            f"day {item.start_day:g} to {'open' if item.end_day is None else f'{item.end_day:g}'}" for item in found[:4]
        )
        issues.add(
            "grey",
            "doses_joined",
            records[0].place,
            "",
            f"Patient {patient_id}: the doses of {drug.replace('_', ' ')} at visits were joined to {spans}; "
            "it ends at the first visit that says 0.",
            "Use a sheet of treatments with start and end to be exact.",
            patient_id=patient_id,
        )
    return found
