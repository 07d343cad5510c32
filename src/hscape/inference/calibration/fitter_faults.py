"""Faults put into the fitter on purpose: a check that does not notice them is no check.

Each is a mistake that has been made in software of this kind: a wrong scatter, a shifted date, a fraction of alleles
read as one of cells, a likelihood counted twice, a sampler that has not moved enough.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hscape.dynamics.coarse_record import N_SLOTS
from hscape.errors import unknown_name
from hscape.inference.calibration.posterior import Change, Sampler
from hscape.inference.engines import Draws
from hscape.inference.finding_rows import COUNT, MOST_SHARE, SHARE
from hscape.inference.numbers import HLA, PNH, Mapping, slot_column
from hscape.inference.problem import Problem
from hscape.inference.sampler import Effort, sample
from hscape.units import DAYS_PER_MONTH

_DAY, _WHAT, _PLACE, _VALUE, _SPREAD = range(5)


class _ScaledMapping(Mapping):
    """A prior with other spreads, or escape read the wrong way round."""

    scale = 1.0
    is_reversed = False

    def numbers(self, z: np.ndarray) -> np.ndarray:
        found = super().numbers(self.scale * z)
        if self.is_reversed:
            for slot in (PNH, HLA):
                column = slot_column("vulnerability", slot)
                found[:, column] = 1.0 - found[:, column]
        return found


class _NarrowMapping(_ScaledMapping):
    scale = 0.5


class _ReversedMapping(_ScaledMapping):
    is_reversed = True


class _SquaredProblem(Problem):
    def log_likelihood(self, z: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found, each = super().log_likelihood(z, noise)
        return 2.0 * found, each


class _CertainProblem(Problem):
    """A deterministic course: no chance in cells, neither in the likelihood nor in what is read from it."""

    def log_likelihood(self, z: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return super().log_likelihood(z, np.zeros_like(noise))

    def courses(self, numbers, noise, days, setting=None):  # type: ignore[no-untyped-def]
        return super().courses(numbers, np.zeros_like(noise), days, setting)


def _as(kind: type, thing: object) -> object:
    """The same content in another class."""
    return kind(**{field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)})  # type: ignore[arg-type]


def _with_rows(problem: Problem, change: Callable[[np.ndarray], None]) -> Problem:
    rows = problem.observations.rows.copy()
    change(rows)
    order = np.argsort(rows[:, _DAY], kind="stable")
    labels = tuple(problem.observations.labels[i] for i in order)
    return dataclasses.replace(problem, observations=problem.observations._replace(rows=rows[order], labels=labels))


def _half_scatter(problem: Problem) -> Problem:
    def change(rows: np.ndarray) -> None:
        rows[rows[:, _WHAT] == COUNT, _SPREAD] *= 0.5

    return _with_rows(problem, change)


def _wide_scatter(problem: Problem) -> Problem:
    def change(rows: np.ndarray) -> None:
        rows[rows[:, _WHAT] == COUNT, _SPREAD] *= 3.0

    return _with_rows(problem, change)


def _late_visits(problem: Problem) -> Problem:
    def change(rows: np.ndarray) -> None:
        later = np.minimum(rows[:, _DAY] + DAYS_PER_MONTH, problem.last_day)
        rows[:, _DAY] = np.where(rows[:, _DAY] > 0.0, later, rows[:, _DAY])

    return _with_rows(problem, change)


def _swapped_lines(problem: Problem) -> Problem:
    """Neutrophils, which follow the marrow within days, read where platelets are, and the other way round."""

    def change(rows: np.ndarray) -> None:
        counts = rows[:, _WHAT] == COUNT
        platelets, neutrophils = counts & (rows[:, _PLACE] == 2), counts & (rows[:, _PLACE] == 3)
        p = problem.parameters
        fold = p["platelets_normal_1e9_per_l"] / p["neutrophils_normal_1e9_per_l"]
        rows[platelets, _PLACE], rows[neutrophils, _PLACE] = 3, 2
        rows[platelets, _VALUE] /= fold
        rows[neutrophils, _VALUE] *= fold

    return _with_rows(problem, change)


def _shares_doubled(problem: Problem) -> Problem:
    """A share of cells taken for a fraction of alleles, and doubled."""

    def change(rows: np.ndarray) -> None:
        shares = rows[:, _WHAT] == SHARE
        rows[shares, _VALUE] = np.minimum(MOST_SHARE, 2.0 * rows[shares, _VALUE])

    return _with_rows(problem, change)


def _no_treatment(problem: Problem) -> Problem:
    setting = problem.setting_for([], problem.setting.end_day)
    return dataclasses.replace(problem, setting=setting, given=dataclasses.replace(problem.given, influences=()))


def _narrow_prior(problem: Problem) -> Problem:
    return dataclasses.replace(problem, mapping=_as(_NarrowMapping, problem.mapping))  # type: ignore[arg-type]


def _reversed_escape(problem: Problem) -> Problem:
    return dataclasses.replace(problem, mapping=_as(_ReversedMapping, problem.mapping))  # type: ignore[arg-type]


def _squared(problem: Problem) -> Problem:
    return _as(_SquaredProblem, problem)  # type: ignore[return-value]


def _certain(problem: Problem) -> Problem:
    return _as(_CertainProblem, problem)  # type: ignore[return-value]


def _unmoved(usual: Sampler) -> Sampler:
    """One move a temperature from few particles."""

    def draw(problem: Problem, seed: int) -> Draws:
        found = sample(problem, seed=seed, effort=Effort(particles=24, rounds=2, last_rounds=1, first=48))
        return Draws(
            engine="smc", z=found.z, noise=found.noise, log_likelihood=found.log_likelihood,
            island=np.zeros(len(found.z)), effective=found.effective, tail=found.tail,
            log_evidence=found.log_evidence, n_courses=found.n_courses, seconds=found.seconds,
        )  # fmt: skip

    return draw


def _from_the_prior(usual: Sampler) -> Sampler:
    """The data are not looked at: only contraction can tell."""

    def draw(problem: Problem, seed: int) -> Draws:
        from hscape.streams import generator

        random, n = generator(seed, "prior"), 192
        z = random.standard_normal((3 * n, problem.coordinates.size))
        noise = np.zeros((3 * n, problem.n_noise, N_SLOTS), dtype=np.float32)
        noise[:, :, : problem.n_active] = random.standard_normal((3 * n, problem.n_noise, problem.n_active))
        ll, _ = problem.log_likelihood(z, noise)
        kept = np.flatnonzero(ll > -1e9)[:n]
        return Draws(
            engine="smc", z=z[kept], noise=noise[kept], log_likelihood=ll[kept], island=np.zeros(len(kept)),
            effective=float(len(kept)), tail=0.0, log_evidence=0.0, n_courses=3 * n, seconds=0.0,
        )  # fmt: skip

    return draw


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A planted fault.

    Args:
        words: what is wrong.
        change: of the problem.
        sampler: in place of the usual one.
    """

    words: str
    change: Change | None = None
    sampler: Callable[[Sampler], Sampler] = lambda usual: usual


