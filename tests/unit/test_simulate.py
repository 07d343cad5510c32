"""Simulation: reproducible, addressed, kept from impossible input."""

import dataclasses

import numpy as np
import pytest

from hscape import Founder, InputError, Parameters, Patient, simulate
from hscape.biology.influences import Bleeding, CytotoxicPulse
from hscape.history import canonical_csv


def test_the_same_seed_gives_the_same_bytes():
    patient = Patient(age_years=60, drivers="all")
    first = simulate(patient, days=728, seed=5)
    second = simulate(patient, days=728, seed=5)
    other = simulate(patient, days=728, seed=6)
    assert canonical_csv(first.counts) == canonical_csv(second.counts)
    assert first.digest() == second.digest() != other.digest()


def test_output_intervals_do_not_touch_the_draws():
    fine = simulate(Patient(), days=364, seed=2, output_every_days=1.0)
    coarse = simulate(Patient(), days=364, seed=2, output_every_days=28.0)
    assert np.allclose(fine.stem_cells[::28], coarse.stem_cells)
    assert np.allclose(fine.states[::28], coarse.states, rtol=1e-4)  # substeps end at outputs


def test_a_counterfactual_keeps_the_draws_it_does_not_touch():
    clone = Founder(name="clone", stem_cells=200, fitness_per_year=0.1)
    plain = simulate(Patient(clones=[clone]), days=364, seed=3, with_blood=False)
    bled = simulate(Patient(clones=[clone], influences=[Bleeding(day=100, volume_ml=300)]), days=364, seed=3,
                    with_blood=False)  # fmt: skip
    assert np.array_equal(plain.stem_cells, bled.stem_cells)  # blood loss does not reach stem cells run alone


def test_seed_none_is_stored():
    history = simulate(Patient(), days=7)
    again = simulate(Patient(), days=7, seed=history.run.seed)
    assert history.digest() == again.digest()


def test_patients_of_one_seed_differ():
    a, b = (simulate(Patient(), days=364, seed=1, number=i) for i in (0, 1))
    assert not np.array_equal(a.stem_cells, b.stem_cells)


def test_a_small_clone_table_grows_without_changing_the_course():
    patient = Patient(age_years=20, drivers="all", parameters=Parameters({"driver_unknown_rate_per_year": 1e-3}))
    history = simulate(patient, days=20 * 364, seed=1, with_blood=False, output_every_days=364)
    assert (history.last_clones.cells > 0).sum() > 64
    again = simulate(patient, days=20 * 364, seed=1, with_blood=False, output_every_days=364)
    assert np.array_equal(history.stem_cells, again.stem_cells)


def test_shorter_red_cell_life_raises_reticulocytes_and_lowers_hemoglobin():
    healthy = simulate(Patient(), days=28, seed=1).counts.iloc[-1]
    short = Parameters().with_values({"red_cell_lifespan_days": 60.0})
    changed = simulate(Patient(parameters=short), days=28, seed=1).counts
    last = changed.iloc[-1]
    assert last["reticulocytes_1e9_per_l"] > 1.7 * healthy["reticulocytes_1e9_per_l"]
    assert 11.0 < last["hemoglobin_g_per_dl"] < 0.95 * healthy["hemoglobin_g_per_dl"]
    assert np.allclose(changed["hemoglobin_g_per_dl"], last["hemoglobin_g_per_dl"], rtol=0.005)  # settled at the start


def test_granulocytes_show_a_growing_clone_before_red_cells():
    clone = Founder(name="driver", stem_cells=20_000, fitness_per_year=1.5)
    history = simulate(Patient(clones=[clone]), days=364, seed=1)
    row = history.clones[history.clones["clone"] == "driver"].iloc[-1]
    assert row["stem_cell_fraction"] > row["early_progenitor_fraction"] > row["granulocyte_fraction"]
    assert min(row["granulocyte_fraction"], row["platelet_fraction"]) > row["red_cell_fraction"] + 0.04
    assert row["reticulocyte_fraction"] > row["red_cell_fraction"]


def test_shares_of_ordinary_and_clone_add_up():
    clone = Founder(name="driver", stem_cells=20_000, fitness_per_year=0.5)
    table = simulate(Patient(clones=[clone], influences=[CytotoxicPulse(day=30, dose_mg=180)]), days=364, seed=1).clones
    for column in [c for c in table.columns if c.endswith("_fraction")]:
        assert np.allclose(table.groupby("day")[column].sum(), 1.0, atol=1e-6), column


def test_a_constant_composition_stays_constant_through_every_line():
    clone = Founder(name="neutral", stem_cells=30_000)
    table = simulate(Patient(clones=[clone], influences=[Bleeding(day=20, volume_ml=500)]), days=182, seed=1,
                     kernel="mean").clones  # fmt: skip
    for line in ("granulocyte", "platelet", "red_cell", "lymphocyte", "monocyte"):
        assert np.allclose(table.loc[table["clone"] == "neutral", f"{line}_fraction"], 0.3, atol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"days": -1}, "days: -1 is not a possible length"),
        ({"days": float("nan")}, "not a possible length"),
        ({"days": 10, "seed": -1}, "out of range"),
        ({"days": 10, "seed": "x"}, "not a whole number"),
        ({"days": 10, "seed": 1.5}, "not a whole number"),
        ({"days": 10, "kernel": "fast"}, "give one of exact, step, mean"),
        ({"days": 10, "output_every_days": 0}, "not a possible interval"),
        ({"days": 40_000, "output_every_days": 0.001}, "two million rows"),
    ],
)
def test_impossible_options(options, message):
    with pytest.raises(InputError, match=message):
        simulate(Patient(), **options)


def test_an_influence_with_own_states_needs_the_blood():
    with pytest.raises(InputError, match="needs the blood"):
        simulate(Patient(influences=[CytotoxicPulse(day=1, dose_mg=1)]), days=7, seed=1, with_blood=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"age_years": -3}, "patient.age_years: -3 is not an age"),
        ({"sex": "f"}, "give one of male, female"),
        ({"drivers": "some"}, "give one of none, known, all"),
        ({"clones": [Founder(name="a", stem_cells=10**6)]}, "more than the niche"),
        ({"clones": [Founder(name="a", stem_cells=1), Founder(name="a", stem_cells=1)]}, "the name 'a' is taken"),
        ({"clones": [Founder(name="ordinary", stem_cells=1)]}, "the name 'ordinary' is taken"),
    ],
)
def test_impossible_patients(change, message):
    with pytest.raises(InputError, match=message):
        dataclasses.replace(Patient(), **change)
