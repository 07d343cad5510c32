"""Lothian: how many synonymous trajectories are called growing, and how many that LiFT found.

LiFT knows of every variant its depths and in how many people the same change was read: a change read in one person only
is held to scatter no more than reads do (binomial), and every trajectory of a change shares its verdict. The public
table has neither, so what its trajectories can tell at all is measured beside: thresholds chosen with the labels in
sight, and a rule fitted to the labels.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from hscape.clones.growth.evidence import ERROR_CONCENTRATIONS, evidence_of
from hscape.clones.growth.fit import State, fit_state
from hscape.clones.growth.pooling import pool
from hscape.clones.growth.read_table import read_table
from hscape.streams import generator
from verification import growth_data
from verification.growth_measures import PARAMETERS, WORKERS, Say, p_growing
from verification.growth_simulated import neutral_table

SEED, N_NULL, N_FOLDS, N_SPLITS = 20261122, 1778, 5, 5
FALSE_ALLOWED, LIMIT = 3 / 889, 0.01
SYNONYMOUS, FOUND, OTHER = "synonymous", "nonsynonymous fit mutation", "nonsynonymous artifact"


def lothian(say: Say) -> list[str]:
    """Synonymous trajectories as a negative control; the threshold comes from simulated ones that do not grow."""
    raw = growth_data.lothian()
    classes = raw.groupby("person")[["class", "lift_call"]].first()
    kind = (classes["class"] + " " + classes["lift_call"]).where(classes["class"] != SYNONYMOUS, SYNONYMOUS)
    start = time.process_time()
    table = read_table(raw[["person", "variant", "age_years", "vaf"]]).trajectories
    state = fit_state(table, PARAMETERS, is_filtered=False, workers=WORKERS)
    seconds = time.process_time() - start
    say(f"lothian fitted, {state.setting.noise}, {state.pooled.shares}")
    told = pd.Series({member.group[0].person: p_growing(member.posterior) for member in state.members})
    threshold = null_threshold(state)
    shares, noise = state.pooled.shares, state.setting.noise
    lines = [f"{len(classes)} trajectories without gene, person or depth, read as raw calls. Estimated from the table: "
             f"concentration {noise.concentration_reads:.0f} at depth {_depth(state)}; selected {shares[0]:.3f}, chance "
             f"{shares[1]:.3f}, errors {shares[2]:.3f}. The second threshold is the one that 3 in 889 of {N_NULL} simulated "
             "trajectories pass (errors, and drift without fitness around the limit, as the fit finds them in the whole "
             "table, whatever their class). No label entered the fit or this threshold, but the model of errors was worked "
             f"out with this table and its labels in sight: no blind test. {seconds:.0f} s of processor time.", "",
             "| probability of growth from | synonymous called (of 889, wanted at most 3) | non-synonymous that LiFT found (of "
             "86, wanted at least 70) | other non-synonymous (of 2,584) |", "|---|---|---|---|"]  # fmt: skip
    record = PARAMETERS["clone_growth_call_probability"]
    for words, level in ((f"{record} (record)", record), (f"{threshold:.3f} (simulated)", threshold)):
        lines.append(_row(words, kind[told[told >= level].index]))
    lines += ["", *bounds(state, told, kind), "", *missed(state, told, kind, threshold), ""]
    for line in lines:
        say(line)
    return lines


def null_threshold(state: State) -> float:
    """Probability of growth that 3 in 889 simulated trajectories pass, weighed by what the table taught."""
    rng = generator(SEED, "growth", "lothian")
    noise, pooled, law = state.setting.noise, state.pooled, state.pooled.errors
    kinds = list(zip(ERROR_CONCENTRATIONS, law.scatters, law.log_levels, law.log_sds, strict=True))
    table = neutral_table(rng, [one.years for one in state.trajectories], N_NULL, depth=_depth(state),
                          concentration=noise.concentration_reads, errors=kinds, limit=LIMIT,
                          drift_share=float(pooled.shares[1] / pooled.shares[1:].sum()))  # fmt: skip
    evidence = state.map(lambda one: evidence_of([one], state.setting), read_table(table).trajectories)
    none = [""] * len(evidence)
    told = pool(evidence, none, none, PARAMETERS, is_filtered=False, learned=pooled)
    return float(np.sort([p_growing(one) for one in told.clones])[::-1][int(N_NULL * FALSE_ALLOWED)])


def _depth(state: State) -> int:
    return int(PARAMETERS["sequencing_depth_reads"] * state.setting.noise.depth_fold)


def _row(words: str, called: pd.Series) -> str:
    count = called.value_counts()
    return f"| {words} | {count.get(SYNONYMOUS, 0)} | {count.get(FOUND, 0)} | {count.get(OTHER, 0)} |"


def bounds(state: State, told: pd.Series, kind: pd.Series) -> list[str]:
    """The best that any threshold could do, and a rule fitted to the labels."""
    taught = _taught(state, kind)
    lines = ["What the trajectories could tell: the most that LiFT found which are called with so many synonymous ones. The "
             "first line takes the thresholds from the labels. The second is a rule fitted to the labels themselves (logistic, "
             "squares and products of level, first and last VAF, slope and its evidence; five-fold, held out, mean of "
             f"{N_SPLITS} splits).", "",
             "| ranked by | with 0 | 1 | 2 | 3 synonymous |", "|---|---|---|---|---|"]  # fmt: skip
    lines.append("| probability of growth | " + " | ".join(str(_most(told, kind, n)) for n in range(4)) + " |")
    means = [np.mean([_most(one, kind, n) for one in taught]) for n in range(4)]
    return [*lines, "| a rule fitted to the labels | " + " | ".join(f"{mean:.0f}" for mean in means) + " |"]


def _most(score: pd.Series, kind: pd.Series, n_synonymous: int) -> int:
    """Trajectories that LiFT found above the highest threshold that lets no more synonymous ones pass."""
    ranked = kind[score.sort_values(ascending=False).index]
    return int((ranked == FOUND)[(ranked == SYNONYMOUS).cumsum() <= n_synonymous].sum())


def _taught(state: State, kind: pd.Series) -> list[pd.Series]:
    people = [one.person for one in state.trajectories]
    plain = np.array([_features(one.years, one.vaf) for one in state.trajectories])
    plain = (plain - plain.mean(axis=0)) / plain.std(axis=0)
    first, second = np.triu_indices(plain.shape[1])
    features = np.column_stack([np.ones(len(plain)), plain, plain[:, first] * plain[:, second]])
    is_found = (kind[people] == FOUND).to_numpy(float)
    rng = generator(SEED, "growth", "lothian rule")
    found = []
    for _ in range(N_SPLITS):
        fold = rng.integers(N_FOLDS, size=len(people))
        score = np.empty(len(people))
        for held in range(N_FOLDS):
            score[fold == held] = features[fold == held] @ _logistic(features[fold != held], is_found[fold != held])
        found.append(pd.Series(score, people))
    return found


def _features(years: np.ndarray, vaf: np.ndarray) -> tuple[float, ...]:
    """Level, ends, slope and evidence of a slope by Poisson regression at a depth of 1,500."""
    reads = 1500.0 * vaf
    slopes = np.linspace(-0.3, 1.0, 131)
    curve = np.exp(slopes[:, None] * (years - years[0]))
    expected = reads.sum() * curve / curve.sum(axis=1, keepdims=True)
    logs = (reads * np.log(expected)).sum(axis=1)
    best = int(logs.argmax())
    gain = min(2.0 * (logs[best] - reads.sum() * np.log(reads.mean())), 100.0)
    ends = np.log(np.array([vaf.max(), vaf[0] + 5e-4, vaf[-1] + 5e-4, vaf.mean()]))
    return (*ends, slopes[best], gain, np.sign(slopes[best]) * np.sqrt(max(gain, 0.0)), float(len(vaf)))


def _logistic(features: np.ndarray, is_found: np.ndarray) -> np.ndarray:
    """Coefficients with a normal prior of variance one (none for the constant), by Newton steps."""
    prior = np.diag([0.0, *np.ones(features.shape[1] - 1)])
    found = np.zeros(features.shape[1])
    for _ in range(60):
        p = 1.0 / (1.0 + np.exp(-np.clip(features @ found, -30.0, 30.0)))
        slope = features.T @ (is_found - p) - prior @ found
        found = found + np.linalg.solve(features.T * (p * (1.0 - p) + 1e-9) @ features + prior, slope)
    return found


def missed(state: State, told: pd.Series, kind: pd.Series, threshold: float) -> list[str]:
    """What those that LiFT found and the simulated threshold leaves out look like."""
    left = [one for one in state.trajectories if kind[one.person] == FOUND and told[one.person] < threshold]
    n_low = sum(float(one.vaf.max()) < 0.015 for one in left)
    n_small = sum(0.015 <= float(one.vaf.max()) < 0.02 for one in left)
    flat = sum(float(one.vaf.max()) >= 0.02 and one.vaf[-1] <= one.vaf[0] for one in left)
    alike = [
        one for one in state.trajectories if 0.015 <= float(one.vaf.max()) < 0.02 and one.vaf[-1] >= 2 * one.vaf[0]
    ]
    counts = kind[[one.person for one in alike]].value_counts()
    return [f"Of the {len(left)} that LiFT found and the simulated threshold leaves out, {n_low} never reach 1.5 %, {n_small} "
            f"never 2 %, and {flat} of the others do not rise between the first and the last visit. Between 1.5 and 2 % "
            f"{counts.get(FOUND, 0)} of those that LiFT found at least double, and so do {counts.get(SYNONYMOUS, 0)} synonymous "
            f"and {counts.get(OTHER, 0)} other trajectories. LiFT tells them apart by what this table does not hold: the "
            "depths, and in how many people the same change was read (one that was read once is held to binomial scatter, and "
            "all trajectories of a change share a verdict)."]  # fmt: skip
