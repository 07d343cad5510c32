"""SardiNIA: growth by gene beside published figures, and the last visit of every variant held out."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
from scipy.stats import norm

from hscape.clones import fit_growth
from hscape.clones.growth.fit import fit_state
from hscape.clones.growth.predict import log_probability_of_reading, predict_share
from hscape.clones.growth.read_table import read_table
from verification import growth_data
from verification.growth_measures import PARAMETERS, WORKERS, Say, logit_slope, quantiles

PUBLISHED = {"DNMT3A": "0.05 (abstract)", "TP53": "0.05 (abstract)", "SRSF2": "above 0.50 for P95H (abstract)"}


def sardinia(say: Say) -> list[str]:
    table = growth_data.sardinia()
    wall, cpu = time.time(), time.process_time()
    fit = fit_growth(table, workers=WORKERS)
    wall, cpu = time.time() - wall, time.process_time() - cpu
    say(f"sardinia fitted in {wall:.0f} s, processor {cpu:.0f} s")
    baseline = pd.Series({(one.person, one.id): logit_slope(one.years, one.vaf)[0] for one in fit.trajectories})
    genes = pd.Series({(clone.person, clone.id): clone.gene for clone in fit.clones})
    told = {gene.gene: gene for gene in fit.genes}
    lines = [f"{len(fit.clones)} variants of {len({clone.person for clone in fit.clones})} people, {wall:.0f} s of wall time on a "
             f"shared machine with two cores ({cpu:.0f} s of processor time).", "",
             "| gene | variants | mean fitness a year (95 %) | median net growth of its clones | median logit slope | published |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for name in genes.value_counts().index[:14]:
        mean = told[name].mean_fitness_per_year
        slope = baseline[genes[genes == name].index].median()
        lines.append(f"| {name} | {told[name].n_clones} | {mean.median:.3f} ({mean.low:.3f} to {mean.high:.3f}) | "
                     f"{told[name].median_net_growth_per_year:.3f} | {slope:.3f} | {PUBLISHED.get(name, '')} |")  # fmt: skip
    return [*lines, "", *held_out(table, say)]


def held_out(table: pd.DataFrame, say: Say) -> list[str]:
    """The last visit of every variant with three or more, predicted from the earlier ones."""
    every = read_table(table).trajectories
    asked = [one for one in every if one.years.size >= 3 and one.first(one.years.size - 1).was_seen]
    state = fit_state([one.first(one.years.size - 1) for one in asked], PARAMETERS, workers=WORKERS)
    member_of = {i: member for member in state.members for i in member.variants}
    depth = PARAMETERS["sequencing_depth_reads"] * state.setting.noise.depth_fold
    rows = []
    for i, one in enumerate(asked):
        shares, weights = predict_share(state, member_of[i], float(one.years[-1]))
        read = float(one.vaf[-1])
        score = log_probability_of_reading(state, shares, weights, read - 0.0005, read + 0.0005, depth)
        ours = float(quantiles(shares, weights, (0.5,))[0])
        slope, height, middle = logit_slope(one.years[:-1], one.vaf[:-1])
        _, last, _ = logit_slope(one.years[-2:-1], one.vaf[-2:-1])
        rows.append((read, ours, score, height + slope * (one.years[-1] - middle), last))
    read, ours, score, slope, last = np.array(rows).T
    lines = ["### The last visit held out", "",
             f"{len(read)} variants with three visits or more that were seen before the last one; fitted without it. Log score: log "
             "probability of the reading to its third decimal. The baselines are given the scatter of the logit that suits the "
             "held-out readings best, which no honest forecast could know.", "",
             "| prediction | mean log score | mean absolute error of the VAF | median |", "|---|---|---|---|",
             f"| hscape | {score.mean():.3f} | {abs(read - ours).mean():.5f} | {np.median(abs(read - ours)):.5f} |"]  # fmt: skip
    for words, at in (("logit slope", slope), ("last value", last)):
        best = max(_gaussian_score(read, at, sigma) for sigma in np.geomspace(0.2, 4.0, 40))
        vaf = 0.5 / (1.0 + np.exp(-at))
        lines.append(f"| {words} | {best:.3f} | {abs(read - vaf).mean():.5f} | {np.median(abs(read - vaf)):.5f} |")
    for line in lines[-3:]:
        say(line)
    return [*lines, ""]


def _gaussian_score(read, at, sigma):
    def edge(vaf):
        odds = 2.0 * vaf
        return np.where(
            odds <= 0,
            -np.inf,
            np.where(odds >= 1, np.inf, np.log(np.maximum(odds, 1e-12) / np.maximum(1 - odds, 1e-12))),
        )

    told = norm.cdf((edge(read + 0.0005) - at) / sigma) - norm.cdf((edge(read - 0.0005) - at) / sigma)
    return float(np.log(0.99 * told + 0.01 * 0.001).mean())