FAULTS: dict[str, Fault] = {
    "half scatter": Fault(words="scatter of counts halved", change=_half_scatter),
    "wide scatter": Fault(words="scatter of counts three times too wide", change=_wide_scatter),
    "late visits": Fault(words="every visit after day 0 dated a month late", change=_late_visits),
    "swapped lines": Fault(words="platelets and neutrophils, and so their lags, exchanged", change=_swapped_lines),
    "doubled shares": Fault(words="a share of cells taken for an allele fraction", change=_shares_doubled),
    "no treatment": Fault(words="treatments of the chart left out", change=_no_treatment),
    "narrow prior": Fault(words="spreads of the prior halved", change=_narrow_prior),
    "reversed escape": Fault(words="escape read the wrong way round", change=_reversed_escape),
    "squared likelihood": Fault(words="every finding counted twice", change=_squared),
    "no chance": Fault(words="a deterministic course in place of chance", change=_certain),
    "unmoved sampler": Fault(words="48 particles moved once a temperature", sampler=_unmoved),
    "data ignored": Fault(words="draws of the prior in place of the posterior", sampler=_from_the_prior),
}


def find(name: str) -> Fault:
    """A fault by name.

    Raises:
        InputError: no such fault.
    """
    if name not in FAULTS:
        raise unknown_name("fault", name, FAULTS, kind="fault")
    return FAULTS[name]
