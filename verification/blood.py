"""The fast blood integrator against scipy's adaptive solver, over random people and events."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hscape.biology.influences import Bleeding, CytotoxicPulse, Infection, PlateletDestruction, RedCellAplasia
from hscape.biology.state import N_BLOOD
from hscape.dynamics.simulate import simulate
from hscape.parameters import Parameters, records
from hscape.patient import Patient
from hscape.streams import generator
from hscape.verify.reference import fast_course, reference_course

SUBJECTS = ("red_cells", "white_cells", "platelets", "signals", "iron")


def random_patient(number: int, seed: int) -> Patient:
    """A person with every blood parameter drawn from its plausible range, and one to five events."""
    rng = generator(seed, "random patient", number)
    changes = {}
    for record in records().values():
        if record.subject in SUBJECTS:
            value = float(rng.uniform(record.low, record.high))
            changes[record.id] = min(value, 0.98) if record.id.endswith(("_fraction", "_share")) else value
    usual = changes["reticulocyte_blood_days"]  # the days of a reticulocyte must stand in order
    changes["reticulocyte_blood_min_days"] = min(changes["reticulocyte_blood_min_days"], 0.9 * usual)
    changes["reticulocyte_total_days"] = max(changes["reticulocyte_total_days"],
                                             changes["reticulocyte_blood_max_days"] + 0.5)  # fmt: skip
    events = []
    for _ in range(rng.integers(1, 6)):
        day = float(np.round(rng.uniform(1, 60), 2))
        kind = rng.integers(5)
        if kind == 0:
            events.append(Bleeding(day=day, volume_ml=float(rng.uniform(100, 600))))
        elif kind == 1:
            events.append(Infection(day=day, duration_days=float(rng.uniform(1, 10))))
        elif kind == 2:
            events.append(CytotoxicPulse(day=day, dose_mg=float(rng.uniform(50, 300)), cycles=int(rng.integers(1, 4))))
        elif kind == 3:
            events.append(
                PlateletDestruction(day=day, destruction_per_day=float(rng.uniform(0.1, 5)), duration_days=20)
            )
        else:
            events.append(RedCellAplasia(day=day, duration_days=float(rng.uniform(3, 20))))
    unique = list({type(e).__name__ + str(e.day): e for e in events}.values())
    return Patient(sex=str(rng.choice(["male", "female"])), parameters=Parameters().with_values(changes),
                   influences=unique)  # fmt: skip


def solver_error(patient: Patient, days: float) -> float:
    """max |x - reference| / (0.01 + |reference|) over all pools and days; pools are relative to health."""
    _, fast = fast_course(patient, days=days)
    _, reference = reference_course(patient, days=days, relative_tolerance=1e-9)
    fast, reference = fast[:, :N_BLOOD], reference[:, :N_BLOOD]
    return float((np.abs(fast - reference) / (0.01 + np.abs(reference))).max())


def against_adaptive_solver(n: int, seed: int, say: Callable[[str], None]) -> dict:
    """Error over random patients."""
    errors = []
    for number in range(n):
        errors.append(solver_error(random_patient(number, seed), days=150.0))
        if (number + 1) % 20 == 0:
            say(f"adaptive solver: {number + 1} of {n}, largest error {max(errors):.2e}")
    return {"n": n, "largest": max(errors), "median": float(np.median(errors)),
            "n_above": int((np.array(errors) >= 1e-3).sum())}  # fmt: skip


def no_nan(n: int, seed: int, say: Callable[[str], None]) -> dict:
    """Whole courses of random patients, stem cells included: how many states were not finite."""
    bad = 0
    for number in range(n):
        history = simulate(random_patient(number, seed), days=100, seed=seed, number=number, output_every_days=25)
        bad += not np.isfinite(history.states).all()
        if (number + 1) % 2000 == 0:
            say(f"finite: {number + 1} of {n}, {bad} not finite")
    return {"n": n, "not_finite": bad}
