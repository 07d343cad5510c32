"""Single-cell colonies of a simulated person: who is sampled, and the tree in which they meet.

Taken from the course: cells of every reported clone over time, its divisions, its birth and its parent. Not in
the course, and so assumed: the life before its first day. The ordinary stem cells then filled the niche of their
age (numbers of the model) and grew to it from one cell at conception; a clone that was there from the start grew
from one cell to its size at its own fitness. Clones too small to be reported count as ordinary cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hscape.clones.phylogeny.descent import Descent, Trajectory, grow_back
from hscape.clones.phylogeny.numbers import number
from hscape.clones.phylogeny.tree import Tree
from hscape.errors import InputError
from hscape.history import History
from hscape.streams import generator
from hscape.units import DAYS_PER_YEAR, TICKS_PER_DAY

ORDINARY = -1
#: Every so many years the childhood of the ordinary stem cells is divided.
CHILDHOOD_STEP_YEARS = 1.0


@dataclass(frozen=True, kw_only=True)
class Colonies:
    """Sampled colonies.

    Args:
        tree: time in years; the stem reaches back to conception.
        clone_of: label of each colony -> its clone.
        parent_of: clone -> parent clone, for the clones that were sampled or lie above one that was.
    """

    tree: Tree
    clone_of: dict[str, str]
    parent_of: dict[str, str]

    def clades(self) -> pd.DataFrame:
        """Clones with two colonies or more, those of daughter clones included, a row a colony."""
        rows = []
        for label, clone in self.clone_of.items():
            above = clone
            while above in self.parent_of:
                rows.append((above, label))
                above = self.parent_of[above]
        table = pd.DataFrame(rows, columns=["clone_id", "sample"])
        counts = table["clone_id"].map(table["clone_id"].value_counts())
        return table[counts >= 2].sort_values(["clone_id", "sample"], ignore_index=True)


def sample_colonies(history: History, n: int, *, seed: int) -> Colonies:
    """Draw colonies from the stem cells of a simulated person on the last day, and the tree of their descent.

    Args:
        history: what happened.
        n: how many colonies, at least 2.
        seed: colonies have draws of their own; those of the course do not move.

    Returns:
        the tree with a stem to conception, and the clone of each colony.

    Raises:
        InputError: fewer stem cells than colonies, or a kernel that moves expectations.

    Source:
        the stem-cell law of `hscape.dynamics.step`, see `backward`.
    """
    if history.run.kernel == "mean":
        raise InputError(
            "colonies: the mean kernel moves expectations, not cells; simulate with the kernel step or exact."
        )
    source = generator(seed, "colonies", history.run.number)
    clones = _trajectories(history)
    cells = np.array([_cells_at_end(clone, history) for clone in clones], dtype=np.int64)
    if cells.sum() < n:
        raise InputError(
            f"--colonies: {n} are more than the {cells.sum()} stem cells on the last day; ask for fewer colonies."
        )
    each = source.multivariate_hypergeometric(cells, n, method="marginals")
    sampled, clone_of = _labels(clones, each)
    start = float(clones[0].times[0])
    descent, left = grow_back(clones, sampled, source)
    root = _joined(descent, left, start, source)
    tree = descent.tree(root, f"patient_{history.run.number}", start)
    names = [clone.name for clone in clones]
    parents = {clone.name: names[clone.parent] for clone in clones if clone.parent >= 0}
    return Colonies(tree=_in_years(tree), clone_of=clone_of, parent_of=parents)


def _labels(clones: list[Trajectory], each: np.ndarray) -> tuple[list[list[str]], dict[str, str]]:
    width = max(3, len(str(int(each.sum()))))
    sampled: list[list[str]] = []
    clone_of: dict[str, str] = {}
    for clone, k in zip(clones, each, strict=True):
        labels = [f"c{len(clone_of) + i + 1:0{width}d}" for i in range(int(k))]
        clone_of |= dict.fromkeys(labels, clone.name)
        sampled.append(labels)
    return sampled, clone_of


def _cells_at_end(clone: Trajectory, history: History) -> int:
    return round(float(clone.cells[-1])) if clone.times[-1] >= _last_day(history) else 0


def _last_day(history: History) -> float:
    return float(history.clone_rows[-1, 0]) / TICKS_PER_DAY


def _in_years(tree: Tree) -> Tree:
    return replace(tree, length_years=tree.length_years / DAYS_PER_YEAR)


def _joined(descent: Descent, left: list[int], start: float, source: np.random.Generator) -> int:
    """One root: a conception has one cell, so lineages that reach it meet there."""
    node = left[0]
    for other in source.permutation(left[1:]):
        node = descent.add(start, (node, int(other)))
    return node


def _trajectories(history: History) -> list[Trajectory]:
    """Every reported clone in order of birth, the ordinary stem cells first."""
    rows, facts = history.clone_rows, history.clone_facts
    tables = {int(serial): rows[rows[:, 1] == serial] for serial in np.unique(rows[:, 1])}
    tables = {serial: table[table[:, 2] > 0] for serial, table in tables.items()}
    born = {s: _birth_day(history, s, tables[s]) for s in tables if s >= 0 and len(tables[s])}
    order = [ORDINARY, *sorted(born, key=lambda s: born[s])]
    place = {int(facts["address"].iloc[s]): i for i, s in enumerate(order) if s >= 0}
    found = [_ordinary(history, tables[ORDINARY])]
    for i, serial in enumerate(order[1:], start=1):
        parent = place.get(int(facts["parent_address"].iloc[serial]), 0)
        found.append(_clone(history, serial, tables[serial], born[serial], parent if parent < i else 0))
    return found


def _days(table: np.ndarray) -> np.ndarray:
    """Days of the rows of a clone."""
    return table[:, 0] / TICKS_PER_DAY


def _turnover_per_day(history: History) -> float:
    return 1.0 / history.patient.parameters["stem_cell_division_interval_days"]


def _divisions(history: History, days: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Divisions per cell and day before each row: the mean depth of the ancestry rises by two per division."""
    found = np.full(len(days), _turnover_per_day(history))
    rise = np.diff(depth) / (2.0 * np.diff(days))
    found[1:] = np.where(rise > 0.0, rise, found[1:])
    if len(found) > 1:
        found[0] = found[1]
    return found


