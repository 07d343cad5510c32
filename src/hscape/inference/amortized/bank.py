"""A bank of persons on disk, and batches of charts that are drawn from it afresh."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hscape.compiled import compiled
from hscape.inference.amortized.charts import Assays, clone_table, draw_findings, empty_findings, make_assays
from hscape.inference.amortized.features import N_FEATURES, fill_tokens
from hscape.inference.amortized.network import Chart
from hscape.inference.amortized.persons import N_COORDINATES, Group, draw_group
from hscape.inference.numbers import CLONE_COORDINATES, COORDINATES
from hscape.parameters import Parameters
from hscape.streams import generator

GROUP, GROUPS_PER_FILE = 24, 50
MOST_TOKENS = 48
#: Charts are put into batches by their number of tokens, rounded up to one of these.
LENGTHS = (16, 28, 48)
#: Share of charts that end before the last day of the plan.
SHORTENED = 0.35


def used_coordinates(n_clones: int) -> np.ndarray:
    """1 where a chart with so many clones has the coordinate, shape (N_COORDINATES,)."""
    return (np.arange(N_COORDINATES) < len(COORDINATES) + n_clones * len(CLONE_COORDINATES)).astype(np.float32)


def make_file(folder: Path, seed: int, number: int, parameters: Parameters) -> Path:
    """One file of the bank; what is there already is kept."""
    path = folder / f"persons-{number:05d}.pickle"
    if not path.exists():
        first = number * GROUPS_PER_FILE
        groups = [draw_group(seed, first + k, GROUP, parameters) for k in range(GROUPS_PER_FILE)]
        partial = path.with_suffix(".partial")
        partial.write_bytes(pickle.dumps([g for g in groups if len(g.z)]))
        partial.rename(path)
    return path


def make_bank(folder: Path, seed: int, files: range, parameters: Parameters, workers: int = 2) -> None:
    """Files of the bank; about 1,200 persons each."""
    from joblib import Parallel, delayed

    folder.mkdir(parents=True, exist_ok=True)
    Parallel(n_jobs=workers)(delayed(make_file)(folder, seed, number, parameters) for number in files)


def read_bank(folder: Path, files: range) -> list[Group]:
    """Groups of those files that are there; they are this program's own."""
    paths = [folder / f"persons-{number:05d}.pickle" for number in files]
    return [group for path in paths if path.exists() for group in pickle.loads(path.read_bytes())]


@compiled
def seed_chance(seed):
    """Seed the chance of the compiled findings."""
    np.random.seed(seed)


@compiled
def _one(course, days, given, clones, is_male, assays, drugs, findings, tokens):
    """Findings and tokens of one chart: how many of each."""
    n_given = 0
    while n_given < given.shape[0] and given[n_given, 0] <= days[-1]:
        n_given += 1
    n = draw_findings(course, days, given, n_given, clones, is_male, assays, findings)
    if n == 0:
        return 0, 0
    return n, fill_tokens(findings, n, drugs, given, n_given, days[-1], tokens)


class Drawer:
    """Draws charts from groups of persons."""

    def __init__(self, groups: list[Group], parameters: Parameters) -> None:
        self.groups = groups
        self.assays: Assays = make_assays(parameters)
        self.tables = [clone_table(g.plan) for g in groups]
        self.index = np.array([(g, i) for g, group in enumerate(groups) for i in range(len(group.z))])
        self.findings = empty_findings()
        self.tokens = np.zeros((MOST_TOKENS, N_FEATURES))
        self.n_findings = 0

    def draw(
        self, group: int, person: int, random: np.random.Generator, shortened: float = SHORTENED
    ) -> tuple[int, np.ndarray]:
        """Tokens of one new chart of a person (in `self.tokens`), and its context; no tokens for a rejected one."""
        g, table = self.groups[group], self.tables[group]
        days = g.plan.days
        context = g.context.copy()
        if random.random() < shortened:
            fewest = int(np.searchsorted(days, max([0.0, *table[:, 1]]))) + 1
            days = days[: random.integers(fewest, len(days) + 1)]
            last = max(float(days[-1]), 1.0)
            context[2], context[3] = np.log1p(last) - 5.5, last / 700.0 - 1.0
        given = g.given[g.offset[person] : g.offset[person + 1]]
        course = g.rows[person].astype(float)
        male = g.plan.sex == "male"
        self.n_findings, n = _one(course, days, given, table, male, self.assays, g.drugs, self.findings, self.tokens)
        return n, context


def batches(
    groups: list[Group], parameters: Parameters, seed: int, size: int, epoch: int
) -> Iterator[tuple[Chart, np.ndarray]]:
    """Charts of one pass through the bank with the coordinates of their persons, in batches of one length each."""
    random = generator(seed, "amortized findings", epoch)
    drawer = Drawer(groups, parameters)
    seed_chance(int(random.integers(2**31)))
    waiting: dict[int, list] = {length: [] for length in LENGTHS}
    for group, person in drawer.index[random.permutation(len(drawer.index))]:
        n, context = drawer.draw(group, person, random)
        if n == 0:
            continue
        length = next(length for length in LENGTHS if n <= length)
        g = groups[group]
        waiting[length].append((drawer.tokens[:n].astype(np.float32), context, g.z[person], len(g.plan.clones)))
        if len(waiting[length]) == size:
            yield pack(waiting[length], length)
            waiting[length] = []


def pack(items: list, length: int) -> tuple[Chart, np.ndarray]:
    """A batch from its charts (tokens, context, coordinates, number of clones)."""
    n = len(items)
    tokens, mask = np.zeros((n, length, N_FEATURES), dtype=np.float32), np.zeros((n, length), dtype=np.float32)
    for k, item in enumerate(items):
        tokens[k, : len(item[0])], mask[k, : len(item[0])] = item[0], 1.0
    context = np.array([item[1] for item in items], dtype=np.float32)
    z = np.array([item[2] for item in items], dtype=np.float32)
    used = np.array([used_coordinates(item[3]) for item in items], dtype=np.float32)
    return Chart(tokens, mask, context, used), z
