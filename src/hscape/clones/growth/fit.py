"""From readings to clones: evidence of each variant, pooling, competition, groups, and pooling again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hscape.chart import Chart
from hscape.clones.growth.competition import NEGLIGIBLE_PER_YEAR, Course, course_of, others_of, parents_of
from hscape.clones.growth.estimate_noise import estimate_noise
from hscape.clones.growth.evidence import Evidence, evidence_of
from hscape.clones.growth.grid import Setting, visits_of
from hscape.clones.growth.grouping import group_variants
from hscape.clones.growth.pooling import pool
from hscape.clones.growth.posteriors import ClonePosterior, Pooled
from hscape.clones.growth.read_chart import readings_of_charts, readings_of_file
from hscape.clones.growth.read_table import read_table
from hscape.clones.growth.readings import Readings, Trajectory
from hscape.clones.growth.results import GrowthFit
from hscape.clones.growth.tell import tell
from hscape.errors import InputError
from hscape.parameters import Parameters
from hscape.streams import check_seed

Progress = Callable[[str], None]


@dataclass(slots=True, eq=False)
class Member:
    """A clone of a person while it is being fitted: variants in the same cells.

    Args:
        variants: indices of the trajectories.
        group: the trajectories.
        evidence: what their readings say.
        others: mean fitness of the person's other clones in each interval, per year.
        posterior: after pooling.
        course: size over time and fitness.
        parent: the clone it lies in.
        p_same: probability that the variants are in the same cells.
    """

    variants: list[int]
    group: list[Trajectory]
    evidence: Evidence
    others: np.ndarray
    posterior: ClonePosterior | None = None
    course: Course | None = None
    parent: Member | None = None
    p_same: float = 1.0


@dataclass(slots=True, eq=False)
class State:
    """A table while it is being fitted."""

    trajectories: tuple[Trajectory, ...]
    setting: Setting
    parameters: Parameters
    is_filtered: bool = True
    workers: int = 1
    members: list[Member] = field(default_factory=list)
    pooled: Pooled | None = None

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """The work on every item, in order, by as many threads as there are workers."""
        if self.workers == 1:
            return [work(item) for item in items]
        with ThreadPoolExecutor(self.workers) as threads:
            return list(threads.map(work, items))

    def people(self) -> dict[str, list[Member]]:
        """The clones of each person."""
        found: dict[str, list[Member]] = {}
        for member in self.members:
            found.setdefault(member.group[0].person, []).append(member)
        return found


def fit_growth(
    table: pd.DataFrame | str | Path | Chart | Readings,
    seed: int | None = None,
    *,
    parameters: Parameters | None = None,
    is_filtered: bool = True,
    workers: int = 1,
    progress: Progress | None = None,
) -> GrowthFit:
    """Net growth, fitness and onset of every clone of a table of serial sequencing.

    Args:
        table: a long table (see `read_table`), the path of a table or chart, a chart, or readings.
        seed: kept with the answer; the fit sums over all paths and draws nothing, so every seed gives the same.
        parameters: numbers in force.
        is_filtered: False for raw calls, among which errors of sequencing are expected (see `pooling.pool`).
        workers: threads; the answer does not depend on them.
        progress: told what is being done.

    Returns:
        Clones in the order of the table, genes by symbol, and what was repaired.

    Raises:
        InputError: the table is impossible; the message names row and column.

    Example:
        >>> fit = fit_growth("serial.csv")  # doctest: +SKIP
        >>> fit.clones[0].net_growth_per_year.median  # doctest: +SKIP
    """
    numbers = parameters or Parameters()
    if seed is not None:
        check_seed(seed)
    readings = read_readings(table, numbers)
    if not readings.trajectories:
        raise InputError("clones growth: no reading of any variant was found; give a row for each variant and visit.")
    state = fit_state(readings.trajectories, numbers, progress, is_filtered=is_filtered, workers=workers)
    return tell(state, readings.issues, seed)


def read_readings(table: pd.DataFrame | str | Path | Chart | Readings, parameters: Parameters) -> Readings:
    """Readings from whatever came."""
    if isinstance(table, Readings):
        return table
    if isinstance(table, pd.DataFrame):
        return read_table(table, parameters)
    if isinstance(table, Chart):
        return readings_of_charts([table], parameters)
    return readings_of_file(Path(table), parameters)


def fit_state(
    trajectories: Sequence[Trajectory],
    parameters: Parameters,
    progress: Progress | None = None,
    setting: Setting | None = None,
    *,
    is_filtered: bool = True,
    workers: int = 1,
) -> State:
    """Fit a table: every step but the words.

    Args:
        trajectories: the readings.
        parameters: numbers in force.
        progress: told what is being done.
        setting: scatter and limits, if they are not to be estimated from the table.
        is_filtered: False for raw calls.
        workers: threads.
    """
    say = progress or (lambda text: None)
    if setting is None:
        setting = Setting.of(parameters, limit_of_table(trajectories, parameters))
        say("scatter of the reads")
        setting = estimate_noise(trajectories, setting, parameters, is_filtered=is_filtered)
    state = State(tuple(trajectories), setting, parameters, is_filtered, workers)
    say(f"{len(trajectories)} variants")
    chosen = setting
    found = state.map(lambda one: evidence_of([one], chosen), trajectories)
    for i, (one, evidence) in enumerate(zip(trajectories, found, strict=True)):
        state.members.append(Member([i], [one], evidence, np.zeros(one.years.size - 1)))
    _pool(state)
    say("variants in the same cells")
    _group(state)
    say("competition inside a person")
    for _ in range(2):
        if not _compete(state):
            break
        _pool(state)
    return state


def limit_of_table(trajectories: Sequence[Trajectory], parameters: Parameters) -> float:
    """VAF from which variants are told: the smallest of their largest readings, at most what laboratories report."""
    usual = parameters["sequencing_detection_limit_fraction"]
    seen = [float(one.vaf.max()) for one in trajectories if one.was_seen]
    return min([usual, *seen])


def _pool(state: State) -> None:
    genes = [member.group[0].gene for member in state.members]
    sites = [
        f"{member.group[0].gene} {member.group[0].site}" if member.group[0].site else "" for member in state.members
    ]
    state.pooled = pool([member.evidence for member in state.members], genes, sites, state.parameters,
                        is_filtered=state.is_filtered)  # fmt: skip
    for member, posterior in zip(state.members, state.pooled.clones, strict=True):
        member.posterior = posterior


def _group(state: State) -> None:
    """Merge variants of a person that share one path of sizes."""
    merged = [member for some in state.map(lambda members: _merge(state, members), state.people().values())
              for member in some]  # fmt: skip
    if len(merged) != len(state.members):
        state.members = sorted(merged, key=lambda member: member.variants[0])
        _pool(state)


def _merge(state: State, members: list[Member]) -> list[Member]:
    """The clones of one person, variants in the same cells together."""
    if len(members) == 1:
        return members
    variants = [member.group[0] for member in members]
    groups, sure = group_variants(
        variants,
        [member.evidence for member in members],
        [member.posterior for member in members if member.posterior is not None],
        state.setting,
        state.parameters,
    )
    found = []
    for group, p_same in zip(groups, sure, strict=True):
        if len(group) == 1:
            found.append(members[group[0]])
            continue
        together = [variants[i] for i in group]
        indices = [members[i].variants[0] for i in group]
        others = np.zeros(visits_of(together).size - 1)
        found.append(Member(indices, together, evidence_of(together, state.setting, others), others, p_same=p_same))
    return found


def _compete(state: State) -> bool:
    """Weigh the readings again where other clones of the person press; False if nothing moved."""
    return any(state.map(lambda members: _compete_in(state, members), state.people().values()))


def _compete_in(state: State, members: list[Member]) -> bool:
    """The same for one person."""
    moved = False
    for member in members:
        assert member.posterior is not None
        member.course = course_of(member.group, state.setting, member.posterior, member.others)
    courses = [member.course for member in members if member.course is not None]
    parents = parents_of(courses)
    for i, member in enumerate(members):
        parent = parents[i]
        member.parent = None if parent is None else members[parent]
        others = others_of(courses, parents, i)
        if len(members) > 1 and others.size and abs(others - member.others).max() > NEGLIGIBLE_PER_YEAR:
            member.others, moved = others, True
            member.evidence = evidence_of(member.group, state.setting, others)
    return moved
