"""By which road marrows come back, and how that hangs on the assumptions that matter."""

from __future__ import annotations

from collections import Counter

from joblib import Parallel, delayed

from hscape.care import CarePlan, Planned
from hscape.cohort.population import draw_case
from hscape.cohort.roads import ROADS, Road, find_road
from hscape.parameters import Parameters
from hscape.proportions import wilson_interval

SEED = 5
IST = CarePlan(
    name="horse ATG and cyclosporine",
    treatments=(Planned(name="horse_atg"), Planned(name="cyclosporine", options={"full_days": 365.0})),
)
NONE = CarePlan(name="transfusions alone", relapse="none")
#: What is changed -> the change. Factors of two to five around assumed numbers.
ASSUMPTIONS: dict[str, dict[str, float]] = {
    "as calibrated": {},
    "HLA loss arises five times as often": {
        "clone_HLA_allele_mutation_rate_per_year": 5.0,
        "clone_HLA_6p_CN_LOH_rate_per_year": 5.0,
    },
    "HLA loss arises five times as rarely": {
        "clone_HLA_allele_mutation_rate_per_year": 0.2,
        "clone_HLA_6p_CN_LOH_rate_per_year": 0.2,
    },
    "killing half as fast": {"attack_killing_per_day": 0.5},
    "killing twice as fast": {"attack_killing_per_day": 2.0},
    "suppression half as strong": {"attack_suppression_fold": 0.5},
    "suppression twice as strong": {"attack_suppression_fold": 2.0},
    "tolerated antigen half": {"attack_tolerated_antigen_fraction": 0.5},
    "tolerated antigen twice": {"attack_tolerated_antigen_fraction": 2.0},
    "globulin half as strong": {"horse_atg_log_kill_fold": 0.5},
    "stem cells regrow half as fast": {"niche_empty_division_fold": 0.625},
}


def lived(plan: CarePlan, factors: dict[str, float], patients: int, workers: int = 2) -> list[Road]:
    """Roads of so many people."""
    base = Parameters()
    changed = base.with_values({name: base[name] * factor for name, factor in factors.items()})
    return Parallel(n_jobs=workers, batch_size=4)(delayed(_one)(plan, number, changed) for number in range(patients))


def _one(plan: CarePlan, number: int, parameters: Parameters) -> Road:
    return find_road(
        draw_case("trial-europe", plan, seed=SEED, number=number, parameters=parameters), seed=SEED, number=number
    )


def row(plan: CarePlan, label: str, roads: list[Road]) -> str:
    """One line of the table."""
    back = [road for road in roads if road.is_recovered]
    counts = Counter(road.road for road in back)
    low, high = wilson_interval(len(back), len(roads))
    large = [road for road in back if road.largest_share > 0.5]
    not_cause = sum(not road.is_escape_needed for road in large)
    shares = " | ".join(f"{100 * counts[name] / max(len(back), 1):.0f} %" for name in ROADS)
    return (
        f"| {plan.name} | {label} | {len(back)} of {len(roads)} ({100 * low:.0f} to {100 * high:.0f} %) | {shares} "
        f"| {not_cause} of {len(large)} |"
    )


def section(quick: bool) -> list[str]:
    """Lines of the page."""
    patients = 30 if quick else 150
    lines = [
        f"## Roads to recovery, {patients} people a line",
        "",
        "Recovered: two years after diagnosis free of transfusions with neutrophils of 1, platelets of 50 and hemoglobin of 9 "
        "or more; deaths are not drawn. Each recovered patient is lived again on the same draws without escape, without "
        "treatment, without the attack's own end. A thing was needed if without it the marrow would not have come back. The "
        "last column: among those in whom one escape clone holds more than half of the early progenitors, how many would have "
        "recovered without escape (share is not cause).",
        "",
        "| care | assumption | recovered | " + " | ".join(ROADS) + " | large clone, not the cause |",
        "|" + "---|" * (len(ROADS) + 4),
    ]
    for plan in (IST, NONE):
        for label, factors in ASSUMPTIONS.items():
            lines.append(row(plan, label, lived(plan, factors, patients)))
    return [*lines, ""]
