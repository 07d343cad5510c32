"""Coarse trials against the full ones, and the space in which the search moves."""

from __future__ import annotations

import json
import math
import sys

import numpy as np
import pytest

from hscape.calibration.coarse_figures import figures
from hscape.calibration.search import Space, content, parts, search
from hscape.cli import run
from hscape.cli.common import INTERRUPTED
from hscape.errors import InputError
from hscape.parameters import Parameters
from hscape.validation.studies import run_study


def test_response_to_horse_globulin_is_that_of_full_patients() -> None:
    """The same share as in full virtual patients, with care, noise and clinical rules, up to what was measured."""
    name = "21 horse, 6 months"
    coarse = figures(Parameters(), people=400, seed=5)[name]
    full = run_study("horse-or-rabbit", Parameters(), seed=11, patients=80, workers=1).responses(
        "nih", 6, arm="horse ATG"
    )[0]
    shift = content()["figures"][name]["full_less_coarse"]
    expected = 1.0 / (1.0 + math.exp(-math.log(coarse / (1.0 - coarse)) - shift))
    # forty people of one arm know the share to 0.075; coarse and full differ by up to 0.05 beyond the mean shift
    assert full.value == pytest.approx(expected, abs=2.5 * 0.075 + 0.05)


def test_same_people_with_all_numbers() -> None:
    first = figures(Parameters(), people=40, seed=5)
    assert first == pytest.approx(figures(Parameters(), people=40, seed=5), nan_ok=True)
    # more killing of attacking cells by globulin can only help the same people, up to a few who turn over
    stronger = Parameters().with_values({"horse_atg_log_kill_fold": 6.0})
    assert (
        figures(stronger, people=200, seed=5)["21 horse, 6 months"]
        > figures(Parameters(), people=200, seed=5)["21 horse, 6 months"]
    )


def test_place_and_values_are_inverse() -> None:
    space = Space(Parameters())
    u = np.random.default_rng(1).uniform(0.05, 0.95, len(space.names))
    moved = Space(Parameters().with_values(space.values(u))).place()
    same = np.array([name != "piga_vulnerability_high_fraction" for name in space.names])
    assert moved[same] == pytest.approx(u[same], abs=1e-9)


def test_what_fits_costs_nothing_and_what_is_unknown_costs_something() -> None:
    wanted = {}
    for name, target in content()["figures"].items():
        value, shift = target["wanted"], target.get("full_less_coarse", 0.0)
        if target["scale"] == "logit":
            value = 1.0 / (1.0 + math.exp(shift - math.log(value / (1.0 - value))))
        else:
            value = value * math.exp(-shift) if target["scale"] == "log" else value - shift
        wanted[name] = value
    assert sum(parts(wanted).values()) == pytest.approx(0.0, abs=1e-9)
    assert parts(wanted | {"21 horse, 6 months": math.nan})["21 horse, 6 months"] == pytest.approx(9.0)


def test_search_keeps_to_the_ranges_and_never_gets_worse() -> None:
    kept: list[dict[str, float]] = []
    values, found, (before, after) = search(
        generations=1, people=20, seed=3, workers=1, keep=lambda best, misfit: kept.append(best)
    )
    assert after <= before
    assert kept[-1:] == ([values] if after < before else [])
    assert set(values) == set(content()["moved"])
    assert set(content()["figures"]) <= set(found)
    space = Space(Parameters())
    for name, low, high in zip(space.names, np.exp(space.low), np.exp(space.high), strict=True):
        assert low * (1 - 1e-9) <= values[name] <= high * (1 + 1e-9)


def test_without_the_package_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cma", None)
    with pytest.raises(InputError, match=r"hscape\[calibrate\]"):
        search(generations=1, people=20, seed=3, workers=1)


def test_a_stopped_search_says_where_its_best_numbers_are(monkeypatch, tmp_path, capsys) -> None:
    search_module = sys.modules["hscape.calibration.search"]

    def stopped(*, keep, **rest):  # type: ignore[no-untyped-def]
        keep({"attack_killing_per_day": 0.04}, 41.5)
        raise KeyboardInterrupt

    monkeypatch.setattr(search_module, "search", stopped)
    code = run(["calibrate", "--on-coarse-courses", "--out", str(tmp_path)])
    kept = tmp_path / "calibration-on-coarse-courses.json"
    assert code == INTERRUPTED
    assert str(kept) in capsys.readouterr().err
    assert json.loads(kept.read_text())["values"] == {"attack_killing_per_day": 0.04}
