"""What a coarse course is told: the person, when people come to the clinic, and what was given when."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Person(NamedTuple):
    """What differs between people beside the constants; the arrays have shape (n_slots,)."""

    seed_fold: float  # attacking cells at the start
    log_kill_factor: float  # on the recorded kill of globulin
    end_day: float  # day of the chart on which the attack ends by itself; infinity if not
    end_per_day: float
    shown_level: float  # standard normal number that decides how low counts must fall to bring the person to the clinic
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
    event_day: np.ndarray  # (n_events,) days after which steps are short
    transfusion_day: np.ndarray  # (n,)
    transfusion_product: np.ndarray  # 0 red cells, 1 platelets
    transfusion_units: np.ndarray
    transplant_day: float  # infinity for none
    conditioning_survival: float  # of the patient's stem cells and early progenitors
    graft_cells: float
    graft_early: float  # early progenitors of the graft, relative to health
    conditioning_niche_loss: float
