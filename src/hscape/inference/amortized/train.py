"""Train the network: ``python -m hscape.inference.amortized.train --out FOLDER``. Needs the extra ``train`` (JAX).

The bank of persons, the weights and the state of the optimizer are kept in the folder; the same command goes on where
it was stopped. Adam (Kingma and Ba 2015) with a warm start and a cosine decay of the rate over the time given.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from hscape.inference.amortized.bank import batches, make_bank, read_bank
from hscape.inference.amortized.network import Weights, encode, first_weights, log_density
from hscape.inference.amortized.weights import FILE, save
from hscape.inference.prior import analysis_prior
from hscape.streams import generator

SEED = 20_250
BATCH, PEAK_RATE, WARM_STEPS, CLIP = 384, 1.5e-3, 200, 5.0
TEST_FILES = range(90_000, 90_002)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Train the network that reads charts.")
    parser.add_argument("--out", type=Path, required=True, help="folder for bank, checkpoint and weights")
    parser.add_argument("--files", type=int, default=80, help="files of about 1,200 persons")
    parser.add_argument("--minutes", type=float, default=20.0, help="time for fitting, over all runs")
    parser.add_argument("--workers", type=int, default=2, help="for the bank; 0: another process makes it")
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


def _state(path: Path, seed: int) -> dict[str, Any]:
    if path.exists():
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        parts: dict[str, Any] = {"w": {}, "m": {}, "v": {}}
        for name, value in arrays.items():
            kind, _, rest = name.partition("/")
            if kind in parts:
                parts[kind][rest] = value
        return parts | {name: float(arrays[name]) for name in ("step", "epoch", "seconds")}
    w = first_weights(generator(seed, "first weights"))
    zeros = {name: np.zeros_like(value) for name, value in w.items()}
    return {"w": w, "m": zeros, "v": dict(zeros), "step": 0.0, "epoch": 0.0, "seconds": 0.0}


def _save(path: Path, state: dict[str, Any]) -> None:
    arrays: dict[str, Any] = {
        f"{kind}/{name}": np.asarray(value) for kind in ("w", "m", "v") for name, value in state[kind].items()
    }
    arrays |= {name: np.array(state[name]) for name in ("step", "epoch", "seconds")}
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **arrays)
    partial.rename(path)


def _step_function():  # type: ignore[no-untyped-def]
    import jax
    import jax.numpy as jnp

    def loss(w, chart, z):  # type: ignore[no-untyped-def]
        return -log_density(w, z, encode(w, chart, jnp), chart.used, jnp).mean()

    @jax.jit
    def step(w, m, v, chart, z, rate, t):  # type: ignore[no-untyped-def]
        value, slope = jax.value_and_grad(loss)(w, chart, z)
        norm = jnp.sqrt(sum(jnp.sum(g * g) for g in slope.values()))
        scale = jnp.minimum(1.0, CLIP / (norm + 1e-9))
        new = {}
        for name, g in slope.items():
            g = g * scale
            m[name] = 0.9 * m[name] + 0.1 * g
            v[name] = 0.99 * v[name] + 0.01 * g * g
            new[name] = w[name] - rate * (m[name] / (1.0 - 0.9**t)) / (jnp.sqrt(v[name] / (1.0 - 0.99**t)) + 1e-8)
        return new, m, v, value

    return step, jax.jit(loss)


def train(out: Path, *, files: int, minutes: float, workers: int, seed: int) -> Weights:
    """Train and return the weights."""
    p = analysis_prior()
    bank = out / "bank"
    started = time.perf_counter()
    make_bank(bank, seed, TEST_FILES, p, 1)
    if workers:
        make_bank(bank, seed, range(files), p, workers)
    tests = read_bank(bank, TEST_FILES)
    print(f"bank: {time.perf_counter() - started:.0f} s", flush=True)
    step, loss = _step_function()
    held_out = list(batches(tests, p, seed + 1, 128, 0))
    path = out / "checkpoint.npz"
    state = _state(path, seed)
    while state["seconds"] < 60.0 * minutes:
        groups = read_bank(bank, range(files))
        since, sums = time.perf_counter(), []
        for chart, z in batches(groups, p, seed, BATCH, int(state["epoch"])):
            done = min(1.0, (state["seconds"] + time.perf_counter() - since) / (60.0 * minutes))
            decay = 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * done))
            rate = PEAK_RATE * min(1.0, (state["step"] + 1.0) / WARM_STEPS) * decay
            state["step"] += 1.0
            state["w"], state["m"], state["v"], value = step(
                state["w"], state["m"], state["v"], chart, z, rate, state["step"]
            )
            sums.append(float(value))
            if not math.isfinite(sums[-1]):
                raise SystemExit("training failed: the loss is not a number; start again from the last checkpoint.")
            if done >= 1.0:
                break
        state["epoch"] += 1.0
        state["seconds"] += time.perf_counter() - since
        _save(path, state)
        prior = np.mean([_prior_loss(z, c.used) for c, z in held_out])
        test = np.mean([float(loss(state["w"], c, z)) for c, z in held_out])
        row = {name: round(state[name]) for name in ("epoch", "step", "seconds")}
        row |= {"persons": sum(len(g.z) for g in groups), "train": round(float(np.mean(sums)), 3)}
        row |= {"held_out": round(float(test), 3), "prior": round(float(prior), 3)}
        print(json.dumps(row), flush=True)
    return {name: np.asarray(value, dtype=np.float32) for name, value in state["w"].items()}


def _prior_loss(z: np.ndarray, used: np.ndarray) -> float:
    return float((used * (0.5 * z * z + 0.5 * math.log(2.0 * math.pi))).sum(axis=1).mean())


def main() -> None:
    """Run the command line."""
    given = arguments()
    weights = train(given.out, files=given.files, minutes=given.minutes, workers=given.workers, seed=given.seed)
    save(given.out / FILE, weights, analysis_prior())
    print(f"{sum(v.size for v in weights.values())} weights in {given.out / FILE}")


if __name__ == "__main__":
    main()
