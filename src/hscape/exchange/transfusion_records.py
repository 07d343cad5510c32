"""From rows about blood products to transfusions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hscape.chart import Transfusion
from hscape.errors import InputError
from hscape.exchange.cells import read_cell
from hscape.exchange.doses import NO, dose_of_cell, given_at_visit
from hscape.exchange.draft import Draft, RawRecord
from hscape.exchange.drug_words import read_product, read_products, says_nothing_given
from hscape.exchange.issues import IssueList, Place


def read_transfusions(draft: Draft, to_day: Callable[[float], float], issues: IssueList) -> list[Transfusion]:
    """Every transfusion of a patient, from a table or from columns of visits."""
    found: list[Transfusion] = []
    for record in draft.transfusions:
        cells, place, day = record.cells, record.place, to_day(record.when)
        if cells.get("field") == "products_given":
            _of_visit(found, record, day, draft.patient_id, issues)
            continue
        if "role" in cells:
            is_given, units = given_at_visit(record, issues)
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
        units, _ = dose_of_cell(_number_of_units(cells), place, issues)
        units = bags if units is None else units
        _add(found, day, product, units, place, draft.patient_id, issues)
    return found


def _of_visit(found: list[Transfusion], record: RawRecord, day: float, patient_id: str, issues: IssueList) -> None:
    """A cell of a visit that names what was transfused, or that nothing was."""
    text = " ".join(str(record.cells["cell"]).split())
    if text.lower() in NO or says_nothing_given(text):
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
