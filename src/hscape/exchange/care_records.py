"""From rows about drugs and transfusions to treatments and transfusions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hscape.chart import DoseStep, Transfusion, Treatment
from hscape.errors import InputError
from hscape.exchange.cells import REMARKS, read_cell
from hscape.exchange.draft import Draft, RawRecord
from hscape.exchange.drug_words import (
    is_known_drug,
    read_dose,
    read_drugs,
    read_product,
    read_products,
    says_nothing_given,
)
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.visit_treatments import read_visit_treatments

_YES = {"yes", "ja", "oui", "si", "y", "x", "on", "true", "given", "+", "あり"}
_NO = {"no", "nein", "non", "n", "off", "false", "stop", "stopped", "none", "-", "0", "なし", "中止"}
_MAX_DOSE = 1e7


def read_treatments(draft: Draft, to_day: Callable[[float], float], issues: IssueList) -> list[Treatment]:
    """Every treatment of a patient: from a table of treatments, and from dose columns of visits."""
    found = []
    for record in draft.treatments:
        try:
            made = _from_row(record, to_day, issues)
        except InputError as error:
            issues.add(
                "red",
                "treatment_impossible",
                record.place,
                "",
                f"{error} The row was left out.",
                "Correct the row.",
                patient_id=draft.patient_id,
            )
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
    dose, unit = _dose(cells.get("dose"), place, issues)
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


def _dose(cell: Any, place: Place, issues: IssueList) -> tuple[float | None, str]:
    if cell is None or cell == "":
        return None, ""
    read = read_cell(cell)
    if read.state == "number" and read.number is not None and read.number > _MAX_DOSE:
        issues.add(
            "red",
            "dose_impossible",
            place,
            cell,
            f"A dose of {read.number:g} is not possible. It was left out.",
            "Type the dose again.",
        )
        return None, ""
    if read.state == "number":
        return read.number, read.unit
    if read.state == "bad" and (written := read_dose(str(cell))) and written[0] <= _MAX_DOSE:
        return written
    if read.state == "bad":
        severity, message, fix = REMARKS[read.note]
        issues.add(severity, read.note, place, cell, message, fix)  # type: ignore[arg-type]
    return None, ""


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
        is_given, dose = _given(record, issues)
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


def _given(record: RawRecord, issues: IssueList) -> tuple[bool | None, float | None]:
    cell = record.cells["cell"]
    flat = str(cell).strip().lower()
    if flat in _YES or cell is True:
        return True, None
    if flat in _NO or cell is False:
        return False, None
    dose, _ = _dose(cell, record.place, issues)
    return (None, None) if dose is None else (dose > 0, dose)


def read_transfusions(draft: Draft, to_day: Callable[[float], float], issues: IssueList) -> list[Transfusion]:
    """Every transfusion of a patient, from a table or from columns of visits."""
    found: list[Transfusion] = []
    for record in draft.transfusions:
        cells, place, day = record.cells, record.place, to_day(record.when)
        if cells.get("field") == "products_given":
            _of_visit(found, record, day, draft.patient_id, issues)
            continue
        if "role" in cells:
            is_given, units = _given(record, issues)
            if is_given:
                _add(
                    found,
                    day,
                    {"red_cell_units": "red_cells"}.get(cells["field"], "platelets"),
                    units,
                    place,
                    draft.patient_id,
                    issues,
                )
            continue
        text = " ".join(str(cells.get("product") or "").split())
        product, bags = read_product(text)
        if not product:
            issues.add(
                "red",
                "product_unknown",
                place,
                text,
                f"The blood product '{text}' is not known. The row was left out.",
                "Use red_cells, platelets, granulocytes or plasma.",
                patient_id=draft.patient_id,
            )
            continue
        units, _ = _dose(_number_of_units(cells), place, issues)
        units = bags if units is None else units
        _add(found, day, product, units, place, draft.patient_id, issues)
    return found


def _of_visit(found: list[Transfusion], record: RawRecord, day: float, patient_id: str, issues: IssueList) -> None:
    """A cell of a visit that names what was transfused, or that nothing was."""
    text = " ".join(str(record.cells["cell"]).split())
    if text.lower() in _NO or says_nothing_given(text):
        return
    for product, units in read_products(text):
        if product:
            _add(found, day, product, units, record.place, patient_id, issues)
        else:
            issues.add(
                "amber",
                "product_unknown",
                record.place,
                text,
                f"The blood product in '{text}' is not known; nothing was made of it.",
                "Write red cells or platelets, with the number of units.",
                patient_id=patient_id,
            )


def _number_of_units(cells: dict[str, Any]) -> Any:
    """The cell that tells how many were given; a column that is headed *units* may hold it too."""
    for name in ("product_units", "dose", "unit"):
        if cells.get(name) not in (None, "") and (name != "unit" or read_cell(cells[name]).state == "number"):
            return cells[name]
    return None


def _add(
    found: list[Transfusion],
    day: float,
    product: str,
    units: float | None,
    place: Place,
    patient_id: str,
    issues: IssueList,
) -> None:
    source = f"{place.sheet}!{place.row}" + (f" {place.column}" if place.column else "")
    try:
        found.append(Transfusion(day=day, product=product, units=units, source=source))
    except InputError as error:
        issues.add(
            "red",
            "transfusion_impossible",
            place,
            "",
            f"{error} It was left out.",
            "Correct the row.",
            patient_id=patient_id,
        )


def read_hla(text: str, locus: str) -> tuple[str, str] | None:
    """Two alleles from one cell, for example 'A*02:01, A*24:02'; None unless there are exactly two."""
    parts = [part for part in re.split(r"[,;/+\s]+", text.upper()) if part]
    full = [part if "*" in part else f"{locus}*{part}" for part in (piece.removeprefix("HLA-") for piece in parts)]
    return (full[0], full[1]) if len(full) == 2 else None