def _birth_day(history: History, serial: int, table: np.ndarray) -> float:
    """Day of birth; for a clone that is there from the start, when one cell at its fitness began to grow to it."""
    facts = history.clone_facts.iloc[serial]
    first = float(_days(table)[0])
    if serial >= len(history.patient.clones):
        return min(float(facts["birth_day"]), first - 1.0)
    cells, division = float(table[0, 2]), _turnover_per_day(history)
    growth = float(facts["fitness_per_year"]) / DAYS_PER_YEAR
    age = history.patient.age_years * DAYS_PER_YEAR + first
    if growth * cells > division:
        return -min(math.log(cells * growth / (division + growth) + 1.0) / growth, age)
    return -min(cells / division, age)


def _clone(history: History, serial: int, table: np.ndarray, born: float, parent: int) -> Trajectory:
    days = _days(table)
    division = _divisions(history, days, table[:, 4])
    return Trajectory(
        name=history.clone_name(serial),
        times=np.concatenate([[born], days]),
        cells=np.concatenate([[1.0], table[:, 2]]),
        division=np.concatenate([[division[0]], division]),
        parent=parent,
    )


def _ordinary(history: History, table: np.ndarray) -> Trajectory:
    """Ordinary stem cells, with those of clones that were never reported, and the life before the course."""
    days = _days(table)
    reported = history.clones[history.clones["clone"] != "ordinary"].groupby("day")["stem_cells_count"].sum()
    total = np.interp(days, history.days, history.stem_cells)
    cells = np.maximum(total - reported.reindex(days, fill_value=0.0).to_numpy(), table[:, 2])
    before, sizes = _life_before(history, float(cells[0]))
    division = _divisions(history, days, table[:, 4])
    return Trajectory(
        name="ordinary",
        times=np.concatenate([before, days]),
        cells=np.concatenate([sizes, cells]),
        division=np.concatenate([np.full(len(before), _turnover_per_day(history)), division]),
    )


def _life_before(history: History, cells: float) -> tuple[np.ndarray, np.ndarray]:
    """Days and sizes from conception to the day before the course, ending in the size that the course begins with."""
    p = history.patient.parameters
    age, first = history.patient.age_years, float(history.clone_rows[0, 0]) / TICKS_PER_DAY
    adult, at_birth = p["niche_full_age_years"], p["niche_at_birth_fraction"]
    years = np.arange(0.0, min(age, adult) + 1e-9, CHILDHOOD_STEP_YEARS)
    years = years[years < age - 1e-6]
    fill = at_birth + (1.0 - at_birth) * np.minimum(years / adult, 1.0)
    fill_now = at_birth + (1.0 - at_birth) * min(age / adult, 1.0)
    days = first + (years - age) * DAYS_PER_YEAR
    conceived = first - (age + number("tree_before_birth_years")) * DAYS_PER_YEAR
    return np.concatenate([[conceived], days]), np.concatenate([[1.0], np.maximum(cells * fill / fill_now, 1.0)])
