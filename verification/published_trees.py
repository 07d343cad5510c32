"""Published clone trees and allele fractions, and the two published estimators, as the others are measured by them."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from hscape.clones.phylogeny import Tree, check_ultrametric, estimate_growth, read_series, read_trees, whole_tree

SHARES = np.array([0.025, 0.5, 0.975])
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
