"""Genealogies drawn backwards, given how many cells there were, against cells followed forwards one by one."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from hscape.clones.phylogeny.backward import Step, _families, meetings
from hscape.clones.phylogeny.descent import Trajectory, grow_back
from hscape.clones.phylogeny.forward import forward, sampled_trees
from hscape.dynamics.step import transition
from hscape.streams import generator

#: Growth, fast turnover, decline, regrowth, rest: spans and rates of a clone of a few hundred cells.
DIVISION, LOSS = np.array([0.3, 0.5, 0.4, 1.0, 0.6]), np.array([0.1, 0.4, 0.6, 0.5, 0.6])
SPANS = np.array([6.0, 5.0, 3.0, 4.0, 6.0])


def features(trees):
    times = np.concatenate([tree.coalescence_years() for tree in trees if len(tree.tips) > 1] or [[0.0]])
    inner = sum(tree.internal_length_years() for tree in trees)
    return len(trees), times.max(), np.median(times), times.min(), inner


def test_backward_draws_have_the_law_of_exact_genealogies(seed):
    """Each course of cells is used for both; 900 courses of 8 colonies.

    Two samples of one law lie further apart than the bound once in 10,000 comparisons (Kolmogorov-Smirnov).
    """
    end, k = float(SPANS.sum()), 8
    exact, drawn = [], []
    for i in range(900):
        source = generator(seed, "forward test", i)
        parent, start, alive, cells = forward(6, DIVISION, LOSS, SPANS, source, largest=1 << 17)
        if len(alive) < k:
            continue
        exact.append(features(sampled_trees(parent, start, source.choice(alive, k, replace=False), end)))
        course = Trajectory(name="x", times=np.append(0.0, np.cumsum(SPANS)), cells=np.append(6.0, cells),
                            division=np.append(0.0, DIVISION))  # fmt: skip
        descent, left = grow_back([course], [[f"c{j}" for j in range(k)]], generator(seed, "backward test", i))
        drawn.append(features([descent.tree(node, "t", 0.0) for node in left]))
    assert len(exact) > 600
    bound = np.sqrt(-0.5 * np.log(1e-4 / 2.0)) * np.sqrt(2.0 / len(exact))
    for j, name in enumerate(("founders", "oldest", "middle", "youngest", "inner branches")):
        distance = ks_2samp([row[j] for row in exact], [row[j] for row in drawn]).statistic
        assert distance < bound, (name, distance, bound)


def test_a_pair_in_a_large_clone_meets_at_twice_division_over_cells():
    """The coalescent limit: in n cells at rest a pair meets at rate 2 l / n."""
    n, division, span = 20_000, 1.0, 400.0
    step = Step(n, n, division, span)
    source = generator(2, "pair")
    met = np.array([np.isfinite(meetings(2, step, source)[1][0]) for _ in range(6000)])
    expected = -np.expm1(-2.0 * division * span / n)
    assert met.mean() == pytest.approx(expected, abs=4.0 * np.sqrt(expected / 6000))


def test_families_are_as_many_as_the_stem_cell_law_leaves():
    """Exact and normal draws of the number of families against the law written down by itself."""
    step = Step(3000, 3300, 0.5, 1.0)
    division, loss = step.rates()
    a, b = transition(division, loss, step.span)
    source = generator(3, "families")
    # Binomial times negative binomial, by simulation of the unconditioned law near the given count.
    survivors = source.binomial(3000, 1.0 - a, 400_000)
    after = survivors + source.negative_binomial(survivors, 1.0 - b)
    near = survivors[np.abs(after - 3300) <= 8]
    drawn = np.array([_families(step, division, loss, source) for _ in range(2000)])
    assert drawn.mean() == pytest.approx(near.mean(), abs=4.0 * near.std() / np.sqrt(2000))
    assert drawn.std() == pytest.approx(near.std(), rel=0.08)  # four standard errors of the spread of 2,000


def test_families_of_many_cells_follow_the_same_law(monkeypatch):
    """Above the limit a normal law stands in: same center and spread at the limit."""
    from hscape.clones.phylogeny import backward

    step = Step(3900, 3800, 0.5, 1.0)
    division, loss = step.rates()
    exact = [_families(step, division, loss, generator(4, "a", i)) for i in range(1500)]
    monkeypatch.setattr(backward, "EXACT_FAMILIES", 10)
    normal = [_families(step, division, loss, generator(4, "b", i)) for i in range(1500)]
    assert ks_2samp(exact, normal).statistic < np.sqrt(-0.5 * np.log(1e-4 / 2.0)) * np.sqrt(2.0 / 1500)


def test_a_clone_of_one_cell_has_one_root():
    course = Trajectory(
        name="x", times=np.array([0.0, 30.0]), cells=np.array([1.0, 500.0]), division=np.array([0.0, 0.5])
    )
    descent, left = grow_back([course], [[f"c{j}" for j in range(40)]], generator(1, "one"))
    tree = descent.tree(left[0], "t", 0.0)
    assert len(left) == 1
    assert len(tree.tips) == 40
    assert tree.stem_years + tree.height_years[0] == pytest.approx(30.0)


def test_a_daughter_clone_hangs_below_its_birth():
    clones = [
        Trajectory(name="ordinary", times=np.array([0.0, 10.0, 40.0]), cells=np.array([1.0, 800.0, 800.0]), division=np.full(3, 0.9)),
        Trajectory(name="clone", times=np.array([25.0, 40.0]), cells=np.array([1.0, 300.0]), division=np.full(2, 0.9), parent=0),
    ]  # fmt: skip
    labels = [[f"o{j}" for j in range(15)], [f"c{j}" for j in range(15)]]
    descent, left = grow_back(clones, labels, generator(7, "daughter"))
    tree = descent.tree(left[0], "t", 0.0)
    tips = {tree.labels[i]: i for i in tree.tips}
    node = tree.common_ancestor(np.array([tips[label] for label in labels[1]]))
    assert sorted(tree.subtree(node, "clone").tip_labels) == sorted(labels[1])
    assert tree.height_years[node] <= 15.0
    assert tree.height_years[tree.parent[node]] >= 15.0
