"""Growth rates from phylogenies: coverage on exact simulated trees, published trees, allele fractions, whole lives."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.stats import ks_2samp

from hscape.clones.phylogeny import (
    Tree,
    check_ultrametric,
    chosen_clade,
    estimate_growth,
    read_series,
    read_trees,
    whole_tree,
)
from hscape.clones.phylogeny.colonies import sample_colonies
from hscape.clones.phylogeny.descent import Trajectory, grow_back
from hscape.clones.phylogeny.forward import forward, sampled_trees
from hscape.parameters import Parameters
from hscape.scenario import load_scenario
from hscape.streams import generator

SHARES = np.array([0.025, 0.5, 0.975])
RATES, COLONIES, CELLS = (0.2, 0.5, 1.0), (15, 50, 100), 50_000.0
Say = Callable[[str], None]


def internal_lengths(tree: Tree) -> tuple[float, float, float]:
    """Estimator of Johnson et al. 2023: n over the inner branches, with its normal 95 % interval."""
    n = len(tree.tips)
    rate = n / tree.internal_length_years()
    return rate * (1.0 - 1.96 / np.sqrt(n)), rate, rate * (1.0 + 1.96 / np.sqrt(n))


def maximum_likelihood(tree: Tree) -> tuple[float, float, float]:
    """Second estimator of Johnson et al. 2023: logistic law of the meetings, with its normal 95 % interval."""
    x, n = tree.coalescence_years(), len(tree.tips)

    def minus(p: np.ndarray) -> float:
        z = (x - p[0]) * np.exp(p[1])
        return float(np.sum(z + 2.0 * np.logaddexp(0.0, -z)) - len(x) * p[1])

    found = minimize(minus, np.array([np.median(x), -np.log(x.std())]), method="Nelder-Mead",
                     options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 2000})  # fmt: skip
    rate = float(np.exp(found.x[1]))
    half = 1.96 * 3.0 / np.sqrt(3.0 + np.pi**2) / np.sqrt(n)
    return rate * (1.0 - half), rate, rate * (1.0 + half)


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
        steady, free = (estimate_growth(tree, growth=growth) for growth in ("exponential", "auto"))
        low, middle, high = free.posterior.rate_quantiles(SHARES)
        held = [a <= rate <= c for a, _, c in (steady.posterior.rate_quantiles(SHARES), internal_lengths(tree.tree))]
        found.append((float(low <= rate <= high), *map(float, held), float(free.growth == "logistic"), middle / rate,
                      steady.posterior.rate_quantiles(SHARES)[1] / rate))  # fmt: skip
    t = np.array(found)
    say(f"levelled off: {t.mean(axis=0)}")
    return [
        "### Clones that have levelled off", "",
        f"{n} clones followed cell by cell that grew logistically (0.4, 0.7 or 1 a year) to some ten thousand cells within 45 "
        "years and rested, one division a year, 60 colonies. Late drift brings meetings that steady growth must read as slow.", "",
        "| estimate | rate held | median of found to true |", "|---|---|---|",
        f"| by itself (logistic chosen in {t[:, 3].mean():.0%}) | {t[:, 0].mean():.1%} | {np.median(t[:, 4]):.2f} |",
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
            years = (plan.days - float(facts[str(name)]["birth_day"])) / 365.25
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


def published_lines(say: Say) -> list[str]:
    """Published clone trees and allele fractions, where they are at hand."""
    folder = data_folder()
    if not folder.is_dir():
        return [
            "### Published trees",
            "",
            "Not at hand on this machine (`HSCAPE_SHARED_DATA`); this part was not run.",
            "",
        ]
    peers = {row["tree_name"]: row for row in _table(folder / "peer_answers_cloneRate_IL_ML.csv")}
    ages = {row["tree_name"]: float(row["age_years"]) for row in _table(folder / "clone_trees_metadata.csv")}
    trees = {tree.name: check_ultrametric(tree, tree.name) for tree in read_trees(folder / "clone_trees.tsv")}
    lines, hull, both, off, seconds = [], 0, 0, [0.0, 0.0], []
    for name, tree in trees.items():
        peer = {key: float(value) for key, value in peers[name].items() if key != "tree_name"}
        mine = (internal_lengths(tree), maximum_likelihood(tree))
        off = [max(off[j], abs(mine[j][1] / peer[f"{m}_r_per_year"] - 1.0)) for j, m in enumerate(("il", "ml"))]
        began = time.perf_counter()
        found = estimate_growth(whole_tree(tree), sampled_age_years=ages[name])
        low, middle, high = found.posterior.rate_quantiles(SHARES)
        onset = found.posterior.onset_quantiles(SHARES)
        seconds.append(time.perf_counter() - began)
        is_hull = min(peer["il_lower95"], peer["ml_lower95"]) <= middle <= max(peer["il_upper95"], peer["ml_upper95"])
        is_both = max(peer["il_lower95"], peer["ml_lower95"]) <= middle <= min(peer["il_upper95"], peer["ml_upper95"])
        hull, both = hull + is_hull, both + is_both
        where = "both" if is_both else "one" if is_hull else "neither"
        lines.append(
            f"| {name} | {len(tree.tips)} | {middle:.3f} ({low:.3f} to {high:.3f}) | {peer['il_r_per_year']:.3f} "
            f"({peer['il_lower95']:.3f} to {peer['il_upper95']:.3f}) | {peer['ml_r_per_year']:.3f} "
            f"({peer['ml_lower95']:.3f} to {peer['ml_upper95']:.3f}) | {where} | {onset[1]:.1f} ({onset[0]:.1f} to {onset[2]:.1f}) |"
        )
    say(
        f"published: {hull} of {len(trees)} in the hull, {both} in both intervals; {np.max(seconds):.3f} s at most a tree"
    )
    return [
        "### Published clone trees", "",
        f"{len(trees)} clone trees of 32 people (Williams 2022, Mitchell 2022, Fabre 2022, Van Egeren 2021, collected in the "
        "package cloneRate, MIT). The joint published interval of a tree is the hull of the 95 % intervals of the two published "
        f"estimators; the median lies in it for **{hull} of {len(trees)}** trees (wanted: 38), and in both intervals at once for "
        f"{both}. Our versions of the estimators differ from the package's answers by at most {off[0]:.1e} (IL) and "
        f"{off[1]:.1e} (ML). Time: median {np.median(seconds) * 1000:.0f} ms, at most {np.max(seconds) * 1000:.0f} ms a tree.", "",
        "| clone | colonies | rate a year | IL | ML | in which intervals | began, years before |", "|---|---|---|---|---|---|---|",
        *lines, "",
        *joint_lines(folder, trees, ages, say),
    ]  # fmt: skip


def joint_lines(folder: Path, trees: dict[str, Tree], ages: dict[str, float], say: Say) -> list[str]:
    """Three clones with a tree and a series of allele fractions."""
    series, _ = read_series(folder / "longitudinal_vaf_matched.csv", list(trees))
    lines = [
        "### Tree and allele fractions together", "",
        "The three clones that have both. Agreement: two-sided probability that two independent estimates of one rate lie so "
        "far apart. Wanted: narrower than either alone, and the middle inside both.", "",
        "| clone | tree | allele fractions | together | width against the narrower | agreement | middle inside both |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, one in series.items():
        found = estimate_growth(whole_tree(trees[name]), series=one, sampled_age_years=ages[name])
        assert found.series_posterior is not None
        parts = [p.rate_quantiles(SHARES) for p in (found.tree_posterior, found.series_posterior, found.posterior)]
        width = [high - low for low, _, high in parts]
        inside = all(low < parts[2][1] < high for low, _, high in parts[:2])
        shown = " | ".join(f"{middle:.3f} ({low:.3f} to {high:.3f})" for low, middle, high in parts)
        agreement = found.as_dict()["agreement_probability"]
        lines.append(
            f"| {name} | {shown} | {width[2] / min(width[:2]):.2f} | {agreement:.2f} | {'yes' if inside else 'NO'} |"
        )
        say(lines[-1])
    return [*lines, ""]


def data_folder() -> Path:
    """Where the published trees are: beside the repository, or as HSCAPE_SHARED_DATA says."""
    given = os.environ.get("HSCAPE_SHARED_DATA")
    base = Path(given) if given else Path(__file__).resolve().parents[2] / "shared" / "data"
    return base / "clonerate_hsc_phylogenies"


def _table(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
