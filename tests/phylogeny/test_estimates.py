"""Estimates against brute force, against symmetries they must have, against simulated truth and published answers."""

import numpy as np
import pytest

from hscape.clones.phylogeny import estimate_growth, read_newick, read_series, read_trees, whole_tree
from hscape.clones.phylogeny.estimate import clade_seen
from hscape.clones.phylogeny.forward import forward, sampled_trees
from hscape.clones.phylogeny.joint import joint_posterior, logistic_posterior, series_posterior
from hscape.clones.phylogeny.numbers import number
from hscape.clones.phylogeny.population import sizes
from hscape.clones.phylogeny.posterior import Clades, tree_posterior
from hscape.parameters import Parameters
from hscape.streams import generator
from tests.phylogeny.shared import published_folder, simulated_tree, table

SHARES = np.array([0.025, 0.5, 0.975])


def some_times(n, rate=0.4, seed=3):
    x = generator(seed, "times").logistic(30.0, 1.0 / rate, n)
    return np.sort(np.clip(x, 0.5, 59.0))[::-1]


def test_the_grid_finds_what_brute_force_finds():
    """Rate and c on a plain grid, the onset by the trapezoid rule, written with W alone."""
    times = some_times(24)
    clade = Clades(times_years=times, latest_onset_years=times[0], earliest_onset_years=80.0)
    log_rate, log_c = np.linspace(np.log(0.1), np.log(1.5), 250), np.linspace(-40.0, 2.0, 250)
    r, c = np.exp(log_rate)[:, None], np.exp(log_c)[None, :]
    value = np.zeros((250, 250))
    for h in times:
        value += np.log(c) + r * h - 2.0 * np.log1p(c * np.expm1(r * h) / r)
    onset = np.linspace(times[0], 80.0, 400)
    integral = np.trapezoid([1.0 / (1.0 + c * np.expm1(r * t) / r) for t in onset], onset, axis=0)
    mass = (np.exp(value - value.max()) * integral).sum(axis=1)
    reach = np.concatenate([[0.0], np.cumsum(0.5 * (mass[1:] + mass[:-1]))])
    expected = np.interp(SHARES, reach / reach[-1], log_rate)
    # The onset in steps of a tenth of a year against a fall over 1 / rate of 2.5 years: below a thousandth.
    assert np.log(tree_posterior(clade).rate_quantiles(SHARES)) == pytest.approx(expected, abs=0.002)


def test_time_in_other_units_gives_the_same_answer():
    """Rate and onset are a scale and a location: half the times, twice the rate."""
    times = some_times(40)
    one = tree_posterior(Clades(times_years=times, latest_onset_years=times[0], earliest_onset_years=120.0))
    two = tree_posterior(Clades(times_years=times / 2, latest_onset_years=times[0] / 2, earliest_onset_years=60.0))
    assert two.rate_quantiles(SHARES) == pytest.approx(2.0 * one.rate_quantiles(SHARES), rel=2e-3)
    assert two.onset_quantiles(SHARES) == pytest.approx(one.onset_quantiles(SHARES) / 2.0, rel=2e-3)


def test_a_later_sampling_does_not_change_the_rate():
    """In a clone that grows on, all meetings are later by the same time."""
    times = some_times(40)
    rates = []
    for later in (0.0, 25.0):
        seen = Clades(
            times_years=times + later, latest_onset_years=times[0] + later, earliest_onset_years=110.0 + later
        )
        rates.append(tree_posterior(seen).rate_quantiles(SHARES))
    assert rates[1] == pytest.approx(rates[0], rel=2e-3)


