"""Engrafted stem cells: the law of founders against drawn families, and whole genealogies with a known bottleneck."""

import numpy as np
import pytest

from hscape.clones.phylogeny.bottleneck import Window, engrafted_cells, log_founders, window_of
from hscape.clones.phylogeny.descent import Trajectory, grow_back
from hscape.clones.phylogeny.newick import read_newick
from hscape.errors import InputError
from hscape.streams import generator

CELLS = np.geomspace(10.0, 1e6, 201)


def test_founders_follow_families_that_are_drawn_cell_by_cell():
    """Each founder divides, cell by cell, until the marrow is full; colonies are drawn from it."""
    rng = generator(3, "founders")
    founders, full, lineages, runs = 12, 400, 9, 3000
    found = np.zeros(lineages)
    for _ in range(runs):
        family = list(range(founders))
        while len(family) < full:
            family.append(family[int(rng.integers(len(family)))])
        found[len(set(rng.choice(family, lineages, replace=False))) - 1] += 1
    told = np.exp(log_founders(lineages, np.array([float(founders)])))[0]
    assert told.sum() == pytest.approx(1.0, abs=1e-12)
    # Drawing 9 of 400 rather than of very many shifts the mean by 9 * 8 / 2 / 400 * 0.15 = 0.014 of 5.4: far below
    # the five standard errors allowed here (about 0.12).
    mean = (np.arange(1, lineages + 1) * told).sum()
    spread = np.sqrt(((np.arange(1, lineages + 1) - mean) ** 2 * told).sum() / runs)
    assert abs((np.arange(1, lineages + 1) * found).sum() / runs - mean) < 5.0 * spread


def test_a_window_counts_lineages_and_pair_years():
    (tree,) = read_newick("((a:2,b:2):8,(c:5,d:5):5);", "here")
    window = window_of(tree, 6.0, 1.0)
    # 4 lineages from 1 to 2 years back, 3 to 5, 2 to 6: 6 + 9 + 1 years of pairs, by hand.
    assert (window.lineages_after, window.lineages_before, window.meetings) == (4, 2, 2)
    assert window.pair_years == pytest.approx(16.0)
    with pytest.raises(InputError, match="empty or in the future"):
        window_of(tree, 1.0, 6.0)


def marrow(engrafted, source, *, full=100_000, age=60.0, transplant=40.0, colonies=150):
    """The tree of colonies of a person whose marrow was rebuilt by so many cells; None means never."""
    if engrafted is None:
        times, cells = np.array([0.0, age]), np.array([full, full])
    else:
        times = np.array([0.0, transplant, transplant + 0.01, transplant + 1.0, age])
        cells = np.array([full, full, engrafted, full, full])
    course = Trajectory(name="all", times=times, cells=cells.astype(float), division=np.ones(len(times)))
    descent, left = grow_back([course], [[f"c{i}" for i in range(colonies)]], source)
    return descent.tree(descent.add(-1.0, left), "person", -1.0)


def test_whole_genealogies_with_a_known_bottleneck_are_held():
    """Donor and recipient drawn backwards from their cells; the 95 % interval must hold the truth."""
    held = 0
    sizes = [100, 300, 1000, 3000] * 6
    for i, size in enumerate(sizes):
        source = generator(5, "transplant", i)
        recipient, donor = (window_of(marrow(n, source), 25.0, 15.0) for n in (size, None))
        found = engrafted_cells(recipient, donor, CELLS)
        low, high = found.quantiles((0.025, 0.975), 10.0, 1e6)
        held += low <= size <= high
    # 24 intervals of 95 %: fewer than 18 held has a probability below 1e-4 if they are right.
    assert held >= 18


def test_no_bottleneck_is_not_excluded_when_none_is_seen():
    alike = Window(148, 150, 110_000.0)
    found = engrafted_cells(alike, alike, CELLS)
    assert found.log_likelihood_without > -1.0
    # Nothing but the prior stops the interval above: its upper end follows the bound.
    near, far = (found.quantiles((0.975,), 500.0, bound)[0] for bound in (5e4, 1e6))
    assert far > 5.0 * near
