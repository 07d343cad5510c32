"""What the prior alone says about a chart's person: the same visits and treatments, without the findings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hscape.dynamics.coarse_record import CELLS, COLUMNS, DONOR, N_SLOTS
from hscape.inference.causes import Causes, find_causes
from hscape.inference.judged import is_recovered
from hscape.inference.numbers import AT, HLA, slot_column
from hscape.inference.problem import Problem
from hscape.streams import generator

DRAWS = 600


@dataclass(frozen=True, kw_only=True)
class PriorReference:
    """Prior draws of the quantities that an explanation reports.

    Args:
        quantities: name -> shape (n,), persons whose failure shows.
        causes: of all of them, recovered or not; None if nobody's failure showed.
        n_recovered: how many have recovered by the last day.
        n: persons whose failure showed.
    """

    quantities: dict[str, np.ndarray]
    causes: Causes | None
    n_recovered: int
    n: int


def prior_reference(problem: Problem, seed: int, draws: int = DRAWS) -> PriorReference:
    """Draw persons from the prior, under the treatments and up to the last day of a chart."""
    random = generator(seed, "prior reference")
    z = random.standard_normal((draws, problem.coordinates.size))
    noise = np.zeros((draws, problem.n_noise, N_SLOTS), dtype=np.float32)
    active = [*range(problem.n_active), DONOR]
    noise[:, :, active] = random.standard_normal((draws, problem.n_noise, len(active)))
    numbers = problem.mapping.numbers(z)
    rows, since = problem.courses(numbers, noise, np.array([0.0, problem.last_day]))
    shown = np.isfinite(since)
    rows, numbers, noise, since = rows[shown], numbers[shown], noise[shown], since[shown]
    back = is_recovered(rows[:, -1], problem.parameters)
    causes = find_causes(problem, numbers, noise, each_clone=False) if len(numbers) else None
    capacity = problem.parameters["stem_cell_niche_capacity_cells"]
    quantities = {
        name: numbers[:, AT[name]]
        for name in ("killing_per_day", "tolerated_antigen_fraction", "suppression_fold",
                     "cyclosporine_sensitivity_fold", "globulin_fold", "regeneration_fold")
    }  # fmt: skip
    total = COLUMNS.index("stem_cells_count")
    quantities |= {
        "hla_vulnerability_fraction": numbers[:, slot_column("vulnerability", HLA)],
        "attack_days_before_day_0": since,
        "immune_pressure_per_day": rows[:, 0, COLUMNS.index("contact_killing_per_day")],
        "reserve_at_day_0_fraction": rows[:, 0, total] / capacity,
        "reserve_fraction": rows[:, -1, total] / capacity,
        "attack_now_per_day": rows[:, -1, COLUMNS.index("contact_killing_per_day")],
        "interferon_now": rows[:, -1, COLUMNS.index("interferon")],
        "lost_niche_fraction": rows[:, -1, COLUMNS.index("lost_niche")],
        "pnh_stem_cells_count": rows[:, -1, CELLS + 1],
        "hla_loss_stem_cells_count": rows[:, -1, CELLS + 2],
        "is_recovered": back.astype(float),
    }
    if causes is not None:
        quantities["attributed_to_escape"] = causes.without_escape
        quantities["attributed_to_treatment"] = causes.without_treatment
    return PriorReference(quantities=quantities, causes=causes, n_recovered=int(back.sum()), n=len(numbers))
