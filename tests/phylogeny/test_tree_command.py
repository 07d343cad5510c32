"""The command `clones tree`: what it answers, what it writes, and what it refuses."""

import csv
import json

import numpy as np
import pytest

from hscape.cli import run
from hscape.clones.phylogeny import read_newick, read_trees, write_newick
from hscape.streams import generator
from tests.phylogeny.shared import simulated_tree


@pytest.fixture(scope="module")
def tree():
    return simulated_tree(0.5, 1.0, 2000.0, 25, generator(11, "command"))[0]


@pytest.fixture
def file(tree, tmp_path):
    path = tmp_path / "clone.nwk"
    path.write_text(write_newick(tree))
    return path


def answer(capsys, *arguments):
    code = run(["clones", "tree", *map(str, arguments), "--json"])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return json.loads(printed.out)


def refused(capsys, *arguments):
    code = run(["clones", "tree", *map(str, arguments)])
    printed = capsys.readouterr()
    assert code == 2
    assert "Traceback" not in printed.err
    assert len(printed.err.strip().splitlines()) == 1
    return printed.err


def test_the_answer_has_rate_and_onset_with_intervals(capsys, file):
    found = answer(capsys, file)
    assert set(found) >= {"schema", "version", "fingerprint", "issues", "clones"}
    (clone,) = found["clones"]
    assert clone["id"] == "clone"
    assert clone["n_tips"] == 25
    for name in ("rate_per_year", "onset_years"):
        assert clone[name]["low"] < clone[name]["median"] < clone[name]["high"]
        assert clone[name]["level"] == 0.95
    assert {"years_before_sampling", "cells_median", "cells_low", "cells_high"} <= set(clone["population"][0])
    assert "onset_age_years" not in clone
    assert clone["growth"] == "exponential"
    assert answer(capsys, file, "--growth", "logistic")["clones"][0]["growth"] == "logistic"


def test_the_age_at_sampling_gives_the_age_at_onset(capsys, file):
    clone = answer(capsys, file, "--age-years", "70")["clones"][0]
    assert clone["onset_age_years"]["median"] == pytest.approx(70.0 - clone["onset_years"]["median"])


def test_several_trees_of_a_file_and_of_a_table(capsys, tree, tmp_path):
    text = write_newick(tree)
    (tmp_path / "two.nwk").write_text(f"{text}\n{text}\n")
    assert [clone["id"] for clone in answer(capsys, tmp_path / "two.nwk")["clones"]] == ["tree_1", "tree_2"]
    with (tmp_path / "two.csv").open("w", newline="") as target:
        csv.writer(target).writerows([["tree_name", "newick", "age_years"], ["p", text, 60], ["q", text, ""]])
    found = answer(capsys, tmp_path / "two.csv")["clones"]
    assert [clone["id"] for clone in found] == ["p", "q"]
    assert "onset_age_years" in found[0]
    assert found[0]["rate_per_year"] == pytest.approx(found[1]["rate_per_year"], rel=0.1)


def test_a_tree_sequence_gives_the_same_answer(capsys, file, tree, tmp_path):
    pytest.importorskip("tskit")
    from hscape.clones.phylogeny.treesequence import write_tree_sequence

    write_tree_sequence(tree, tmp_path / "clone.trees")
    back = read_trees(tmp_path / "clone.trees")[0]
    assert sorted(back.tip_labels) == sorted(tree.tip_labels)
    expected = answer(capsys, file)["clones"][0]["rate_per_year"]
    assert answer(capsys, tmp_path / "clone.trees")["clones"][0]["rate_per_year"] == pytest.approx(expected, rel=1e-6)


TWO_CLADES = "(((a:4,b:4):3,(c:5,d:5)inner:2):3,((e:6,f:6):1,g:7):3);"


