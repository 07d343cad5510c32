"""Fitness of DNMT3A R882H and R882C from one look at many people, by the size law of clones that began at any age."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hscape.units import DAYS_PER_YEAR
from verification import growth_data
from verification.growth_measures import PARAMETERS, Say


def landscape(say: Say) -> list[str]:
    """DNMT3A R882H and R882C from one look at many people: the size law of clones that began at any age."""
    table = growth_data.watson()
    turnover, capacity = (
        DAYS_PER_YEAR / PARAMETERS["stem_cell_division_interval_days"],
        PARAMETERS["stem_cell_niche_capacity_cells"],
    )
    lines = ["Maximum likelihood from VAFs and ages alone, by the size law of clones that began at any age, b^n / n, "
             f"conditional on the smallest VAF of each study; stem cells {capacity:.0f} and division interval are records, so N tau is "
             f"{capacity / turnover:.0f} cell-years by assumption (published 94,017): one look tells the product of fitness and age, not N "
             "tau and fitness apart.", "", "| variant | clones | fitness a year (95 %) | published |", "|---|---|---|---|"]  # fmt: skip
    limits = table.groupby("study").vaf.min()
    table = table.assign(age_years=pd.to_numeric(table.age_years, errors="coerce"))
    n_without = int(table.age_years.isna().sum())
    table = table.dropna(subset=["age_years"])
    for variant, published in (("R882H", "0.148 (0.141 to 0.157)"), ("R882C", "0.187 (0.182 to 0.194)")):
        own = table[(table.gene == "DNMT3A") & (table.variant == variant)]
        grid = np.arange(0.02, 0.4, 0.001)
        logs = np.array([_log_sizes(own, limits, s, turnover, capacity) for s in grid])
        inside = grid[logs > logs.max() - 1.92]
        lines.append(
            f"| DNMT3A {variant} | {len(own)} | {grid[logs.argmax()]:.3f} ({inside[0]:.3f} to {inside[-1]:.3f}) | {published} |"
        )
        say(lines[-1])
    return [
        *lines,
        "",
        f"{n_without} variants without an age in years are left out.",
        "",
    ]


def _log_sizes(own, limits, s, turnover, capacity):
    cells = np.exp(np.linspace(np.log(10.0), np.log(capacity), 600))
    share = np.minimum(cells / capacity, 0.999)
    total = 0.0
    for vaf, age, study in zip(own.vaf, own.age_years, own.study, strict=True):
        grown = np.expm1(s * age)
        log_b = -np.log1p(s / ((turnover + s) * grown))
        density = np.exp(np.maximum(cells / (1 - share) * log_b, -700)) / (cells / (1 - share))
        above = cells >= 2 * limits[study] * capacity
        size = min(2 * vaf * capacity, 0.98 * capacity)
        unfolded = size / (1 - size / capacity)
        weight = np.trapezoid(np.where(above, density / (1 - share) ** 2, 0.0), cells)
        total += unfolded * log_b - np.log(unfolded) - np.log(max(weight, 1e-300))
    return total
