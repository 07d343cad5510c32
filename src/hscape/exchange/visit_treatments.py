"""A column of treatments in a sheet of visits: what is given at each visit becomes courses with a start and an end.

A course begins at the first visit that names the drug and ends at the next visit that says something else; an empty
cell says nothing. Globulin, alemtuzumab, cyclophosphamide and a transplant have no end, and are given anew only after a
visit that says something else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hscape.chart import DoseStep, Treatment
from hscape.chart.records import GIVEN_ONCE
from hscape.exchange.draft import RawRecord
from hscape.exchange.drug_words import (
    doses_by_drug,
    drugs_that_end,
    drugs_that_go_on,
    is_known_drug,
    read_drugs,
    says_nothing_given,
)
from hscape.exchange.issues import IssueList


@dataclass(slots=True)
class _Course:
    name: str
    start_day: float
    dose: float | None
    dose_unit: str
    source: str
    steps: list[DoseStep] = field(default_factory=list)

    def made(self, end_day: float | None) -> Treatment:
        return Treatment(
            name=self.name, start_day=self.start_day, end_day=None if self.name in GIVEN_ONCE else end_day,
            dose=self.dose, dose_unit=self.dose_unit, taper=tuple(self.steps), source=self.source,
        )  # fmt: skip

    def note_dose(self, day: float, dose: tuple[float, str] | None) -> None:
        last = self.steps[-1].dose if self.steps else self.dose
        if dose and last is not None and dose[1] == self.dose_unit and dose[0] != last:
            self.steps.append(DoseStep(day=day, dose=dose[0]))


def read_visit_treatments(
    records: list[RawRecord], to_day: Callable[[float], float], patient_id: str, issues: IssueList
) -> list[Treatment]:
    """Courses of one patient, from the cells of the visits.

    Args:
        records: filled cells.
        to_day: from the day of a record to the day of the chart.
        patient_id: for the messages.
        issues: how the cells were read is told there.
    """
    found: list[Treatment] = []
    running: dict[str, _Course] = {}
    for record in sorted(records, key=lambda record: record.when):
        day, text = to_day(record.when), " ".join(str(record.cells["cell"]).split())
        given = _given(text, running, record, issues)
        if given is None:
            continue
        for name in [name for name in running if name not in given]:
            found.append(running.pop(name).made(day))
        doses = doses_by_drug(text)
        for name in given:
            dose = doses.get(name)
            if name in running:
                running[name].note_dose(day, dose)
            else:
                source = f"{record.place.sheet}!{record.place.row} {record.place.column}"
                running[name] = _Course(name, day, dose[0] if dose else None, dose[1] if dose else "", source)
    found += [course.made(None) for course in running.values()]
    found.sort(key=lambda item: (item.start_day, item.name))
    if found:
        _tell(found, records[0], patient_id, issues)
    return found


def _given(text: str, running: dict[str, _Course], record: RawRecord, issues: IssueList) -> tuple[str, ...] | None:
    """What is given from this visit on; None if the cell does not tell."""
    if says_nothing_given(text):
        return ()
    ending = drugs_that_end(text)
    if ending is not None:
        left = [name for name in running if ending and name not in ending]
        return tuple(dict.fromkeys([*left, *drugs_that_go_on(text)]))
    names = read_drugs(text)
    if len(names) == 1 and not is_known_drug(names[0]):
        message = "No treatment is recognized here, so nothing was made of it."
        fix = "Write the drugs that are given at this visit, none, or stop and the drug; or use a sheet of treatments."
        issues.add("amber", "treatment_unread", record.place, text, message, fix)
        return None
    return names


def _tell(found: list[Treatment], record: RawRecord, patient_id: str, issues: IssueList) -> None:
    def words(item: Treatment) -> str:
        name, end = item.name.replace("_", " "), item.end_day
        until = "" if item.name in GIVEN_ONCE else f" to {'open' if end is None else f'{end:g}'}"
        return f"{name} day {item.start_day:g}{until}"

    courses = "; ".join(words(item) for item in found[:6])
    issues.add(
        "grey", "treatments_joined", record.place, "",
        f"Patient {patient_id}: the treatments at visits were joined to {courses}; "
        "a course ends at the first visit that says something else, an empty cell says nothing.",
        "Use a sheet of treatments with start and end to be exact.", patient_id=patient_id,
    )  # fmt: skip