def test_clades_by_colonies_by_node_and_by_table(capsys, tmp_path):
    (tmp_path / "t.nwk").write_text(TWO_CLADES)
    (tmp_path / "clades.csv").write_text("clone_id,sample\nleft,a\nleft,b\nleft,c\nleft,d\nright,e\nright,g\n")
    one = answer(capsys, tmp_path / "t.nwk", "--clade", "a, d", "--clade", "inner")["clones"]
    assert [clone["n_tips"] for clone in one] == [4, 2]
    assert "holds 4: b, c descend from the same node" in one[0]["notes"][0]
    two = answer(capsys, tmp_path / "t.nwk", "--clades", tmp_path / "clades.csv")["clones"]
    assert [(clone["id"], clone["n_tips"]) for clone in two] == [("left", 4), ("right", 3)]
    assert two[0]["rate_per_year"] == one[0]["rate_per_year"]
    assert two[0]["notes"] == []
    assert two[0]["onset_years"]["high"] <= 10.0  # the node above the clade


def test_an_outgroup_is_left_out_on_request(capsys, tmp_path):
    (tmp_path / "t.nwk").write_text(TWO_CLADES[:-1].replace("(((a", "((((a") + ":1,Ancestral:0);")
    assert "--drop 'Ancestral'" in refused(capsys, tmp_path / "t.nwk")
    assert answer(capsys, tmp_path / "t.nwk", "--drop", "Ancestral")["clones"][0]["n_tips"] == 7


def test_tables_and_pictures_are_written(capsys, file, tmp_path):
    out = tmp_path / "out"
    (tmp_path / "vaf.csv").write_text("age_years,vaf\n60,0.02\n64,0.08\n68,0.2\n")
    found = answer(capsys, file, "--vaf", tmp_path / "vaf.csv", "--age-years", "68", "--out", out)
    assert {path.name for path in out.iterdir()} == {
        "clones.csv",
        "population.csv",
        "skyline.csv",
        "clone.svg",
        "clone.png",
    }
    clone = found["clones"][0]
    assert clone["method"] == "tree and VAF"
    assert {"rate_per_year_tree_alone", "rate_per_year_vaf_alone", "agreement_probability"} <= set(clone)
    assert (out / "clone.png").stat().st_size > 10_000
    assert out.joinpath("clones.csv").read_text().startswith("clone_id,colonies_count,method,rate_per_year,")


