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
from types import SimpleNamespace

import numpy as np

from benchmarks.page import replace_section
from hscape.chart import Chart
from hscape.dynamics.coarse_record import N_SLOTS
from hscape.examples import example_path
from hscape.exchange import read_charts, write_charts
from hscape.inference.engines import independent_draws, infer
from hscape.inference.problem import Problem, make_problem
from hscape.streams import generator

HEADING = "## Explain"
EXAMPLE, VISITS, DAYS = "monosomy-7", 10, 730.0
#: Courses over which the particle chain averages the likelihood of a person, and its length.
PATHS, STEPS = 32, 3000
#: Chains that find the posterior themselves: how many, their length, and persons of the prior of whom they take the best.
CHAINS, LONG_STEPS, FIRST = 2, 12_000, 256
#: Share of moves that such a chain aims at, and steps after which it knows its own covariance (Haario 2001).
AIM, LEARNS_AFTER = 0.2, 500


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


class _Particles:
    """Log posterior of a person with the likelihood averaged over `PATHS` fresh courses."""

    def __init__(self, problem: Problem, seed: int, name: str) -> None:
        self.problem, self.random = problem, generator(seed, name)

    def judge(self, z: np.ndarray) -> float:
        noise = np.zeros((PATHS, self.problem.n_noise, N_SLOTS), dtype=np.float32)
        noise[:, :, : self.problem.n_active] = self.random.standard_normal(
            (PATHS, self.problem.n_noise, self.problem.n_active)
        )
        each, _ = self.problem.log_likelihood(np.repeat(z[None], PATHS, axis=0), noise)
        return float(np.logaddexp.reduce(each) - math.log(PATHS)) - 0.5 * float(z @ z)


def batch_worth(states: np.ndarray) -> float:
    """Effective draws of one chain: slowest tenth of the coordinates, means of thirty batches."""
    n = len(states) // 30 * 30
    batches = states[:n].reshape(30, -1, states.shape[1]).mean(axis=1)
    worth = n * states.var(axis=0) / np.maximum(batches.var(axis=0) * (n // 30), 1e-12)
    return float(np.quantile(worth, 0.1))


def particle_chain(problem: Problem, start: np.ndarray, spread: np.ndarray, seed: int) -> tuple[float, float, float]:
    """A particle marginal Metropolis-Hastings chain (Andrieu, Doucet, Holenstein 2010) that begins in the posterior.

    Proposals are normal with the posterior's covariance by 2.38^2 / d, which no chain would know beforehand.

    Returns:
        effective draws, share of moves taken, processor seconds.
    """
    particles, d = _Particles(problem, seed, "particle chain"), start.shape[0]
    root = np.linalg.cholesky(spread * 2.38**2 / d + 1e-9 * np.eye(d))
    begun, z, here, taken = time.process_time(), start.copy(), particles.judge(start), 0
    states = np.empty((STEPS, d))
    for k in range(STEPS):
        other = z + root @ particles.random.standard_normal(d)
        there = particles.judge(other)
        if math.log(particles.random.random()) < there - here:
            z, here, taken = other, there, taken + 1
        states[k] = z
    return batch_worth(states), taken / STEPS, time.process_time() - begun


def chain_from_the_prior(problem: Problem, seed: int) -> tuple[np.ndarray, float]:
    """The same chain as anybody would have to run it: from the best of some persons of the prior, learning its proposals.

    Covariance from its own past and a scale that aims at `AIM` (Haario, Saksman, Tamminen 2001; Andrieu, Thoms 2008).

    Returns:
        states of the second half, processor seconds.
    """
    particles, d = _Particles(problem, seed, "particle chain from the prior"), problem.coordinates.size
    begun = time.process_time()
    first = particles.random.standard_normal((FIRST, d))
    judged = [particles.judge(z) for z in first]
    z, here = first[int(np.argmax(judged))].copy(), max(judged)
    states, log_scale = np.empty((LONG_STEPS, d)), 0.0
    root = np.eye(d)
    for k in range(LONG_STEPS):
        if k >= LEARNS_AFTER and k % 200 == 0:
            root = np.linalg.cholesky(np.cov(states[k // 2 : k].T) + 1e-4 * np.eye(d))
        other = z + math.exp(log_scale) * 2.38 / math.sqrt(d) * (root @ particles.random.standard_normal(d))
        there = particles.judge(other)
        is_taken = math.log(particles.random.random()) < there - here
        if is_taken:
            z, here = other, there
        log_scale += (float(is_taken) - AIM) / (1.0 + k) ** 0.6
        states[k] = z
    return states[LONG_STEPS // 2 :], time.process_time() - begun


def chains_from_the_prior(problem: Problem) -> tuple[float, float]:
    """Effective draws of `CHAINS` such chains, by the same rule as ours, and their processor seconds."""
    found = [chain_from_the_prior(problem, seed) for seed in range(1, CHAINS + 1)]
    runs = [SimpleNamespace(z=states, effective=batch_worth(states)) for states, _ in found]
    return independent_draws(runs), sum(seconds for _, seconds in found)  # type: ignore[arg-type]


def _met(alone: float) -> str:
    """The rule gives each of several chains at least one draw: what a ratio then is."""
    if alone > 1.05 * CHAINS:
        return ""
    return (
        f"{CHAINS} is the least that {CHAINS} chains are given, so these had not met, and the ratios are lower bounds. "
    )


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
    alone, alone_seconds = chains_from_the_prior(problem)
    theirs = alone / alone_seconds
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
            f"| {CHAINS} particle chains from the prior, {LONG_STEPS:,} steps, {PATHS} courses a person | {alone:.1f} "
            f"| {alone_seconds:.1f} | {theirs:.3f} | 1 |",
            f"| a particle chain put into the posterior, {STEPS:,} steps | {worth:.1f} | {seconds:.1f} | {worth / seconds:.2f} "
            f"| {worth / seconds / theirs:.0f} |",
            "",
            "Effective draws of ours and of the chains from the prior are what the distance of independent runs says, burn-in and "
            "tuning counted; such a chain begins at the best of "
            f"{FIRST} persons of the prior and learns its proposals. {_met(alone)}The chain of the last line begins at a draw of our posterior and "
            f"with its covariance (acceptance {taken:.3f}), which nobody has beforehand, and is judged by its own batch "
            "means, which cannot see what it never visited. Training the network took "
            "about 100 minutes of one to two cores in six sittings (docs/decisions/0009) and is done once.", ""]  # fmt: skip


def main() -> None:
    """Write the section."""
    lines = section()
    replace_section(lines)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
