"""kill -9 of the main process at random moments, then the same command again: the digest of an uninterrupted run.

``HSCAPE_KILLS=20 pytest tests/cohort/test_cohort_kill.py`` kills twenty times; five times otherwise
(a third of that with one worker).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from hscape import durable
from hscape.cohort import parts as store
from tests.cohort import fakes

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
#: So many that a slow signal still finds the run at work.
MANY = 240
KILLS = int(os.environ.get("HSCAPE_KILLS", "5"))
N = 40 + 20 * KILLS


def start(folder, seed, workers, project_folder, *more, patients=N):
    command = [sys.executable, "-m", "tests.cohort.run_fake", folder, patients, seed, workers, *more]
    return subprocess.Popen(
        [str(word) for word in command],
        cwd=project_folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(project_folder)},
        # a shell that works in the background hands on that Ctrl-C is ignored; here it must be heard
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for_patients(process, folder, more):
    """Until some more patients than there are now are on disk."""
    wanted = len(store.finished(folder / "parts")) + more
    while process.poll() is None and len(store.finished(folder / "parts")) < wanted:
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "wanted"), [(1, -(-KILLS // 3)), (2, KILLS)])
def test_killed_and_taken_up_again(tmp_path, seed, project_folder, workers, wanted):
    from hscape.streams import generator

    moments = generator(seed, "kill", workers)
    kills = 0
    while kills < wanted:
        process = start(tmp_path, seed, workers, project_folder)
        wait_for_patients(process, tmp_path, int(moments.integers(1, 12)))
        time.sleep(float(moments.random() * 0.1))
        if process.poll() is not None:
            break
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)  # workers end too, and let the pipe go
        kills += 1
        assert not (tmp_path / "digest.txt").exists()
    assert kills == wanted
    assert 0 < len(store.finished(tmp_path / "parts")) < N
    last = start(tmp_path, seed, workers, project_folder)
    out, err = last.communicate(timeout=300)
    assert last.returncode == 0, err
    assert out.split()[-1] == fakes.clean_digest(N, seed)
    assert pd.read_parquet(tmp_path / "patients.parquet")["patient"].tolist() == list(range(N))
    assert not list(tmp_path.rglob(f"{durable.UNFINISHED}*"))
    assert not store.started(tmp_path / "parts")


@pytest.mark.slow
def test_ctrl_c_leaves_a_folder_that_can_be_taken_up_again(tmp_path, seed, project_folder):
    process = start(tmp_path, seed, 2, project_folder, patients=MANY)
    wait_for_patients(process, tmp_path, 5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "LokyProcess" not in err  # workers say nothing
    assert 0 < len(store.finished(tmp_path / "parts")) < MANY
    last = start(tmp_path, seed, 1, project_folder, patients=MANY)
    out, err = last.communicate(timeout=300)
    assert out.split()[-1] == fakes.clean_digest(MANY, seed), err
