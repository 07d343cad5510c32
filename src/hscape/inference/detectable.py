"""When a clone could first have been found, and by which assay: in the specimen that each assay looks at."""

from __future__ import annotations

import numpy as np

from hscape.dynamics.coarse_record import EARLY_SHARE, GRANULOCYTE
from hscape.inference.finding_rows import karyotype_limit
from hscape.inference.numbers import FIRST_OTHER, HLA, PNH
from hscape.inference.problem import Problem
from hscape.inference.slots import LATE


def first_detectable(problem: Problem, days: np.ndarray, rows: np.ndarray, slot: int) -> dict[str, float | None]:
    """Assay -> day by which half of the draws have passed its limit, None if half never do.

    Args:
        problem: the chart.
        days: shape (n_days,).
        rows: courses on these days, shape (n, n_days, n_columns).
        slot: of the clone.
    """
    p = problem.parameters
    blood, marrow = rows[:, :, GRANULOCYTE + slot], rows[:, :, EARLY_SHARE + slot]
    array = (marrow, p["snp_array_limit_fraction"])
    if slot == PNH:
        limits = {
            "sensitive flow": (blood, p["pnh_flow_sensitive_limit_fraction"]),
            "routine flow": (blood, p["pnh_flow_routine_limit_fraction"]),
        }
    elif slot == HLA:
        limits = {"HLA flow": (blood, p["hla_flow_limit_fraction"]), "SNP array": array}
    elif _is_chromosome(problem, slot):
        limits = {"karyotype": (marrow, karyotype_limit(p)), "SNP array": array}
    else:
        limits = {"sequencing": (blood, sequencing_limit_share(problem, slot))}
    found: dict[str, float | None] = {}
    for assay, (share, limit) in limits.items():
        above = share >= limit
        first = np.where(above.any(axis=1), days[above.argmax(axis=1)], np.inf)
        middle = float(np.quantile(first, 0.5, method="higher"))
        found[assay] = middle if np.isfinite(middle) else None
    return found


def sequencing_limit_share(problem: Problem, slot: int) -> float:
    """Share of cells at which the laboratory's smallest VAF is reached: all reads of a gene on a man's X are mutant."""
    kind = problem.mapping.clones[slot - FIRST_OTHER].kind
    on_only_copy = kind is not None and kind.chromosome == "X" and problem.chart.sex == "male"
    return (1.0 if on_only_copy else 2.0) * problem.parameters["sequencing_detection_limit_fraction"]


def _is_chromosome(problem: Problem, slot: int) -> bool:
    kind = problem.mapping.clones[slot - FIRST_OTHER].kind
    return kind is not None and kind.name in LATE
