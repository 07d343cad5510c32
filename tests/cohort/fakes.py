"""Patients that cost nothing: the same for the same seed and number, with charts that the rules of the clinic can judge."""

from __future__ import annotations

import functools
import os
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd

from hscape.care import GivenTreatment, Happening, VirtualPatient
from hscape.chart import Chart, Event, Measurement, Transfusion, Treatment
from hscape.cohort import Checks, Hooks, load_design
from hscape.streams import generator

COUNTS = {"hemoglobin_g_per_dl": (6.5, 12.5), "neutrophils_1e9_per_l": (0.3, 2.6), "platelets_1e9_per_l": (9.0, 140.0)}
DIAGNOSIS_DAY = 200.0


def nothing(*_):
    return None


CHECKS = Checks(nothing, nothing, nothing, nothing)


def design(**changes):
    return load_design("race-like", CHECKS).model_copy(update=changes)


def make_patient(design, arm, number, seed, parameters):
    """Responds more often with eltrombopag; some relapse, evolve or die."""
    rng = generator(seed, "fake", number)
    u = rng.random(8)
    treatment_day = DIAGNOSIS_DAY + 7 + 20 * u[0]
    responds = u[1] < (0.75 if "eltrombopag" in arm.name else 0.5)
    month = 2 + 6 * u[2]
    relapse_month = 8 + 20 * u[3] if u[4] < 0.35 else 1e9
    death_day = DIAGNOSIS_DAY + 30 + 600 * u[6] if not responds and u[5] < 0.3 else None
    end = DIAGNOSIS_DAY + 1000.0 if death_day is None else death_day
    days = np.arange(0.0, end, 7.0)
    months = (days - treatment_day) / 30.4375
    level = 1 / (1 + np.exp(np.clip(-2 * (months - month), -50, 50))) * responds
    level = level * np.where(months > relapse_month, np.exp(-np.clip(months - relapse_month, 0, 50)), 1.0)
    sick = np.clip((days - 100) / 100, 0, 1) * (1 - level)
    noise = np.exp(0.08 * rng.standard_normal((len(COUNTS), len(days))))
    columns = {
        name: (high - (high - low) * sick) * noise[index] for index, (name, (low, high)) in enumerate(COUNTS.items())
    }
    counts = pd.DataFrame({"day": days, **columns})
    happenings = [Happening(day=DIAGNOSIS_DAY, kind="diagnosis")]
    if u[7] < 0.1 and death_day is None:
        happenings.append(Happening(day=treatment_day + 300.0, kind="evolution", detail="monosomy 7"))
    if death_day is not None:
        happenings.append(Happening(day=death_day, kind="death"))
    return VirtualPatient(
        patient_id=f"v{number:06d}",
        history=SimpleNamespace(counts=counts),
        diagnosis_day=DIAGNOSIS_DAY,
        last_day=end,
        treatments=tuple(GivenTreatment(name=entry["type"], start_day=treatment_day) for entry in arm.treatments),
        happenings=tuple(happenings),
        truth={"responds": float(responds), "age_years": 20 + 60 * u[0]},
    )


def observe(patient, design, number, seed):
    counts = patient.history.counts
    seen = counts[(counts["day"] >= DIAGNOSIS_DAY - 7)].iloc[::4]
    measured = [
        Measurement(day=float(row["day"] - DIAGNOSIS_DAY), analyte=name, value=float(row[name]))
        for row in seen.to_dict("records")
        for name in COUNTS
    ]
    measured += [
        Measurement(day=m.day, analyte="reticulocytes_1e9_per_l", value=8.0 * m.value)
        for m in measured
        if m.analyte == "hemoglobin_g_per_dl" and m.value >= 0
    ]
    measured.append(Measurement(day=0.0, analyte="marrow_cellularity_fraction", value=0.08))
    shift = DIAGNOSIS_DAY
    given = [
        day
        for day in np.arange(0.0, 400.0, 21.0)
        if np.interp(day + shift, counts["day"], counts["hemoglobin_g_per_dl"]) < 8
    ]
    return Chart(
        patient_id=patient.patient_id,
        sex="female",
        age_years=float(patient.truth["age_years"]),
        measurements=tuple(measured),
        treatments=tuple(Treatment(name=t.name, start_day=t.start_day - shift) for t in patient.treatments),
        transfusions=tuple(
            Transfusion(day=float(day), product="red_cells", units=2.0)
            for day in given
            if day + shift <= patient.last_day
        ),
        events=tuple(Event(day=h.day - shift, kind=h.kind, detail=h.detail) for h in patient.happenings),
    )


def make_slowly(design, arm, number, seed, parameters):
    time.sleep(0.02)
    return make_patient(design, arm, number, seed, parameters)


def make_broken(design, arm, number, seed, parameters):
    if number in (3, 11):
        raise ZeroDivisionError("the marrow of this patient\nis empty")
    return make_patient(design, arm, number, seed, parameters)


def make_none(design, arm, number, seed, parameters):
    raise ValueError("no such drug")


def make_deadly(design, arm, number, seed, parameters):
    """Patient 5 takes the process down, as one who needs too much memory would."""
    if number == 5:
        os._exit(9)
    return make_patient(design, arm, number, seed, parameters)


def make_undiagnosed(design, arm, number, seed, parameters):
    patient = make_patient(design, arm, number, seed, parameters)
    return (
        patient
        if number % 3
        else VirtualPatient(patient_id="x", history=patient.history, diagnosis_day=None, last_day=10.0)
    )


def hooks(make=make_patient):
    return Hooks(make_virtual_patient=make, observe=observe, warm_up=nothing)


@functools.cache
def clean_digest(patients: int, seed: int) -> str:
    """Digest of an uninterrupted run with one worker."""
    import tempfile

    from hscape.cohort import run_cohort

    with tempfile.TemporaryDirectory() as folder:
        return run_cohort(design(), folder, patients=patients, seed=seed, hooks=hooks()).digest
