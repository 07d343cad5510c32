"""What was true of a virtual patient: hidden numbers, states, causes by re-runs, and what came after the chart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hscape.cohort.roads import without_escape, without_treatment
from hscape.counterfactuals.attribution import CAUSE_FROM
from hscape.inference.calibration.design import TestPatient, life_seed
from hscape.inference.calibration.relive import Read, Relived, relive
from hscape.inference.causes import attributable
from hscape.inference.futures import MONTHS
from hscape.inference.judged import FREE_WEEKS
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_MONTH

#: Numbers of the person that the full model draws, under the names that an explanation reports.
PERSON = ("killing_per_day", "tolerated_antigen_fraction", "suppression_fold", "cyclosporine_sensitivity_fold",
          "globulin_fold", "regeneration_fold")  # fmt: skip
FREE_MONTHS = (6, 12)


@dataclass(frozen=True, kw_only=True)
class Truth:
    """The truth of one patient.

    Args:
        quantities: by the names of an explanation.
        events: what the answer gives a probability for: True, False, or None where the question does not arise.
    """

    quantities: dict[str, float]
    events: dict[str, bool | None]


def find_truth(patient: TestPatient, seed: int) -> Truth:
    """Live a patient again and read everything that an explanation answers.

    Args:
        patient: taken.
        seed: of the check.
    """
    life = {"seed": life_seed(seed, patient.number), "number": patient.number}
    case, last = patient.case, patient.last_day
    course = relive(case, **life)
    assert course is not None
    course.go_on(last, with_transfusions=True)
    read = course.rows(np.array([0.0, last]))
    p = case.patient.parameters
    capacity = p["stem_cell_niche_capacity_cells"]
    output = float(read.marrow_output[1])
    by_escape = attributed(output, relive(without_escape(case), **life), last)
    has_treatment = any(item.after_diagnosis_days <= last for item in case.plan.treatments)
    by_treatment = attributed(output, relive(without_treatment(case), **life), last) if has_treatment else 0.0
    back = recovered(read, 1, case.patient.parameters)
    quantities = {name: float(case.truth[name]) for name in PERSON} | {
        "regeneration_fold": max(1.2, float(case.truth["regeneration_fold"])),
        "hla_vulnerability_fraction": 1.0 - float(case.truth["hla_restricted_share"]),
        "attack_days_before_day_0": course.diagnosis_day,
        "immune_pressure_per_day": float(read.contact_killing_per_day[0]),
        "reserve_at_day_0_fraction": float(read.stem_cells_count[0]) / capacity,
        "reserve_fraction": float(read.stem_cells_count[1]) / capacity,
        "interferon_now": float(read.interferon[1]),
        "lost_niche_fraction": float(read.lost_niche[1]),
        "pnh_stem_cells_count": course.cells_of("pnh"),
        "hla_loss_stem_cells_count": course.cells_of("hla_loss"),
        "attributed_to_escape": by_escape,
        "attributed_to_treatment": by_treatment,
    }
    events: dict[str, bool | None] = {
        "recovered": back,
        "clone-mediated": by_escape > CAUSE_FROM,
        "by treatment": by_treatment > CAUSE_FROM,
    }
    events |= _after(course, last, p)
    return Truth(quantities=quantities, events=events)


def attributed(output: float, other: Relived | None, last: float) -> float:
    """Attributable part of the output on the last day, counted from the other course's own day 0, 0 to 1."""
    if other is None:  # never shows in the clinic: not worse than the real course
        return 0.0
    other.go_on(last, with_transfusions=True)
    found = float(other.rows(np.array([last])).marrow_output[0])
    return float(attributable(np.array([output]), np.array([found]))[0])


def recovered(read: Read, index: int, p: Parameters) -> bool:
    """Counts that call a marrow recovered."""
    return bool(
        read.neutrophils_1e9_per_l[index] >= p["road_neutrophils_1e9_per_l"]
        and read.platelets_1e9_per_l[index] >= p["road_platelets_1e9_per_l"]
        and read.hemoglobin_g_per_dl[index] >= p["road_hemoglobin_g_per_dl"]
    )


def _after(course: Relived, last: float, p: Parameters) -> dict[str, bool | None]:
    """Free of transfusion later, as it went on and if the attack had ended; nobody dies, no more is transfused."""
    weeks = last + 7.0 * np.arange(int(np.ceil(MONTHS * DAYS_PER_MONTH / 7.0)) + FREE_WEEKS + 1)
    as_it_was, ended = course.branch(), course
    ended.end_attack(last)
    ended.stop_treatment(last)
    free = {}
    for name, one in (("as it was", as_it_was), ("ended", ended)):
        one.go_on(float(weeks[-1]) + 1.0, with_transfusions=False)
        read = one.rows(weeks)
        free[name] = (read.hemoglobin_g_per_dl >= p["red_cell_transfusion_trigger_g_per_dl"]) & (
            read.platelets_1e9_per_l >= p["platelet_transfusion_trigger_1e9_per_l"]
        )
    found: dict[str, bool | None] = {}
    for month in FREE_MONTHS:
        week = round(month * DAYS_PER_MONTH / 7.0)
        found[f"free at {month} months"] = bool(free["as it was"][week : week + FREE_WEEKS].all())
    limit = int(MONTHS * DAYS_PER_MONTH / 7.0)
    found["free if the attack ended"] = any(
        bool(free["ended"][week : week + FREE_WEEKS].all()) for week in range(limit + 1)
    )
    return found
