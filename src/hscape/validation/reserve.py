"""Experiments on the reserve: stem cells of a graft, colonies and counts in recovery, telomeres.

The people are the severe patients of a trial population, horse globulin and cyclosporine, seven years. Severity and
response are read from the true counts, since the studies behind these rows looked at cells and not at charts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hscape.care import CarePlan, VirtualPatient, admit
from hscape.care.plan_file import read_plan
from hscape.cohort.population import draw_case
from hscape.dynamics.simulate import simulate
from hscape.parameters import Parameters
from hscape.patient import Patient
from hscape.units import DAYS_PER_YEAR
from hscape.validation.plated import granulocytic_colonies, stem_cell_colonies

N_PEOPLE = 720  # rows 10 and 18 to 20 rest on the part of them who recover, or never do
N_TRANSPLANTS = 24
TREATMENT_DAYS = 14.0  # from diagnosis
YEAR = DAYS_PER_YEAR
RESERVE_FRACTION = 0.1  # of normal stem cells, where counts are said to be near normal already
IMMUNOSUPPRESSION = (
    {"type": "horse_atg", "after_diagnosis_days": TREATMENT_DAYS},
    {"type": "cyclosporine", "after_diagnosis_days": TREATMENT_DAYS, "full_days": 365, "taper_days": 365},
)


def _people(parameters: Parameters, seed: int, plan: CarePlan, n: int, years: float) -> list[VirtualPatient]:
    """Those of the first `n` people who came to the clinic."""
    people = []
    for number in range(n):
        case = draw_case(
            "trial-usa", plan, seed=seed, number=number, parameters=parameters, follow_up_days=years * YEAR
        )
        patient = admit(case, seed=seed, number=number)
        if patient.diagnosis_day is not None:
            people.append(patient)
    return people


def _at(patient: VirtualPatient, column: str, after_diagnosis_days: float) -> float:
    table = patient.history.counts
    return float(np.interp(_day(patient, after_diagnosis_days), table["day"], table[column]))


def _day(patient: VirtualPatient, after_diagnosis_days: float) -> float:
    return float(patient.diagnosis_day or 0.0) + after_diagnosis_days


def is_severe(patient: VirtualPatient, after_diagnosis_days: float) -> bool:
    """Two of three true counts in the severe range."""
    p = patient.history.patient.parameters
    low = (
        _at(patient, "neutrophils_1e9_per_l", after_diagnosis_days) < p["care_severe_neutrophils_1e9_per_l"],
        _at(patient, "platelets_1e9_per_l", after_diagnosis_days) < p["care_severe_platelets_1e9_per_l"],
        _at(patient, "reticulocytes_1e9_per_l", after_diagnosis_days) < p["care_severe_reticulocytes_1e9_per_l"],
    )
    return sum(low) >= 2


def responds(patient: VirtualPatient, after_diagnosis_days: float) -> bool:
    """Free of transfusions for eight weeks and not severe."""
    day = _day(patient, after_diagnosis_days)
    free_days = patient.history.patient.parameters["care_transfusion_free_days"]
    is_transfused = any(day - free_days < given.day <= day for given in patient.transfusions)
    return not is_transfused and not is_severe(patient, after_diagnosis_days)


def _stays_in_remission(patient: VirtualPatient, years: float) -> bool:
    """Response at six months, alive and without relapse up to some years after treatment."""
    end = _day(patient, TREATMENT_DAYS + years * YEAR)
    relapsed = any(item.kind == "relapse" and item.day <= end for item in patient.happenings)
    return patient.last_day >= end and not relapsed and responds(patient, TREATMENT_DAYS + 0.5 * YEAR)


def graft(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """Donor stem cells four weeks after the graft, from a young and from an older donor; failed grafts left out."""
    found = {}
    for name, donor_age in (("young", 35.0), ("old", 55.0)):
        item = {"type": "transplant", "after_diagnosis_days": 60.0, "donor_age_years": donor_age}
        people = _people(parameters, seed, read_plan("transplant", [item], []), N_TRANSPLANTS, 0.4)
        numbers = [_donor_cells(patient) for patient in people]
        found[name] = _median([number for number in numbers if number > 0])
    ratio = found["young"] / found["old"] if found["old"] else math.inf
    return {"17": {"young_donor_cells": found["young"], "old_donor_cells": found["old"], "ratio": ratio}}


def _donor_cells(patient: VirtualPatient) -> float:
    clones = patient.history.clones
    donor = clones[clones["clone"].str.startswith("donor") & (clones["day"] >= _day(patient, 60.0))]
    return float(donor["stem_cells_count"].iloc[0]) if len(donor) else 0.0


def recovery(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """Severe patients, treated: colonies, counts, thrombopoietin and divisions, with and without recovery."""
    people = _people(parameters, seed, read_plan("trial", IMMUNOSUPPRESSION, []), N_PEOPLE, 6.5)
    severe = [patient for patient in people if is_severe(patient, 0.0)]
    well = [patient for patient in severe if _stays_in_remission(patient, 6.0)]
    item = {"type": "transplant", "after_diagnosis_days": 60.0}
    grafted = _people(parameters, seed, read_plan("transplant", [item], []), N_TRANSPLANTS, 2.5)
    return {
        "10": {"fold": _thrombopoietin(well)},
        "18": _colonies(severe) | {"transplant_year_2_percent": _mean(_percent(_engrafted(grafted), 2.0))},
        "19": _counts_at_a_tenth(severe, parameters),
        "20": _telomeres(severe, well, parameters, seed),
    }


def _engrafted(people: Sequence[VirtualPatient]) -> list[VirtualPatient]:
    return [p for p in people if _donor_cells(p) > 0 and p.last_day >= _day(p, TREATMENT_DAYS + 2.0 * YEAR)]


def _percent(people: Sequence[VirtualPatient], years: float) -> list[float]:
    """LTC-IC per mononuclear cell some years after treatment, percent of health."""
    return [100.0 * _stem_cell_colonies(p, TREATMENT_DAYS + years * YEAR) for p in people]


def _stem_cell_colonies(patient: VirtualPatient, after_diagnosis_days: float) -> float:
    return float(stem_cell_colonies(patient, [_day(patient, after_diagnosis_days)])[0])


def _in_response(severe: Sequence[VirtualPatient], years: float) -> list[VirtualPatient]:
    """Responders at six months who are alive and in response some years after treatment, as a study would find them."""
    return [
        p
        for p in severe
        if p.last_day >= _day(p, TREATMENT_DAYS + years * YEAR)
        and responds(p, TREATMENT_DAYS + 0.5 * YEAR)
        and responds(p, TREATMENT_DAYS + years * YEAR)
    ]


def _colonies(severe: Sequence[VirtualPatient]) -> dict[str, float]:
    """Colony-forming cells per mononuclear cell, relative to health: across severe patients and later responders."""
    at = {years: _percent(_in_response(severe, years), years) for years in (1.0, 2.0, 3.0, 6.0)}
    middle = _mean([*at[2.0], *at[3.0]])
    day = TREATMENT_DAYS + 2.0 * YEAR
    granulocytic = [float(granulocytic_colonies(p, [_day(p, day)])[0]) for p in _in_response(severe, 2.0)]
    at_diagnosis = [100.0 * _stem_cell_colonies(p, 0.0) for p in severe]
    return {
        "diagnosis_percent": _mean(at_diagnosis),
        "diagnosis_middle_percent": _median(at_diagnosis),
        "year_1_percent": _mean(at[1.0]),
        "years_2_to_3_percent": middle,
        "year_6_over_2_to_3": _mean(at[6.0]) / middle,
        "cfu_gm_fraction": _mean(granulocytic),
    }


def _counts_at_a_tenth(severe: Sequence[VirtualPatient], parameters: Parameters) -> dict[str, float]:
    """Middle counts of responders on the day on which stem cells first pass a tenth of normal after treatment."""
    level = RESERVE_FRACTION * parameters["stem_cell_niche_capacity_cells"]
    names = ("hemoglobin_g_per_dl", "neutrophils_1e9_per_l", "platelets_1e9_per_l")
    found: dict[str, list[float]] = {name: [] for name in names}
    for patient in severe:
        if not responds(patient, TREATMENT_DAYS + 0.5 * YEAR):
            continue
        table = patient.history.counts
        after = table[(table["day"] >= _day(patient, TREATMENT_DAYS)) & (table["day"] <= patient.last_day)]
        passed = after[after["stem_cells_count"] >= level]
        if len(passed) and after["stem_cells_count"].iloc[0] < level:
            for name in names:
                found[name].append(float(passed[name].iloc[0]))
    return {name: _median(values) for name, values in found.items()}


def _thrombopoietin(well: Sequence[VirtualPatient]) -> float:
    """Thrombopoietin over normal two years after treatment, where platelets are about 167e9/L."""
    day = TREATMENT_DAYS + 2.0 * YEAR
    at_count = [p for p in well if 120.0 <= _at(p, "platelets_1e9_per_l", day) <= 220.0]
    normal = [float(p.history.constants["thrombopoietin_normal_pg_per_ml"]) for p in at_count]
    return _mean([_at(p, "thrombopoietin_pg_per_ml", day) / n for p, n in zip(at_count, normal, strict=True)])


def _telomeres(
    severe: Sequence[VirtualPatient], well: Sequence[VirtualPatient], parameters: Parameters, seed: int
) -> dict[str, float]:
    """Base pairs lost a year: in health, and beyond that in lasting cytopenia and in lasting remission."""
    loss = parameters["telomere_loss_per_division_bp"]
    healthy = simulate(Patient(parameters=parameters), days=3640, seed=seed, with_blood=False, clones_every_days=364)
    ordinary = healthy.clones[healthy.clones["clone"] == "ordinary"]
    divisions = float(ordinary["divisions_count"].iloc[-1] - ordinary["divisions_count"].iloc[0])
    normal = loss * divisions / (3640 / YEAR)
    late = TREATMENT_DAYS + 2.5 * YEAR
    ill = [
        p for p in severe
        if p.last_day >= _day(p, late) and _at(p, "stem_cells_count", late) >= 1.0
        and not any(responds(p, TREATMENT_DAYS + y * YEAR) for y in (0.5, 1.5, 2.5))
    ]  # fmt: skip  # where no stem cell is left there is none whose divisions could be counted
    cytopenia = [_divisions_per_year(p, TREATMENT_DAYS + 0.5 * YEAR, late) for p in ill]
    remission = [_divisions_per_year(p, TREATMENT_DAYS + 4 * YEAR, TREATMENT_DAYS + 6 * YEAR) for p in well]
    return {
        "normal_bp_per_year": normal,
        "cytopenia_extra_bp_per_year": loss * _mean(cytopenia) - normal,
        "remission_extra_bp_per_year": loss * _mean(remission) - normal,
    }


def _divisions_per_year(patient: VirtualPatient, first: float, last: float) -> float:
    """Rise of the mean number of divisions behind a stem cell, all reported clones by their size."""
    clones = patient.history.clones
    cells = clones["stem_cells_count"]
    sums = (clones["divisions_count"] * cells).groupby(clones["day"]).sum()
    mean = (sums / cells.groupby(clones["day"]).sum()).dropna()
    ends = np.interp([_day(patient, first), _day(patient, last)], mean.index.to_numpy(float), mean.to_numpy(float))
    return float((ends[1] - ends[0]) / ((last - first) / YEAR))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if len(values) else math.nan
