"""A run: same digest however it is done, broken patients listed, folders guarded."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
import signal
import stat

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from joblib.externals.loky import reusable_executor

from hscape import durable
from hscape.cohort import parts as store
from hscape.cohort import run_cohort
from hscape.errors import InputError, NumericsError
from hscape.history import canonical_csv
from hscape.parameters import Parameters
from tests.cohort import fakes

N = 40


def run(folder, seed, make=fakes.make_patient, patients=N, **options):
    return run_cohort(fakes.design(), folder, patients=patients, seed=seed, hooks=fakes.hooks(make), **options)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_workers_do_not_change_the_digest(tmp_path, seed, workers):
    assert run(tmp_path, seed, workers=workers).digest == fakes.clean_digest(N, seed)


def test_the_digest_is_that_of_the_table_that_pandas_reads(tmp_path, seed):
    result = run(tmp_path, seed)
    for file, key in (("patients.parquet", "digest"), ("courses.parquet", "courses_digest")):
        text = canonical_csv(pd.read_parquet(tmp_path / file))
        assert hashlib.sha256(text.encode()).hexdigest() == result.provenance[key]
    assert (tmp_path / "digest.txt").read_text().strip() == result.digest
    assert json.loads((tmp_path / "provenance.json").read_text()) == result.provenance
    inside = json.loads(pq.read_schema(tmp_path / "patients.parquet").metadata[b"hscape"])
    assert inside["seed"] == seed
    assert inside["design"]["name"] == "race-like"


def test_the_tables_are_the_same_bytes_from_any_run(tmp_path, seed):
    run(tmp_path / "a", seed)
    run(tmp_path / "b", seed, workers=2)
    for file in ("patients.parquet", "courses.parquet"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_rows_stand_in_order_and_truth_stands_last(tmp_path, seed):
    run(tmp_path, seed, workers=2)
    table = pd.read_parquet(tmp_path / "patients.parquet")
    assert table["patient"].tolist() == list(range(N))
    hidden = [name.startswith("truth_") for name in table.columns]
    assert hidden == sorted(hidden)
    assert any(hidden)


def test_packed_blocks_give_the_same_digest(tmp_path, seed, monkeypatch):
    monkeypatch.setattr(store, "BLOCK_PATIENTS", 8)
    assert run(tmp_path, seed).digest == fakes.clean_digest(N, seed)
    assert len(list((tmp_path / "parts").glob("*.jsonl.gz"))) == N // 8
    assert run(tmp_path, seed).digest == fakes.clean_digest(N, seed)


def test_more_patients_later_keep_those_that_are_there(tmp_path, seed):
    run(tmp_path, seed, patients=25)
    assert run(tmp_path, seed).digest == fakes.clean_digest(N, seed)
    assert run(tmp_path, seed, patients=25).digest == fakes.clean_digest(25, seed)


def test_finished_patients_are_not_simulated_again(tmp_path, seed):
    run(tmp_path, seed)
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").rglob("*.json")}
    run(tmp_path, seed)
    assert stamps == {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").rglob("*.json")}


@pytest.mark.parametrize("workers", [1, 2])
def test_broken_patients_are_listed_and_the_others_finish(tmp_path, seed, workers):
    result = run(tmp_path, seed, fakes.make_broken, workers=workers)
    assert [failure.number for failure in result.failures] == [3, 11]
    with (tmp_path / "failures.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["patient"] for row in rows] == ["3", "11"]
    assert rows[0]["reason"] == "ZeroDivisionError: the marrow of this patient is empty"
    assert rows[0]["place"].startswith("tests.cohort.fakes:")
    table = pd.read_parquet(tmp_path / "patients.parquet")
    assert table["patient"].tolist() == [number for number in range(N) if number not in (3, 11)]


def test_a_cohort_in_which_all_fail_says_why(tmp_path, seed):
    with pytest.raises(NumericsError, match=r"none of 5 patients .* ValueError: no such drug"):
        run(tmp_path, seed, fakes.make_none, patients=5)


def test_a_patient_who_ends_every_process_is_set_aside(tmp_path, seed):
    result = run(tmp_path, seed, fakes.make_deadly, workers=2)
    assert [failure.number for failure in result.failures] == [5]
    assert "ended the process that simulated it" in result.failures[0].reason
    assert result.provenance["finished_patients"] == N - 1


def test_a_killed_worker_does_not_change_the_digest(tmp_path, seed):
    killed = []

    def kill_one(done, total):
        if not killed and done >= 8:
            killed.append(next(iter(reusable_executor._executor._processes)))
            os.kill(killed[0], signal.SIGKILL)

    result = run(tmp_path, seed, fakes.make_slowly, workers=2, progress=kill_one)
    assert killed
    assert result.failures == ()
    assert result.digest == fakes.clean_digest(N, seed)


def test_patients_without_a_diagnosis_have_a_row_and_are_not_eligible(tmp_path, seed):
    run(tmp_path, seed, fakes.make_undiagnosed)
    table = pd.read_parquet(tmp_path / "patients.parquet")
    never = table[table["patient"] % 3 == 0]
    assert not never["is_eligible"].any()
    assert set(never["exclusion"]) == {"never diagnosed"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 2}, "seed 1 there, 2 here"),
        ({"design": fakes.design(era="1970s")}, "different: design"),
        ({"parameters": Parameters().with_values({"red_cell_lifespan_days": 100.0})}, "different: parameters"),
        ({"hooks": fakes.hooks(fakes.make_slowly)}, "different: source"),
    ],
)
def test_another_run_in_the_same_folder_is_refused(tmp_path, change, message):
    first = {"design": fakes.design(), "seed": 1, "hooks": fakes.hooks(), "parameters": Parameters()}
    run_cohort(folder=tmp_path, patients=2, **first)
    with pytest.raises(InputError, match=message) as raised:
        run_cohort(folder=tmp_path, patients=2, **(first | change))
    assert "\n" not in str(raised.value)


def test_two_runs_at_once_in_one_folder_are_refused(tmp_path, seed):
    from hscape.cohort.identity import alone

    run(tmp_path, seed, patients=2)
    with alone(tmp_path / "parts"), pytest.raises(InputError, match="another run is writing"):
        run(tmp_path, seed, patients=2)


def test_the_sentence_for_people_may_change(tmp_path, seed):
    run(tmp_path, seed, patients=2)
    run_cohort(fakes.design(what="other words"), tmp_path, patients=2, seed=seed, hooks=fakes.hooks())


def test_a_full_disk_is_one_sentence_and_the_run_can_go_on(tmp_path, seed, monkeypatch):
    real, written = durable._press_to_disk, []

    def full(path):
        written.append(path)
        if len(written) > 30:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path)

    monkeypatch.setattr(durable, "_press_to_disk", full)
    with pytest.raises(InputError, match=r"cannot be written \(No space left on device\); make room") as raised:
        run(tmp_path, seed)
    assert "\n" not in str(raised.value)
    monkeypatch.undo()
    n_kept = len(store.finished(tmp_path / "parts"))
    assert 0 < n_kept < N
    assert not list(tmp_path.rglob(f"{durable.UNFINISHED}*"))
    assert run(tmp_path, seed).digest == fakes.clean_digest(N, seed)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="rights do not bind this user")
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, seed):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(InputError, match="cannot be written"):
            run(tmp_path, seed)
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_a_damaged_part_is_named(tmp_path, seed):
    run(tmp_path, seed, patients=3)
    (tmp_path / "parts" / "00000" / "00000001.json").write_text("{")
    with pytest.raises(InputError, match=r"00000001\.json is damaged; delete it"):
        run(tmp_path, seed, patients=3)


def test_patients_do_not_depend_on_their_neighbors(tmp_path, seed):
    """Patient 7 alone is patient 7 of the cohort."""
    from hscape.cohort import run_patient

    run(tmp_path, seed)
    row = pd.read_parquet(tmp_path / "patients.parquet").iloc[7]
    alone = run_patient(fakes.design(), 7, seed, Parameters(), fakes.hooks())
    for name, value in alone.row.items():
        assert (value is None and pd.isna(row[name])) or row[name] == value
    courses = pd.read_parquet(tmp_path / "courses.parquet")
    own = courses[courses["patient"] == 7]
    assert own["month"].tolist() == alone.course["month"]
    assert np.allclose(own["truth_hemoglobin_g_per_dl"], alone.course["truth_hemoglobin_g_per_dl"], rtol=1e-6)
