"""Who rebuilt the marrow: shares, and what would have been without each cause, on the same chance.

The share of a clone says where the blood comes from; the *attributable part* says how much of it would be missing
without one cause. A clone may hold most of the blood and not have been needed. Escape and fitness are taken away
separately, since a driver of leukemia is not a rescuer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hscape.counterfactuals.attribution import CAUSE_FROM, EMPTY_OUTPUT
from hscape.dynamics.coarse_record import CELLS, GRANULOCYTE, N_SLOTS
from hscape.inference.judged import is_recovered
from hscape.inference.numbers import FIRST_OTHER, HLA, PNH
from hscape.inference.problem import Problem
from hscape.inference.scenarios import stopped, without_clone, without_escape, without_fitness

OUTPUT = 12


@dataclass(frozen=True, kw_only=True)
class Causes:
    """Draw by draw; arrays of shape (n,) unless said.

    Args:
        labels: slots that are told, in order of `shares`.
        slots: their numbers.
        shares: of granulocytes on the last day, shape (n, n_labels).
        stem_cell_shares: of stem cells, likewise.
        output: of the marrow on the last day, relative to health.
        without_escape: attributable part of all escape together.
        without_fitness: of all fitness together.
        without_treatment: of everything that was given (transfusions aside).
        without_both: of escape and treatment together.
        by_clone: attributable part of each clone's escape, shape (n, n_labels); zero for ordinary cells.
        by_clone_fitness: of each clone's fitness.
        by_clone_presence: of each clone's being there.
        is_recovered: True where the course has recovered.
        recovers: recovered also without (escape, treatment, both), shape (n, 3).
    """

    labels: tuple[str, ...]
    slots: tuple[int, ...]
    shares: np.ndarray
    stem_cell_shares: np.ndarray
    output: np.ndarray
    without_escape: np.ndarray
    without_fitness: np.ndarray
    without_treatment: np.ndarray
    without_both: np.ndarray
    by_clone: np.ndarray
    by_clone_fitness: np.ndarray
    by_clone_presence: np.ndarray
    is_recovered: np.ndarray
    recovers: np.ndarray

    @property
    def is_mediated(self) -> np.ndarray:
        """True where escape clones made more than half of the output possible."""
        return self.without_escape > CAUSE_FROM

    @property
    def is_by_treatment(self) -> np.ndarray:
        """True where treatment made more than half of the output possible."""
        return self.without_treatment > CAUSE_FROM


def attributable(output: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Part of an output (relative to health) that is missing from another, 0 to 1; next to none of an empty marrow."""
    return np.asarray(np.clip((output - kept) / np.maximum(output, EMPTY_OUTPUT), 0.0, 1.0))


def slot_labels(problem: Problem) -> dict[int, str]:
    """Words for the slots that may hold cells."""
    found = {0: "ordinary stem cells", PNH: "PNH clone", HLA: "HLA-loss clone"}
    for i, clone in enumerate(problem.mapping.clones):
        found[FIRST_OTHER + i] = clone.label
    return found


def find_causes(problem: Problem, numbers: np.ndarray, noise: np.ndarray, *, each_clone: bool = True) -> Causes:
    """Re-run persons with each cause taken away.

    Args:
        problem: the chart.
        numbers: persons, shape (n, n_numbers).
        noise: their chance, shape (n, n_noise, n_slots).
        each_clone: False leaves the parts of single clones at zero, where only all clones together are asked for.
    """
    labels = slot_labels(problem)
    slots = tuple(labels)
    days = np.array([problem.last_day])

    def end(changed: np.ndarray, treated: bool = True) -> np.ndarray:
        setting = problem.setting if treated else untreated
        return problem.courses(changed, noise, days, setting)[0][:, 0]

    untreated = problem.setting_for(list(stopped(problem.given.influences, -1.0e6)), problem.setting.end_day)
    lived = end(numbers)
    bare = end(without_escape(numbers))
    no_drug = end(numbers, treated=False) if problem.given.influences else lived
    neither = end(without_escape(numbers), treated=False) if problem.given.influences else bare
    output = lived[:, OUTPUT]

    def part(row: np.ndarray) -> np.ndarray:
        """Attributable part; a course that then never shows in the clinic is not worse than the real one."""
        return attributable(output, np.where(np.isfinite(row[:, OUTPUT]), row[:, OUTPUT], output))

    by_clone, by_fitness, by_presence = (np.zeros((len(numbers), len(slots))) for _ in range(3))
    cells = lived[:, CELLS : CELLS + N_SLOTS]
    for column, slot in enumerate(slots):
        if slot == 0 or not each_clone or not np.any(cells[:, slot] > 0):
            continue
        by_clone[:, column] = part(end(without_escape(numbers, (slot,))))
        by_presence[:, column] = part(end(without_clone(numbers, (slot,))))
        if slot >= FIRST_OTHER:
            by_fitness[:, column] = part(end(without_fitness(numbers, (slot,))))
    unfit = end(without_fitness(numbers)) if problem.mapping.clones else lived  # escape clones have no advantage
    total = np.maximum(cells.sum(axis=1, keepdims=True), 1e-12)
    return Causes(
        labels=tuple(labels.values()), slots=slots,
        shares=lived[:, [GRANULOCYTE + s for s in slots]], stem_cell_shares=(cells / total)[:, list(slots)],
        output=output, without_escape=part(bare), without_fitness=part(unfit),
        without_treatment=part(no_drug), without_both=part(neither), by_clone=by_clone, by_clone_fitness=by_fitness,
        by_clone_presence=by_presence, is_recovered=is_recovered(lived, problem.parameters),
        recovers=np.stack([is_recovered(row, problem.parameters) for row in (bare, no_drug, neither)], axis=1),
    )  # fmt: skip
