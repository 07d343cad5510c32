"""Speed, measured as a ratio to a peer in the same run, where the peer is installed.

Times are of one thread and the best of several repeats. Peers come with ``pip install hscape[bench]``:
GillesPy2 for the exact kernel, libroadrunner and scipy for the blood.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hscape.biology.influences import CytotoxicPulse, Infection
from hscape.dynamics.simulate import simulate
from hscape.errors import InputError
from hscape.parameters import Parameters
from hscape.patient import Founder, Patient
from hscape.units import DAYS_PER_YEAR
from hscape.verify import bench_cohorts, bench_peers

LIFETIME_DAYS = 70 * DAYS_PER_YEAR


def best(work: Callable[[], Any], repeats: int) -> float:
    """Shortest time of several repeats, in seconds; the first run, which may compile, is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def _row(work: str, ours: float, unit: str, peer: tuple[str, float | None, str]) -> dict[str, Any]:
    name, figure, note = peer
    return {
        "work": work, "ours": ours, "peer": figure, "ratio": figure / ours if figure else None, "unit": unit,
        "peer_name": name, "note": note,
    }  # fmt: skip


def _alone(kernel: str, seed: int, clones: tuple[Founder, ...] = (), **more: Any) -> Any:
    return simulate(
        Patient(age_years=10, clones=clones, **more), days=LIFETIME_DAYS, seed=seed, kernel=kernel, with_blood=False,
        output_every_days=LIFETIME_DAYS, clones_every_days=LIFETIME_DAYS,
    )  # fmt: skip


def exact_lifetime(repeats: int) -> dict[str, Any]:
    """One lifetime of 1e5 stem cells, event by event."""
    ours = best(lambda: _alone("exact", 1), repeats)
    return _row("exact kernel, 1e5 stem cells, 70 years", ours, "s", bench_peers.gillespy2_lifetime())


def stepped_lifetime(repeats: int) -> dict[str, Any]:
    """One lifetime with two clones beside the ordinary cells, the kernel's own time."""
    clones = (Founder(name="a", stem_cells=100, fitness_per_year=0.03), Founder(name="b", stem_cells=10))
    ours = _kernel_seconds(Patient(age_years=10, clones=clones), LIFETIME_DAYS, repeats * 5) * 1000
    exact = best(lambda: _alone("exact", 1, clones), 1) * 1000
    return _row("stepped stem cells, few clones, 70 years", ours, "ms", ("own exact kernel", exact, ""))


def dense_lifetime(repeats: int) -> dict[str, Any]:
    """One lifetime with about 750 live clones."""
    busy = Parameters().with_values({"driver_unknown_rate_per_year": 1.8e-3, "driver_unknown_fitness_per_year": 0.01})
    patient = Patient(age_years=10, drivers="all", parameters=busy)
    history = simulate(patient, days=LIFETIME_DAYS, seed=1, with_blood=False, output_every_days=LIFETIME_DAYS,
                       clones_every_days=LIFETIME_DAYS)  # fmt: skip
    live = int((history.last_clones.cells > 0).sum())
    ours = _kernel_seconds(patient, LIFETIME_DAYS, repeats, slots=4096) * 1000
    return _row(f"stepped stem cells, {live} live clones, 70 years", ours, "ms", ("", None, "no peer steps clones"))


def _kernel_seconds(patient: Patient, days: float, repeats: int, slots: int = 64, **options: Any) -> float:
    """Time inside the compiled loop alone, best of several."""
    from hscape.dynamics.simulate import timed_course

    return min(timed_course(patient, days=days, seed=i, slots=slots, **options) for i in range(repeats + 1))


def blood_batch(repeats: int) -> dict[str, Any]:
    """Two years of blood with six docetaxel cycles and two infections, per patient in a batch."""
    events = [CytotoxicPulse(day=30, dose_mg=180, cycles=6), Infection(day=60, duration_days=5),
              Infection(day=400, duration_days=7)]  # fmt: skip
    patient = Patient(influences=events)
    n_patients = 1000 if repeats > 2 else 100
    from hscape.dynamics.simulate import timed_course

    timed_course(patient, days=728, seed=0, slots=4, with_blood=True)
    total = sum(timed_course(patient, days=728, seed=i, slots=4, with_blood=True) for i in range(n_patients))
    return _row(f"blood, 2 years with events, batch of {n_patients}", total / n_patients * 1000, "ms/patient",
                bench_peers.scipy_blood(events))  # fmt: skip


def blood_against_roadrunner(repeats: int) -> dict[str, Any]:
    """Two healthy years of blood against an SBML engine that runs a model of comparable size."""
    from hscape.dynamics.simulate import timed_course

    ours = min(timed_course(Patient(), days=728, seed=i, slots=4, with_blood=True) for i in range(5 * repeats)) * 1000
    return _row("blood, 2 years, against an SBML engine", ours, "ms/patient", bench_peers.roadrunner_blood())


def import_time(repeats: int) -> dict[str, Any]:
    """`import hscape` in a fresh interpreter."""
    ours = best(lambda: subprocess.run([sys.executable, "-c", "import hscape"], check=True), repeats)
    peer = best(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), repeats)
    return _row("import hscape", ours, "s", ("bare interpreter", peer, ""))


def command_time(repeats: int) -> dict[str, Any]:
    """`hscape simulate blood-donation` from the shell, compiled code cached."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hscape", "simulate", "blood-donation", "--seed", "1", "--out", folder]
        ours = best(lambda: subprocess.run(command, check=True, capture_output=True), repeats)
        if not (Path(folder) / "counts.png").exists():
            raise InputError("bench: the command left no picture; run it by hand to see why.")
    return _row("hscape simulate blood-donation, cached", ours, "s", ("", None, "a command of ours alone"))


def cold_compilation(repeats: int) -> dict[str, Any]:
    """The first run on a machine: everything compiled once (seconds, the run itself included)."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hscape", "simulate", "healthy", "--seed", "1", "--out", f"{folder}/out"]
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"HSCAPE_CACHE": f"{folder}/cache"})
        ours = time.perf_counter() - start
    return _row("first run, all compilation", ours, "s", ("", None, "once a machine and version"))


WORKS = (
    exact_lifetime, stepped_lifetime, dense_lifetime, blood_batch, blood_against_roadrunner, import_time, command_time,
    cold_compilation,
)  # fmt: skip


def run_benchmarks(*, quick: bool = False, only: str = "", say: Callable[[str], None] = print) -> list[dict[str, Any]]:
    """Run every benchmark, or those with a word in their name; rows of work, our figure, the peer's, ratio, unit."""
    rows = []
    works = [work for work in (*WORKS, *bench_cohorts.WORKS) if only in work.__name__]
    for i, work in enumerate(works):
        say(f"{i + 1} of {len(works)}: {work.__name__.replace('_', ' ')}")
        rows.append(work(1 if quick else 5))
    return rows
