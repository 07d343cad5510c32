"""What might come: whether the marrow would come back if the attack ended, and how stated courses differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hscape.dynamics.coarse_record import EARLY_SHARE, N_SLOTS
from hscape.inference.judged import death_weeks, free_from, is_recovered, is_severe, needs_no_transfusion
from hscape.inference.problem import Problem
from hscape.inference.quantities import LEVELS
from hscape.inference.scenarios import (
    Alternative,
    alternatives,
    attack_ends,
    exposure_on,
    fresh_noise,
    setting_of,
    stopped,
    tapered,
)
from hscape.inference.unrecorded import unrecorded_limits
from hscape.streams import generator
from hscape.units import DAYS_PER_MONTH, DAYS_PER_YEAR

MONTHS = 24
COUNTS = {"hemoglobin_g_per_dl": 1, "platelets_1e9_per_l": 2, "neutrophils_1e9_per_l": 3}


@dataclass(frozen=True, kw_only=True)
class Future:
    """One alternative.

    Args:
        name: of the alternative.
        words: what is assumed.
        months: of the fans, from the last explained day.
        fans: count -> quantiles at `LEVELS`, shape (n_levels, n_months); alive or not.
        free_by_month: chance of being alive and free of transfusion at each month, death competing, shape (n_months,).
        dead_by_month: chance of death by then (of the counts, age and, if so, the procedure).
        recovered_by_24: chance of recovered counts and life at the end.
        free: True where alive and free at 6, 12 and 24 months, draw by draw, shape (n, 3).
        donor_share: mean share of donor cells at the end; zero without transplant.
    """

    name: str
    words: str
    months: np.ndarray
    fans: dict[str, np.ndarray]
    free_by_month: np.ndarray
    dead_by_month: np.ndarray
    recovered_by_24: float
    free: np.ndarray
    donor_share: float


def _weeks(problem: Problem) -> np.ndarray:
    n = int(np.ceil(MONTHS * DAYS_PER_MONTH / 7.0)) + 9
    return problem.last_day + 7.0 * np.arange(n)


def run_future(problem: Problem, numbers: np.ndarray, noise: np.ndarray, alternative: Alternative, seed: int) -> Future:
    """Run persons on under an alternative; the chance after the last day is the same for every alternative."""
    days = _weeks(problem)
    setting = setting_of(problem, alternative, float(days[-1]))
    fresh = fresh_noise(problem, noise, float(days[-1]), seed, "chance")
    rows, _ = problem.courses(numbers, fresh, days, setting)
    p, sex = problem.parameters, problem.chart.sex or "male"
    age = problem.mapping.age_years + problem.last_day / DAYS_PER_YEAR
    dead = death_weeks(rows, age, sex, p, generator(seed, "future", "death"))
    if alternative.transplant_day is not None:
        dead = np.minimum(dead, _procedure_deaths(problem, len(numbers), age, alternative, seed, days))
    is_free = needs_no_transfusion(rows, p)
    weeks = np.arange(len(days))
    alive = weeks[None, :] < dead[:, None]
    free_now = np.zeros_like(is_free)
    for week in range(len(days) - 8):
        free_now[:, week] = is_free[:, week : week + 8].all(axis=1) & alive[:, week]
    months = np.arange(MONTHS + 1)
    at = np.minimum(np.round(months * DAYS_PER_MONTH / 7.0).astype(int), len(days) - 9)
    fans = {name: np.quantile(rows[:, at, column], LEVELS, axis=0) for name, column in COUNTS.items()}
    last = at[-1]
    return Future(
        name=alternative.name, words=alternative.words, months=months, fans=fans,
        free_by_month=free_now[:, at].mean(axis=0), dead_by_month=1.0 - alive[:, at].mean(axis=0),
        recovered_by_24=float((is_recovered(rows[:, last], problem.parameters) & alive[:, last]).mean()),
        free=free_now[:, at[[6, 12, 24]]], donor_share=float(rows[:, last, EARLY_SHARE + N_SLOTS - 1].mean()),
    )  # fmt: skip


def _procedure_deaths(
    problem: Problem, n: int, age: float, alternative: Alternative, seed: int, days: np.ndarray
) -> np.ndarray:
    """Week of death by the procedure; the length of the course if none."""
    p, random = problem.parameters, generator(seed, "future", "procedure")
    bracket = "young" if age < 20 else ("adult" if age <= 50 else "older")
    risk = p[f"transplant_death_{bracket}_fraction"]
    assert alternative.transplant_day is not None
    is_dead = random.random(n) < risk
    shapes = p["transplant_death_time_first_shape"], p["transplant_death_time_second_shape"]
    day = alternative.transplant_day + p["transplant_death_within_days"] * random.beta(*shapes, n)
    return np.where(is_dead, np.searchsorted(days, day), len(days))


@dataclass(frozen=True, kw_only=True)
class IfEnded:
    """Suppressed or lost, as a probability.

    Args:
        is_applicable: False if the person is free of transfusion already.
        reason: why not.
        probability: of becoming free within 24 months if the attack ended today, death competing; None if it does
            not apply.
        becomes_free: draw by draw.
    """

    is_applicable: bool
    reason: str
    probability: float | None
    becomes_free: np.ndarray


def if_attack_ended(problem: Problem, numbers: np.ndarray, noise: np.ndarray, seed: int) -> IfEnded:
    """End the attack on the last explained day and look whether transfusions become needless within 24 months."""
    days = _weeks(problem)
    bare = Alternative(name="", words="", treatments=stopped(problem.given.influences, problem.last_day))
    setting = setting_of(problem, bare, float(days[-1]))
    fresh = fresh_noise(problem, noise, float(days[-1]), seed, "chance")
    rows, _ = problem.courses(attack_ends(numbers, problem.last_day), fresh, days, setting)
    p = problem.parameters
    age = problem.mapping.age_years + problem.last_day / DAYS_PER_YEAR
    free = free_from(rows, p)
    dead = death_weeks(rows, age, problem.chart.sex or "male", p, generator(seed, "ended", "death"))
    limit = int(MONTHS * DAYS_PER_MONTH / 7.0)
    becomes = (free <= limit) & (free < dead)
    if is_free_now(problem):
        return IfEnded(is_applicable=False, reason="already free of transfusion", probability=None,
                       becomes_free=becomes)  # fmt: skip
    return IfEnded(
        is_applicable=True, reason="", probability=float(becomes.mean()),
        becomes_free=becomes,
    )  # fmt: skip


def is_free_now(problem: Problem) -> bool:
    """True if the chart holds no transfusion in the last 56 days and counts are above the triggers.

    Where transfusions are not recorded, counts must be above what a transfusion reaches.
    """
    free_days = problem.parameters["care_transfusion_free_days"]
    if any(problem.last_day - free_days < day <= problem.last_day for day, _, _ in problem.transfusions):
        return False
    p = problem.parameters
    limits = {"hemoglobin_g_per_dl": p["red_cell_transfusion_trigger_g_per_dl"],
              "platelets_1e9_per_l": p["platelet_transfusion_trigger_1e9_per_l"]}  # fmt: skip
    limits |= unrecorded_limits(problem.chart, p)
    for name, limit in limits.items():
        seen = [
            m.value for m in problem.chart.series(name) if problem.last_day - free_days <= m.day <= problem.last_day
        ]
        if seen and seen[-1] < limit:
            return False
    return problem.last_day >= free_days


def relapse_risks(problem: Problem, numbers: np.ndarray, noise: np.ndarray, seed: int) -> dict[str, float]:
    """Chance of relapse within 24 months when cyclosporine goes on, is tapered over a year, or stops today.

    Only for persons who have recovered and take cyclosporine; empty otherwise. Relapse: transfusions needed again, or
    counts in the severe range.
    """
    given, day = problem.given.influences, problem.last_day
    if exposure_on(given, day) <= 0.0 or not is_free_now(problem):
        return {}
    days = _weeks(problem)
    found = {}
    for name, treatments in (
        ("as planned in the chart", given),
        ("tapered over 12 months from today", tapered(given, day, 365.0)),
        ("stopped today", stopped(given, day)),
    ):
        setting = problem.setting_for(list(treatments), float(days[-1]))
        fresh = fresh_noise(problem, noise, float(days[-1]), seed, "chance")
        rows, _ = problem.courses(numbers, fresh, days, setting)
        fails = ~needs_no_transfusion(rows, problem.parameters) | is_severe(rows, problem.parameters)
        found[name] = float(fails[:, 4 : int(MONTHS * DAYS_PER_MONTH / 7.0)].any(axis=1).mean())
    return found


def later_response(problem: Problem, numbers: np.ndarray, noise: np.ndarray, seed: int) -> tuple[float, float] | None:
    """Landmark: chance that someone who has not responded yet is free and not severe 6 and 12 months from now.

    The treatment goes on as the chart says. None if the person is free already.
    """
    if is_free_now(problem) or not problem.given.influences:
        return None
    days = _weeks(problem)
    setting = problem.setting_for(list(problem.given.influences), float(days[-1]))
    fresh = fresh_noise(problem, noise, float(days[-1]), seed, "chance")
    rows, _ = problem.courses(numbers, fresh, days, setting)
    p = problem.parameters
    age = problem.mapping.age_years + problem.last_day / DAYS_PER_YEAR
    dead = death_weeks(rows, age, problem.chart.sex or "male", p, generator(seed, "landmark", "death"))
    ok = needs_no_transfusion(rows, p) & ~is_severe(rows, problem.parameters)
    weeks = [round(m * DAYS_PER_MONTH / 7.0) for m in (6, 12)]
    first, second = (float((ok[:, w : w + 8].all(axis=1) & (dead > w)).mean()) for w in weeks)
    return first, second


def all_futures(problem: Problem, numbers: np.ndarray, noise: np.ndarray, seed: int) -> tuple[Future, ...]:
    """Every alternative, on the same chance."""
    return tuple(run_future(problem, numbers, noise, item, seed) for item in alternatives(problem))
