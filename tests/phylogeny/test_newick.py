"""Newick: what is written is read back, and what is not a tree is refused with its place."""

import numpy as np
import pytest

from hscape import InputError
from hscape.clones.phylogeny import check_ultrametric, read_newick, write_newick


def test_times_of_a_small_tree_by_hand():
    tree = read_newick("((a:1,b:1):2,(c:2,(d:1.5,e:1.5):0.5)x:1):4;", "file")[0]
    assert tree.tip_labels == ("a", "b", "c", "d", "e")
    assert tree.coalescence_years().tolist() == [3.0, 2.0, 1.5, 1.0]
    assert tree.internal_length_years() == 2.0 + 1.0 + 0.5
    assert tree.stem_years == 4.0


def test_labels_comments_and_several_trees():
    text = "[made by hand] ('a b':1,'it''s':1[x]) ;\n(c:1e0,d:1);"
    first, second = read_newick(text, "file")
    assert first.tip_labels == ("a b", "it's")
    assert second.tip_labels == ("c", "d")
    assert read_newick(write_newick(first), "file")[0].tip_labels == first.tip_labels


def test_a_tree_is_read_back_as_it_was_written():
    text = "((a:0.123456789,b:0.123456789)n:2,(c:2,(d:1.5,e:1.5):0.5)x:1):4;"
    assert write_newick(read_newick(text, "file")[0]) == text


def test_nodes_with_a_single_child_are_joined():
    tree = read_newick("(((a:1):1,b:2):1,c:3);", "file")[0]
    assert write_newick(tree) == "((a:2,b:2):1,c:3);"


def test_a_deep_tree_is_read():
    n = 20_000
    text = "(" * n + "t0:1" + "".join(f",t{i}:1):0" for i in range(1, n + 1)) + ";"
    assert len(read_newick(text, "file")[0].tips) == n + 1


def test_a_multifurcation_counts_as_meetings_at_one_time():
    tree = check_ultrametric(read_newick("((a:1,b:1,c:1):2,d:3);", "file")[0], "file")
    assert tree.coalescence_years().tolist() == [3.0, 1.0, 1.0]
    assert tree.notes == ("1 node has more than two branches (up to 3); resolved as meetings at one time.",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("   ", "the file is empty"),
        ("<html><body>", "begins with '<html><body>' where a tree begins"),
        ("((a:1,b:1):1", "ends with a parenthesis open"),
        ("((a:1,b:1):1,(c:2", "ends with 2 parentheses open"),
        ("(a:1,b:1));", r"character 10: '\)' stands outside"),
        ("(a:1 b:1);", "'b' came where a comma"),
        ("(a:1,b:);", r"character 8: '\)' is not a branch length"),
        ("(a:1,b:x);", "'x' is not a branch length"),
        ("(a:1,b:inf);", "is not finite"),
        ("(a:1,b:-0.5);", "the branch length -0.5 is negative"),
        ("((a,b),c);", "4 branches have no length, the first above a"),
        ("(a:1,,b:1);", "1 branches have no length"),
        ("(a:1,b:1);(c:1,d:y);", "tree 2, character 18: 'y'"),
        ("(a:1,'b:1);", "tree 1"),
    ],
)
def test_what_is_not_newick_is_refused_in_one_sentence(text, message):
    with pytest.raises(InputError, match=message) as error:
        read_newick(text, "file.nwk")
    assert "\n" not in str(error.value)
    assert "file.nwk" in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(a:1,b:1.5);", "not ultrametric: tips stand 1 to 1.5"),
        ("((a:5,b:5):5,Ancestral:0);", "'Ancestral' is an outgroup, leave it out with --drop 'Ancestral'"),
        ("((a:500,b:500):5,c:505);", "the tree is 505 high, more than 121 years"),
        ("(a:0,b:0);", "every branch has length zero"),
        ("(a:1);", "a single tip"),
        ("(a:1,a:1);", "'a' stands at more than one tip"),
        ("(a:1,:1);", "1 tips have no label"),
    ],
)
def test_trees_without_times_are_refused(text, message):
    with pytest.raises(InputError, match=message) as error:
        check_ultrametric(read_newick(text, "file.nwk")[0], "file.nwk")
    assert "\n" not in str(error.value)


def test_a_small_deviation_is_mended_at_the_tips_and_said():
    tree = check_ultrametric(read_newick("((a:10,b:10.05):20,c:30);", "file")[0], "file")
    assert np.allclose(tree.coalescence_years(), [30.05, 10.05])  # the root is 30.05 before the latest tip
    assert "differ by up to 0.05 years" in tree.notes[0]
