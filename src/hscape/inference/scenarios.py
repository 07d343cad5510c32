"""The same persons, the same chance, something else: counterfactuals and what might come.

A counterfactual changes one thing from the first day on: no clone is spared by the attack, no clone has an advantage
of its own, nothing was given. A future goes on from the last day that is explained, with fresh chance, under a stated
course of treatment or after the attack has ended. None of them is a recommendation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hscape.biology.influence import Influence
from hscape.biology.treatment import GCSF, AntithymocyteGlobulin, Cyclosporine, Eltrombopag
from hscape.dynamics.coarse import EVENT_DAYS, N_NOISE, N_NOISE_BEFORE
from hscape.dynamics.coarse_record import DONOR, N_SLOTS
from hscape.inference.course import Setting, noise_rows
from hscape.inference.numbers import AT, slot_column
from hscape.inference.problem import Problem
from hscape.inference.treatments import DatedCyclosporine
from hscape.streams import generator

CLONES = tuple(range(1, DONOR))

_WITHOUT = "no treatment of the attack (what is running is stopped); transfusions as needed"


def without_escape(numbers: np.ndarray, slots: tuple[int, ...] = CLONES) -> np.ndarray:
    """Persons in whom these clones are killed as ordinary cells are."""
    found = numbers.copy()
    for slot in slots:
        found[:, slot_column("vulnerability", slot)] = 1.0
    return found


def without_fitness(numbers: np.ndarray, slots: tuple[int, ...] = CLONES) -> np.ndarray:
    """Persons in whom these clones grow as ordinary cells do."""
    found = numbers.copy()
    for slot in slots:
        found[:, slot_column("fitness_per_day", slot)] = 0.0
        found[:, slot_column("interferon_fitness_per_day", slot)] = 0.0
    return found


def without_clone(numbers: np.ndarray, slots: tuple[int, ...] = CLONES) -> np.ndarray:
    """Persons in whom these clones never arise."""
    found = numbers.copy()
    for slot in slots:
        found[:, slot_column("cells", slot)] = 0.0
        found[:, slot_column("origin_per_day", slot)] = 0.0
        found[:, slot_column("entry_cells", slot)] = 0.0
    return found


def attack_ends(numbers: np.ndarray, day: float) -> np.ndarray:
    """Persons whose attack ends on a day, if it has not ended before."""
    found = numbers.copy()
    column = AT["end_day"]
    found[:, column] = np.minimum(found[:, column], day)
    return found


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """A course of treatment from the last explained day on.

    Args:
        name: in tables.
        words: what is assumed.
        treatments: those of the chart, changed, and what is added.
        transplant_day: None for none.
    """

    name: str
    words: str
    treatments: tuple[Influence, ...]
    transplant_day: float | None = None


def stopped(treatments: tuple[Influence, ...], day: float) -> tuple[Influence, ...]:
    """The treatments of a chart with nothing given from a day on."""
    found: list[Influence] = []
    for item in treatments:
        if isinstance(item, DatedCyclosporine):
            steps = tuple((a, min(b, day), dose) for a, b, dose in item.steps if a < day)
            found += [DatedCyclosporine(steps=steps)] if steps else []
        elif isinstance(item, Eltrombopag | GCSF):
            if item.day < day:
                found.append(replace(item, duration_days=max(1.0, min(item.duration_days, day - item.day))))
        elif getattr(item, "day", 0.0) < day:
            found.append(item)
    return tuple(found)


def exposure_on(treatments: tuple[Influence, ...], day: float) -> float:
    """Exposure to cyclosporine on a day."""
    return sum(
        dose for item in treatments if isinstance(item, DatedCyclosporine) for a, b, dose in item.steps if a <= day < b
    )


def tapered(treatments: tuple[Influence, ...], day: float, taper_days: float) -> tuple[Influence, ...]:
    """Cyclosporine taken down in equal monthly steps from a day on."""
    level, found = exposure_on(treatments, day), list(stopped(treatments, day))
    n = max(1, round(taper_days / 28.0))
    steps = tuple(
        (day + i * taper_days / n, day + (i + 1) * taper_days / n, level * (1.0 - (i + 1) / (n + 1))) for i in range(n)
    )
    return (*found, DatedCyclosporine(steps=steps))


def alternatives(problem: Problem) -> tuple[Alternative, ...]:
    """The four courses that are compared, as differences between simulated courses and nothing else."""
    day, given = problem.last_day, problem.given.influences
    start = day + 14.0
    bare = stopped(given, day)
    ist = (
        AntithymocyteGlobulin(day=start, source="horse"),
        Cyclosporine(day=start, full_days=182.0, taper_days=365.0),
    )
    return (
        Alternative(name="supportive care", words=_WITHOUT, treatments=bare),
        Alternative(
            name="immunosuppression", treatments=(*bare, *ist),
            words="horse ATG two weeks from now, cyclosporine for six months and a taper over twelve",
        ),
        Alternative(
            name="immunosuppression with eltrombopag", treatments=(*bare, *ist, Eltrombopag(day=start)),
            words="the same with eltrombopag for six months",
        ),
        Alternative(
            name="transplant", treatments=bare, transplant_day=day + 60.0,
            words="matched sibling donor, 60 days from now; deaths by the procedure compete",
        ),
    )  # fmt: skip


def fresh_noise(problem: Problem, noise: np.ndarray, end_day: float, seed: int, name: str) -> np.ndarray:
    """Chance that is kept up to the last explained day, and drawn anew after it.

    Rows of chance are used one a step; the first step after the last day starts at the row that the course of the
    chart had reached, which lies within those that its length allows.
    """
    rows = min(N_NOISE, noise_rows(end_day, len(problem.setting.table.cut_day)) + 60)
    found = np.zeros((len(noise), rows, N_SLOTS), dtype=np.float32)
    active = [*range(problem.n_active), DONOR]
    random = generator(seed, "future", name)
    found[:, :, active] = random.standard_normal((len(noise), rows, len(active)))
    kept = min(noise.shape[1], rows)
    found[:, :kept] = noise[:, :kept]
    used = N_NOISE_BEFORE + problem.steps_after_start
    if used < kept:
        redrawn = random.standard_normal((len(noise), kept - used, len(active)))
        found[:, used:kept][:, :, active] = redrawn
    return found


def setting_of(problem: Problem, alternative: Alternative, end_day: float) -> Setting:
    """The setting of a future."""
    return problem.setting_for(list(alternative.treatments), end_day, alternative.transplant_day)


__all__ = [
    "CLONES", "EVENT_DAYS", "Alternative", "alternatives", "attack_ends", "exposure_on", "fresh_noise", "setting_of",
    "stopped", "tapered", "without_clone", "without_escape", "without_fitness",
]  # fmt: skip
