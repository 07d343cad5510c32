"""Whole disease courses, step against exact: reserve at diagnosis, blood at six months, clone share at two years."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from joblib import Parallel, delayed
from scipy.stats import ks_2samp

from hscape.care import CarePlan, Case, Planned, admit
from hscape.cohort.population import draw_case

#: One person, so that all spread is chance within the course; more may be named.
PERSONS = (0,)
SEED = 77
LARGEST_DISTANCE = 0.06
NAMES = ("reserve_at_diagnosis", "hemoglobin_at_6_months", "platelets_at_6_months", "escape_share_at_2_years")
PLAN = CarePlan(
    name="IST",
    treatments=(Planned(name="horse_atg"), Planned(name="cyclosporine", options={"full_days": 365.0})),
    relapse="none",
)


def one(case: Case, number: int, kernel: str, offset: int) -> tuple[float, ...]:
    """The four numbers of one course; a course that never shows gives no number."""
    patient = admit(case, seed=SEED + offset, number=number, kernel=kernel)
    if patient.diagnosis_day is None:
        return (math.nan,) * 4
    counts, clones = patient.history.counts, patient.history.clones
    at = [min(int(np.searchsorted(counts["day"], patient.diagnosis_day + d)), len(counts) - 1) for d in (0.0, 196.0)]
    late = clones[clones["day"] == clones["day"].max()]
    spared = [name for name, trait in patient.clone_traits.items() if trait.shown_as in ("hla_loss", "pnh")]
    return (
        float(counts["stem_cells_count"].iloc[at[0]]),
        float(counts["hemoglobin_g_per_dl"].iloc[at[1]]),
        float(counts["platelets_1e9_per_l"].iloc[at[1]]),
        float(late[late["clone"].isin(spared)]["stem_cell_fraction"].sum()),
    )


def distances(runs: int, workers: int = 2) -> list[tuple[int, str, float]]:
    """Kolmogorov-Smirnov distances of step and exact: (person, quantity, distance)."""
    found = []
    for person in PERSONS:
        case = draw_case("trial-europe", PLAN, seed=1, number=person, follow_up_days=760.0)
        case = dataclasses.replace(case, plan=PLAN)
        samples = {
            kernel: np.array(
                Parallel(n_jobs=workers, batch_size=8)(delayed(one)(case, n, kernel, i) for n in range(runs))
            )
            for i, kernel in enumerate(("step", "exact"))
        }
        for column, name in enumerate(NAMES):
            both = [s[np.isfinite(s[:, column]), column] for s in samples.values()]
            found.append((person, name, float(ks_2samp(*both).statistic)))
    return found


def section(quick: bool) -> list[str]:
    """Lines of the page."""
    runs = 100 if quick else 2000
    lines = [
        f"## Disease courses, step against exact, {runs} runs each",
        "",
        "One person each, treated with horse ATG and cyclosporine; life before the disease included. Largest distance "
        f"allowed: {LARGEST_DISTANCE} (with 2,000 runs each, chance alone exceeds 0.043 in one comparison of twenty).",
        "",
        "| person | quantity | distance |",
        "|---|---|---|",
    ]
    found = distances(runs)
    lines += [f"| {person} | {name} | {distance:.3f} |" for person, name, distance in found]
    worst = max(distance for _, _, distance in found)
    verdict = "pass" if worst <= LARGEST_DISTANCE else "MISS"
    return [*lines, "", f"Largest distance {worst:.3f}: {verdict if not quick else 'too few runs to judge'}.", ""]