def test_intervals_hold_the_truth_of_simulated_clones(seed):
    """Of 60 clones 51 or more: fewer has a probability below 1e-4 if 95 % intervals are what they say."""
    held = {"rate": 0, "onset": 0, "size": 0}
    for i in range(60):
        source = generator(seed, "phylogeny test", i)
        rate, n = (0.3, 0.9)[i % 2], (12, 40)[i // 2 % 2]
        tree, onset, cells = simulated_tree(rate, 1.0, 4000.0, n, source)
        seen = Clades(times_years=tree.coalescence_years(), latest_onset_years=tree.coalescence_years()[0],
                      earliest_onset_years=121.0)  # fmt: skip
        found = tree_posterior(seen)
        for name, truth, ends in (
            ("rate", rate, found.rate_quantiles(SHARES)),
            ("onset", onset, found.onset_quantiles(SHARES)),
        ):
            held[name] += ends[0] <= truth <= ends[2]
        drift = np.exp(np.quantile(sizes(found, n, Parameters()).log_cell_years, SHARES))
        held["size"] += drift[0] <= cells <= drift[2]  # one division a year
    assert min(held.values()) >= 51, held


def test_the_stem_bounds_the_onset():
    tree = read_newick("(((a:5,b:5):1,(c:4,d:4):2):2,((e:6,f:6):0.5,g:6.5):1.5):3;", "file")[0]
    first, last = estimate_growth(whole_tree(tree)).posterior.onset_quantiles(np.array([0.0, 1.0]))
    assert first == pytest.approx(8.0)
    assert last == pytest.approx(11.0)


def test_published_estimators_are_reproduced_and_their_intervals_hold_ours():
    """Internal lengths: n over the sum of inner branches; joint interval: the hull of both published intervals."""
    folder = published_folder()
    peers = {row["tree_name"]: row for row in table(folder / "peer_answers_cloneRate_IL_ML.csv")}
    inside = 0
    for tree in read_trees(folder / "clone_trees.tsv"):
        peer = {key: float(value) for key, value in peers[tree.name].items() if key != "tree_name"}
        assert len(tree.tips) / tree.internal_length_years() == pytest.approx(peer["il_r_per_year"], rel=1e-6)
        median = tree_posterior(clade_seen(whole_tree(tree), None)).rate_quantiles(SHARES)[1]
        low = min(peer["il_lower95"], peer["ml_lower95"])
        inside += low <= median <= max(peer["il_upper95"], peer["ml_upper95"])
    assert inside >= 38


def test_tree_and_allele_fractions_together_are_narrower_than_either():
    folder = published_folder()
    trees = {tree.name: tree for tree in read_trees(folder / "clone_trees.tsv")}
    ages = {row["tree_name"]: float(row["age_years"]) for row in table(folder / "clone_trees_metadata.csv")}
    series, remarks = read_series(folder / "longitudinal_vaf_matched.csv", list(trees))
    assert len(series) == 3
    assert "1 of 4 clones have no tree here" in remarks[0]
    for name, one in series.items():
        seen = clade_seen(whole_tree(trees[name]), ages[name])
        alone = [tree_posterior(seen).rate_quantiles(SHARES), series_posterior(one).rate_quantiles(SHARES)]
        both = joint_posterior(seen, one, ages[name]).rate_quantiles(SHARES)
        for low, _, high in alone:
            assert both[2] - both[0] < high - low, name
            assert low < both[1] < high, name


def test_the_prior_is_what_is_left_of_two_colonies():
    """One meeting says hardly anything: the interval spans a good part of the prior."""
    found = estimate_growth(whole_tree(read_newick("(a:20,b:20);", "file")[0]))
    assert found.rate_per_year.high / found.rate_per_year.low > 100.0
    assert found.rate_per_year.low >= number("tree_rate_prior_min_per_year")
    assert any("Only 2 colonies" in sentence for sentence in found.verdict)


def saturated_tree(rate, n, source):
    """A clone that grows logistically to 10,000 cells in 30 years and rests there for 15, cell by cell."""
    spans = np.full(180, 0.25)
    size = 10_000.0 / (1.0 + np.exp(-rate * (np.cumsum(spans) - 18.0)))
    net = rate * (1.0 - size / 10_000.0)
    while True:
        parent, start, alive, _ = forward(1, np.ones(180), 1.0 - net, spans, source)
        if len(alive) > 2000:
            return sampled_trees(parent, start, source.choice(alive, n, replace=False), 45.0)[0]


def test_a_clone_that_has_levelled_off_is_seen_by_logistic_growth(seed):
    """Late drift makes a saturated clone look slow to exponential growth, not to logistic growth."""
    slow, held, chosen = 0, 0, 0
    for i in range(6):
        tree = saturated_tree(0.5, 60, generator(seed, "saturated", i))
        seen = clade_seen(whole_tree(tree), 70.0)
        plain, logistic = tree_posterior(seen).rate_quantiles(SHARES), logistic_posterior(seen).rate_quantiles(SHARES)
        slow += plain[1] < logistic[1]
        chosen += estimate_growth(whole_tree(tree)).growth == "logistic"
        held += logistic[0] <= 0.5 <= logistic[2]
    assert slow == 6
    assert chosen >= 5  # by itself; of 12 such clones all were, on other draws
    assert held >= 4  # fewer has a probability of 0.002 if 95 % intervals are what they say
