"""The step kernel against the exact one where rates move fast, and against the master equation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats
from scipy.linalg import expm

from hscape.biology import rates
from hscape.biology.balance import constants_record
from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Influence, Jump
from hscape.dynamics import step
from hscape.dynamics.clones import empty_clones
from hscape.dynamics.setting import Setting
from hscape.dynamics.simulate import simulate
from hscape.parameters import Parameters
from hscape.patient import Founder, Patient


class Course(Influence):
    """Dated changes and jumps given as lists."""

    def __init__(self, changes: list[Change], jumps: list[Jump]) -> None:
        self._changes, self._jumps = changes, jumps

    def changes(self, context):
        return self._changes

    def jumps(self, context):
        return self._jumps


def kill(day: float, until: float, rate: float) -> Change:
    return Change(channel=Channel.STEM_CELL_KILLING_PER_DAY, start_day=day, end_day=until, addition=rate)


def contact(day: float, until: float, rate: float) -> Change:
    return Change(channel=Channel.CONTACT_KILLING_PER_DAY, start_day=day, end_day=until, addition=rate)


def scenarios() -> dict[str, tuple[Patient, float]]:
    """Crash, conditioning and engraftment, each with a clone that is spared or fitter."""
    small = Parameters().with_values({"stem_cell_niche_capacity_cells": 20000.0})
    escape = [Founder(name="escape", stem_cells=20, vulnerability_fraction=0.0)]
    driver = [Founder(name="driver", stem_cells=200, fitness_per_year=0.5)]
    return {
        "crash: contact killing 0.03/d for 200 d, 20 spared cells": (
            Patient(parameters=small, clones=escape, influences=[Course([contact(0, 200, 0.03)], [])]),
            364.0,
        ),
        "crash: killing 0.02/d for 300 d, then regrowth": (
            Patient(parameters=small, clones=driver, influences=[Course([kill(0, 300, 0.02)], [])]),
            728.0,
        ),
        "conditioning: 99.5% killed in a day, regrowth of 100 cells": (
            Patient(
                parameters=small,
                clones=driver,
                influences=[Course([], [Jump(day=7, target="stem_cells", factor=0.005)])],
            ),
            364.0,
        ),
        "engraftment: nothing left, 30 cells given, 2 years": (
            Patient(
                parameters=small,
                clones=[Founder(name="driver", stem_cells=4000, fitness_per_year=0.3)],
                influences=[Course([], [Jump(day=0, target="stem_cells", factor=0.0, amount=30)])],
            ),
            728.0,
        ),
        "fast crash: killing 0.5/d for 14 d": (
            Patient(parameters=small, clones=driver, influences=[Course([kill(3, 17, 0.5)], [])]),
            364.0,
        ),
    }


def final_sizes(patient: Patient, days: float, kernel: str, runs: int, seed: int, with_blood: bool) -> np.ndarray:
    """Total and clone size at a third, two thirds and the end of each run, shape (runs, 6)."""
    found = np.zeros((runs, 6))
    for number in range(runs):
        history = simulate(
            patient,
            days=days,
            seed=seed,
            number=number,
            kernel=kernel,
            with_blood=with_blood,
            output_every_days=days / 3,
            clones_every_days=days / 3,
            report_fraction=0.0,
        )
        rows = history.clone_rows
        found[number, :3] = history.stem_cells[1:]
        for row in rows[rows[:, 1] == 0]:
            k = round(row[0] / 1024 / (days / 3))
            if k > 0:
                found[number, 2 + k] = row[2]
    return found


def kernel_agreement(runs: int, seed: int, say: Callable[[str], None]) -> list[dict]:
    """Largest two-sample KS distance over total and clone at three times, per scenario."""
    rows = []
    for name, (patient, days) in scenarios().items():
        for with_blood in (False, True):
            a = final_sizes(patient, days, "exact", runs, seed, with_blood)
            b = final_sizes(patient, days, "step", runs, seed + 1, with_blood)
            distances = [stats.ks_2samp(a[:, k], b[:, k]).statistic for k in range(6)]
            means = [(a[:, k].mean(), b[:, k].mean()) for k in range(6)]
            rows.append(
                {
                    "scenario": name,
                    "with_blood": with_blood,
                    "runs": runs,
                    "ks": max(distances),
                    "distances": distances,
                    "means": means,
                }
            )
            say(f"{name} (blood {with_blood}): KS {max(distances):.3f} {[round(float(d), 3) for d in distances]}")
    return rows


def _states(n: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(n + 1) for j in range(n + 1 - i)]


def _pair_rates(i: int, j: int, capacity: float, c: Any) -> tuple[float, float, float, float]:
    """Division and loss of both clones in a state: clone 1 is ordinary, clone 2 fitter and killed."""
    fold = rates.stem_cell_division_fold((i + j) / capacity, 1.0, 1.0, c)
    divide = [rates.stem_cell_division_per_day(s, fold, c) for s in (0.0, 0.02)]
    lose = [rates.stem_cell_loss_per_day(1.0, 1.0, 0.0, 0.01, v, c) for v in (1.0, 0.5)]
    return divide[0], lose[0], divide[1], lose[1]


def master_equation(n: int, capacity: float, days: float, c: Any) -> np.ndarray:
    """Exact transition matrix of two competing clones with at most n cells together (births stop at n)."""
    states = _states(n)
    index = {state: k for k, state in enumerate(states)}
    generator = np.zeros((len(states), len(states)))
    for (i, j), k in index.items():
        b1, d1, b2, d2 = _pair_rates(i, j, capacity, c)
        moves = [((i + 1, j), b1 * i), ((i - 1, j), d1 * i), ((i, j + 1), b2 * j), ((i, j - 1), d2 * j)]
        for target, rate in moves:
            if target in index and rate > 0:
                generator[k, index[target]] += rate
                generator[k, k] -= rate
    return expm(generator * days)


def step_matrix(n: int, capacity: float, days: float, c: Any) -> np.ndarray:
    """Transition matrix of one step: rates frozen at the middle as the kernel does, closed-form law per clone.

    What would leave the lattice is put on its edge, as the master equation keeps it.
    """
    states = _states(n)
    index = {state: k for k, state in enumerate(states)}
    matrix = np.zeros((len(states), len(states)))
    clones = empty_clones(2)
    clones.fitness_per_day[1], clones.vulnerability[0], clones.vulnerability[1] = 0.02, 1.0, 0.5
    setting = Setting(1.0, capacity, 1.0, 1.0, 0.0, 0.01, 0.0, 1.0, 0.0, np.uint64(0))
    for (i, j), k in index.items():
        clones.cells[:] = (i, j)
        fold = step.division_fold(step.middle_total(clones, 2, float(i + j), days, setting, c), setting, c)
        laws = []
        for slot, cells in enumerate((i, j)):
            division, loss = step.clone_rates(
                clones.fitness_per_day[slot], clones.vulnerability[slot], fold, setting, c
            )
            laws.append(_law(cells, *step.transition(division, loss, days), n))
        joint = np.outer(laws[0], laws[1])
        for a in range(n + 1):
            for b in range(n + 1):
                target = (a, b) if a + b <= n else (a, n - a)
                matrix[k, index[target]] += joint[a, b]
    return matrix / matrix.sum(axis=1, keepdims=True)


def _law(cells: int, a: float, b: float, n: int) -> np.ndarray:
    """Closed-form law of one clone on 0..n."""
    out = np.zeros(n + 1)
    lineages = stats.binom(cells, 1.0 - a).pmf(np.arange(cells + 1))
    out[0] = lineages[0]
    k = np.arange(n + 1)
    for m in range(1, cells + 1):
        out[m:] += lineages[m] * stats.nbinom(m, 1.0 - b).pmf(k[m:] - m)
    return out


def order_of_convergence(n: int, steps: tuple[int, ...] = (1, 2, 4), days: float = 8.0) -> list[float]:
    """Largest total-variation error over starts in the inner half, for the same span cut into 1, 2, 4 steps."""
    # rates of the test's own, so that its error tells of the kernel and not of the numbers in force
    faster = Parameters().with_values({"stem_cell_division_interval_days": 40.0, "niche_empty_division_fold": 4.0})
    c = np.array([constants_record(faster)])[0]
    capacity = n / 3.0
    exact = master_equation(n, capacity, days, c)
    inner = [k for k, (i, j) in enumerate(_states(n)) if i + j <= n // 2]
    errors = []
    for parts in steps:
        matrix = np.linalg.matrix_power(step_matrix(n, capacity, days / parts, c), parts)
        errors.append(float(0.5 * np.abs(matrix - exact)[inner].sum(axis=1).max()))
    return errors


if __name__ == "__main__":
    import sys

    print(order_of_convergence(int(sys.argv[2]) if len(sys.argv) > 2 else 30))
    kernel_agreement(int(sys.argv[1]) if len(sys.argv) > 1 else 500, 11, print)
