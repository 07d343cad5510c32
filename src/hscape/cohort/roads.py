"""By which road a marrow came back: the same patient on the same draws, with one thing taken away at a time.

A thing was *needed* if without it the patient would not have recovered. Share is not asked here: a clone may hold
most of the blood and not have been needed, or hold a third and have been.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np

from hscape.care import CarePlan, Case, VirtualPatient, admit
from hscape.care.plan import TRANSPLANT

ROADS = (
    "ordinary stem cells, after treatment",
    "escape clone",
    "escape clone and treatment together",
    "donor stem cells, after transplant",
    "attack ended by itself",
    "several roads, each enough",
)


class Road(NamedTuple):
    """One patient.

    Attributes:
        is_recovered: two years after diagnosis.
        road: one of `ROADS`, empty if not recovered.
        largest_clone: name of the largest escape clone among early progenitors at two years, empty if none.
        largest_share: its share.
        is_escape_needed: without escape the patient would not have recovered.
    """

    is_recovered: bool
    road: str
    largest_clone: str
    largest_share: float
    is_escape_needed: bool


def is_recovered(patient: VirtualPatient, at_days: float | None = None) -> bool:
    """Alive is not asked: whether the marrow had come back by then, had the patient lived."""
    if patient.diagnosis_day is None:
        return False
    p = patient.history.patient.parameters
    day = patient.diagnosis_day + (p["road_judgment_days"] if at_days is None else at_days)
    counts = patient.history.counts
    if counts["day"].iloc[-1] < day - 7.0:
        return False
    row = counts.iloc[min(int(np.searchsorted(counts["day"].to_numpy(), day)), len(counts) - 1)]
    is_free = not any(day - p["care_transfusion_free_days"] < item.day <= day for item in patient.transfusions)
    return bool(
        is_free
        and row["neutrophils_1e9_per_l"] >= p["road_neutrophils_1e9_per_l"]
        and row["platelets_1e9_per_l"] >= p["road_platelets_1e9_per_l"]
        and row["hemoglobin_g_per_dl"] >= p["road_hemoglobin_g_per_dl"]
    )


def without_escape(case: Case) -> Case:
    """The same person, in whom no clone is spared by the attack; origin and fitness of clones stay."""
    kinds = tuple(dataclasses.replace(kind, vulnerability_fraction=1.0) for kind in case.patient.kinds)
    return dataclasses.replace(case, patient=dataclasses.replace(case.patient, kinds=kinds))


def without_treatment(case: Case) -> Case:
    """The same person with transfusions alone."""
    plan = CarePlan(name="no treatment", relapse="none", era=case.plan.era)
    return dataclasses.replace(case, plan=plan)


def without_own_end(case: Case) -> Case:
    """The same person, whose attack has no trigger that goes away."""
    return dataclasses.replace(case, attack_ends_after_presentation_days=None)


def find_road(case: Case, *, seed: int, number: int) -> Road:
    """Live a case, and again without each thing that could have brought the marrow back.

    Args:
        case: who; deaths are not drawn into the verdict.
        seed: 0 to 2**63 - 1.
        number: which of many.
    """

    def recovers(other: Case) -> bool:
        return is_recovered(_lived(other, seed, number))

    patient = _lived(case, seed, number)
    if not is_recovered(patient):
        return Road(False, "", "", 0.0, False)
    name, share = _largest_escape_clone(patient)
    needs_escape = not recovers(without_escape(case))
    needs_treatment = bool(case.plan.treatments) and not recovers(without_treatment(case))
    has_end = case.attack_ends_after_presentation_days is not None
    needs_end = has_end and not recovers(without_own_end(case))
    bare = without_own_end(without_treatment(without_escape(case)))
    if needs_escape and needs_treatment:
        road = "escape clone and treatment together"
    elif needs_escape:
        road = "escape clone"
    elif needs_treatment:
        is_transplant = any(item.name == TRANSPLANT for item in case.plan.treatments)
        road = "donor stem cells, after transplant" if is_transplant else "ordinary stem cells, after treatment"
    elif needs_end or recovers(bare):
        road = "attack ended by itself"
    else:
        road = "several roads, each enough"
    return Road(True, road, name, share, needs_escape)


def _lived(case: Case, seed: int, number: int) -> VirtualPatient:
    days = case.patient.parameters["road_judgment_days"] + 14.0  # two weekly rows beyond the day of judgment
    return admit(dataclasses.replace(case, follow_up_days=days), seed=seed, number=number)


def _largest_escape_clone(patient: VirtualPatient) -> tuple[str, float]:
    """Name and share, among early progenitors at two years, of the largest clone that the attack spares."""
    clones = patient.history.clones
    last = clones[clones["day"] == clones["day"].max()]
    spared = {"hla_loss", "pnh"}
    held = {
        row.clone: float(row.early_progenitor_fraction)
        for row in last.itertuples()
        if row.clone in patient.clone_traits and patient.clone_traits[row.clone].shown_as in spared
    }
    if not held:
        return "", 0.0
    name = max(held, key=held.__getitem__)
    return name, held[name]
