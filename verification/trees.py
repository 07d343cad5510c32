"""Growth rates from phylogenies: coverage on exact simulated trees, published trees, allele fractions, whole lives."""

from __future__ import annotations

import time

import numpy as np
from scipy.stats import ks_2samp

from hscape.clones.phylogeny import (
    Tree,
    check_ultrametric,
    chosen_clade,
    estimate_growth,
    whole_tree,
)
from hscape.clones.phylogeny.colonies import sample_colonies
from hscape.clones.phylogeny.descent import Trajectory, grow_back
from hscape.clones.phylogeny.forward import forward, sampled_trees
from hscape.parameters import Parameters
from hscape.scenario import load_scenario
from hscape.streams import generator
from hscape.units import DAYS_PER_YEAR
from verification.published_trees import SHARES, Say, internal_lengths, maximum_likelihood, published_lines

RATES, COLONIES, CELLS = (0.2, 0.5, 1.0), (15, 50, 100), 50_000.0


def section(quick: bool, say: Say) -> list[str]:
    """The page: four tables."""
    return [
        "## Phylogenies: growth rates of clones",
        "",
        *coverage_lines(90 if quick else 504, say),
        *level_lines(9 if quick else 99, say),
        *backward_lines(600 if quick else 4000, say),
        *lives_lines(2 if quick else 12, say),
        *published_lines(say),
    ]


