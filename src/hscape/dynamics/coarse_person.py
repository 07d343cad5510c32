"""What a coarse course is told: the person, when people come to the clinic, and what was given when."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import literal_unroll

from hscape.compiled import compiled

#: What a coarse step keeps for the next one, by its place: the attack's own states at the start of the step and moved
#: (scratch), the speed of thrombopoietin, and the output at the end of the step, in all and towards neutrophils.
OWN_START, OWN_MOVED, SIGNAL_SPEED, OUTPUT_BEFORE, TOWARD_BEFORE = 0, 3, 6, 7, 8
N_MEMORY = 9
Number = Any


#: Constants that differ between people of one chart.
VARYING = (
    "niche_empty_division_fold", "hemoglobin_normal_g_per_dl", "hemoglobin_mass_normal_g",
    "red_cells_normal_1e12_per_l", "hemoglobin_to_half_maximal_ratio", "erythropoietin_drive_normal",
    "iron_use_per_day", "platelets_normal_1e9_per_l", "platelet_random_loss_reference_per_day",
    "platelet_stage_survival_probability", "platelet_first_stage_share", "neutrophils_normal_1e9_per_l",
    "lymphocytes_normal_1e9_per_l",
)  # fmt: skip


N_VARYING = len(VARYING)


@compiled
def write_varying(own, lane, c):
    """Write the constants of one person that differ into his lane, in the order of `VARYING`."""
    row = 0
    for name in literal_unroll(VARYING):
        own[row, lane] = c[name]
        row += 1  # noqa: SIM113 - only the plain names can be unrolled


class Person(NamedTuple):
    """What differs between people beside the constants; the arrays have shape (n_slots,).

    For people side by side the numbers are arrays of shape (LANES,), and the arrays (n_slots, LANES).
    """

    seed_fold: Number  # attacking cells at the start
    log_kill_factor: Number  # on the recorded kill of globulin
    end_day: Number  # day of the chart on which the attack ends by itself; infinity if not
    end_per_day: float
    shown_level: Number  # standard normal; decides how low counts must fall to bring the person to the clinic
    wait_days: float  # longest time from the first attacking cell to the clinic
    cells: np.ndarray  # at the start
    vulnerability: np.ndarray
    fitness_per_day: np.ndarray
    interferon_fitness_per_day: np.ndarray
    origin_per_day: np.ndarray  # new cells of the kind per ordinary stem cell and day
    output: np.ndarray  # blood made by an early progenitor of the kind, relative to an ordinary one
    entry_day: np.ndarray  # day of the chart on which a later clone enters; infinity for none
    entry_cells: np.ndarray


class Threshold(NamedTuple):
    """Counts at which people come to the clinic: medians, and spreads of the natural logarithm."""

    hemoglobin_g_per_dl: float
    platelets_1e9_per_l: float
    neutrophils_1e9_per_l: float
    hemoglobin_log_sd: float
    platelets_log_sd: float
    neutrophils_log_sd: float


class Timetable(NamedTuple):
    """The dated part of a program (see `biology.influence.Program`), in days of the chart."""

    change_day: np.ndarray  # (n_segments,)
    addition: np.ndarray  # (n_segments, n_channels)
    factor: np.ndarray
    atg_addition: np.ndarray  # (n_segments,) recorded kill of globulin per day, scaled by the person's factor
    cut_day: np.ndarray  # (n_cuts,) days on which a step must end: visits, transfusions, changes; sorted
    event_day: np.ndarray  # (n_events,) days after which steps are short; sorted
    transfusion_day: np.ndarray  # (n,)
    transfusion_product: np.ndarray  # 0 red cells, 1 platelets
    transfusion_units: np.ndarray
    transplant_day: float  # infinity for none
    conditioning_survival: float  # of the patient's stem cells and early progenitors
    graft_cells: float
    graft_early: float  # early progenitors of the graft, relative to health
    conditioning_niche_loss: float
