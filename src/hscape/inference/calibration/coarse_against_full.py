"""The coarse course of inference against the full simulation: the same person, without clones and without chance."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from hscape.biology.balance import constants_record
from hscape.biology.failure import ImmuneAttack, NicheLoss
from hscape.biology.influence import compile_influences
from hscape.biology.treatment import AntithymocyteGlobulin, Cyclosporine
from hscape.care import admit
from hscape.care.plan import CarePlan, Planned
from hscape.cohort.population import draw_case
from hscape.dynamics.coarse import N_NOISE, run_coarse
from hscape.dynamics.coarse_person import Person, Threshold
from hscape.dynamics.coarse_record import COLUMNS, N_COLUMNS, N_SLOTS
from hscape.inference.course import N_ROWS
from hscape.inference.timetable import make_timetable

PLAN = CarePlan(
    name="IST", relapse="none",
    treatments=(
        Planned(name="horse_atg"),
        Planned(name="cyclosporine", options={"full_days": 182.0, "taper_days": 365.0}),
    ),
)  # fmt: skip
VISITS = (0.0, 28.0, 56.0, 91.0, 182.0, 365.0, 550.0)
NAMES = (
    "hemoglobin_g_per_dl", "platelets_1e9_per_l", "neutrophils_1e9_per_l", "reticulocytes_1e9_per_l",
    "stem_cells_count",
)  # fmt: skip


class Pair(NamedTuple):
    """One person by both courses.

    Args:
        coarse: shape (n_visits, n_names); visits in life.
        full: likewise.
        shown_later_days: how much later the coarse course comes to the clinic.
        seconds: of computing the coarse course.
    """

    coarse: np.ndarray
    full: np.ndarray
    shown_later_days: float
    seconds: float

    def log_distance(self) -> np.ndarray:
        """Natural logarithm of coarse over full, shape (n_visits, n_names); not a number where not compared."""
        return np.log(np.maximum(self.coarse, 1e-9) / np.maximum(self.full, 1e-9))


def compare(number: int, seed: int = 5) -> Pair | None:
    """One person without clones and without chance, by the coarse and by the full course.

    Args:
        number: of the person.
        seed: of the people.

    Returns:
        both courses on `VISITS`; None if the failure does not show in either.
    """
    case = draw_case("trial-usa", PLAN, seed=seed, number=number, follow_up_days=560)
    kinds = tuple(replace(kind, rate_per_year=0.0) for kind in case.patient.kinds)
    patient = replace(case.patient, kinds=kinds, drivers="none")
    lived = admit(replace(case, patient=patient, output_every_days=1.0), seed=seed, number=number, kernel="mean")
    if lived.diagnosis_day is None:
        return None
    context, attack = patient.context(6000.0), patient.influences[0]
    assert isinstance(attack, ImmuneAttack)
    given = [
        AntithymocyteGlobulin(day=14.0, source="horse", log_kill_fold=case.log_kill_fold["horse"]),
        Cyclosporine(day=14.0, full_days=182.0, taper_days=365.0),
    ]
    program = compile_influences([attack, NicheLoss(), *given], context)
    transfusions = [
        (item.day - lived.diagnosis_day, 0 if item.product == "red_cells" else 1, item.units)
        for item in lived.transfusions
    ]
    table = make_timetable(program, given, transfusions, VISITS, context)
    none = np.zeros(N_SLOTS)
    cells = none.copy()
    cells[0] = patient.parameters["stem_cell_niche_capacity_cells"]
    ends = case.attack_ends_after_presentation_days
    person = Person(
        float(attack.seed_fold or 0.0), 1.0, math.inf if ends is None else ends,
        patient.parameters["attack_own_end_per_day"], 0.0, case.wait_days, cells, np.ones(N_SLOTS), none, none, none,
        np.ones(N_SLOTS), np.full(N_SLOTS, np.inf), none,
    )  # fmt: skip
    limits = case.presentation
    sharp = Threshold(
        limits.hemoglobin_g_per_dl, limits.platelets_1e9_per_l, limits.neutrophils_1e9_per_l, 1e-3, 1e-3, 1e-3
    )
    rows = np.zeros((N_ROWS, N_COLUMNS))
    constants = constants_record(patient.parameters, patient.sex)
    started = time.process_time()
    n, shown = run_coarse(
        person, sharp, program.effects, program.terms, table, 560.0, np.zeros((N_NOISE, N_SLOTS)), constants,
        patient.age_years, rows,
    )  # fmt: skip
    seconds = time.process_time() - started
    if shown <= 0:
        return None
    coarse, full = [], []
    counts = lived.history.counts
    for day in VISITS:
        if day + lived.diagnosis_day > lived.last_day:
            break  # after death the record of transfusions ends, and the full course goes on as if it did not
        near = np.argmin(np.abs(rows[shown:n, 0] - day)) + shown
        coarse.append([rows[near, COLUMNS.index(name)] for name in NAMES])
        full.append([float(np.interp(day + lived.diagnosis_day, counts["day"], counts[name])) for name in NAMES])
        # Donors' cells are dated by the day and live in steps of a week: within a week of red cells, and within 16 days
        # of platelets, when most of the few platelets are a donor's, the two are not compared.
        for column, product, span in ((0, 0, 8.0), (1, 1, 16.0)):
            if any(0.0 <= day - when < span and given_product == product for when, given_product, _ in transfusions):
                coarse[-1][column] = math.nan
    return Pair(np.array(coarse), np.array(full), float(-rows[0, 0] - lived.diagnosis_day), seconds)
