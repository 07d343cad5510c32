"""From rows about drugs and transfusions to treatments and transfusions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hscape.chart import DoseStep, Transfusion, Treatment
from hscape.errors import InputError
from hscape.exchange.cells import REMARKS, read_cell
from hscape.exchange.draft import Draft, RawRecord
from hscape.exchange.headers import flatten, read_header
from hscape.exchange.issues import IssueList, Place

_YES = {"yes", "ja", "oui", "si", "y", "x", "on", "true", "given", "+", "あり"}
_NO = {"no", "nein", "non", "n", "off", "false", "stop", "stopped", "none", "-", "0", "なし", "中止"}
_PRODUCTS: dict[str, str] = {
    **dict.fromkeys(
        (
            "red cells",
            "rbc",
            "prbc",
            "packed cells",
            "packed red cells",
            "ek",
            "erythrozytenkonzentrat",
            "cgr",
            "culot globulaire",
            "hematies",
            "concentrado de hematies",
            "赤血球",
            "red blood cells",
            "erythrocytes",
        ),
        "red_cells",
    ),
    **dict.fromkeys(
        (
            "platelets",
            "platelet",
            "plt",
            "tk",
            "thrombozytenkonzentrat",
            "cpa",
            "plaquettes",
            "plaquetas",
            "血小板",
            "apheresis platelets",
        ),
        "platelets",
    ),
    **dict.fromkeys(("granulocytes", "granulozyten"), "granulocytes"),
    **dict.fromkeys(("plasma", "ffp", "fresh frozen plasma", "血漿"), "plasma"),
}
_MAX_DOSE = 1e7
_TRANSPLANT = ("transplant", "hsct", "hct", "bmt", "sct", "transplantation", "greffe", "trasplante", "移植")


def drug_name(text: str) -> str:
    """The one name of a drug or procedure; an unknown one in lower case with underscores."""
    meant = read_header(text, 0)
    if meant.role == "drug":
        return meant.field
    flat = flatten(text)
    if any(word in flat.split() for word in _TRANSPLANT) or flat in _TRANSPLANT:
        return "transplant"
    return flat.replace(" ", "_")


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
        if made:
            found.append(made)
    by_drug: dict[str, list[RawRecord]] = {}
    for record in draft.doses:
        by_drug.setdefault(record.cells["field"], []).append(record)
    for drug, records in by_drug.items():
        records.sort(key=lambda record: record.when)
        found += _from_doses(drug, records, to_day, draft.patient_id, issues)
    return found


def _from_row(record: RawRecord, to_day: Callable[[float], float], issues: IssueList) -> Treatment | None:
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
        return None
    dose, unit = _dose(cells.get("dose"), place, issues)
    end = cells.get("end")
    written = " ".join(str(cells.get("dose_unit") or "").split())
    return Treatment(
        name=drug_name(text),
        start_day=to_day(record.when),
        end_day=None if end is None else to_day(end),
        dose=dose,
        dose_unit=written or unit or cells.get("units", {}).get("dose", ""),
        detail=" ".join(str(cells.get("detail") or "").split()),
        source=f"{place.sheet}!{place.row}",
    )


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
        product = _PRODUCTS.get(flatten(text)) or (
            flatten(text).replace(" ", "_") if flatten(text).replace(" ", "_") in _PRODUCTS.values() else ""
        )
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
        units, _ = _dose(cells.get("product_units") or cells.get("dose"), place, issues)
        _add(found, day, product, units, place, draft.patient_id, issues)
    return found


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
