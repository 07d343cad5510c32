"""What every cause, treatment and event has in common, and how it becomes numbers before the loop.

An influence answers four questions: which channels it multiplies or raises between which days, what jumps
on which day, which states of its own it brings along, and by which registered terms those move and act.
Influences compose, each in a file of its own; no kernel knows their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from hscape.biology.channels import N_CHANNELS, STEM_CELL_CHANNELS, Channel, resting_channels
from hscape.biology.state import N_OWN_STATES, N_STATES, POOLS, variable_names
from hscape.errors import InputError, unknown_name
from hscape.parameters import Parameters
from hscape.units import TICKS_PER_DAY

JUMP_POOL, JUMP_STEM_CELLS, JUMP_EARLY_PROGENITORS, JUMP_ADD_CLONE_CELLS, JUMP_SET_CLONE_CELLS = range(5)


def to_tick(day: float) -> int:
    """Calendar tick of a day."""
    return round(day * TICKS_PER_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A dated change of one channel: value = (rest + additions) x factors.

    Args:
        channel: which one.
        start_day: first day.
        end_day: day at which it ends; infinity if it lasts.
        factor: multiplies the channel.
        addition: is added to it.
    """

    channel: Channel
    start_day: float
    end_day: float = float("inf")
    factor: float = 1.0
    addition: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """Something that happens at once on a day.

    Args:
        day: when.
        target: a blood pool, an own state, ``stem_cells`` or ``early_progenitors``.
        factor: what is left (for cells: each survives with this probability).
        amount: what is added afterwards (relative to health; for own states in their own unit).
    """

    day: float
    target: str
    factor: float = 1.0
    amount: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term of the derivative of an own state: coefficient x `times` x `and_times` x saturation x block.

    A variable is a pool, an own state, a number lent by the stem cells, or a channel by its name (its dated value).

    Args:
        state: own state that moves.
        coefficient_per_day: rate constant.
        times: variable that multiplies (none: a constant).
        and_times: a second one.
        saturating_in: variable v that enters as v / (half + v), or half / (half + v) if `falling`.
        half: value of v at one half.
        falling: which of the two.
        blocked_by: variable b that divides by 1 + b x `block_fold`.
        block_fold: strength of the block.
    """

    state: str
    coefficient_per_day: float
    times: str | None = None
    and_times: str | None = None
    saturating_in: str | None = None
    half: float = 1.0
    falling: bool = False
    blocked_by: str | None = None
    block_fold: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How a variable acts on a channel, continuously.

    Args:
        channel: which one.
        variable: own state, pool or stem-cell number that acts.
        coefficient: per unit of the variable.
        half: if finite, the action saturates: v / (1 + v / half).
        mode: ``add`` adds coefficient x v; ``reduce`` divides by 1 + coefficient x v; ``raise`` multiplies by it.
    """

    channel: Channel
    variable: str
    coefficient: float
    half: float = float("inf")
    mode: Literal["add", "reduce", "raise"] = "add"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What an influence may know when it is compiled."""

    parameters: Parameters
    sex: str
    age_years: float
    days: float
    blood_volume_liters: float


class Influence:
    """A cause, a treatment or an event. Subclasses are frozen dataclasses and override what they need."""

    def changes(self, context: Context) -> Iterable[Change]:
        """Dated changes of channels."""
        return ()

    def jumps(self, context: Context) -> Iterable[Jump]:
        """Dated jumps."""
        return ()

    def own_states(self) -> dict[str, float]:
        """Own states with their first value."""
        return {}

    def terms(self, context: Context) -> Iterable[Term]:
        """Terms that move the own states."""
        return ()

    def effects(self, context: Context) -> Iterable[Effect]:
        """Continuous actions on channels."""
        return ()

    def marks(self) -> list[tuple[float, float, str]]:
        """(first day, last day, label) for pictures."""
        return []


class Program(NamedTuple):
    """All influences of a patient as arrays; the only thing that kernels see of them."""

    change_tick: np.ndarray  # (n_segments,) first tick of each segment, the first is the smallest integer
    addition: np.ndarray  # (n_segments, n_channels)
    factor: np.ndarray  # (n_segments, n_channels)
    cut_tick: np.ndarray  # (n_cuts,) where the stem-cell layer must stop, sorted
    jump_tick: np.ndarray  # (n_jumps,) sorted
    jump_kind: np.ndarray
    jump_start: np.ndarray  # first state index, or clone index
    jump_stop: np.ndarray
    jump_factor: np.ndarray
    jump_amount: np.ndarray
    own_initial: np.ndarray  # (n_own_states,)
    own_scale: np.ndarray  # (n_own_states,) largest first value or jump of each
    terms: np.ndarray  # (n_terms, 9): state, coefficient, times, saturating in, half, falling, and times, block, fold
    effects: np.ndarray  # (n_effects, 5): channel, variable, coefficient, half, mode


@dataclass(slots=True)
class _Names:
    """Variables that terms and effects may name, own states included."""

    index: dict[str, int] = field(default_factory=lambda: {n: i for i, n in enumerate(variable_names()) if n})
    own: dict[str, float] = field(default_factory=dict)

    def register(self, states: dict[str, float]) -> None:
        for name, value in states.items():
            if name in self.own:
                raise InputError(
                    f"influences: the own state '{name}' is registered twice; give the second one "
                    "another name or merge the two events."
                )
            if len(self.own) >= N_OWN_STATES:
                raise InputError(f"influences: more than {N_OWN_STATES} own states; leave some influences out.")
            self.index[name] = POOLS["own"].start + len(self.own)
            self.own[name] = value

    def find(self, name: str | None) -> int:
        if name is None:
            return -1
        if name in POOLS and name != "own":
            return POOLS[name].start
        if name not in self.index:
            raise unknown_name("influence", name, [*self.index, *POOLS], kind="variable")
        return self.index[name]


def compile_influences(influences: Sequence[Influence], context: Context) -> Program:
    """Turn influences into arrays.

    Raises:
        InputError: an unknown variable, too many own states, or the same own state twice.
    """
    names = _Names()
    for influence in influences:
        names.register(influence.own_states())
    changes = [change for influence in influences for change in influence.changes(context)]
    jumps = [jump for influence in influences for jump in influence.jumps(context)]
    terms = [term for influence in influences for term in influence.terms(context)]
    effects = [effect for influence in influences for effect in influence.effects(context)]
    ticks, addition, factor = _segments(changes)
    jump_arrays = _jumps(jumps, names)
    own_initial = np.zeros(N_OWN_STATES)
    own_initial[: len(names.own)] = list(names.own.values())
    return Program(
        ticks,
        addition,
        factor,
        _cuts(changes, jumps),
        jump_arrays[0],
        jump_arrays[1],
        jump_arrays[2],
        jump_arrays[3],
        jump_arrays[4],
        jump_arrays[5],
        own_initial,
        _own_scale(own_initial, jumps, names),
        _terms(terms, names),
        _effects(effects, names),
    )


def _segments(changes: Sequence[Change]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lowest, highest = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    spans = [
        (
            to_tick(c.start_day) if np.isfinite(c.start_day) else lowest,
            to_tick(c.end_day) if np.isfinite(c.end_day) else highest,
            c,
        )
        for c in changes
    ]
    edges = sorted({lowest, *(s for s, _, _ in spans), *(e for _, e, _ in spans if e < highest)})
    addition = np.tile(resting_channels(), (len(edges), 1))
    factor = np.ones((len(edges), N_CHANNELS))
    for row, edge in enumerate(edges):
        for start, end, change in spans:
            if start <= edge < end:
                addition[row, change.channel] += change.addition
                factor[row, change.channel] *= change.factor
    return np.array(edges, dtype=np.int64), addition, factor


def _cuts(changes: Sequence[Change], jumps: Sequence[Jump]) -> np.ndarray:
    cuts = {to_tick(jump.day) for jump in jumps if jump.target in ("stem_cells", "early_progenitors")}
    for change in changes:
        if change.channel in STEM_CELL_CHANNELS:
            cuts |= {to_tick(day) for day in (change.start_day, change.end_day) if np.isfinite(day)}
    return np.array(sorted(cuts), dtype=np.int64)


def _jumps(jumps: Sequence[Jump], names: _Names) -> tuple[np.ndarray, ...]:
    rows = []
    for jump in sorted(jumps, key=lambda item: item.day):
        tick = to_tick(jump.day)
        if jump.target == "stem_cells":
            rows.append((tick, JUMP_STEM_CELLS, 0, 0, jump.factor, jump.amount))
        elif jump.target == "early_progenitors":
            rows.append((tick, JUMP_EARLY_PROGENITORS, 0, 0, jump.factor, jump.amount))
        elif jump.target in POOLS and jump.target != "own":
            pool = POOLS[jump.target]
            rows.append((tick, JUMP_POOL, pool.start, pool.stop, jump.factor, jump.amount))
        else:
            index = names.find(jump.target)
            if index >= N_STATES:
                raise InputError(
                    f"influence: '{jump.target}' cannot jump; name a blood pool, an own state, "
                    "stem_cells or early_progenitors."
                )
            rows.append((tick, JUMP_POOL, index, index + 1, jump.factor, jump.amount))
    table = list(zip(*rows, strict=True)) if rows else [()] * 6
    kinds = (np.int64, np.int64, np.int64, np.int64, np.float64, np.float64)
    return tuple(np.array(column, dtype=kind) for column, kind in zip(table, kinds, strict=True))


def _own_scale(own_initial: np.ndarray, jumps: Sequence[Jump], names: _Names) -> np.ndarray:
    scale = np.abs(own_initial)
    for jump in jumps:
        if jump.target in names.own:
            slot = names.find(jump.target) - POOLS["own"].start
            scale[slot] = max(scale[slot], abs(jump.amount))
    return scale


def _terms(terms: Sequence[Term], names: _Names) -> np.ndarray:
    rows = [
        (
            names.find(t.state),
            t.coefficient_per_day,
            names.find(t.times),
            names.find(t.saturating_in),
            t.half,
            float(t.falling),
            names.find(t.and_times),
            names.find(t.blocked_by),
            t.block_fold,
        )
        for t in terms
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 9)


def _effects(effects: Sequence[Effect], names: _Names) -> np.ndarray:
    modes = {"add": 0.0, "reduce": 1.0, "raise": 2.0}
    rows = [(int(e.channel), names.find(e.variable), e.coefficient, e.half, modes[e.mode]) for e in effects]
    return np.array(rows, dtype=np.float64).reshape(-1, 5)
