"""The studies behind the clinical rows on coarse courses: a population in a quarter of a second.

People are drawn by the formulas of virtual patients (`inference.numbers`), get the treatment of an arm on day 14, and
are followed on the coarse course of inference, eight side by side. Left out, beside what the coarse course leaves out:
transfusions, death, loss to follow-up, noise of the laboratory, and all clones but PNH-type and HLA-lost ones. So
figures read here differ from those of the full trials, by amounts that are measured (`coarse_targets.toml`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import ndtr, ndtri

from hscape.biology.influence import Influence
from hscape.biology.treatment import AntithymocyteGlobulin, Eltrombopag
from hscape.cohort.population import find_population
from hscape.dynamics.coarse_record import N_COLUMNS, N_SLOTS
from hscape.inference.course import make_setting, noise_rows
from hscape.inference.many_courses import courses_on, empty_rows
from hscape.inference.numbers import AT, COORDINATES, N_NUMBERS, Mapping
from hscape.inference.slots import life_long_cells
from hscape.inference.treatments import DatedCyclosporine
from hscape.parameters import Parameters
from hscape.streams import generator

TREATMENT_DAY = 14.0
AGE_YEARS = 45.0  # by which a normal cellularity is told
_STEP_DAYS = 28.0
_OLDEST_YEARS, _AGE_EDGES = 80.0, (18.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0)
_N_MOVED_SLOTS = 3  # ordinary cells, PNH, HLA loss


@dataclass(frozen=True, kw_only=True)
class CoarseArm:
    """One arm of a trial.

    Args:
        population: which gives the ages.
        treatments: what is given, in days from diagnosis.
        last_day: to which people are followed.
    """

    population: str
    treatments: tuple[Influence, ...]
    last_day: float


@dataclass(frozen=True, kw_only=True)
class Followed:
    """The people of an arm.

    Args:
        days: from diagnosis, shape (n_days,).
        rows: courses, shape (n, n_days, n_columns), see `dynamics.coarse_record`; not a number where nothing showed.
        has_shown: shape (n,).
        waited_days: from the first attacking cell to diagnosis, shape (n,).
        age_years: shape (n,).
        regeneration_fold: how much faster stem cells divide in an empty niche, shape (n,).
    """

    days: np.ndarray
    rows: np.ndarray
    has_shown: np.ndarray
    waited_days: np.ndarray
    age_years: np.ndarray
    regeneration_fold: np.ndarray

    def index(self, day: float) -> int:
        """Place of the day that is nearest."""
        return int(np.argmin(np.abs(self.days - day)))


def _cyclosporine(full_days: float, taper_days: float, start: float = TREATMENT_DAY) -> DatedCyclosporine:
    steps = [(start, start + full_days, 1.0)]
    count = int(taper_days / _STEP_DAYS)
    for k in range(count):
        first = start + full_days + k * _STEP_DAYS
        steps.append((first, first + _STEP_DAYS, 1.0 - (k + 1.0) / (count + 1.0)))
    return DatedCyclosporine(steps=tuple(steps))


def _globulin(source: str, day: float = TREATMENT_DAY) -> AntithymocyteGlobulin:
    return AntithymocyteGlobulin(day=day, source=source)  # type: ignore[arg-type]


_AGONIST = Eltrombopag(day=TREATMENT_DAY, duration_days=182.0, dose_mg_per_day=150.0)
_SECOND = TREATMENT_DAY + 190.0
#: The arms of the designs of `cohort/designs`, as far as the figures need them.
ARMS = {
    "horse": CoarseArm(
        population="trial-usa", treatments=(_globulin("horse"), _cyclosporine(182, 0)), last_day=2400.0
    ),
    "rabbit": CoarseArm(
        population="trial-usa", treatments=(_globulin("rabbit"), _cyclosporine(182, 0)), last_day=220.0
    ),
    "strict": CoarseArm(
        population="trial-europe", treatments=(_globulin("horse"), _cyclosporine(365, 365)), last_day=760.0
    ),
    "strict with eltrombopag": CoarseArm(
        population="trial-europe", treatments=(_globulin("horse"), _cyclosporine(365, 365), _AGONIST), last_day=220.0
    ),
    "registry": CoarseArm(
        population="registry-europe", treatments=(_globulin("rabbit"), _cyclosporine(365, 365)), last_day=390.0
    ),
    "long": CoarseArm(
        population="trial-usa", treatments=(_globulin("horse"), _cyclosporine(182, 545), _AGONIST), last_day=1657.0
    ),
    "second": CoarseArm(
        population="trial-usa",
        treatments=(
            _globulin("horse"), _globulin("rabbit", _SECOND), _cyclosporine(182, 0), _cyclosporine(182, 0, _SECOND)
        ),
        last_day=386.0,
    ),
    "non-severe, cyclosporine": CoarseArm(
        population="registry-europe", treatments=(_cyclosporine(365, 365),), last_day=220.0
    ),
    "non-severe, horse": CoarseArm(
        population="registry-europe", treatments=(_globulin("horse"), _cyclosporine(365, 365)), last_day=220.0
    ),
}  # fmt: skip


def follow(arm: CoarseArm, parameters: Parameters, *, people: int, seed: int) -> Followed:
    """The people of an arm.

    Args:
        arm: what is given to whom.
        parameters: the numbers in force.
        people: how many, whether their failure shows or not.
        seed: 0 to 2**63 - 1; the same people and the same chance in every arm and with all numbers.
    """
    end = arm.last_day
    days = np.unique(np.concatenate([[0.0, TREATMENT_DAY], np.arange(42.0, end - 1.0, _STEP_DAYS), [end]]))
    setting = make_setting(
        list(arm.treatments), [], days.tolist(), parameters=parameters, sex="male", age_years=AGE_YEARS, end_day=end
    )
    random = generator(seed, "coarse trial", "people")
    z = random.standard_normal((people, len(COORDINATES)))
    age_years = _ages(arm.population, random.random(people))
    n_rows = noise_rows(end, len(days))
    noise = np.zeros((people, n_rows, N_SLOTS), dtype=np.float32)
    chance = generator(seed, "coarse trial", "chance")
    for slot in range(_N_MOVED_SLOTS):
        noise[:, :, slot] = chance.standard_normal((people, n_rows), dtype=np.float32)
    rows, waited = np.zeros((people, len(days), N_COLUMNS)), np.zeros(people)
    numbers = _numbers(z, age_years, end, parameters)
    courses_on(numbers, setting, noise, days, empty_rows(), rows, waited)
    return Followed(
        days=days, rows=rows, has_shown=~np.isnan(rows[:, 0, 1]), waited_days=waited, age_years=age_years,
        regeneration_fold=numbers[:, AT["regeneration_fold"]],
    )  # fmt: skip


def _ages(population: str, u: np.ndarray) -> np.ndarray:
    """Ages of a population: a truncated normal."""
    who = find_population(population)
    low, high = (
        ndtr((bound - who.age_mean_years) / who.age_sd_years)
        for bound in (who.age_low_years, min(who.age_high_years, _OLDEST_YEARS))
    )
    return np.asarray(who.age_mean_years + who.age_sd_years * ndtri(low + u * (high - low)))


def _numbers(z: np.ndarray, age_years: np.ndarray, last_day: float, p: Parameters) -> np.ndarray:
    """Numbers of people of several ages; clones that arose through life are taken in bands of ten years."""
    found = np.zeros((len(z), N_NUMBERS))
    hla = p["clone_HLA_allele_mutation_rate_per_year"] + p["clone_HLA_6p_CN_LOH_rate_per_year"]
    for low, high in pairwise(_AGE_EDGES):
        within = (age_years >= low) & ((age_years < high) | (high == _AGE_EDGES[-1]))
        if not within.any():
            continue
        middle = 0.5 * (low + high)
        mapping = Mapping(
            parameters=p, age_years=age_years[within],  # type: ignore[arg-type]  # one age a person
            last_day=last_day, clones=(),
            piga_quantiles=life_long_cells(p["clone_PIGA_rate_per_year"], middle, p),
            hla_quantiles=life_long_cells(hla, middle, p),
        )  # fmt: skip
        found[within] = mapping.numbers(z[within])
    return found
