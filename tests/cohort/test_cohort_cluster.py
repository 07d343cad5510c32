"""Two Dask workers, one killed in the middle: the same digest as one process."""

from __future__ import annotations

import os
import signal

import pytest

from hscape.cohort import run_cohort
from hscape.errors import InputError
from tests.cohort import fakes

N = 60


@pytest.fixture
def cluster(project_folder, monkeypatch):
    distributed = pytest.importorskip(
        "distributed", reason="Dask is not installed; pip install 'hscape[cluster]' runs this test"
    )
    monkeypatch.setenv("PYTHONPATH", str(project_folder))
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as found:
        yield found


def test_a_killed_dask_worker_does_not_change_the_digest(tmp_path, seed, cluster):
    killed = []

    def kill_one(done, total):
        if not killed and done >= 10:
            killed.append(cluster.workers[0].process.pid)
            os.kill(killed[0], signal.SIGKILL)

    result = run_cohort(
        fakes.design(),
        tmp_path,
        patients=N,
        seed=seed,
        workers=2,
        scheduler=cluster.scheduler_address,
        hooks=fakes.hooks(fakes.make_slowly),
        progress=kill_one,
    )
    assert killed
    assert result.failures == ()
    assert result.digest == fakes.clean_digest(N, seed)


@pytest.mark.slow
def test_a_patient_who_ends_every_dask_worker_is_set_aside(tmp_path, seed, cluster):
    result = run_cohort(
        fakes.design(),
        tmp_path,
        patients=N,
        seed=seed,
        workers=2,
        scheduler=cluster.scheduler_address,
        hooks=fakes.hooks(fakes.make_deadly),
    )
    assert [failure.number for failure in result.failures] == [5]
    assert result.provenance["finished_patients"] == N - 1


def test_no_scheduler_is_one_sentence(tmp_path, seed, monkeypatch):
    pytest.importorskip("distributed", reason="Dask is not installed; pip install 'hscape[cluster]' runs this test")
    monkeypatch.setattr("hscape.cohort.pools.SCHEDULER_TIMEOUT_SECONDS", 1)
    for address, message in (("tcp://127.0.0.1:9", "cannot be reached"), ("nonsense://x", "cannot be reached")):
        with pytest.raises(InputError, match=message) as raised:
            run_cohort(fakes.design(), tmp_path, patients=2, seed=seed, scheduler=address, hooks=fakes.hooks())
        assert "\n" not in str(raised.value)
