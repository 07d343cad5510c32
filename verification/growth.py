"""Growth of clones: public cohorts and simulated ones, against published figures, a baseline and the known truth."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import norm

from hscape.clones import fit_growth
from hscape.clones.growth.evidence import ERROR_CONCENTRATIONS, FINE, evidence_of
from hscape.clones.growth.fit import fit_state
from hscape.clones.growth.pooling import pool
from hscape.clones.growth.predict import log_probability_of_reading, predict_share
from hscape.clones.growth.read_table import read_table
from hscape.clones.growth.treatment import contrast_of, pooled_change, verdict_of_change
from hscape.parameters import Parameters
from hscape.streams import generator
from verification import growth_data
from verification.growth_simulated import cohort, neutral_table, treated_cohort

SEED = 20261122
WORKERS = 2
Say = Callable[[str], None]
PUBLISHED = {"DNMT3A": "0.05 (abstract)", "TP53": "0.05 (abstract)", "SRSF2": "above 0.50 for P95H (abstract)"}
PARAMETERS = Parameters()


def simulated_section(quick: bool, say: Say) -> list[str]:
    lines = ["## Growth of simulated clones with a known truth", ""]
    return [*lines, *calibration(60 if quick else 220, say), *treatment(20 if quick else 30, say)]


def lothian_section(quick: bool, say: Say) -> list[str]:
    return ["## Lothian trajectories: a negative control of clone growth", "", *_if_there(lothian, say)]


def sardinia_section(quick: bool, say: Say) -> list[str]:
    return ["## SardiNIA clones: growth by gene, and the last visit held out", "", *_if_there(sardinia, say)]


def landscape_section(quick: bool, say: Say) -> list[str]:
    return ["## Fitness landscape from one look at many people", "", *_if_there(landscape, say)]


def _if_there(part: Callable[[Say], list[str]], say: Say) -> list[str]:
    if growth_data.is_there():
        return part(say)
    return ["The public tables are not on this machine (HSCAPE_SHARED_DATA): this was not made.", ""]


def quantiles(values, weights, at):
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order]) - 0.5 * weights[order]
    return np.interp(np.array(at) * weights.sum(), below, values[order])


def calibration(n_people: int, say: Say) -> list[str]:
    """Coverage of the 90 % interval of net growth on simulated clones with competition."""
    lines = ["### Coverage", "",
             f"{n_people} people with one to three clones each; birth and death drawn in steps of a tenth of a year with "
             "competition, fitness from a gamma distribution (mean 0.12 a year), sizes from 200 to 30,000 cells at the first "
             "visit, depth 1,000, beta-binomial concentration 300 (the fit assumes 500, and estimates it from three visits on). Truth: mean net growth "
             "over the visits. Wanted: 90 % intervals that hold 90 %.", "",
             "| visits | clones | estimated concentration | coverage of 90 % | truth below / above | bias | RMSE | RMSE of the logit slope |",
             "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for times in (np.arange(70.0, 83.0, 3.0), np.array([70.0, 75.0])):
        table, truth = cohort(generator(SEED, "growth", "calibration", len(times)), n_people, times)
        fit = fit_growth(table, workers=WORKERS)
        rows = []
        for clone, one in zip(fit.clones, fit.trajectories, strict=True):
            _, _, net, weights, (drift, p_drift) = clone.density
            low, middle, high = quantiles(np.append(net, drift), np.append(weights, p_drift), (0.05, 0.5, 0.95))
            rows.append((low, middle, high, truth[clone.person, clone.id], logit_slope(one.years, one.vaf)[0]))
        low, middle, high, true, slope = np.array(rows).T
        inside = (low <= true) & (true <= high)
        lines.append(
            f"| {len(times)} over {times[-1] - times[0]:.0f} years | {len(true)} | {fit.learned['concentration_reads']:.0f} | "
            f"{inside.mean():.3f} | {(true < low).mean():.3f} / {(true > high).mean():.3f} | {(middle - true).mean():+.3f} | "
            f"{np.sqrt(((middle - true) ** 2).mean()):.3f} | {np.sqrt(((slope - true) ** 2).mean()):.3f} |"
        )
        say(lines[-1])
    return [*lines, ""]


def logit_slope(years, vaf):
    """Least squares of logit(2 VAF) on time, zero readings at half of 0.001."""
    odds = np.clip(2.0 * vaf, 0.001, 0.999)
    y = np.log(odds / (1.0 - odds))
    if len(years) < 2:
        return 0.0, y[0], years[0]
    x = years - years.mean()
    return float((x * y).sum() / (x * x).sum()), float(y.mean()), float(years.mean())


def treatment(n_clones: int, say: Say) -> list[str]:
    """Power of the contrast between growth on and off treatment."""
    rng = generator(SEED, "growth", "treatment")
    lines = ["### Conditional advantage: growth on and off treatment", "",
             f"Pools of {n_clones} simulated clones of each kind; treatment from year 4 of 8 on. Escape clones: fitness 0.35 a "
             "year under attack, -0.05 on treatment; drivers: 0.15 throughout. Cohorts are drawn from the pools 200 times; "
             "called: probability of at least 0.95 that growth falls on treatment.", "",
             "| visits | depth | patients of each kind | escape called | driver called |", "|---|---|---|---|---|"]  # fmt: skip
    for n_visits, depth in ((3, 500), (5, 500), (5, 2000), (9, 2000)):
        times = np.linspace(60.0, 68.0, n_visits)
        table = treated_cohort(rng, 2 * n_clones, times, 64.0, depth=depth, concentration=1000, escape=(0.35, -0.05),
                               driver=(0.15, 0.15))  # fmt: skip
        state = fit_state(read_table(table).trajectories, PARAMETERS, workers=WORKERS)
        found: dict[str, list] = {"ESCAPE": [], "DRIVER": []}
        for member in state.members:
            contrast = contrast_of(member.group, state.setting, member.others, PARAMETERS)
            if contrast is not None:
                found[member.group[0].gene].append(contrast)
        for n in (1, 3, 5, 10, 20):
            called = {}
            for kind, contrasts in found.items():
                draws = [rng.choice(len(contrasts), n, replace=False) for _ in range(200)]
                words = [
                    verdict_of_change(pooled_change([contrasts[i] for i in draw], PARAMETERS))[1] for draw in draws
                ]
                called[kind] = np.mean([word == "falls on treatment" for word in words])
            lines.append(f"| {n_visits} | {depth} | {n} | {called['ESCAPE']:.2f} | {called['DRIVER']:.2f} |")
        say(lines[-1])
    return [*lines, ""]


def lothian(say: Say) -> list[str]:
    """Synonymous trajectories as a negative control; the threshold comes from simulated neutral ones."""
    rng = generator(SEED, "growth", "lothian")
    raw = growth_data.lothian()
    classes = raw.groupby("person")[["class", "lift_call"]].first()
    table = raw[["person", "variant", "age_years", "vaf"]]
    start = time.process_time()
    state = fit_state(read_table(table).trajectories, PARAMETERS, is_filtered=False, workers=WORKERS)
    seconds = time.process_time() - start
    say(f"lothian fitted, {state.setting.noise}, {state.pooled.shares}")
    schedules = [np.sort(group.age_years.to_numpy(float)) for _, group in table.groupby("person")]
    noise, errors = state.setting.noise, state.pooled.errors
    depth = int(PARAMETERS["sequencing_depth_reads"] * noise.depth_fold)
    share = float(state.pooled.shares[1] / state.pooled.shares[1:].sum())
    n_null = 1778
    null = neutral_table(rng, schedules, n_null, depth=depth, concentration=noise.concentration_reads, level=errors[0],
                         level_sd=errors[1], error_concentrations=(ERROR_CONCENTRATIONS, errors[2]), limit=0.01,
                         drift_share=share)  # fmt: skip
    unlabeled = read_table(null).trajectories
    evidence = [member.evidence for member in state.members]
    evidence += state.map(lambda one: evidence_of([one], state.setting), unlabeled)
    both = pool(evidence, [""] * len(evidence), [""] * len(evidence), PARAMETERS, is_filtered=False)
    simulated = np.sort([p_growing(one) for one in both.clones[len(state.members) :]])[::-1]
    threshold = float(simulated[int(n_null * 3 / 889)])
    told = pd.Series({member.group[0].person: p_growing(member.posterior) for member in state.members})
    lines = [f"{len(classes)} trajectories without gene, person or depth, read as raw calls. Scatter estimated from the table: "
             f"concentration {noise.concentration_reads:.0f}, depth {depth}; estimated shares: selected "
             f"{state.pooled.shares[0]:.3f}, chance {state.pooled.shares[1]:.3f}, errors {state.pooled.shares[2]:.3f}. The second "
             f"threshold is the one that 3 in 889 of {n_null} simulated trajectories pass (drift without fitness around the limit, "
             "and errors with the scatter estimated from all trajectories, whatever their class). No label entered the fit or "
             "the threshold, but the model of errors was worked out with this table and its labels in sight: no blind test. "
             f"{seconds:.0f} s of processor time.", "",
             "| probability of growth from | synonymous called (of 889, wanted at most 3) | non-synonymous that LiFT found (of 86, "
             "wanted at least 70) | other non-synonymous (of 2,584) |", "|---|---|---|---|"]  # fmt: skip
    kind = classes["class"] + " " + classes["lift_call"]
    for words, level in ((f"{PARAMETERS['clone_growth_call_probability']} (record)", PARAMETERS["clone_growth_call_probability"]),
                         (f"{threshold:.3f} (simulated)", threshold)):  # fmt: skip
        called = kind[told[told >= level].index].value_counts()
        synonymous = sum(value for key, value in called.items() if key.startswith("syn"))
        lines.append(f"| {words} | {synonymous} | {called.get('nonsynonymous fit mutation', 0)} | "
                     f"{called.get('nonsynonymous artifact', 0)} |")  # fmt: skip
        say(lines[-1])
    fit_ids = classes.index[kind == "nonsynonymous fit mutation"]
    missed = [one for one in state.trajectories if one.person in set(fit_ids) and told[one.person] < threshold]
    small = sum(float(one.vaf.max()) < 0.02 for one in missed)
    flat = sum(float(one.vaf.max()) >= 0.02 and one.vaf[-1] <= one.vaf[0] for one in missed)
    return [*lines, "", f"Of the {len(missed)} that are missed, {small} never reach 2 % and {flat} of the others do not rise between "
            "the first and the last visit.", ""]  # fmt: skip


def p_growing(posterior) -> float:
    return float(posterior.p_selected * posterior.density[FINE > 0].sum())


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


def landscape(say: Say) -> list[str]:
    """DNMT3A R882H and R882C from one look at many people: the size law of clones that began at any age."""
    table = growth_data.watson()
    turnover, capacity = (
        365.25 / PARAMETERS["stem_cell_division_interval_days"],
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
        f"{n_without} variants without an age in years are left out. Not done: the transplant pairs.",
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
