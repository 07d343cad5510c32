"""A global search over the numbers of the population, on coarse courses: CMA-ES (Hansen 2016) from the `cma` package.

Every number moves on a logarithmic line between the ends of its range. Each generation sees people of another seed, in
turn, so that the search does not fit chance; the best set is judged on people of a seed of its own. What it finds must
be run through `hscape validate` afterwards, since coarse trials are not the full ones.
"""

from __future__ import annotations

import math
import time
import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from hscape.calibration.coarse_figures import figures
from hscape.errors import InputError
from hscape.parameters import Parameters, find_record

#: Seeds of people that take turns, and how far from them the seed is on which sets are judged.
_PEOPLE_SEEDS, _JUDGING_SEED = 3, 899
_LARGEST_SEED = 2**32 - 2  # of the package, for which zero means the clock
_LARGEST_PART, _UNKNOWN_PART = 60.0, 9.0
_START_SIGMA, _GENERATION = 0.12, 18


@cache
def content() -> dict[str, Any]:
    """Figures and moved numbers from `coarse_targets.toml`."""
    text = resources.files("hscape.calibration").joinpath("coarse_targets.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _scaled(value: float, scale: str) -> float:
    if scale == "logit":
        share = min(max(value, 0.004), 0.996)
        return math.log(share / (1.0 - share))
    return math.log(max(value, 1.0e-6)) if scale == "log" else value


def parts(found: dict[str, float]) -> dict[str, float]:
    """Squared misfit of every figure, in widths; at most 60."""
    result = {}
    for name, target in content()["figures"].items():
        value = found[name]
        if math.isnan(value):
            result[name] = _UNKNOWN_PART
            continue
        shifted = _scaled(value, target["scale"]) + target.get("full_less_coarse", 0.0)
        misfit = (shifted - _scaled(target["wanted"], target["scale"])) / target["width"]
        if target.get("bound") == "low":
            misfit = min(0.0, misfit)
        result[name] = min(_LARGEST_PART, misfit**2)
    return result


class Space:
    """The moved numbers as a unit cube."""

    def __init__(self, start: Parameters) -> None:
        self.start = start
        self.names = list(content()["moved"])
        ends = [content()["moved"][name] or (find_record(name).low, find_record(name).high) for name in self.names]
        self.low, self.high = (np.log([end[k] for end in ends]) for k in (0, 1))

    def place(self) -> np.ndarray:
        """Where the recorded numbers stand, a little inside of the ends."""
        now = np.log([max(self.start[name], 1.0e-9) for name in self.names])
        return np.clip((now - self.low) / (self.high - self.low), 0.02, 0.98)

    def values(self, u: np.ndarray) -> dict[str, float]:
        """Numbers at a place."""
        found = np.exp(self.low + (self.high - self.low) * np.clip(u, 0.0, 1.0))
        values = {name: float(value) for name, value in zip(self.names, found, strict=True)}
        low, high = "piga_vulnerability_low_fraction", "piga_vulnerability_high_fraction"
        values[high] = max(values[low], values[high])
        return values

    def cost(self, u: np.ndarray, people: int, seed: int) -> float:
        """Sum of the misfits at a place."""
        return sum(parts(figures(self.start.with_values(self.values(u)), people=people, seed=seed)).values())


def search(
    *,
    generations: int = 60,
    people: int = 500,
    seed: int = 7001,
    workers: int = 2,
    parameters: Parameters | None = None,
    log: Callable[[str], None] | None = None,
    keep: Callable[[dict[str, float], float], None] | None = None,
) -> tuple[dict[str, float], dict[str, float], tuple[float, float]]:
    """Search for numbers with which the coarse trials fit.

    Args:
        generations: of 18 sets each.
        people: in each arm.
        seed: of people and of the search.
        workers: processes.
        parameters: where to start.
        log: is told every fifth generation.
        keep: is given the best numbers so far and their misfit whenever they get better, so that a stopped search is
            not lost; it goes on from there with these as `parameters`.

    Returns:
        numbers, figures with them, and the cost before and after on people that the search did not use.

    Raises:
        InputError: the package `cma` is not there.
    """
    try:
        import cma  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        raise InputError("search: the package cma is not there; install hscape[calibrate].") from None
    from joblib import Parallel, delayed

    space, tell = Space(parameters or Parameters()), log or (lambda line: None)
    judged = seed + _JUDGING_SEED
    before = space.cost(space.place(), 2 * people, judged)
    walk = cma.CMAEvolutionStrategy(
        space.place(),
        _START_SIGMA,
        {"bounds": [0, 1], "seed": 1 + seed % _LARGEST_SEED, "popsize": _GENERATION, "verbose": -9},
    )
    best, best_cost, began = space.place(), before, time.perf_counter()
    with Parallel(n_jobs=workers) as run:
        for generation in range(generations):
            asked, of = walk.ask(), seed + 1 + generation % _PEOPLE_SEEDS
            walk.tell(asked, run(delayed(space.cost)(u, people, of) for u in asked))
            if generation % 5 == 4 or generation == generations - 1:
                favorite = np.asarray(walk.result.xfavorite)
                cost = space.cost(favorite, 2 * people, judged)
                left = (time.perf_counter() - began) / (generation + 1) * (generations - generation - 1) / 60.0
                tell(
                    f"generation {generation + 1} of {generations}: misfit {cost:.1f}, {before:.1f} at the start; "
                    f"about {left:.0f} minutes left"
                )
                if cost < best_cost:
                    best, best_cost = favorite, cost
                    if keep:
                        keep(space.values(best), best_cost)
    values = space.values(best)
    return values, figures(space.start.with_values(values), people=2 * people, seed=judged), (before, best_cost)
