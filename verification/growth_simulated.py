"""Clones with a known truth: birth and death in small steps, one marrow, several clones, reads with scatter.

Independent of the likelihood: numbers of survivors and of their offspring are drawn (binomial, negative binomial) over
steps of a tenth of a year, with the mean fitness of the marrow at each step.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hscape.units import DAYS_PER_YEAR

CAPACITY, TURNOVER = 100_000, DAYS_PER_YEAR / 343.0
STEP_YEARS = 0.1


def advance(rng, cells, net, years):
    """Draw the birth-death law with net rates per year over `years`."""
    division, loss = TURNOVER + np.maximum(net, 0.0), TURNOVER - np.minimum(net, 0.0)
    grown = np.expm1((division - loss) * years)
    near = abs(division - loss) < 1e-9
    scale = np.where(
        near, years / (1.0 + division * years), grown / np.where(near, 1.0, division * grown + division - loss)
    )
    alive = rng.binomial(cells.astype(np.int64), 1.0 - loss * scale)
    born = np.zeros_like(alive)
    some = alive > 0
    born[some] = rng.negative_binomial(alive[some], 1.0 - (division * scale)[some])
    return alive + born


def marrow(rng, fitness_at, cells, times):
    """Sizes at the times, and the mean fitness of the marrow over the span; shapes (times, clones), (clones,).

    `fitness_at(t)` gives the fitness of every clone at time t.
    """
    found, t, spans = [cells.copy()], times[0], []
    for stop in times[1:]:
        while t < stop - 1e-9:
            step = min(STEP_YEARS, stop - t)
            fitness = fitness_at(t + 0.5 * step)
            mean = float((cells * fitness).sum() / CAPACITY)
            spans.append((step, fitness - mean))
            cells = advance(rng, cells, fitness - mean, step)
            t += step
        found.append(cells.copy())
    weights = np.array([step for step, _ in spans])
    net = (np.array([rate for _, rate in spans]) * weights[:, None]).sum(axis=0) / weights.sum()
    return np.array(found), net


def reads(rng, cells, depth, concentration, error=0.0005):
    vaf = np.clip(cells / CAPACITY, 0.0, 1.0) / 2.0
    share = vaf * (1 - error) + (1 - vaf) * error
    return rng.binomial(depth, rng.beta(share * concentration, (1 - share) * concentration))


def cohort(rng, n_people, times, *, depth=1000, concentration=300, limit=0.01):
    """A table of people with one to three clones each, seen at least once; and the truth of each variant."""
    rows, truth = [], {}
    while len({key[0] for key in truth}) < n_people:
        person = f"P{len({key[0] for key in truth})}"
        n = int(rng.integers(1, 4))
        fitness = rng.gamma(2.0, 0.06, n)
        genes = ["GENE" + str(g) for g in rng.integers(1, 4, n)]
        cells = np.exp(rng.uniform(np.log(200.0), np.log(30_000.0), n)).astype(np.int64)
        sizes, net = marrow(rng, lambda t, f=fitness: f, cells, times)
        alt = reads(rng, sizes, depth, concentration)
        for i in range(n):
            if (alt[:, i] / depth >= limit).any() and sizes.sum(axis=1).max() < CAPACITY:
                truth[person, f"v{i}"] = net[i]
                rows += [dict(person=person, variant=f"v{i}", gene=genes[i], age_years=t, alt=int(a), depth=depth,
                              detection_limit_fraction=limit) for t, a in zip(times, alt[:, i], strict=True)]  # fmt: skip
    return pd.DataFrame(rows), truth


def neutral_table(rng, schedules, n, *, depth, concentration, errors, limit, drift_share):
    """Trajectories that are not growing: drift without fitness around the limit, and errors of sequencing at a place.

    `errors` holds for each scatter of errors its concentration, share, and mean and spread of the log VAF.
    """
    rows, made = [], 0
    while made < n:
        times = schedules[int(rng.integers(len(schedules)))]
        if rng.random() < drift_share:
            cells = np.array([int(2 * CAPACITY * limit * np.exp(rng.normal(0.0, 0.6)))])
            sizes, _ = marrow(rng, lambda t: np.zeros(1), cells, times)
            alt = reads(rng, sizes, depth, concentration)[:, 0]
        else:
            alt = error_reads(
                rng, errors[rng.choice(len(errors), p=[one[1] for one in errors])], depth, len(times), limit
            )
        if (alt / depth >= limit).any():
            rows += [dict(person=f"null{made}", variant="null", age_years=t, vaf=a / depth) for t, a in
                     zip(times, alt, strict=True)]  # fmt: skip
            made += 1
    return pd.DataFrame(rows)


def error_reads(rng, kind, depth, n_visits, limit):
    """Reads of an error that is seen: its kind tells how errors that are seen lie, so it is drawn until it is."""
    scatter, _, level, spread = kind
    while True:
        share = min(np.exp(rng.normal(level, spread)), 0.2)
        for _ in range(1000):
            alt = rng.binomial(depth, rng.beta(share * scatter, (1 - share) * scatter, n_visits))
            if (alt / depth >= limit).any():
                return alt


def treated_cohort(rng, n_people, times, switch, *, depth, concentration, escape, driver):
    """One clone a person, half of escape kind: fitness (off, on); treatment from `switch` to the end."""
    rows = []
    for k in range(n_people):
        kind = "ESCAPE" if k % 2 == 0 else "DRIVER"
        off, on = escape if k % 2 == 0 else driver
        cells = np.array([int(np.exp(rng.uniform(np.log(1000.0), np.log(10_000.0))))])
        sizes, _ = marrow(rng, lambda t, off=off, on=on: np.array([on if t > switch else off]), cells, times)
        alt = reads(rng, sizes, depth, concentration)[:, 0]
        rows += [dict(person=f"P{k}", variant="v", gene=kind, age_years=t, alt=int(a), depth=depth, treated_from_years=switch)
                 for t, a in zip(times, alt, strict=True)]  # fmt: skip
    return pd.DataFrame(rows)
