"""Numbers of persons: the written program is the compiled one, and the prior is that of the virtual patients."""

from __future__ import annotations

import numpy as np
import pytest

from hscape.biology.balance import constants_record
from hscape.biology.failure import ImmuneAttack, NicheLoss
from hscape.biology.influence import compile_influences
from hscape.care.plan import CarePlan
from hscape.cohort.population import draw_case
from hscape.dynamics.coarse import N_NOISE_BEFORE
from hscape.dynamics.coarse_record import N_SLOTS
from hscape.inference.course import make_setting, noise_rows, run_person, set_person
from hscape.inference.many_courses import empty_rows
from hscape.inference.numbers import AT, COORDINATES, N_NUMBERS, PNH, Mapping, slot_column
from hscape.inference.slots import is_loss_of_7, life_long_cells
from hscape.parameters import Parameters
from hscape.patient import Patient


def _mapping(p: Parameters) -> Mapping:
    return Mapping(
        parameters=p, age_years=40.0, last_day=700.0, clones=(),
        piga_quantiles=life_long_cells(p["clone_PIGA_rate_per_year"], 40.0, p),
        hla_quantiles=life_long_cells(1.6e-6, 40.0, p),
    )  # fmt: skip


def test_a_person_written_into_the_program_equals_the_program_compiled_for_the_person() -> None:
    p = Parameters()
    setting = make_setting([], [], [0.0], parameters=p, sex="female", age_years=40.0, end_day=100.0)
    numbers = np.zeros(N_NUMBERS)
    values = {
        "attack_seed_fold": 0.003, "killing_per_day": 0.11, "tolerated_antigen_fraction": 0.3,
        "suppression_fold": 1.4, "cyclosporine_sensitivity_fold": 2.0, "globulin_fold": 1.0,
        "regeneration_fold": 4.2, "hemoglobin_factor": 1.08, "platelets_factor": 0.8, "neutrophils_factor": 1.3,
        "lymphocytes_factor": 0.9,
    }  # fmt: skip
    for name, value in values.items():
        numbers[AT[name]] = value
    effects, terms, c = setting.effects.copy(), setting.terms.copy(), setting.constants.copy()
    set_person(numbers, setting.constants, setting.attack, effects, terms, c)
    own = p.with_values(
        {
            "niche_empty_division_fold": 4.2,
            "hemoglobin_female_g_per_dl": p["hemoglobin_female_g_per_dl"] * 1.08,
            "platelets_normal_1e9_per_l": p["platelets_normal_1e9_per_l"] * 0.8,
            "neutrophils_normal_1e9_per_l": p["neutrophils_normal_1e9_per_l"] * 1.3,
            "lymphocytes_normal_1e9_per_l": p["lymphocytes_normal_1e9_per_l"] * 0.9,
        }
    )
    attack = ImmuneAttack(
        killing_per_day=0.11, tolerated_antigen_fraction=0.3, suppression_fold=1.4, cyclosporine_sensitivity_fold=2.0
    )
    program = compile_influences([attack, NicheLoss()], Patient(sex="female", parameters=own).context(100.0))
    np.testing.assert_allclose(effects, program.effects, rtol=1e-12)
    np.testing.assert_allclose(terms, program.terms, rtol=1e-12)
    expected = constants_record(own, "female")
    unused = {"hemoglobin_male_g_per_dl", "hemoglobin_female_g_per_dl"}  # kernels read the normal hemoglobin instead
    for name in set(c.dtype.names or ()) - unused:
        assert c[0][name] == pytest.approx(expected[name], rel=1e-12), name


def test_a_course_has_chance_for_every_step_however_dense_the_visits() -> None:
    """Findings on each of 400 days: a step a day."""
    setting = make_setting(
        [], [], [float(day) for day in range(401)], parameters=Parameters(), sex="male", age_years=40.0, end_day=400.0
    )
    numbers = _mapping(Parameters()).numbers(np.random.default_rng(4).standard_normal((20, len(COORDINATES))))
    rows = noise_rows(400.0, len(setting.table.cut_day))
    noise = np.zeros((rows, N_SLOTS), dtype=np.float32)
    effects, terms, c = setting.effects.copy(), setting.terms.copy(), setting.constants.copy()
    steps = []
    for person in numbers:
        n, shown = run_person(person, setting, noise, effects, terms, c, empty_rows()[0])
        steps += [n - 1 - shown] if shown >= 0 else []
    assert steps
    assert 400 <= max(steps) <= rows - N_NOISE_BEFORE


def test_prior_is_that_of_the_virtual_patients() -> None:
    p = Parameters()
    truths = [
        draw_case("trial-usa", CarePlan(), seed=3, number=i, parameters=p, age_years=(39.0, 41.0)).truth
        for i in range(400)
    ]
    z = np.random.default_rng(2).standard_normal((4000, len(COORDINATES)))
    numbers = _mapping(p).numbers(z)
    for name in ("killing_per_day", "tolerated_antigen_fraction", "suppression_fold",
                 "cyclosporine_sensitivity_fold", "attack_seed_fold", "regeneration_fold", "globulin_fold"):  # fmt: skip
        drawn = np.log([truth[name] for truth in truths])
        mapped = np.log(numbers[:, AT[name]])
        # Four standard errors of 400 draws, for the mean and for the spread.
        assert drawn.mean() == pytest.approx(mapped.mean(), abs=4.0 * mapped.std() / 20.0), name
        assert drawn.std() == pytest.approx(mapped.std(), rel=0.15), name
    drawn_piga = [truth["piga_vulnerability_fraction"] for truth in truths]
    assert np.mean(drawn_piga) == pytest.approx(numbers[:, slot_column("vulnerability", PNH)].mean(), abs=0.04)
    assert numbers.shape == (4000, N_NUMBERS)
    assert N_SLOTS == 7


def test_life_long_cells_have_the_mean_of_the_immigrants() -> None:
    p = Parameters()
    found = life_long_cells(2e-6, 50.0, p)
    # A mutant leaves one cell on average, so the mean is all that ever arose: rate x cells x years.
    assert found.mean() == pytest.approx(2e-6 * p["stem_cell_niche_capacity_cells"] * 50.0, rel=0.05)


@pytest.mark.parametrize(
    ("words", "is_loss"),
    [("45,XX,-7[12]/46,XX[8]", True), ("46,XY,del(7)(q22)[5]", True), ("monosomy 7", True), ("7q- by FISH", True),
     ("47,XX,+8[5]", False), ("47,XX,+7[4]", False), ("46,XX,i(17)(q10)[6]", False), ("del(17)(p13)", False),
     ("del(13q)", False)],
)  # fmt: skip
def test_only_loss_of_chromosome_7_is_taken_for_monosomy_7(words: str, is_loss: bool) -> None:
    assert is_loss_of_7(words) is is_loss
