"""What was found of one patient, still in the words and units of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hscape.exchange.issues import Place


@dataclass(slots=True)
class RawValue:
    """One laboratory value as it was written.

    `when` is a calendar day number, or a day of the chart if the patient's `uses_days` is set.
    """

    when: float
    family: str
    number: float
    censored: str
    unit: str
    sheet: str
    row: int
    column: str

    @property
    def place(self) -> Place:
        """Where it stood."""
        return Place(sheet=self.sheet, row=self.row, column=self.column)


@dataclass(slots=True)
class RawRecord:
    """One row of a table of clones, treatments, transfusions or events: field -> cell, with its place."""

    when: float
    cells: dict[str, Any]
    place: Place


@dataclass(slots=True)
class Draft:
    """Everything found of one patient."""

    patient_id: str
    values: list[RawValue] = field(default_factory=list)
    clones: list[RawRecord] = field(default_factory=list)
    treatments: list[RawRecord] = field(default_factory=list)
    visit_treatments: list[RawRecord] = field(default_factory=list)
    doses: list[RawRecord] = field(default_factory=list)
    transfusions: list[RawRecord] = field(default_factory=list)
    facts: dict[str, tuple[Any, Place]] = field(default_factory=dict)
    dates: dict[str, float] = field(default_factory=dict)
    has_dates: bool = False
    has_days: bool = False


@dataclass(slots=True)
class DraftBook:
    """The drafts of a file, by patient."""

    drafts: dict[str, Draft] = field(default_factory=dict)

    def of(self, patient_id: str) -> Draft:
        """The draft of a patient, made on first use."""
        found = self.drafts.get(patient_id)
        if found is None:
            found = self.drafts[patient_id] = Draft(patient_id)
        return found
