"""`hscape explain` and `hscape rerun` as a user gets them, bad input included."""

import json
import zipfile
from dataclasses import replace

import pytest

from hscape.chart import Treatment
from hscape.cli import run
from hscape.exchange import write_charts
from hscape.results.bundle import ANSWER, CHART, RUN


def hscape(capsys, *arguments):
    code = run([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def save(*charts, name="chart.yaml"):
        write_charts(charts, tmp_path / name)
        return tmp_path / name

    return save


@pytest.fixture
def no_drawing(monkeypatch):
    """The page is another test's matter; drawing it takes seconds."""
    monkeypatch.setattr("hscape.report.explained.page.explained_page", lambda *a, **k: "<!DOCTYPE html>")


def test_a_chart_becomes_a_page_and_a_bundle_that_repeats(capsys, saved, make_chart, pnh, tmp_path):
    path = saved(make_chart(clones=pnh))
    code, out, err = hscape(capsys, "explain", path, "--seed", 1, "--engine", "preview", "--bundle", "b.zip")
    assert code == 0
    assert out.splitlines()[-1] == "explain-T-1.html"
    assert (tmp_path / "explain-T-1.html").stat().st_size > 100_000
    assert "preview" in out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.zip", "chart.yaml", "explain-T-1.html"]

    code, out, _ = hscape(capsys, "rerun", "b.zip")
    assert (code, out.startswith("Same result, byte for byte")) == (0, True)
    with zipfile.ZipFile("b.zip") as archive:
        archive.extractall("b")
        assert {CHART, ANSWER, RUN, "report.html"} == set(archive.namelist())
    record = json.loads((tmp_path / "b" / RUN).read_text())
    assert record["parameters"]["transient_attack_probability"] > 0
    (tmp_path / "b" / RUN).write_text(json.dumps(record | {"seed": 2}))
    code, out, _ = hscape(capsys, "rerun", "b", "--json")
    again = json.loads(out)
    assert (code, again["same"]) == (1, False)
    assert "draws" in again["changed"]
    chart = (tmp_path / "b" / CHART).read_text()
    (tmp_path / "b" / CHART).write_text(chart.replace("30", "31", 1))
    code, _, err = hscape(capsys, "rerun", "b")
    assert code == 2
    assert "chart.json was changed" in err


def test_the_answer_engine_tells_a_preview_first_and_json_alone(capsys, saved, make_chart, tmp_path):
    code, out, err = hscape(capsys, "explain", saved(make_chart()), "--seed", 3, "--json")
    told = json.loads(out)
    assert code == 0
    assert {"schema", "version", "fingerprint", "seed", "issues", "status", "clones"} <= set(told)
    assert told["report"] is None  # no page was asked for
    assert not list(tmp_path.glob("*.html"))
    assert "Preliminary:" in err


def test_what_is_withheld_exits_with_four(capsys, saved, make_chart, monkeypatch, no_drawing):
    from hscape.cli import explain as command

    made = command._explain
    monkeypatch.setattr(command, "_explain", lambda *a, **k: replace(made(*a, **k), status="withheld"))
    code, out, _ = hscape(capsys, "explain", saved(make_chart()), "--seed", 3, "--engine", "preview")
    assert code == 4
    assert "Status: withheld" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--example", "nobody"), "unknown example 'nobody'"),
        ((), "give a file or --example NAME, one of them; neither came"),
        (("chart.yaml", "--example", "refractory"), "both came"),
        (("chart.yaml", "--engine", "fast"), "unknown engine 'fast'"),
        (("chart.yaml", "--seed", "-1"), "out of range"),
        (("chart.yaml", "--out", "x.pdf"), "does not end in .html"),
        (("chart.yaml", "--bundle", "chart.yaml"), "exists already"),
        (("chart.yaml", "--patient", "T-2"), "unknown patient 'T-2'"),
        (("nothing.yaml",), "there is no such file"),
    ],
)
def test_bad_options_are_one_sentence(capsys, saved, make_chart, arguments, words):
    saved(make_chart())
    code, out, err = hscape(capsys, "explain", *arguments)
    assert code == 2
    assert words in err
    assert out == ""
    assert len(err.strip().splitlines()) == 1


