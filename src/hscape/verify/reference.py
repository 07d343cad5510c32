"""The blood on a library's adaptive solver: the reference path for the fast integrator.

Stem cells are held at their number on day 0, so that only the blood is compared. Restarted at every dated
change and jump; needs scipy.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hscape.biology.balance import constants_record
from hscape.biology.influence import JUMP_POOL, Program, compile_influences, to_tick
from hscape.biology.state import N_BLOOD, N_STATES
from hscape.compiled import compiled
from hscape.dynamics import plan
from hscape.dynamics.blood import (
    CALM_PRODUCT,
    EVENT_DAYS,
    EVENT_PRODUCT,
    N_FROZEN,
    N_MEANS,
    derivative,
    fill_channels,
    integrate,
)
from hscape.errors import NumericsError
from hscape.patient import Patient
from hscape.units import TICKS_PER_DAY


@compiled
def blood_rates(addition, factor, effects, terms, y, f, c, h, dy, gain):
    """The derivative, with its channels filled first."""
    fill_channels(addition, factor, effects, y, f, h)
    derivative(addition, factor, effects, terms, y, f, c, h, dy, gain)


def acting(program: Program, row: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What acts in a segment: additions, factors, effects, terms and the scale of own states."""
    return program.addition[row], program.factor[row], program.effects, program.terms, program.own_scale


def _edges(program: Program, days: float, every_days: float) -> np.ndarray:
    stop = to_tick(days)
    ticks = {0, stop, *range(0, stop + 1, to_tick(every_days))}
    ticks |= {int(t) for t in program.change_tick if 0 < t < stop} | {
        int(t) for t in program.jump_tick if 0 <= t < stop
    }
    return np.array(sorted(ticks))


Advance = Callable[[Program, int, int, np.ndarray, float], np.ndarray]


def _jump(program: Program, tick: int, y: np.ndarray) -> None:
    for j in np.flatnonzero(program.jump_tick == tick):
        if program.jump_kind[j] == JUMP_POOL:
            span = slice(program.jump_start[j], program.jump_stop[j])
            y[span] = y[span] * program.jump_factor[j] + program.jump_amount[j]


def _course(
    patient: Patient, days: float, every_days: float, start: np.ndarray, advance: Advance
) -> tuple[np.ndarray, np.ndarray]:
    """Drive a solver from edge to edge; returns days and states at the asked days."""
    program = compile_influences(patient.influences, patient.context(days))
    y = start.copy()
    y[N_BLOOD:] = program.own_initial
    edges, every = _edges(program, days, every_days), to_tick(every_days)
    out_days, states = [], []
    for i, tick in enumerate(edges):
        if tick % every == 0:
            out_days.append(tick / TICKS_PER_DAY)
            states.append(y.copy())
        if i + 1 == len(edges):
            break
        _jump(program, int(tick), y)
        row = int(np.searchsorted(program.change_tick, tick, side="right")) - 1
        y = advance(program, int(tick), row, y, (edges[i + 1] - tick) / TICKS_PER_DAY)
    return np.array(out_days), np.array(states)


def healthy_start() -> np.ndarray:
    """Every pool as in health."""
    y = np.ones(N_STATES)
    y[N_BLOOD:] = 0.0
    return y


def reference_course(
    patient: Patient,
    *,
    days: float,
    every_days: float = 1.0,
    start: np.ndarray | None = None,
    relative_tolerance: float = 1e-9,
) -> tuple[np.ndarray, np.ndarray]:
    """Blood states by scipy's LSODA.

    Args:
        patient: influences may act on the blood only.
        days: length.
        every_days: distance of the rows.
        start: state on day 0; health by default.
        relative_tolerance: of the solver; the absolute one is a thousandth of it.

    Returns:
        Days, shape (n_rows,), and states, shape (n_rows, n_states).

    Raises:
        NumericsError: the solver gave up.
    """
    from scipy.integrate import solve_ivp

    c, f = constants_record(patient.parameters, patient.sex), np.ones(N_FROZEN)
    h, gain, dy = np.zeros(N_STATES), np.zeros(N_STATES), np.zeros(N_STATES)

    def advance(program: Program, tick: int, row: int, y: np.ndarray, span: float) -> np.ndarray:
        def moving(_: float, state: np.ndarray) -> np.ndarray:
            blood_rates(
                program.addition[row], program.factor[row], program.effects, program.terms, state, f, c, h, dy, gain
            )
            return dy.copy()

        found = solve_ivp(moving, (0.0, span), y, method="LSODA", rtol=relative_tolerance,
                          atol=relative_tolerance * 1e-3)  # fmt: skip
        if not found.success:
            raise NumericsError(f"reference solver: {found.message}")
        return found.y[:, -1].copy()

    return _course(patient, days, every_days, start if start is not None else healthy_start(), advance)


def fast_course(
    patient: Patient, *, days: float, every_days: float = 1.0, start: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The same by the fast integrator, for comparison."""
    c, f = constants_record(patient.parameters, patient.sex), np.ones(N_FROZEN)
    work, means = np.zeros((7, N_STATES)), np.zeros(N_MEANS)

    def advance(program: Program, tick: int, row: int, y: np.ndarray, span: float) -> np.ndarray:
        left, moved = span, y.copy()
        calm = tick - plan.latest_event(program, tick) > EVENT_DAYS * TICKS_PER_DAY
        product = CALM_PRODUCT if calm else EVENT_PRODUCT
        while left > 1e-12:
            part = min(left, 1.0)
            additions, factors, effects, terms, scale = acting(program, row)
            integrate(additions, factors, effects, terms, scale, moved, part, product, f, c, work, means)
            left -= part
        return moved

    return _course(patient, days, every_days, start if start is not None else healthy_start(), advance)
