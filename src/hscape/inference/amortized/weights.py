"""Trained weights, and whether they belong to the numbers and the model in force.

The file carries the fingerprint of the model under the analysis prior, every number then in force, what the prior
changes, and a golden run: counts of twenty persons at the end of a coarse course without chance. Weights are used if
the fingerprint is the same. Where the source of the model has changed or numbers were added, but no number is another
one now, the golden run decides: the weights are used if it comes out as it did, within what the coarse course leaves to
the full one. Otherwise they are refused.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from hscape.dynamics.coarse_record import CELLS, N_COLUMNS, N_SLOTS
from hscape.fingerprint import model_fingerprint
from hscape.inference.amortized.network import Weights
from hscape.inference.amortized.persons import N_COORDINATES, plan_mapping
from hscape.inference.amortized.plans import draw_plan
from hscape.inference.course import make_setting, noise_rows
from hscape.inference.many_courses import courses_on, empty_rows
from hscape.inference.prior import analysis_prior, changes
from hscape.parameters import Parameters
from hscape.streams import generator

FILE = "network.npz"
GOLDEN_PERSONS, GOLDEN_SEED = 20, 7
#: Largest difference of the golden run, natural logarithm: what the coarse course may be off the full one. So other
#: steps of the same course pass, and another course does not. One person in twenty may stand on an edge.
GOLDEN_TOLERANCE, MOST_OFF = 0.05, 1
REFUSED = "trained weights do not belong to these numbers"
ABSENT = "there are no trained weights"


def golden_run(parameters: Parameters) -> np.ndarray:
    """Natural logarithm of five counts and of all stem cells of twenty persons, shape (20, 6)."""
    found = []
    for number in range(GOLDEN_PERSONS):
        random = generator(GOLDEN_SEED, "golden run", number)
        plan = draw_plan(random, parameters)
        setting = make_setting(
            list(plan.influences), [], plan.days.tolist(), parameters=parameters, sex=plan.sex,
            age_years=plan.age_years, end_day=plan.last_day,
        )  # fmt: skip
        noise = np.zeros((1, noise_rows(plan.last_day), N_SLOTS), dtype=np.float32)
        numbers = plan_mapping(plan, parameters).numbers(random.standard_normal((1, N_COORDINATES)))
        out, since = np.zeros((1, 1, N_COLUMNS)), np.zeros(1)
        courses_on(numbers, setting, noise, np.array([plan.last_day]), empty_rows(), out, since)
        row = out[0, 0]
        found.append([*row[1:6], row[CELLS : CELLS + N_SLOTS].sum()])
    return np.log(np.maximum(np.nan_to_num(np.array(found)), 1.0e-6))


def save(path: Path, weights: Weights, parameters: Parameters) -> None:
    """Write weights with everything by which they are recognized."""
    about = {
        "model": model_fingerprint(parameters), "numbers": parameters.as_dict(), "prior_changes": changes(),
    }  # fmt: skip
    arrays: dict[str, Any] = {f"w/{name}": np.asarray(value, dtype=np.float32) for name, value in weights.items()}
    np.savez_compressed(path, about=np.array(json.dumps(about)), golden=golden_run(parameters), **arrays)


def read(path: Path, parameters: Parameters) -> tuple[Weights | None, str]:
    """Weights, or None with the reason.

    Args:
        path: of the file.
        parameters: the numbers in force.
    """
    if not path.exists():
        return None, ABSENT
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        golden = file["golden"]
        weights = {name[2:]: file[name] for name in file.files if name.startswith("w/")}
    if about["model"] == model_fingerprint(parameters):
        return weights, ""
    now = parameters.as_dict()
    if any(now.get(name) != value for name, value in about["numbers"].items()):
        return None, REFUSED
    is_off = (np.abs(golden_run(parameters) - golden) > GOLDEN_TOLERANCE).any(axis=1)
    if is_off.sum() > MOST_OFF:
        return None, REFUSED
    return weights, ""


@cache
def _shipped() -> tuple[Weights | None, str]:
    with resources.as_file(resources.files("hscape.inference.amortized").joinpath(FILE)) as path:
        return read(path, analysis_prior())


def shipped(parameters: Parameters) -> tuple[Weights | None, str]:
    """The weights of the package for these numbers, or None with the reason."""
    if parameters.fingerprint() == analysis_prior().fingerprint():
        return _shipped()
    return None, REFUSED