def test_several_patients_are_listed(capsys, saved, make_chart):
    path = saved(make_chart("A-1"), make_chart("A-2"))
    code, _, err = hscape(capsys, "explain", path, "--seed", 1)
    assert code == 2
    assert "holds 2 patients; choose one with --patient: A-1, A-2" in err


def explained(capsys, path, *more):
    code, out, err = hscape(
        capsys, "explain", path, "--seed", 1, "--engine", "preview", "--json", "--out", "page.html", *more
    )
    return code, json.loads(out) if out else None, err


def test_one_visit_is_said_to_show_no_course(capsys, saved, make_chart, tmp_path):
    code, _, _ = explained(capsys, saved(make_chart(days=(0,), treatments=())))
    assert code in (0, 4)
    assert "one visit shows no course" in (tmp_path / "page.html").read_text()


def test_without_clone_data_nothing_is_concluded_about_clones(capsys, saved, make_chart, tmp_path):
    code, told, _ = explained(capsys, saved(make_chart()))
    page = (tmp_path / "page.html").read_text()
    assert code in (0, 4)
    assert {clone.get("test") for clone in told["clones"][1:]} == {"not tested"}
    assert "rests on the pace of the counts and on the model" in page
    assert "a PNH clone (not tested)" in page


def test_contradictory_treatments_are_explained_with_both(capsys, saved, make_chart, no_drawing):
    twice = (
        Treatment(name="horse_atg", start_day=14.0), Treatment(name="rabbit_atg", start_day=14.0),
        Treatment(name="cyclosporine", start_day=14.0, end_day=100.0), Treatment(name="cyclosporine", start_day=50.0),
        Treatment(name="androgens", start_day=5.0),
    )  # fmt: skip
    code, told, _ = explained(capsys, saved(make_chart(treatments=twice)))
    assert code in (0, 4)
    assert any("androgen: the model has no effect" in words for words in told["used"]["assumed"])


def test_counts_that_are_all_transfused_are_left_out_and_said(capsys, saved, make_chart):
    code, told, err = explained(capsys, saved(make_chart(flags=("after_transfusion",))))
    assert code == 2
    assert "nothing in it can be explained (counts after a transfusion of the same cell: 16)" in err
    assert told is None


def test_a_child_is_refused(capsys, saved, make_chart):
    code, _, err = explained(capsys, saved(make_chart(age_years=9.0)))
    assert code == 2
    assert "9 years at day 0" in err
    assert "18 years or more" in err


def test_an_empty_chart_is_refused(capsys, saved, make_chart):
    code, _, err = explained(capsys, saved(make_chart(days=(), treatments=())))
    assert code == 2
    assert "give at least one dated blood count" in err


def test_a_clone_fraction_above_one_is_left_out_and_said(capsys, saved, make_chart, tmp_path):
    rows = ["patient,day,clone,kind,assay,specimen,status,cell fraction (fraction)",
            "T-1,0,PNH,pnh,flow,granulocytes,positive,1.7"]  # fmt: skip
    saved(make_chart())
    (tmp_path / "clones.csv").write_text("\n".join(rows) + "\n")
    code, _, err = explained(capsys, tmp_path / "clones.csv")
    assert code == 2
    assert "1.7" in err


def test_a_damaged_bundle_is_one_sentence(capsys, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 not a zip")
    (tmp_path / "empty").mkdir()
    for name, words in (("x.zip", "is not a zip"), ("empty", "is not a bundle"), ("none", "no such bundle")):
        code, _, err = hscape(capsys, "rerun", tmp_path / name)
        assert code == 2
        assert words in err