def coverage_lines(n_trees: int, say: Say) -> list[str]:
    """Exact simulated clones: how often intervals hold the truth, how wide they are, how far off the middle is."""
    rows = [one_simulated(i) for i in range(n_trees)]
    table = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    lines = [
        "### Coverage on simulated trees", "",
        f"{n_trees} clones followed cell by cell from one cell (division and loss event by event, full ancestry), "
        f"{CELLS:,.0f} cells on average at sampling, one division a year (two at the fastest rate), 15, 50 or 100 colonies "
        "drawn evenly. Clones that died out or ended with fewer cells than colonies were drawn again. Width and error are "
        "relative to the true rate; IL and ML are the two published estimators (Johnson 2023), from their formulas.", "",
        "Wanted: 93 to 98 % held, no wider and no worse than IL.", "",
        "| clones | number | held | IL held | ML held | width | IL width | ML width | error (rms) | IL error | ML error | "
        "onset held | size held |", "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    groups = [("all", np.ones(n_trees, dtype=bool))]
    groups += [(f"rate {rate:g} a year", table["rate"] == rate) for rate in RATES]
    groups += [(f"{n} colonies", table["colonies"] == n) for n in COLONIES]
    for name, kept in groups:
        lines.append(_coverage_row(name, {key: value[kept] for key, value in table.items()}))
        say(lines[-1])
    return [*lines, "", f"Median time of an estimate, {np.median(table['seconds']) * 1000:.0f} ms a tree.", ""]


def one_simulated(i: int) -> dict[str, float]:
    """One clone, with the estimates of three methods."""
    source = generator(20261122, "verification of trees", i)
    rate, n = RATES[i % 3], COLONIES[i // 3 % 3]
    division = 2.0 if rate == 1.0 else 1.0
    onset = np.log(CELLS * rate / division) / rate
    while True:
        parent, start, alive, _ = forward(
            1, np.array([division]), np.array([division - rate]), np.array([onset]), source
        )
        if len(alive) >= n:
            break
    tree = sampled_trees(parent, start, source.choice(alive, n, replace=False), onset)[0]
    tree = Tree(
        name="simulated", parent=tree.parent, length_years=np.append(0.0, tree.length_years[1:]), labels=tree.labels
    )
    began = time.perf_counter()
    found = estimate_growth(whole_tree(tree))
    ours, onsets = found.posterior.rate_quantiles(SHARES), found.posterior.onset_quantiles(SHARES)
    seconds = time.perf_counter() - began
    drift = np.exp(np.quantile(found.sizes.log_cell_years, SHARES)) * division
    row: dict[str, float] = {"rate": rate, "colonies": n, "seconds": seconds}
    for name, (low, middle, high) in (("ours", ours), ("il", internal_lengths(tree)), ("ml", maximum_likelihood(tree))):
        row |= {
            f"{name} held": low <= rate <= high,
            f"{name} width": (high - low) / rate,
            f"{name} error": middle / rate - 1.0,
        }
    return row | {"onset held": onsets[0] <= onset <= onsets[2], "size held": drift[0] <= len(alive) <= drift[2]}


def _coverage_row(name: str, t: dict[str, np.ndarray]) -> str:
    held = " | ".join(f"{t[f'{m} held'].mean():.1%}" for m in ("ours", "il", "ml"))
    width = " | ".join(f"{t[f'{m} width'].mean():.3f}" for m in ("ours", "il", "ml"))
    error = " | ".join(f"{np.sqrt((t[f'{m} error'] ** 2).mean()):.3f}" for m in ("ours", "il", "ml"))
    return (f"| {name} | {len(t['rate'])} | {held} | {width} | {error} | {t['onset held'].mean():.1%} | "
            f"{t['size held'].mean():.1%} |")  # fmt: skip


def level_lines(n: int, say: Say) -> list[str]:
    """Clones that grew logistically and then rested: three estimators, and whether the law of growth is found."""
    spans = np.full(180, 0.25)
    found: list[tuple[float, ...]] = []
    for i in range(n):
        source, rate = generator(20261122, "levelled off", i), (0.4, 0.7, 1.0)[i % 3]
        size = 1.0 / (1.0 + np.exp(-rate * (np.cumsum(spans) - 9.0 / rate)))
        loss = 1.0 - rate * (1.0 - size)
        while True:
            parent, start, alive, _ = forward(1, np.ones(180), loss, spans, source)
            if len(alive) > 2000:
                break
        tree = whole_tree(sampled_trees(parent, start, source.choice(alive, 60, replace=False), 45.0)[0])
        steady, free, level = (estimate_growth(tree, growth=growth) for growth in ("exponential", "auto", "logistic"))
        low, middle, high = free.posterior.rate_quantiles(SHARES)
        held = [a <= rate <= c for a, _, c in (steady.posterior.rate_quantiles(SHARES), internal_lengths(tree.tree))]
        a, b, c = level.posterior.rate_quantiles(SHARES)
        found.append((float(low <= rate <= high), *map(float, held), float(free.growth == "logistic"), middle / rate,
                      steady.posterior.rate_quantiles(SHARES)[1] / rate, float(a <= rate <= c), b / rate))  # fmt: skip
    t = np.array(found)
    say(f"levelled off: {t.mean(axis=0)}")
    return [
        "### Clones that have levelled off", "",
        f"{n} clones followed cell by cell that grew logistically (0.4, 0.7 or 1 a year) to some ten thousand cells within 45 "
        "years and rested, one division a year, 60 colonies. Late drift brings meetings that steady growth must read as slow.", "",
        "| estimate | rate held | median of found to true |", "|---|---|---|",
        f"| by itself (logistic chosen in {t[:, 3].mean():.0%}) | {t[:, 0].mean():.1%} | {np.median(t[:, 4]):.2f} |",
        f"| logistic growth throughout, ours | {t[:, 6].mean():.1%} | {np.median(t[:, 7]):.2f} |",
        f"| steady growth, ours | {t[:, 1].mean():.1%} | {np.median(t[:, 5]):.2f} |",
        f"| internal lengths (published) | {t[:, 2].mean():.1%} | |", "",
    ]  # fmt: skip


def backward_lines(courses: int, say: Say) -> list[str]:
    """Backward genealogies against exact ones, course by course."""
    division, loss = np.array([0.3, 0.5, 0.4, 1.0, 0.6]), np.array([0.1, 0.4, 0.6, 0.5, 0.6])
    spans, k = np.array([6.0, 5.0, 3.0, 4.0, 6.0]), 8
    exact, drawn, seconds = [], [], 0.0
    for i in range(courses):
        parent, start, alive, cells = forward(6, division, loss, spans, generator(1, "exact", i), largest=1 << 17)
        if len(alive) < k:
            continue
        picked = generator(1, "picked", i).choice(alive, k, replace=False)
        exact.append(_features(sampled_trees(parent, start, picked, float(spans.sum()))))
        course = Trajectory(name="x", times=np.append(0.0, np.cumsum(spans)), cells=np.append(6.0, cells),
                            division=np.append(0.0, division))  # fmt: skip
        began = time.perf_counter()
        descent, left = grow_back([course], [[f"c{j}" for j in range(k)]], generator(1, "drawn", i))
        seconds += time.perf_counter() - began
        drawn.append(_features([descent.tree(node, "t", 0.0) for node in left]))
    names = ("founders with descendants", "oldest meeting", "median meeting", "youngest meeting", "inner branches")
    n = len(exact)
    lines = [
        "### Genealogies given a course of cells", "",
        f"{n} courses of a clone (growth, fast turnover, decline, regrowth, rest; six cells at the start): 8 colonies followed "
        "forwards cell by cell, and drawn backwards given only how many cells there were at the ends of five stretches. Two "
        f"samples of one law lie {1.36 * np.sqrt(2 / n):.3f} apart in one comparison of twenty.", "",
        "| | exact, mean | drawn, mean | Kolmogorov-Smirnov distance |", "|---|---|---|---|",
    ]  # fmt: skip
    for j, name in enumerate(names):
        a, b = np.array([row[j] for row in exact]), np.array([row[j] for row in drawn])
        lines.append(f"| {name} | {a.mean():.3f} | {b.mean():.3f} | {ks_2samp(a, b).statistic:.3f} |")
        say(lines[-1])
    return [*lines, "", f"{seconds / n * 1000:.1f} ms a genealogy (five stretches).", ""]


def _features(trees: list[Tree]) -> tuple[float, ...]:
    times = np.concatenate([tree.coalescence_years() for tree in trees if len(tree.tips) > 1] or [[0.0]])
    inner = sum(tree.internal_length_years() for tree in trees)
    return len(trees), times.max(), float(np.median(times)), times.min(), inner


def lives_lines(n: int, say: Say) -> list[str]:
    """Whole simulated lives: colonies, then growth of every clone with ten colonies, against what was put in."""
    from hscape.dynamics.simulate import simulate

    plan = load_scenario("aging-clones")
    patient = plan.patient(Parameters())
    rows, seconds = [], []
    for i in range(n):
        history = simulate(
            patient, days=plan.days, seed=i, with_blood=False, output_every_days=91, clones_every_days=91
        )
        began = time.perf_counter()
        colonies = sample_colonies(history, 200, seed=i)
        seconds.append(time.perf_counter() - began)
        tree = check_ultrametric(colonies.tree, "life")
        facts = {history.clone_name(int(s)): history.clone_facts.iloc[int(s)] for s in history.clone_facts["serial"]}
        with_daughters = set(colonies.parent_of.values())
        for name, group in colonies.clades().groupby("clone_id"):
            if len(group) < 10 or name in with_daughters or name == "ordinary":
                continue
            found = estimate_growth(chosen_clade(tree, list(group["sample"]), str(name), "life"))
            rate, onset = found.posterior.rate_quantiles(SHARES), found.posterior.onset_quantiles(SHARES)
            truth = float(facts[str(name)]["fitness_per_year"])
            years = (plan.days - float(facts[str(name)]["birth_day"])) / DAYS_PER_YEAR
            rows.append((truth, rate[1], rate[0] <= truth <= rate[2], onset[0] <= years <= onset[2]))
    t = np.array(rows, dtype=float)
    say(f"lives: {len(t)} clones, rate held {t[:, 2].mean():.1%}, onset held {t[:, 3].mean():.1%}")
    return [
        "### Whole simulated lives", "",
        f"{n} lives of 85 years (`aging-clones`), 200 colonies each ({np.median(seconds) * 1000:.0f} ms to draw), every clone "
        f"with at least ten colonies and no reported daughter: {len(t)} clones. What is put in is the fitness in a full niche; "
        "clones compete, so they grow more slowly once others have grown, and only clones that became large are seen.", "",
        f"Fitness {np.median(t[:, 0]):.3f} a year put in, {np.median(t[:, 1]):.3f} found (medians); the interval holds the "
        f"fitness in {t[:, 2].mean():.1%} and the onset in {t[:, 3].mean():.1%} of clones; median ratio found to put in "
        f"{np.median(t[:, 1] / t[:, 0]):.2f}.", "",
    ]  # fmt: skip