def test_the_same_file_gives_the_same_bytes(capsys, file, tmp_path):
    for name in ("one", "two"):
        answer(capsys, file, "--out", tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_allele_fractions_with_the_right_rate_narrow_the_tree(capsys, file, tmp_path):
    """A made-up series on the logistic curve of the true rate, 0.5 a year."""
    ages = np.arange(60.0, 81.0, 2.0)
    vaf = 0.4 / (1.0 + np.exp(-0.5 * (ages - 68.0)))
    (tmp_path / "vaf.csv").write_text("age,VAF\n" + "".join(f"{a},{v:.4f}\n" for a, v in zip(ages, vaf, strict=True)))
    clone = answer(capsys, file, "--vaf", tmp_path / "vaf.csv", "--age-years", "66")["clones"][0]
    both, tree, series = (clone[f"rate_per_year{s}"] for s in ("", "_tree_alone", "_vaf_alone"))
    assert both["high"] - both["low"] < min(tree["high"] - tree["low"], series["high"] - series["low"])
    assert series["low"] < 0.5 < series["high"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "the file is empty"),
        ("age_years,vaf\n", "no rows"),
        ("age_years,freq\n60,0.1\n", "needs the columns age_years and vaf"),
        ("age_years,vaf\n60,2\n64,8\n", "row 3: the allele fraction 8 is above 1, so the column looks like percent"),
        ("age_years,vaf\n60,1.01\n64,0.5\n", "row 2: the allele fraction 1.01 is above 1"),
        ("age_years,vaf\n60,-0.1\n64,0.5\n", "row 2: -0.1 is not possible"),
        ("age_years,vaf\n60,nan\n64,0.5\n", "row 2: nan is not possible"),
        ("age_years,vaf\n60,x\n64,0.5\n", "row 2: 'x' is not a number"),
        ("age_years,vaf\n600,0.1\n64,0.5\n", "row 2: 600 is not possible"),
        ("age_years,vaf\n60,0.1\n60,0.2\n", "one age only"),
        ("age_years,vaf,depth_reads\n60,0.1,0\n61,0.2,100\n", "row 2: 0 is not possible; give the depth in reads"),
        ("age_years,vaf\n60,0.1,7\n61,0.2\n", "row 2: the number of columns differs"),
        ("clone_id,age_years,vaf\nother,60,0.1\nother,62,0.2\n", "none of its clones (other) is among those of the trees (clone)"),
    ],
)  # fmt: skip
def test_bad_allele_fractions(capsys, file, tmp_path, table, message):
    (tmp_path / "vaf.csv").write_text(table)
    assert message in refused(capsys, file, "--vaf", tmp_path / "vaf.csv")


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("", (), "the file is empty"),
        ("just words", (), "where a tree begins with '('"),
        ("(a:1);", (), "a single tip"),
        (TWO_CLADES, ("--clade", "a,zz"), "unknown colony 'zz'"),
        (TWO_CLADES, ("--clade", "x1,zz"), "(2 of 2 labels are not in tree 't')"),
        (TWO_CLADES, ("--clade", "a"), "a single colony ('a')"),
        (TWO_CLADES, ("--clade", ","), "names no colony"),
        (TWO_CLADES, ("--clade", "a,b", "--clade", "a,b"), "is given twice"),
        (TWO_CLADES, ("--drop", "zz"), "no tree has a tip 'zz'"),
        (TWO_CLADES, ("--age-years", "old"), "--age-years: 'old' is not an age"),
        (TWO_CLADES, ("--growth", "linear"), "growth: 'linear' is not known; give one of auto, exponential, logistic"),
        (TWO_CLADES, ("--age-years", "5"), "but the person was 5 years old"),
        (TWO_CLADES + TWO_CLADES, ("--clade", "a,b"), "holds 2 trees"),
    ],
)
def test_bad_trees_and_options(capsys, tmp_path, content, arguments, message):
    (tmp_path / "t.nwk").write_text(content)
    assert message in refused(capsys, tmp_path / "t.nwk", *arguments)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.nwk", None, "there is no such file"),
        ("none.trees", None, "there is no such file"),
        ("t.trees", b"no tree sequence", "not a tree sequence"),
        ("t.nwk", b"\xff\xfe\x00\x01", "not text in UTF-8"),
        ("t.tsv", b"name\ttext\np\t(a:1,b:1);\n", "no column newick"),
        ("t.tsv", b"tree_name\tnewick\np\t(a:1,b:1);\np\t(a:1,b:1);\n", "'p' stands in more than one row"),
        (
            "t.tsv",
            b"tree_name\tnewick\np\t(a:1,b:1);\nq\t(a:1,b:-1);\n",
            "t.tsv, row 3, tree 1, character 8: the branch",
        ),
    ],
)
def test_bad_files(capsys, tmp_path, name, content, message):
    if name.endswith(".trees"):
        pytest.importorskip("tskit")
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert message in refused(capsys, tmp_path / name)


def test_labels_of_a_clade_table_that_do_not_match(capsys, tmp_path):
    (tmp_path / "t.nwk").write_text(TWO_CLADES)
    (tmp_path / "c.csv").write_text("clone_id,sample\nx,a\nx,b9\n")
    assert "c.csv: unknown colony 'b9'" in refused(capsys, tmp_path / "t.nwk", "--clades", tmp_path / "c.csv")
    (tmp_path / "c.csv").write_text("clone,colony\nx,a\n")
    assert "needs the columns clone_id and sample" in refused(
        capsys, tmp_path / "t.nwk", "--clades", tmp_path / "c.csv"
    )


def test_people_read_a_table(capsys, file):
    assert run(["clones", "tree", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "growth a year" in printed
    assert "clone " in printed
    assert read_newick(file.read_text(), "x")[0].tip_labels
