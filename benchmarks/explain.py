"""Time and memory of ``hscape explain`` on one core, and its sampler beside particle Markov chain Monte Carlo.

``python -m benchmarks.explain`` writes the section *Explain* of ``benchmarks/results.md``. The chart is the shipped
example with monosomy 7 (and PNH cells looked for), cut to ten visits in two years.
"""

from __future__ import annotations

import dataclasses
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.page import replace_section
from hscape.chart import Chart
from hscape.dynamics.coarse_record import N_SLOTS
from hscape.examples import example_path
from hscape.exchange import read_charts, write_charts
from hscape.inference.engines import infer
from hscape.inference.problem import Problem, make_problem
from hscape.streams import generator

HEADING = "## Explain"
EXAMPLE, VISITS, DAYS = "monosomy-7", 10, 730.0
#: Courses over which the particle chain averages the likelihood of a person, and its length.
PATHS, STEPS = 32, 3000


def thinned_chart() -> Chart:
    """The example with ten visits in two years; findings of clones stay on these days."""
    chart = read_charts(example_path(EXAMPLE, "yaml")).charts[0]
    days = np.array(sorted({m.day for m in chart.measurements if 0.0 <= m.day <= DAYS}))
    kept = {float(days[np.argmin(np.abs(days - at))]) for at in np.linspace(0.0, DAYS, VISITS)}
    return dataclasses.replace(
        chart,
        measurements=tuple(m for m in chart.measurements if m.day in kept),
        clone_measurements=tuple(m for m in chart.clone_measurements if m.day in kept),
        transfusions=tuple(t for t in chart.transfusions if t.day <= DAYS),
    )


def timed(chart: Chart, engine: str) -> tuple[float, float, float, float]:
    """Seconds to the first word of the result and to the end, processor seconds and peak memory in GB, on one core."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chart.yaml"
        write_charts(chart, file)
        command = [sys.executable, "-m", "hscape", "explain", str(file), "--seed", "1", "--engine", engine,
                   "--out", str(Path(folder) / "page.html")]  # fmt: skip
        core = min(os.sched_getaffinity(0))
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        run = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )  # fmt: skip
        assert run.stdout is not None
        run.stdout.readline()
        words = time.perf_counter() - start
        run.stdout.read()
        if run.wait():
            raise SystemExit(f"{' '.join(command)}: exit {run.returncode}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return words, time.perf_counter() - start, cpu, after.ru_maxrss / 1e6


def particle_chain(problem: Problem, start: np.ndarray, spread: np.ndarray, seed: int) -> tuple[float, float, float]:
    """A particle marginal Metropolis-Hastings chain (Andrieu, Doucet, Holenstein 2010) that begins in the posterior.

    Each person is judged by the mean likelihood of `PATHS` fresh courses; proposals are normal with the posterior's
    covariance by 2.38^2 / d, which no chain would know beforehand.

    Returns:
        effective draws (slowest tenth of the coordinates, batch means), share of moves taken, processor seconds.
    """
    random, d = generator(seed, "particle chain"), start.shape[0]
    root = np.linalg.cholesky(spread * 2.38**2 / d + 1e-9 * np.eye(d))

    def judged(z: np.ndarray) -> float:
        noise = np.zeros((PATHS, problem.n_noise, N_SLOTS), dtype=np.float32)
        noise[:, :, : problem.n_active] = random.standard_normal((PATHS, problem.n_noise, problem.n_active))
        each, _ = problem.log_likelihood(np.repeat(z[None], PATHS, axis=0), noise)
        return float(np.logaddexp.reduce(each) - math.log(PATHS)) - 0.5 * float(z @ z)

    begun, z, here, taken = time.process_time(), start.copy(), judged(start), 0
    states = np.empty((STEPS, d))
    for k in range(STEPS):
        other = z + root @ random.standard_normal(d)
        there = judged(other)
        if math.log(random.random()) < there - here:
            z, here, taken = other, there, taken + 1
        states[k] = z
    batches = states.reshape(30, -1, d).mean(axis=1)
    worth = STEPS * states.var(axis=0) / np.maximum(batches.var(axis=0) * (STEPS // 30), 1e-12)
    return float(np.quantile(worth, 0.1)), taken / STEPS, time.process_time() - begun


def section() -> list[str]:
    """The section of the page."""
    chart = thinned_chart()
    problem = make_problem(chart)
    for engine in ("preview", "answer"):
        timed(chart, engine)  # compiles what is not cached
    rows = []
    for engine, wanted in (("preview", "2 s"), ("answer", "15 s (5 s)")):
        words, wall, cpu, memory = timed(chart, engine)
        rows.append(f"| {engine} | {words:.1f} | {wall:.1f} | {cpu:.1f} | {memory:.2f} | {wanted} |")
    found = {}
    for engine in ("smc", "answer"):
        begun = time.process_time()
        draws = infer(problem, seed=1, workers=1, engine=engine)
        found[engine] = draws.effective, time.process_time() - begun
    z = draws.z[draws.of_ways]
    worth, taken, seconds = particle_chain(problem, z[-1], np.cov(z.T), 1)
    theirs = worth / seconds
    samplers = [
        f"| {name} | {effective:.0f} | {cpu:.1f} | {effective / cpu:.1f} | {effective / cpu / theirs:.0f} |"
        for name, (effective, cpu) in zip(
            ("two islands from the prior, no training (`smc`)", "island, chains and network (`answer`)"),
            found.values(), strict=True,
        )
    ]  # fmt: skip
    return [HEADING, "",
            f"Made by `python -m benchmarks.explain` on {time.strftime('%Y-%m-%d')}: {len(problem.observations.rows)} findings on "
            f"{VISITS} visits in two years, one core, code cached, page written.", "",
            "| engine | seconds to its words | seconds with the page | processor seconds | peak memory, GB | wanted |",
            "|---|---|---|---|---|---|", *rows, "",
            "| sampler | effective draws | processor seconds | a second | ratio |", "|---|---|---|---|---|",
            *samplers,
            f"| particle chain of {STEPS:,} steps, {PATHS} courses a person | {worth:.1f} | {seconds:.1f} | {theirs:.2f} | 1 |",
            "",
            f"The particle chain begins in the posterior with its covariance (acceptance {taken:.3f}), so that its burn-in and "
            "tuning are not counted, while ours are. Our effective draws are what the distance of independent runs says; the "
            "chain's are batch means of one run, which cannot see what the chain never visited. Training the network took "
            "about 100 minutes of one to two cores in six sittings (docs/decisions/0009) and is done once.", ""]  # fmt: skip


def main() -> None:
    """Write the section."""
    lines = section()
    replace_section(lines)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
