"""Engrafted stem cells of ten sibling transplants, beside the published estimates; and simulated ones with a known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hscape.clones.phylogeny import Tree, read_newick
from hscape.clones.phylogeny.bottleneck import Engrafted, Window, engrafted_cells, window_of
from hscape.clones.phylogeny.descent import Trajectory, grow_back
from hscape.clones.phylogeny.numbers import number
from hscape.clones.phylogeny.tree import without
from hscape.parameters import Parameters
from hscape.streams import generator
from hscape.units import DAYS_PER_YEAR
from verification.growth_data import SHARED
from verification.growth_measures import Say

SEED = 20261122
FOLDER = SHARED / "spencerchapman2024_hsct_phylogenies"
CELLS = np.geomspace(10.0, 1e6, 401)
SHARES = (0.025, 0.5, 0.975)
PUBLISHED_PRIOR, WIDE_PRIOR = (501.0, 50_119.0), (10.0, 1e6)


def section(quick: bool, say: Say) -> list[str]:
    lines = ["## Transplants: how many stem cells engrafted", "", *simulated(40 if quick else 300, say)]
    if FOLDER.is_dir():
        return [*lines, *pairs(say)]
    return [*lines, "The public trees are not on this machine (HSCAPE_SHARED_DATA): the pairs were not made.", ""]


def simulated(n: int, say: Say) -> list[str]:
    """Genealogies of donor and recipient with a known number of engrafted cells."""
    lines = ["### Simulated transplants with a known truth", "",
             f"{n} pairs a line: 150 colonies each of donor and recipient, sampled 20 years after a transplant at 40 "
             "years, drawn backwards from the numbers of cells (100,000, the engrafted, 100,000 a year later, no drivers). Prior "
             "uniform in the logarithm from 10 to a million. To an order of magnitude: median within a factor of ten.", "",
             "| engrafted | median of medians | 95 % intervals that hold the truth | within a factor of ten | median width of the "
             "interval, powers of ten |", "|---|---|---|---|---|"]  # fmt: skip
    for size in (100, 300, 1000, 3000, 10_000, 30_000):
        rows = [one_pair(size, generator(SEED, "verification of transplants", size, i)).quantiles(SHARES, *WIDE_PRIOR)
                for i in range(n)]  # fmt: skip
        low, middle, high = np.array(rows).T
        held, near = ((low <= size) & (size <= high)).mean(), (abs(np.log10(middle / size)) <= 1.0).mean()
        lines.append(
            f"| {size:,} | {np.median(middle):,.0f} | {held:.3f} | {near:.3f} | {np.median(np.log10(high / low)):.1f} |"
        )
        say(lines[-1])
    return [*lines, "", *drawn(2 * n, say), ""]


def drawn(n: int, say: Say) -> list[str]:
    """Coverage when the truth comes from the prior, which is what an interval promises."""
    bounds, rows = (30.0, 30_000.0), []
    for i in range(n):
        source = generator(SEED, "verification of transplants", "drawn", i)
        size = int(np.exp(source.uniform(*np.log(bounds))))
        low, middle, high = one_pair(size, source).quantiles(SHARES, *bounds)
        rows.append((low <= size <= high, abs(np.log10(middle / size)) <= 1.0))
    held, near = np.mean(rows, axis=0)
    say(f"drawn from the prior: {held:.3f} held, {near:.3f} near")
    return [f"With the truth drawn from the prior (30 to 30,000), {n} pairs: 95 % intervals hold {held:.1%}, medians within a "
            f"factor of ten {near:.1%}."]  # fmt: skip


def one_pair(size: int, source: np.random.Generator) -> Engrafted:
    """A simulated recipient and donor, weighed."""
    half = number("tree_transplant_window_years")
    recipient, donor = (window_of(marrow(cells, source), 20.0 + half, 20.0 - half) for cells in (size, None))
    return engrafted_cells(recipient, donor, CELLS)


def marrow(engrafted: int | None, source: np.random.Generator) -> Tree:
    """The tree of 150 colonies of a person of 60 whose marrow so many cells rebuilt at 40; None: it never was."""
    full, turnover = 100_000.0, DAYS_PER_YEAR / Parameters()["stem_cell_division_interval_days"]
    times, cells = np.array([0.0, 60.0]), np.array([full, full])
    if engrafted is not None:
        times, cells = np.array([0.0, 40.0, 40.01, 41.0, 60.0]), np.array([full, full, engrafted, full, full])
    course = Trajectory(name="all", times=times, cells=cells, division=np.full(times.size, turnover))
    descent, left = grow_back([course], [[f"c{i}" for i in range(150)]], source)
    return descent.tree(descent.add(-1.0, left), "person", -1.0)


def pairs(say: Say) -> list[str]:
    """The ten published pairs."""
    half, born = number("tree_transplant_window_years"), number("tree_birth_mutations_count")
    people = pd.read_csv(FOLDER / "pair_metadata.csv").sort_values("age_at_transplant_years")
    tips = pd.read_csv(FOLDER / "tips.csv").set_index("tip").donor_or_recipient
    trees = pd.read_csv(FOLDER / "trees.tsv", sep="\t")
    trees = trees[trees.tree_set == "ultrametric_molecular_time"].set_index("pair").newick
    published = pd.read_csv(FOLDER / "published_answers_abc_posteriors.csv")
    published = published[(published.model == "m1") & (published.parameter == "HSCT_bottleneck")].set_index("pair")
    lines = ["### Ten sibling pairs", "",
             f"Trees in molecular time (mutations; {born:.0f} at birth, then straight to the age at sampling), meetings within {half:.0f} years "
             "of the transplant. *Expected*: meetings of the recipient's lineages without a bottleneck, at the donor's rate per "
             f"pair. Published: posterior medians of model m1 (its prior: {PUBLISHED_PRIOR[0]:.0f} to {PUBLISHED_PRIOR[1]:,.0f}, uniform in "
             "the logarithm). *No bottleneck*: likelihood of none at all, relative to the best size.", "",
             "| pair | donor age | meetings, donor | recipient | expected | cells, published prior (95 %) | cells, prior 10 to a "
             "million | no bottleneck | published (95 %) | ratio |", "|---|---|---|---|---|---|---|---|---|---|"]  # fmt: skip
    ratios, told = [], []
    for person in people.itertuples():
        recipient, donor = windows(trees[person.pair], tips, person, half, born)
        found = engrafted_cells(recipient, donor, CELLS)
        told.append((recipient, donor, found))
        theirs = published.loc[person.pair]
        low, middle, high = found.quantiles(SHARES, *PUBLISHED_PRIOR)
        wide = found.quantiles(SHARES, *WIDE_PRIOR)
        ratios.append(middle / theirs["median"])
        lines.append(f"| {person.pair_new} | {person.age_at_transplant_years} | {donor.meetings} of {donor.lineages_after} | "
                     f"{recipient.meetings} of {recipient.lineages_after} | {found.expected_without:.1f} | {middle:,.0f} ({low:,.0f} to "
                     f"{high:,.0f}) | {wide[1]:,.0f} ({wide[0]:,.0f} to {wide[2]:,.0f}) | {np.exp(found.log_likelihood_without):.2f} | "
                     f"{theirs['median']:,.0f} ({theirs['q025']:,.0f} to {theirs['q975']:,.0f}) | {ratios[-1]:.2f} |")  # fmt: skip
        say(lines[-1])
    return [*lines, "", *words(np.array(ratios), told), ""]


def windows(newick: str, tips: pd.Series, person, half: float, born: float) -> tuple[Window, Window]:
    """Recipient and donor around the transplant; ages are places on the molecular clock."""
    (tree,) = read_newick(newick, person.pair)
    found = []
    for who in "RD":
        others = {name for name in tree.tip_labels if name not in tips.index or tips[name] != who}
        own = without(tree, others)
        years = person.age_at_sampling_years / (_depth(tree) - born)
        dated = Tree(name=who, parent=own.parent, length_years=own.length_years * years, labels=own.labels)
        ago = person.age_at_sampling_years - person.age_at_transplant_years
        found.append(window_of(dated, ago + half, ago - half))
    return found[0], found[1]


def _depth(tree: Tree) -> float:
    """Mutations from the root to the colonies; the outgroup ends at the root."""
    return float(np.median(tree.depth_years[tree.tips]))


def words(ratios: np.ndarray, told: list[tuple[Window, Window, Engrafted]]) -> list[str]:
    """How near the published medians, and what the prior decides."""
    near = int((abs(np.log10(ratios)) <= 1.0).sum())
    loose = [found for _, _, found in told if found.log_likelihood_without > np.log(1 / 8)]
    centers = (PUBLISHED_PRIOR[0] * PUBLISHED_PRIOR[1]) ** 0.5
    return [f"{near} of {len(ratios)} medians lie within a factor of ten of the published ones (ratios {ratios.min():.2f} to "
            f"{ratios.max():.2f}); the middle of the published prior alone is {centers:,.0f}. In {len(loose)} of {len(told)} pairs no "
            "bottleneck at all is at least an eighth as likely as the best size: there the trees give a lower bound only, and "
            "the upper end, and with it much of the median, is the prior's (compare the two columns). Left out: clones that "
            "engraft better, growth of clones after the transplant that differs from the donor's, and errors of the clock beyond "
            "the window."]  # fmt: skip
