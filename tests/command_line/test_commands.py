"""The command line as scripts use it: contract of outputs, exit codes, one sentence for bad input."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hscape.cli import run


def hscape(capsys, *arguments):
    code = run([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_simulate_writes_everything_and_says_where(capsys, tmp_path):
    code, out, _ = hscape(capsys, "simulate", "blood-donation", "--seed", 3, "--out", tmp_path / "r")
    assert code == 0
    files = {path.name for path in (tmp_path / "r").iterdir()}
    assert files == {"history.csv", "clones.csv", "provenance.json", "digest.txt", "counts.svg", "counts.png"}
    table = pd.read_csv(tmp_path / "r" / "history.csv")
    assert list(table.columns[:3]) == ["day", "age_years", "hemoglobin_g_per_dl"]
    assert table["hemoglobin_g_per_dl"].min() < 14
    assert str(tmp_path / "r" / "counts.png") in out
    provenance = json.loads((tmp_path / "r" / "provenance.json").read_text())
    assert provenance["seed"] == 3
    assert provenance["digest"] == (tmp_path / "r" / "digest.txt").read_text().strip()


def test_json_stands_alone_on_standard_output(capsys, tmp_path):
    code, out, _ = hscape(capsys, "simulate", "healthy", "--seed", 1, "--out", tmp_path, "--json")
    data = json.loads(out)
    assert code == 0
    assert set(data) >= {"schema", "version", "fingerprint", "seed", "issues", "digest", "files", "summary"}
    assert data["issues"] == []


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_workers_do_not_change_the_digest(capsys, tmp_path, workers):
    options = ("--seed", 9, "--patients", 5, "--workers", workers, "--out", tmp_path, "--json")
    _, out, _ = hscape(capsys, "simulate", "infection", *options)
    _, alone, _ = hscape(capsys, "simulate", "infection", *options[:4], "--out", tmp_path / "b", "--json")
    assert json.loads(out)["digest"] == json.loads(alone)["digest"]
    assert pd.read_csv(tmp_path / "history.csv")["patient"].nunique() == 5


def test_a_setting_moves_result_and_fingerprint(capsys, tmp_path):
    found = []
    for extra in ([], ["--set", "red_cell_lifespan_days=60"]):
        _, out, _ = hscape(capsys, "simulate", "healthy", "--seed", 1, "--out", tmp_path, "--json", *extra)
        found.append(json.loads(out))
    assert found[0]["fingerprint"] != found[1]["fingerprint"]
    reticulocytes = [f["summary"]["reticulocytes_1e9_per_l"]["last"] for f in found]
    assert reticulocytes[1] > 1.7 * reticulocytes[0]


def test_wide_calibration_writes_numbers_that_set_takes(capsys, tmp_path):
    options = ("--on-coarse-courses", "--patients", 20, "--generations", 1, "--workers", 1, "--out", tmp_path)
    code, out, err = hscape(capsys, "calibrate", *options, "--json")
    found = json.loads(out)
    assert code == 0
    assert "generation 1 of 1" in err
    assert json.loads(Path(found["file"]).read_text()) == found
    code, _, _ = hscape(capsys, "simulate", "healthy", "--seed", 1, "--out", tmp_path, "--set", found["file"])
    assert code == 0


def test_settings_come_from_a_file_too(capsys, tmp_path):
    path = tmp_path / "found.json"
    path.write_text(json.dumps({"values": {"red_cell_lifespan_days": 60.0}}))
    found = []
    for extra in (["--set", "red_cell_lifespan_days=60"], ["--set", str(path)]):
        _, out, _ = hscape(capsys, "simulate", "healthy", "--seed", 1, "--out", tmp_path, "--json", *extra)
        found.append(json.loads(out))
    assert found[0]["fingerprint"] == found[1]["fingerprint"]
    assert found[0]["digest"] == found[1]["digest"]


def test_examples_follow_the_contract(capsys):
    code, out, _ = hscape(capsys, "examples", "--json")
    data = json.loads(out)
    assert code == 0
    assert {"healthy", "blood-donation"} <= {entry["name"] for entry in data["scenarios"]}
    assert "race-like" in {entry["name"] for entry in data["cohorts"]}
    assert len(data["charts"]) == 6
    assert all(Path(entry["file"]).exists() for entry in data["charts"])


def test_verify_dsmts_writes_samples(capsys, tmp_path):
    path = tmp_path / "samples.npy"
    code, out, _ = hscape(capsys, "verify", "dsmts", "--model", "001-01", "--runs", 200, "--seed", 1, "--out", path,
                          "--json")  # fmt: skip
    samples = np.load(path, allow_pickle=False)
    assert code == 0
    assert samples.shape == (200, 51)
    assert (samples[:, 0] == 100).all()
    assert json.loads(out)["largest_abs_z_mean"] < 5


BAD = [
    (["simulate", "blood-donation", "--seed", "abc"], "--seed: 'abc' is not a whole number"),
    (["simulate", "blood-donation", "--seed", "-4"], "--seed: -4 is out of range"),
    (["simulate", "blood-donation", "--seed", "1.5"], "--seed: '1.5' is not a whole number"),
    (["simulate", "blod-donation"], "did you mean blood-donation"),
    (["simulate", "healthy", "--set", "red_cell_lifespan_days=-60"], "--set red_cell_lifespan_days: -60 is negative"),
    (["simulate", "healthy", "--set", "red_cell_lifespan=60"], "lacks its unit"),
    (["simulate", "healthy", "--set", "nothing"], "not of the form PARAMETER_ID=VALUE"),
    (["simulate", "healthy", "--set", "nowhere.json"], "nowhere.json cannot be read"),
    (["simulate", "healthy", "--workers", "0"], "--workers: 0 is out of range"),
    (["simulate", "healthy", "--patients", "many"], "--patients: 'many' is not a whole number"),
    (["simulate", "healthy", "--out", "/proc/nowhere"], "cannot be written"),
    (["simulate"], "Missing argument"),
    (["simulate", "healthy", "--bogus"], "No such option"),
    (["nothing"], "No such command"),
    (["verify", "dsmts", "--model", "009-01", "--out", "x.npy"], "unknown model '009-01'"),
    (["verify", "dsmts", "--model", "001-01", "--out", "x.txt", "--runs", "5"], "does not end in .npy"),
    (["verify", "dsmts", "--model", "001-01", "--out", "x.npy", "--kernel", "magic"], "give step or exact"),
    (["parameters", "no_such"], "unknown parameter"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[" ".join(a) for a, _ in BAD])
def test_bad_input_is_one_sentence_and_exit_2(capsys, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = hscape(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert message in err
    assert err.strip().count("\n") == 0
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_the_folder(capsys, tmp_path):
    (tmp_path / "taken").write_text("mine")
    code, _, err = hscape(capsys, "simulate", "healthy", "--out", tmp_path / "taken")
    assert code == 2
    assert "is a file" in err
    assert (tmp_path / "taken").read_text() == "mine"


def test_validate_runs_chosen_rows_and_says_what_they_lack(capsys):
    code, out, _ = hscape(capsys, "validate", "--only", "12,21", "--patients", 2, "--json")
    data = json.loads(out)
    rows = {row["id"]: row for row in data["rows"]}
    assert list(rows) == ["12", "21"]
    assert rows["12"]["gate"]
    assert rows["12"]["interval"] == {}
    assert set(rows["21"]) >= {"simulated", "published", "interval", "people", "role", "gate", "pass", "bounds"}
    assert data["gate"]["pass"] is None
    assert code == (0 if all(row["pass"] for row in rows.values()) else 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--only", "12,twelve"], "'twelve'"),
        (["--patients", "0"], "--patients"),
        (["--only", "21", "--biology"], "'21'"),
    ],
)
def test_validate_refuses_what_is_not_there(capsys, options, words):
    code, out, err = hscape(capsys, "validate", *options)
    assert code == 2
    assert words in err
    assert not out
