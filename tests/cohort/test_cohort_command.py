"""``hscape cohort``: files, exit codes, one sentence for bad input, pictures."""

from __future__ import annotations

import json

import pytest

from hscape.cli import run
from tests.cohort import fakes


@pytest.fixture(autouse=True)
def _fake_patients(monkeypatch):
    monkeypatch.setattr("hscape.cohort.run.default_hooks", fakes.hooks)


def hscape(capsys, *arguments):
    code = run([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_run_writes_tables_digest_provenance_and_pictures(capsys, tmp_path):
    code, out, err = hscape(
        capsys, "cohort", "run", "race-like", "--patients", 30, "--seed", 3, "--out", tmp_path, "--json"
    )
    assert code == 0, err
    data = json.loads(out)
    pictures = {
        f"{what}.{end}" for what in ("responses", "incidence", "survival", "recovery") for end in ("png", "svg")
    }
    assert set(data["files"]) == {"patients.parquet", "courses.parquet", "digest.txt", "provenance.json", *pictures}
    assert data["digest"] == (tmp_path / "digest.txt").read_text().strip() == fakes.clean_digest(30, 3)
    assert data["seed"] == 3
    assert "30 of 30 patients" in err
    for what in ("responses", "incidence", "survival", "recovery"):
        assert "simulated patients" in (tmp_path / f"{what}.svg").read_text()
    responses = data["summary"]["responses"]
    assert {row["definition"] for row in responses} == {"nih", "race"}
    assert all(row["low"] <= row["share"] <= row["high"] for row in responses if row["n"])


def test_people_get_words(capsys, tmp_path):
    code, out, _ = hscape(capsys, "cohort", "run", "race-like", "--patients", 12, "--seed", 3, "--out", tmp_path)
    assert code == 0
    assert "response, simulated patients" in out
    assert "95 % interval" in out
    assert str(tmp_path / "patients.parquet") in out


def test_broken_patients_show_in_the_exit_code(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("hscape.cohort.run.default_hooks", lambda: fakes.hooks(fakes.make_broken))
    code, out, err = hscape(
        capsys, "cohort", "run", "race-like", "--patients", 12, "--seed", 3, "--out", tmp_path, "--json"
    )
    assert code == 1
    assert json.loads(out)["failed_patients"] == 2
    assert "2 of 12 patients failed; see" in err


def test_ctrl_c_says_how_to_go_on(capsys, tmp_path, monkeypatch):
    def stop(design, arm, number, seed, parameters):
        if number == 7:
            raise KeyboardInterrupt
        return fakes.make_patient(design, arm, number, seed, parameters)

    monkeypatch.setattr("hscape.cohort.run.default_hooks", lambda: fakes.hooks(stop))
    code, out, err = hscape(capsys, "cohort", "run", "race-like", "--patients", 12, "--seed", 3, "--out", tmp_path)
    assert code == 130
    assert out == ""
    assert "stopped after 7 of 12 patients; the same command with --seed 3 goes on" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("race",), "unknown design 'race'; did you mean race-like"),
        (("race-like", "--patients", "0"), "--patients: 0 is out of range"),
        (("race-like", "--workers", "many"), "--workers: 'many' is not a whole number"),
        (("race-like", "--seed", "-1"), "--seed: -1 is out of range"),
        (("race-like", "--seed", "2"), "another run"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_two(capsys, tmp_path, arguments, message):
    if arguments[-1] == "2":
        assert hscape(capsys, "cohort", "run", "race-like", "--patients", 3, "--seed", 1, "--out", tmp_path)[0] == 0
    code, out, err = hscape(capsys, "cohort", "run", *arguments, "--out", tmp_path)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_designs_are_listed(capsys):
    code, out, _ = hscape(capsys, "cohort", "designs", "--json")
    assert code == 0
    names = [entry["name"] for entry in json.loads(out)["designs"]]
    assert names == sorted(names)
    assert "race-like" in names
    assert "race-like" in hscape(capsys, "cohort", "designs")[1]
