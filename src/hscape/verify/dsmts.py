"""The discrete stochastic model test suite, families 001 and 002, on the production kernels.

Evans, Gillespie, Wilkinson (2008), Bioinformatics 24:285. The expected means and standard deviations are
generated from the closed forms of the birth-death and the immigration-death process, which agree with
the published tables to their rounding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hscape import draws
from hscape.biology.balance import constants_record
from hscape.compiled import compiled
from hscape.dynamics import exact, plan, step
from hscape.dynamics.clones import empty_clones
from hscape.dynamics.mutation import no_mutation
from hscape.dynamics.setting import Setting
from hscape.errors import InputError, unknown_name
from hscape.parameters import Parameters
from hscape.streams import stream_key
from hscape.units import TICKS_PER_DAY

N_TIMES = 51  # t = 0, 1, ..., 50


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the suite: X at t = 0, rates per unit of time, and a reset if there is one."""

    first: int
    birth: float = 0.0
    death: float = 0.0
    immigration: float = 0.0
    reset_time: float = math.inf
    reset_to: int = 0


_BIRTH_DEATH = Model(100, 0.1, 0.11)
_IMMIGRATION = Model(0, 0.0, 0.1, 1.0)
MODELS: dict[str, Model] = {f"001-{i:02d}": _BIRTH_DEATH for i in range(1, 20)} | {
    "001-03": Model(100, 1.0, 1.1),
    "001-04": Model(10, 0.1, 0.11),
    "001-05": Model(10_000, 0.1, 0.11),
    "001-18": Model(100, 0.05, 0.055),
    "002-01": _IMMIGRATION,
    "002-02": Model(0, 0.0, 0.1, 10.0),
    "002-03": Model(0, 0.0, 0.1, 5.0),
    "002-04": Model(0, 0.0, 0.1, 1000.0),
    "002-05": Model(0, 0.0, 0.1, 10.0),
    "002-06": Model(0, 0.0, 0.1, 10.0),
    "002-07": Model(0, 0.0, 0.1, 10.0),
    "002-08": _IMMIGRATION,
    "002-09": Model(0, 0.0, 0.1, 1.0, 25.0, 50),
    "002-10": Model(0, 0.0, 0.1, 1.0, 22.5, 20),
}


def find_model(name: str) -> Model:
    """A model by its name.

    Raises:
        InputError: no such model.
    """
    if name not in MODELS:
        raise unknown_name("--model", name, MODELS, kind="model")
    return MODELS[name]


@compiled
def _run_all(kernel, keys, first, setting_of, reset_tick, reset_to, clones, kinds, c, out):
    """X of every run at every time; one unit of time is one day of the calendar."""
    source = np.zeros(draws.SOURCE_WORDS, dtype=np.uint64)
    for run in range(keys.shape[0]):
        clones.cells[0] = first
        out[run, 0] = first
        setting = Setting(
            setting_of.activation,
            setting_of.niche_capacity_cells,
            setting_of.division_factor,
            setting_of.differentiation_factor,
            setting_of.killing_per_day,
            setting_of.contact_killing_per_day,
            setting_of.influx_per_day,
            setting_of.mutation_factor,
            setting_of.interferon,
            keys[run],
        )
        for time in range(1, out.shape[1]):
            tick, stop = (time - 1) * TICKS_PER_DAY, time * TICKS_PER_DAY
            while tick < stop:
                end = reset_tick if tick < reset_tick < stop else stop
                if kernel == 0:
                    exact.advance(clones, 1, tick, end, setting, kinds, source, c)
                else:
                    step.advance(clones, 1, tick, end, setting, kinds, source, c)
                tick = end
                if tick == reset_tick:
                    clones.cells[0] = reset_to
            out[run, time] = int(clones.cells[0])


