"""Courses of many persons of one chart: eight side by side, scored against what was seen or read on given days."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hscape.compiled import compiled
from hscape.dynamics.coarse_lanes import N_MOVING, N_SCRATCH, Tables, run_side_by_side
from hscape.dynamics.coarse_person import N_VARYING, Person, write_varying
from hscape.dynamics.coarse_record import N_COLUMNS, N_SLOTS, first_row_from
from hscape.inference.course import AT_END, AT_FIRST_SLOT, AT_GLOBULIN, AT_SEED, AT_SHOWN, N_ROWS, Setting, set_person
from hscape.inference.finding_rows import N_COLUMNS as N_OBSERVED
from hscape.inference.likelihood import LOWEST, log_likelihood
from hscape.lanes.number import LANES

_NO_DAYS, _NOTHING_SEEN = np.zeros(0), np.zeros((0, N_OBSERVED))


class Side(NamedTuple):
    """Room for eight people side by side, see `dynamics.coarse_lanes`."""

    person: Person
    tables: Tables
    effects: np.ndarray  # (LANES, n_effects, 5)
    terms: np.ndarray  # (LANES, n_terms, 9)
    records: np.ndarray  # (LANES,)
    own: np.ndarray
    moving: np.ndarray
    scratch: np.ndarray
    which: np.ndarray
    n: np.ndarray
    shown: np.ndarray


@compiled
def _make_side(setting):
    e, t = setting.effects.shape[0], setting.terms.shape[0]
    person = Person(
        np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), setting.end_per_day, np.zeros(LANES), setting.wait_days,
        np.zeros((N_SLOTS, LANES)), np.zeros((N_SLOTS, LANES)), np.zeros((N_SLOTS, LANES)), np.zeros((N_SLOTS, LANES)),
        np.zeros((N_SLOTS, LANES)), np.zeros((N_SLOTS, LANES)), np.zeros((N_SLOTS, LANES)), np.zeros((N_SLOTS, LANES)),
    )  # fmt: skip
    tables = Tables(setting.effects, np.zeros((e, LANES)), setting.terms, np.zeros((t, LANES)), np.zeros((t, LANES)))
    effects, terms = np.zeros((LANES, e, 5)), np.zeros((LANES, t, 9))
    records = np.empty(LANES, dtype=setting.constants.dtype)
    for i in range(LANES):
        effects[i], terms[i] = setting.effects, setting.terms
        records[i] = setting.constants[0]
    return Side(
        person, tables, effects, terms, records, np.zeros((N_VARYING, LANES)), np.zeros((N_MOVING, LANES)),
        np.zeros((N_SCRATCH, LANES)), np.zeros(LANES, dtype=np.int64), np.zeros(LANES, dtype=np.int64),
        np.zeros(LANES, dtype=np.int64),
    )  # fmt: skip


@compiled
def _seat(side, lane, numbers, setting):
    """Put a person into a lane."""
    effects, terms, p = side.effects[lane], side.terms[lane], side.person
    set_person(numbers, setting.constants, setting.attack, effects, terms, side.records[lane : lane + 1])
    for j in range(effects.shape[0]):
        side.tables.strength[j, lane] = effects[j, 2]
    for j in range(terms.shape[0]):
        side.tables.values[j, lane], side.tables.felt[j, lane] = terms[j, 1], terms[j, 8]
    write_varying(side.own, lane, side.records[lane])
    p.seed_fold[lane], p.log_kill_factor[lane] = numbers[AT_SEED], numbers[AT_GLOBULIN]
    p.end_day[lane], p.shown_level[lane] = numbers[AT_END], numbers[AT_SHOWN]
    for j in range(N_SLOTS):
        k = AT_FIRST_SLOT + j
        p.cells[j, lane], p.vulnerability[j, lane] = numbers[k], numbers[k + N_SLOTS]
        p.fitness_per_day[j, lane] = numbers[k + 2 * N_SLOTS]
        p.interferon_fitness_per_day[j, lane] = numbers[k + 3 * N_SLOTS]
        p.origin_per_day[j, lane], p.output[j, lane] = numbers[k + 4 * N_SLOTS], numbers[k + 5 * N_SLOTS]
        p.entry_day[j, lane], p.entry_cells[j, lane] = numbers[k + 6 * N_SLOTS], numbers[k + 7 * N_SLOTS]


@compiled
def _run_from(first, side, numbers, setting, noise, rows):
    """Courses of up to eight people from one on; the last one fills the lanes that are left."""
    for lane in range(LANES):
        side.which[lane] = min(first + lane, numbers.shape[0] - 1)
        _seat(side, lane, numbers[side.which[lane]], setting)
    run_side_by_side(
        side.person, setting.threshold, side.tables, setting.table, setting.end_day, noise, side.which, side.records,
        side.own, setting.age_years, rows, side.moving, side.scratch, side.n, side.shown,
    )  # fmt: skip


@compiled
def _run_all(numbers, setting, observations, noise, days, rows, found, each, out, shown_after, steps):
    """Courses of many persons; one compiled function for all uses, since loading it takes a while."""
    side = _make_side(setting)
    for first in range(0, numbers.shape[0], LANES):
        _run_from(first, side, numbers, setting, noise, rows)
        for lane in range(min(LANES, numbers.shape[0] - first)):
            i, is_shown = first + lane, side.shown[lane] >= 0
            shown_after[i] = -rows[lane, 0, 0] if is_shown else np.nan
            steps[i] = side.n[lane] - 1 - side.shown[lane] if is_shown else -1
            if not is_shown:
                found[i], each[i], out[i] = LOWEST, 0.0, np.nan
                continue
            if observations.shape[0]:
                found[i] = log_likelihood(rows[lane], side.n[lane], observations, each[i])
            for d in range(days.shape[0]):
                _row_near(rows[lane], side.n[lane], days[d], out[i, d])


def score(
    numbers: np.ndarray, setting: Setting, observations: np.ndarray, noise: np.ndarray, rows: np.ndarray,
    each: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Log likelihood of many persons.

    Args:
        numbers: shape (n, n_numbers).
        setting: of the chart.
        observations: shape (n_observations, n_columns).
        noise: shape (n, n_noise, n_slots).
        rows: scratch, see `empty_rows`.
        each: is filled with the parts, shape (n, n_observations).

    Returns:
        shape (n,); very low where the failure does not show in time.
    """
    n = len(numbers)
    found = np.zeros(n)
    _run_all(numbers, setting, observations, noise, _NO_DAYS, rows, found, each, np.zeros((n, 0, N_COLUMNS)),
             np.zeros(n), np.zeros(n, dtype=np.int64))  # fmt: skip
    return found


