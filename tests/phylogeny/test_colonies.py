"""Colonies of simulated people: clones in their places, and the same seed, the same bytes."""

import json

import numpy as np
import pytest

from hscape import Founder, Patient, simulate
from hscape.cli import run
from hscape.clones.phylogeny import check_ultrametric, chosen_clade
from hscape.clones.phylogeny.colonies import sample_colonies
from hscape.errors import InputError
from hscape.units import DAYS_PER_YEAR


@pytest.fixture(scope="module")
def history():
    clones = [Founder(name="fast", stem_cells=20_000, fitness_per_year=0.2), Founder(name="slow", stem_cells=20_000)]
    return simulate(Patient(age_years=50, clones=clones), days=3640, seed=4, with_blood=False, clones_every_days=91,
                    output_every_days=91)  # fmt: skip


def test_colonies_come_in_the_shares_of_the_stem_cells(history):
    found = sample_colonies(history, 400, seed=1)
    last = history.clones[history.clones["day"] == history.clones["day"].max()].set_index("clone")["stem_cell_fraction"]
    for name, share in last.items():
        count = sum(clone == name for clone in found.clone_of.values())
        assert count == pytest.approx(400 * share, abs=4.0 * np.sqrt(400 * share * (1 - share)))


def test_every_clone_is_a_clade_and_the_tree_reaches_conception(history):
    found = sample_colonies(history, 120, seed=2)
    tree = check_ultrametric(found.tree, "colonies")
    assert tree.notes == ()
    assert tree.height_years[0] + tree.stem_years == pytest.approx(50.75 + 3640 / DAYS_PER_YEAR)
    for clone, group in found.clades().groupby("clone_id"):
        clade = chosen_clade(tree, list(group["sample"]), str(clone), "test")
        assert sorted(clade.tree.tip_labels) == sorted(group["sample"])


def test_a_fast_clone_is_younger_than_a_slow_one_of_its_size(history):
    """20,000 cells at 0.2 a year above a turnover of one a year: ln(20,000 x 0.2 / 1.26) / 0.2, about 40 years."""
    found = sample_colonies(history, 200, seed=3)
    tree = check_ultrametric(found.tree, "colonies")
    ages = {}
    for clone, group in found.clades().groupby("clone_id"):
        node = chosen_clade(tree, list(group["sample"]), str(clone), "test")
        ages[clone] = node.tree.coalescence_years()[0]
    assert ages["fast"] < 10.0 + 40.4 + 0.01
    assert ages["fast"] > 25.0


def test_more_colonies_than_cells_are_refused():
    few = simulate(Patient(), days=28, seed=1, with_blood=False)
    with pytest.raises(InputError, match="are more than the"):
        sample_colonies(few, 10**6, seed=1)


def test_the_command_writes_trees_and_the_digest_stays(capsys, tmp_path):
    found = []
    for name, extra in (("a", ("--colonies", "30")), ("b", ("--colonies", "30", "--workers", "2")), ("c", ())):
        arguments = [
            "simulate",
            "healthy",
            "--seed",
            "3",
            "--patients",
            "2",
            "--out",
            str(tmp_path / name),
            "--json",
            *extra,
        ]
        assert run(arguments) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert len({one["digest"] for one in found}) == 1
    for file in ("colonies.nwk", "colonies.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
        assert file in found[0]["files"]
        assert file not in found[2]["files"]
    assert len((tmp_path / "a" / "colonies.nwk").read_text().splitlines()) == 2


def test_a_number_of_colonies_that_cannot_be(capsys):
    assert run(["simulate", "healthy", "--colonies", "1"]) == 2
    assert "--colonies: 1 is out of range" in capsys.readouterr().err
