"""Who the virtual patients are: age, sex, set points, the attack and its restriction, drawn for each person.

Every draw comes from a stream of the person's own, in a fixed order, so that person 17 is the same in every arm
and whatever the number of workers. Medians and spreads are records (`biology/values`); ages are those of the
published cohort that a design is held against.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np

from hscape.biology.clone_kinds import CloneKind, kinds_named
from hscape.biology.failure import ImmuneAttack, NicheLoss
from hscape.care import CarePlan, Case, Presentation, VirtualPatient, admit
from hscape.care.plan_file import read_plan
from hscape.cohort.design import Arm, Design
from hscape.errors import unknown_name
from hscape.genome.genes import RESTRICTING_LOCI
from hscape.parameters import Parameters
from hscape.patient import Patient
from hscape.streams import generator
from hscape.units import DAYS_PER_MONTH

#: Lived beyond the follow-up of a design, which is counted from treatment and not from diagnosis.
SPARE_MONTHS = 3.0
FAILURE_KINDS = (
    "HLA_allele_mutation", "HLA_6p_CN_LOH", "PIGA", "BCOR", "RUNX1", "monosomy_7", "other_chromosome",
)  # fmt: skip
LOCI = ("A", "B", "C", "DRB1")


class Population(NamedTuple):
    """Ages of a published cohort: a truncated normal, or two of them."""

    what: str
    age_mean_years: float
    age_sd_years: float
    age_low_years: float
    age_high_years: float
    male_fraction: float
    source: str


@cache
def populations() -> Mapping[str, Population]:
    """Named populations from `populations.toml`."""
    text = resources.files("hscape.cohort").joinpath("populations.toml").read_text(encoding="utf-8")
    return {name: Population(**table) for name, table in tomllib.loads(text).items() if name != "alleles"}


@cache
def _alleles() -> Mapping[str, tuple[tuple[str, ...], tuple[float, ...]]]:
    text = resources.files("hscape.cohort").joinpath("populations.toml").read_text(encoding="utf-8")
    return {locus: (tuple(table), tuple(table.values())) for locus, table in tomllib.loads(text)["alleles"].items()}


def find_population(name: str) -> Population:
    """A population by name.

    Raises:
        InputError: no such population.
    """
    if name not in populations():
        raise unknown_name("population", name, populations(), kind="population")
    return populations()[name]


def _typing(random: np.random.Generator) -> dict[str, tuple[str, str]]:
    found = {}
    for locus in LOCI:
        names, shares = _alleles()[locus]
        weights = np.array(shares) / sum(shares)
        first, second = sorted(names[i] for i in random.choice(len(names), size=2, p=weights))
        found[locus] = (first, second)
    return found


def _restricting(typing: Mapping[str, tuple[str, str]], random: np.random.Generator) -> str:
    """The allele that would restrict the attack, of those carried once; empty if there is none.

    A cell of a person with two copies of an allele still shows it after loss of one.
    """
    first, copy = int(random.random() < 0.5), int(random.random() < 0.5)
    loci = (RESTRICTING_LOCI[first], RESTRICTING_LOCI[1 - first])
    return next((typing[locus][copy] for locus in loci if typing[locus][0] != typing[locus][1]), "")


def _age(population: Population, low: float, high: float, random: np.random.Generator) -> float:
    low, high = max(low, population.age_low_years), min(high, population.age_high_years)
    for _ in range(1000):
        age = random.normal(population.age_mean_years, population.age_sd_years)
        if low <= age <= high:
            return float(age)
    return float(random.uniform(low, high))


def _kinds(restricted_share: float, allele: str, p: Parameters, random: np.random.Generator) -> tuple[CloneKind, ...]:
    """Kinds of clone of this person: what the attack cannot see depends on how it is restricted."""
    piga = random.uniform(p["piga_vulnerability_low_fraction"], p["piga_vulnerability_high_fraction"])
    bcor = p["bcor_interferon_fitness_sd_per_year"] * random.standard_normal()
    drawn = random.normal(p["clone_BCOR_vulnerability_fraction"], p["bcor_vulnerability_sd_fraction"])
    bcor_vulnerability = float(np.clip(drawn, p["bcor_vulnerability_low_fraction"], 1.0))
    found = []
    for kind in kinds_named(FAILURE_KINDS, p):
        if kind.shown_as == "hla_loss":
            gene = f"HLA-{allele.split('*')[0]}"
            variant = f"{kind.variant} of {allele}" if kind.gene else kind.variant
            kind = _changed(
                kind, vulnerability_fraction=1.0 - restricted_share, hla_allele=allele, variant=variant,
                gene=gene if kind.gene else "",
            )  # fmt: skip
        elif kind.name == "PIGA":
            kind = _changed(kind, vulnerability_fraction=float(piga))
        elif kind.name == "BCOR":
            kind = _changed(kind, interferon_fitness_per_year=float(bcor), vulnerability_fraction=bcor_vulnerability)
        found.append(kind)
    return tuple(found)


def _changed(kind: CloneKind, **changes: object) -> CloneKind:
    from dataclasses import replace

    return replace(kind, **changes)  # type: ignore[arg-type]


def draw_case(
    population: str,
    plan: CarePlan,
    *,
    seed: int,
    number: int,
    parameters: Parameters | None = None,
    age_years: tuple[float, float] = (18.0, 90.0),
    follow_up_days: float = 3650.0,
    wait_days: float = 3650.0,
) -> Case:
    """One person with immune marrow failure.

    Args:
        population: name, which gives the ages.
        plan: of care.
        seed: 0 to 2**63 - 1.
        number: which person.
        parameters: the numbers in force.
        age_years: youngest and oldest; the blood is an adult's.
        follow_up_days: how long care is simulated.
        wait_days: how long the failure may take to show.

    Returns:
        the case, with the truth of its hidden numbers.
    """
    p = parameters or Parameters()
    who = find_population(population)
    random = generator(seed, "person", number)
    age = _age(who, max(18.0, age_years[0]), age_years[1], random)
    sex = "male" if random.random() < who.male_fraction else "female"
    z = random.standard_normal(12)

    def spread(name: str, sd: str, index: int) -> float:
        return p[name] * math.exp(p[sd] * z[index])

    killing = spread("attack_killing_per_day", "attack_killing_log_sd", 0)
    tolerated = min(0.95, spread("attack_tolerated_antigen_fraction", "attack_tolerated_antigen_log_sd", 1))
    suppression = spread("attack_suppression_fold", "attack_suppression_log_sd", 2)
    sensitivity = spread("cyclosporine_sensitivity_fold", "cyclosporine_sensitivity_log_sd", 3)
    seeded = min(0.1, spread("attack_seed_fold", "attack_seed_log_sd", 4))
    older = 1.0 - p["regeneration_loss_per_decade"] * (age - 40.0) / 10.0
    regeneration = 1.0 + (p["niche_empty_division_fold"] - 1.0) * older * math.exp(p["regeneration_log_sd"] * z[5])
    globulin = math.exp(p["atg_log_kill_log_sd"] * z[6])
    typing = _typing(random)
    restricting = _restricting(typing, random)
    allele = restricting or typing[RESTRICTING_LOCI[0]][0]
    is_restricted = random.random() < p["hla_restricted_probability"] and bool(restricting)
    restricted = p["hla_restricted_share"] if is_restricted else 0.0
    is_transient = random.random() < p["transient_attack_probability"]
    ends = float(random.exponential(p["transient_attack_end_days"])) if is_transient else None
    kinds = _kinds(restricted, allele, p, random)
    seen = np.exp(p["presentation_log_sd"] * random.standard_normal(3))
    own = {
        f"hemoglobin_{sex}_g_per_dl": math.exp(p["hemoglobin_set_point_log_sd"] * z[7]),
        "platelets_normal_1e9_per_l": math.exp(p["set_point_log_sd"] * z[8]),
        "neutrophils_normal_1e9_per_l": math.exp(p["set_point_log_sd"] * z[9]),
        "lymphocytes_normal_1e9_per_l": math.exp(p["set_point_log_sd"] * z[10]),
    }
    changed = p.with_values(
        {name: p[name] * factor for name, factor in own.items()} | {"niche_empty_division_fold": max(1.2, regeneration)}
    )
    attack = ImmuneAttack(
        seed_fold=seeded, killing_per_day=killing, tolerated_antigen_fraction=tolerated, suppression_fold=suppression,
        cyclosporine_sensitivity_fold=sensitivity,
    )  # fmt: skip
    return Case(
        patient=Patient(
            age_years=age, sex=sex, influences=(attack, NicheLoss()), drivers="known", kinds=kinds, parameters=changed
        ),
        presentation=Presentation(
            hemoglobin_g_per_dl=float(
                p["presentation_hemoglobin_g_per_dl"] * seen[0] ** p["presentation_hemoglobin_spread_fold"]
            ),
            platelets_1e9_per_l=float(p["presentation_platelets_1e9_per_l"] * seen[1]),
            neutrophils_1e9_per_l=float(p["presentation_neutrophils_1e9_per_l"] * seen[2]),
        ),
        plan=plan,
        wait_days=wait_days,
        follow_up_days=follow_up_days,
        log_kill_fold={name: p[f"{name}_atg_log_kill_fold"] * globulin for name in ("horse", "rabbit")},
        attack_ends_after_presentation_days=ends,
        hla_typing=typing,
        truth={
            "killing_per_day": killing,
            "tolerated_antigen_fraction": tolerated,
            "suppression_fold": suppression,
            "cyclosporine_sensitivity_fold": sensitivity,
            "attack_seed_fold": seeded,
            "regeneration_fold": regeneration,
            "globulin_fold": globulin,
            "hla_restricted_share": restricted,
            "piga_vulnerability_fraction": next(k.vulnerability_fraction for k in kinds if k.name == "PIGA"),
            "attack_ends_after_presentation_days": math.nan if ends is None else ends,
        },
        patient_id=f"V{number + 1:06d}",
    )


def make_virtual_patient(design: Design, arm: Arm, number: int, seed: int, parameters: Parameters) -> VirtualPatient:
    """The patient of a cohort: drawn by number, treated as the arm says.

    Args:
        design: the cohort, for population, ages, era and follow-up.
        arm: what is given.
        number: which patient.
        seed: the user's seed.
        parameters: the numbers in force.
    """
    plan = read_plan(arm.name, arm.treatments, arm.rescue, era=design.era, where=f"arm {arm.name}")
    low, high = design.eligibility.age_years
    case = draw_case(
        design.population, plan, seed=seed, number=number, parameters=parameters, age_years=(low, high),
        follow_up_days=(design.follow_up_months + SPARE_MONTHS) * DAYS_PER_MONTH,
    )  # fmt: skip
    return admit(case, seed=seed, number=number)
