"""The rows of `validate`: biology first, then the clinical ones, the gate stands in `gate.py`."""

from __future__ import annotations

import functools
import time
import tomllib
from collections.abc import Callable, Collection, Iterable
from importlib import resources
from typing import Any

from hscape.errors import InputError, unknown_name
from hscape.parameters import Parameters
from hscape.validation import perturbed, reserve, steady, unperturbed_clones
from hscape.validation.clinical import MEASURES
from hscape.validation.no_production import units_per_week
from hscape.validation.row import Row, make_row
from hscape.validation.studies import PATIENTS, Progress, Study, run_study

PARTS = ("biology", "clinical")
WITHOUT_DESIGN = "52"

Experiment = Callable[[Parameters, int], dict[str, dict[str, float]]]

#: Which targets are answered by which experiment: (parameters, seed) -> quantities by target.
EXPERIMENTS: dict[Experiment, tuple[str, ...]] = {
    steady.production: ("1", "2", "4"),
    steady.platelet_disappearance: ("3",),
    perturbed.donation: ("5", "5b"),
    perturbed.donation_with_iron: ("6",),
    perturbed.docetaxel: ("7",),
    perturbed.ablation: ("8",),
    perturbed.thrombopoietin: ("9",),
    perturbed.erythropoietin: ("11",),
    steady.stem_cell_numbers: ("12",),
    unperturbed_clones.growth: ("14", "15"),
    unperturbed_clones.lifetime_clonality: ("13", "16"),
    reserve.graft: ("17",),
    reserve.recovery: ("10", "18", "19", "20"),
}


def _read(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(resources.files("hscape.validation").joinpath(name).read_text(encoding="utf-8"))


@functools.cache
def targets() -> dict[str, dict[str, Any]]:
    """The published facts of biology, by id."""
    return _read("targets.toml")


@functools.cache
def clinical_targets() -> dict[str, dict[str, Any]]:
    """The published figures of the clinic, by id."""
    return _read("clinical_targets.toml")


def validate(
    parameters: Parameters | None = None,
    *,
    seed: int = 1,
    parts: Collection[str] = PARTS,
    only: Iterable[str] | None = None,
    patients: int = PATIENTS,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """Run every experiment and every simulated study, and hold them against what was published.

    Args:
        parameters: numbers in force.
        seed: of the simulated people.
        parts: ``biology``, ``clinical`` or both.
        only: ids of rows; all by default.
        patients: eligible people in each simulated study.
        workers: processes for the studies; None for all processors that may be used.
        progress: is told what runs and how long it still takes.

    Returns:
        One row a target, in the order of the files of targets.

    Raises:
        InputError: an unknown part or row, or no row at all.
    """
    numbers, wanted = parameters or Parameters(), _wanted(parts, only)
    rows = _biology(numbers, seed, wanted, progress)
    return rows + _clinical(numbers, seed, wanted, patients, workers, progress)


def _wanted(parts: Collection[str], only: Iterable[str] | None) -> set[str]:
    known = {"biology": set(targets()), "clinical": set(clinical_targets())}
    for part in parts:
        if part not in known:
            raise unknown_name("validate, parts", part, PARTS, kind="part")
    inside = set().union(*(known[part] for part in parts))
    if only is None:
        return inside
    chosen = set(only)
    if not chosen:
        raise InputError("validate, only: names no row; give ids such as 12 or 21, or leave it out for all.")
    for name in sorted(chosen - inside):
        raise unknown_name("validate, only", name, sorted(inside), kind="row")
    return chosen


def _biology(numbers: Parameters, seed: int, wanted: set[str], progress: Progress | None) -> list[Row]:
    needed = [experiment for experiment, answers in EXPERIMENTS.items() if wanted & set(answers)]
    found: dict[str, dict[str, float]] = {}
    for i, experiment in enumerate(needed):
        if progress:
            progress(f"{i + 1} of {len(needed)}: {experiment.__name__.replace('_', ' ')}")
        found |= experiment(numbers, seed)
    return [
        make_row(name, target, found[name], gate=name.isdigit()) for name, target in targets().items() if name in wanted
    ]


def _clinical(
    numbers: Parameters, seed: int, wanted: set[str], patients: int, workers: int | None, progress: Progress | None
) -> list[Row]:
    asked = {name: target for name, target in clinical_targets().items() if name in wanted}
    studies = _studies([t["design"] for t in asked.values()], numbers, seed, patients, workers, progress)
    rows = []
    for name, target in asked.items():
        if name == WITHOUT_DESIGN:
            rows.append(
                make_row(
                    name, target, {"units_per_week": units_per_week(numbers)}, gate=target["gate"], part="clinical"
                )
            )
            continue
        found = MEASURES[name](studies[target["design"]])
        rows.append(
            make_row(
                name, target, {key: entry.value for key, entry in found.items()}, gate=target["gate"], part="clinical",
                interval={key: (entry.low, entry.high) for key, entry in found.items()},
                people={key: entry.people for key, entry in found.items()},
            )
        )  # fmt: skip
    return rows


def _studies(
    designs: Iterable[str], numbers: Parameters, seed: int, patients: int, workers: int | None,
    progress: Progress | None,
) -> dict[str, Study]:  # fmt: skip
    """Each design once."""
    names = [name for name in dict.fromkeys(designs) if name]
    found: dict[str, Study] = {}
    began = time.perf_counter()
    for i, name in enumerate(names):
        if progress:
            left = f", about {(time.perf_counter() - began) / i * (len(names) - i):.0f} s left in all" if i else ""
            progress(f"study {i + 1} of {len(names)}: {name}{left}")
        found[name] = run_study(name, numbers, seed=seed, patients=patients, workers=workers, progress=progress)
    return found
