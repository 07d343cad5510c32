"""What happened, as the draws of the posterior tell it: bands, shares of the output, quantities on the last day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hscape.dynamics.coarse_record import CELLS, COLUMNS, EARLY_SHARE, GRANULOCYTE, N_SLOTS
from hscape.inference.causes import Causes, slot_labels
from hscape.inference.detectable import first_detectable
from hscape.inference.engines import Draws
from hscape.inference.judged import is_recovered
from hscape.inference.numbers import AT, HLA, slot_column
from hscape.inference.problem import Problem
from hscape.inference.quantities import LEVELS

COUNTS = tuple(COLUMNS[1:7])


@dataclass(frozen=True, kw_only=True)
class Course:
    """Posterior of what happened, on a grid of days.

    Args:
        days: of the chart, from before day 0 on, shape (n_days,).
        quantiles: quantity -> quantiles at `LEVELS`, shape (n_levels, n_days).
        shares: slot label -> mean share of the marrow's output, shape (n_days,).
        share_quantiles: slot label -> quantiles of the share of granulocytes.
        first_detectable: slot label -> assay -> day by which half of the draws have passed the assay's limit, None if
            half never do.
    """

    days: np.ndarray
    quantiles: dict[str, np.ndarray]
    shares: dict[str, np.ndarray]
    share_quantiles: dict[str, np.ndarray]
    first_detectable: dict[str, dict[str, float | None]]


def days_shown(problem: Problem) -> np.ndarray:
    """Days of the pictures: weeks, from two years before day 0 on; months where the chart is long."""
    step = 7.0 if problem.last_day <= 1500 else 28.0
    days = np.arange(-728.0, problem.last_day, step)
    return np.append(days[days < problem.last_day - 0.5], problem.last_day)


def find_course(
    problem: Problem, numbers: np.ndarray, draws: Draws, causes: Causes
) -> tuple[Course, dict[str, np.ndarray]]:
    """Bands of counts are those of draws that fit the chart closely; all else is of all draws."""
    days = days_shown(problem)
    rows, since = problem.courses(numbers, draws.noise, days)
    capacity = problem.parameters["stem_cell_niche_capacity_cells"]
    values = {name: rows[:, :, i] for i, name in enumerate(COLUMNS) if i}
    values["reserve_fraction"] = values["stem_cells_count"] / capacity
    close = {name: v[draws.of_ways] if name in COUNTS else v for name, v in values.items()}
    quantiles = {name: np.quantile(v, LEVELS, axis=0) for name, v in close.items()}
    labels = slot_labels(problem)
    of_output = output_shares(rows, numbers)
    shares = {label: of_output[:, :, slot].mean(axis=0) for slot, label in labels.items()}
    share_quantiles = {
        label: np.quantile(rows[:, :, GRANULOCYTE + slot], LEVELS, axis=0) for slot, label in labels.items()
    }
    first = {
        label: first_detectable(problem, days, rows, slot)
        for slot, label in labels.items() if slot
    }  # fmt: skip
    at_zero = int(np.argmin(np.abs(days)))
    quantities = {
        "killing_per_day": numbers[:, AT["killing_per_day"]],
        "tolerated_antigen_fraction": numbers[:, AT["tolerated_antigen_fraction"]],
        "suppression_fold": numbers[:, AT["suppression_fold"]],
        "cyclosporine_sensitivity_fold": numbers[:, AT["cyclosporine_sensitivity_fold"]],
        "globulin_fold": numbers[:, AT["globulin_fold"]],
        "regeneration_fold": numbers[:, AT["regeneration_fold"]],
        "hla_vulnerability_fraction": numbers[:, slot_column("vulnerability", HLA)],
        "attack_days_before_day_0": since,
        "immune_pressure_per_day": rows[:, at_zero, COLUMNS.index("contact_killing_per_day")],
        "reserve_at_day_0_fraction": values["reserve_fraction"][:, at_zero],
        "reserve_fraction": values["reserve_fraction"][:, -1],
        "attack_now_per_day": rows[:, -1, COLUMNS.index("contact_killing_per_day")],
        "interferon_now": rows[:, -1, COLUMNS.index("interferon")],
        "lost_niche_fraction": rows[:, -1, COLUMNS.index("lost_niche")],
        "attributed_to_escape": causes.without_escape,
        "attributed_to_treatment": causes.without_treatment,
        "pnh_stem_cells_count": rows[:, -1, CELLS + 1],
        "hla_loss_stem_cells_count": rows[:, -1, CELLS + 2],
    }
    quantities["is_recovered"] = is_recovered(rows[:, -1], problem.parameters).astype(float)
    course = Course(
        days=days, quantiles=quantiles, shares=shares, share_quantiles=share_quantiles, first_detectable=first
    )
    return course, quantities


def output_shares(rows: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Share of the output that each slot makes, shape (n, n_days, n_slots): early progenitors may give less."""
    makes = numbers[:, slot_column("output", 0) : slot_column("output", 0) + N_SLOTS]
    made = rows[:, :, EARLY_SHARE : EARLY_SHARE + N_SLOTS] * makes[:, None, :]
    return np.asarray(made / np.maximum(made.sum(axis=2, keepdims=True), 1e-300))