def courses_on(
    numbers: np.ndarray, setting: Setting, noise: np.ndarray, days: np.ndarray, rows: np.ndarray, out: np.ndarray,
    shown_after: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Courses of many persons on given days of the chart.

    Args:
        numbers: shape (n, n_numbers).
        setting: of the chart.
        noise: shape (n, n_noise, n_slots).
        days: shape (n_days,), rising.
        rows: scratch, see `empty_rows`.
        out: is filled, shape (n, n_days, n_columns); not a number where the failure does not show.
        shown_after: is filled with the days from the first attacking cell to day 0, shape (n,).

    Returns:
        steps from day 0 to the last day, shape (n,); below zero where the failure does not show.
    """
    n = len(numbers)
    steps = np.zeros(n, dtype=np.int64)
    _run_all(numbers, setting, _NOTHING_SEEN, noise, days, rows, np.zeros(n), np.zeros((n, 0)), out, shown_after, steps)
    return steps


@compiled
def _row_near(rows, n, day, out):
    low = first_row_from(rows, n, day)
    if low == 0 or abs(rows[low, 0] - day) < 1.0e-6 or rows[low, 0] < day:
        out[:] = rows[low]
    else:
        weight = (day - rows[low - 1, 0]) / (rows[low, 0] - rows[low - 1, 0])
        for j in range(rows.shape[1]):
            out[j] = (1.0 - weight) * rows[low - 1, j] + weight * rows[low, j]
    out[0] = day


def empty_rows() -> np.ndarray:
    """Scratch for the courses of eight people, shape (LANES, n_rows, n_columns); the first serves one alone."""
    return np.zeros((LANES, N_ROWS, N_COLUMNS))
