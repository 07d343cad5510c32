"""The step kernel against the exact one where rates move fast, and against the master equation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Influence, Jump
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
            Patient(parameters=small, clones=escape, influences=[Course([contact(0, 200, 0.03)], [])]), 364.0),
        "crash: killing 0.02/d for 300 d, then regrowth": (
            Patient(parameters=small, clones=driver, influences=[Course([kill(0, 300, 0.02)], [])]), 728.0),
        "conditioning: 99.5% killed in a day, regrowth of 100 cells": (
            Patient(parameters=small, clones=driver,
                    influences=[Course([], [Jump(day=7, target="stem_cells", factor=0.005)])]), 364.0),
        "engraftment: nothing left, 30 cells given, 2 years": (
            Patient(parameters=small, clones=[Founder(name="driver", stem_cells=4000, fitness_per_year=0.3)],
                    influences=[Course([], [Jump(day=0, target="stem_cells", factor=0.0, amount=30)])]), 728.0),
        "fast crash: killing 0.5/d for 14 d": (
            Patient(parameters=small, clones=driver, influences=[Course([kill(3, 17, 0.5)], [])]), 364.0),
    }


def final_sizes(patient: Patient, days: float, kernel: str, runs: int, seed: int, with_blood: bool) -> np.ndarray:
    """Total and clone size at a third, two thirds and the end of each run, shape (runs, 6)."""
    found = np.zeros((runs, 6))
    for number in range(runs):
        history = simulate(patient, days=days, seed=seed, number=number, kernel=kernel, with_blood=with_blood,
                           output_every_days=days / 3, clones_every_days=days / 3, report_fraction=0.0)
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
            rows.append({"scenario": name, "with_blood": with_blood, "runs": runs, "ks": max(distances),
                         "distances": distances, "means": means})
            say(f"{name} (blood {with_blood}): KS {max(distances):.3f} {[round(float(d), 3) for d in distances]}")
    return rows


if __name__ == "__main__":
    import sys

    kernel_agreement(int(sys.argv[1]) if len(sys.argv) > 1 else 500, 11, print)