def run_model(name: str, *, runs: int, seed: int, kernel: str = "step") -> np.ndarray:
    """Run one model.

    Args:
        name: for example ``001-01``.
        runs: how many.
        seed: of all runs; each has a key of its own.
        kernel: ``step`` or ``exact``.

    Returns:
        X, shape (runs, 51), at t = 0, 1, ..., 50.

    Raises:
        InputError: an unknown model or kernel.
    """
    model = find_model(name)
    if kernel not in ("step", "exact"):
        raise InputError(f"--kernel: '{kernel}' is not known; give step or exact.")
    constants = np.array([constants_record(Parameters())])
    turnover = model.birth if model.birth > 0 else model.death
    constants["stem_cell_turnover_per_day"] = turnover
    constants["niche_empty_division_fold"] = 1.0  # no regulation
    setting = Setting(
        activation=1.0,
        niche_capacity_cells=1.0e9,
        division_factor=model.birth / turnover,
        differentiation_factor=model.death / turnover,
        killing_per_day=0.0,
        contact_killing_per_day=0.0,
        influx_per_day=model.immigration,
        mutation_factor=1.0,
        interferon=0.0,
        key=np.uint64(0),
    )
    keys = np.array([stream_key(seed, "dsmts", name, run) for run in range(runs)], dtype=np.uint64)
    clones = empty_clones(1)
    clones.vulnerability[0] = 1.0
    reset_tick = int(model.reset_time * TICKS_PER_DAY) if math.isfinite(model.reset_time) else -1
    out = np.zeros((runs, N_TIMES), dtype=np.int64)
    code = plan.EXACT if kernel == "exact" else plan.STEP
    _run_all(
        code,
        keys,
        float(model.first),
        setting,
        reset_tick,
        float(model.reset_to),
        clones,
        no_mutation(),
        constants[0],
        out,
    )
    return out


def expected(model: Model, time: float) -> tuple[float, float, float]:
    """Mean, variance and fourth central moment of X at a time, in closed form."""
    if model.immigration > 0:
        reset = time >= model.reset_time
        since = time - model.reset_time if reset else time
        alive = math.exp(-model.death * since)
        n = model.reset_to if reset else model.first
        new = model.immigration / model.death * (1.0 - alive)
        spread = n * alive * (1.0 - alive)
        fourth_cumulant = spread * (1.0 - 6.0 * alive * (1.0 - alive)) + new
        variance = spread + new
        return n * alive + new, variance, fourth_cumulant + 3.0 * variance**2
    a, b = step.transition(model.birth, model.death, time)
    factorial = [(1.0 - a) * math.factorial(r) * b ** (r - 1) / (1.0 - b) ** r for r in range(1, 5)]
    f1, f2, f3, f4 = factorial
    m2, m3, m4 = f2 + f1, f3 + 3 * f2 + f1, f4 + 6 * f3 + 7 * f2 + f1
    k2 = m2 - f1**2
    k4 = m4 - 4 * m3 * f1 - 3 * m2**2 + 12 * m2 * f1**2 - 6 * f1**4
    return model.first * f1, model.first * k2, model.first * k4 + 3.0 * (model.first * k2) ** 2


def scores(name: str, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Z of the mean and of the variance at t = 1 to 50; the variance is scaled by the exact fourth moment."""
    model, runs = find_model(name), samples.shape[0]
    z_mean, z_variance = np.zeros(N_TIMES - 1), np.zeros(N_TIMES - 1)
    for time in range(1, N_TIMES):
        mean, variance, fourth = expected(model, float(time))
        x = samples[:, time].astype(float)
        if variance <= 0:
            continue
        z_mean[time - 1] = math.sqrt(runs) * (x.mean() - mean) / math.sqrt(variance)
        found = ((x - mean) ** 2).mean()
        z_variance[time - 1] = math.sqrt(runs) * (found - variance) / math.sqrt(max(fourth - variance**2, 1e-300))
    return z_mean, z_variance


def check_samples(name: str, samples: np.ndarray) -> dict[str, Any]:
    """The largest scores and how many means lie outside 3 standard errors."""
    z_mean, z_sd = scores(name, samples)
    return {
        "largest_abs_z_mean": float(np.abs(z_mean).max()),
        "largest_abs_z_sd": float(np.abs(z_sd).max()),
        "n_mean_above_3": int((np.abs(z_mean) > 3).sum()),
        "n_times": N_TIMES - 1,
    }


def write_samples(path: Path, samples: np.ndarray) -> None:
    """Write samples as .npy.

    Raises:
        InputError: another ending, or the file cannot be written.
    """
    if path.suffix != ".npy":
        raise InputError(f"--out: '{path.name}' does not end in .npy; give a file such as samples.npy.")
    try:
        with path.open("wb") as file:
            np.save(file, samples, allow_pickle=False)
    except OSError as error:
        raise InputError(f"--out: {path} cannot be written ({error.strerror}); give another folder.") from None
