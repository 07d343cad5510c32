"""Courses of many persons by their numbers: each person's rates are put into the program, and the course is run.

The program of the attack is compiled once, for the recorded numbers; what differs between people are six of its
coefficients and the set points, which are written here from the same formulas (a test holds them against a program
compiled for the person).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hscape.biology.balance import constants_record
from hscape.biology.blood import N_PLATELETS
from hscape.biology.failure.immune import killing_coefficient_per_day, regulation_per_day
from hscape.biology.influence import Influence
from hscape.compiled import compiled, inlined
from hscape.dynamics.coarse import N_NOISE, N_NOISE_BEFORE, run_coarse
from hscape.dynamics.coarse_calendar import EVENT_DAYS
from hscape.dynamics.coarse_person import Person, Threshold, Timetable
from hscape.dynamics.coarse_record import N_SLOTS
from hscape.inference.numbers import AT, NUMBERS
from hscape.inference.timetable import compile_attack, make_timetable
from hscape.parameters import Parameters
from hscape.patient import Patient

N_ROWS = 1500
AT_FIRST_SLOT = len(NUMBERS)
#: Terms of the attack (see `biology.failure.immune`): expansion, crowding, regulation, contraction, killing of
#: attacking cells, interferon made, interferon lost.
_EXPANSION, _CROWDING, _REGULATION, _INTERFERON_MADE = 0, 1, 2, 5
_KILLING_EFFECT, _CYCLOSPORINE_EFFECT = 0, 1
# Columns of the numbers; plain integers, since a dictionary is not a compile-time constant.
AT_SEED, _KILLING, _TOLERATED = AT["attack_seed_fold"], AT["killing_per_day"], AT["tolerated_antigen_fraction"]
_SUPPRESSION, _SENSITIVITY = AT["suppression_fold"], AT["cyclosporine_sensitivity_fold"]
AT_GLOBULIN, AT_END, AT_SHOWN = AT["globulin_fold"], AT["end_day"], AT["shown_level"]
_REGENERATION, _HEMOGLOBIN = AT["regeneration_fold"], AT["hemoglobin_factor"]
_PLATELETS, _NEUTROPHILS = AT["platelets_factor"], AT["neutrophils_factor"]
_LYMPHOCYTES = AT["lymphocytes_factor"]
_regulation, _killing = inlined(regulation_per_day), inlined(killing_coefficient_per_day)


class Setting(NamedTuple):
    """All that is the same for every person of one chart."""

    effects: np.ndarray
    terms: np.ndarray
    table: Timetable
    constants: np.ndarray  # (1,) record of the recorded numbers
    attack: np.ndarray  # expansion, antigen half, contraction, per-day turnover of interferon
    threshold: Threshold
    end_per_day: float
    wait_days: float
    age_years: float
    end_day: float


def make_setting(
    treatments: list[Influence],
    transfusions: list[tuple[float, int, float]],
    visit_days: list[float],
    *,
    parameters: Parameters,
    sex: str,
    age_years: float,
    end_day: float,
    wait_days: float = 3650.0,
    transplant_day: float | None = None,
) -> Setting:
    """The setting of a chart.

    Args:
        treatments: in days of the chart.
        transfusions: (day, 0 for red cells or 1 for platelets, units).
        visit_days: days on which something was measured.
        parameters: the numbers in force.
        sex: ``male`` or ``female``.
        age_years: on day 0.
        end_day: last day.
        wait_days: longest time from the first attacking cell to the clinic.
        transplant_day: day of a transplant, None for none.
    """
    p = parameters
    patient = Patient(age_years=max(18.0, age_years), sex=sex, parameters=p)  # type: ignore[arg-type]
    context = patient.context(max(end_day, 1.0) + wait_days)
    program = compile_attack(treatments, context)
    attack = np.array(
        [
            p["attack_expansion_per_day"], p["attack_antigen_half_fraction"], p["attack_contraction_per_day"],
            1.0 / p["interferon_turnover_days"],
        ]
    )  # fmt: skip
    return Setting(
        effects=program.effects,
        terms=program.terms,
        table=make_timetable(program, treatments, transfusions, visit_days, context, transplant_day),
        constants=np.array([constants_record(p, sex)]),
        attack=attack,
        threshold=Threshold(
            hemoglobin_g_per_dl=p["presentation_hemoglobin_g_per_dl"],
            platelets_1e9_per_l=p["presentation_platelets_1e9_per_l"],
            neutrophils_1e9_per_l=p["presentation_neutrophils_1e9_per_l"],
            hemoglobin_log_sd=p["presentation_hemoglobin_spread_fold"] * p["presentation_log_sd"],
            platelets_log_sd=p["presentation_log_sd"],
            neutrophils_log_sd=p["presentation_log_sd"],
        ),
        end_per_day=p["attack_own_end_per_day"],
        wait_days=wait_days,
        age_years=age_years,
        end_day=float(end_day),
    )


@compiled
def set_person(numbers, base, attack, effects, terms, c):
    """Write a person's rates and set points into the copies of the program and the constants."""
    c[0] = base[0]
    r = c[0]
    killing, tolerated = numbers[_KILLING], numbers[_TOLERATED]
    suppression, sensitivity = numbers[_SUPPRESSION], numbers[_SENSITIVITY]
    terms[_EXPANSION, 8] = sensitivity
    terms[_CROWDING, 8] = sensitivity
    terms[_REGULATION, 1] = -_regulation(tolerated, attack[0], attack[1], attack[2])
    terms[_INTERFERON_MADE, 1] = attack[3] * suppression
    terms[_INTERFERON_MADE, 8] = sensitivity
    effects[_KILLING_EFFECT, 2] = _killing(killing, effects[_KILLING_EFFECT, 3])
    effects[_CYCLOSPORINE_EFFECT, 2] = sensitivity
    r.niche_empty_division_fold = numbers[_REGENERATION]
    factor = numbers[_HEMOGLOBIN]
    r.hemoglobin_normal_g_per_dl *= factor
    r.hemoglobin_mass_normal_g *= factor
    r.red_cells_normal_1e12_per_l *= factor
    r.hemoglobin_to_half_maximal_ratio *= factor
    r.erythropoietin_drive_normal = 1.0 / (1.0 + r.hemoglobin_to_half_maximal_ratio**7)
    r.iron_turnover_mg_per_day *= factor
    r.iron_use_per_day *= factor
    r.platelets_normal_1e9_per_l *= numbers[_PLATELETS]
    # whoever has more platelets loses a smaller part of them at random
    loss = r.platelet_random_loss_1e9_per_l_per_day / (
        r.platelets_normal_1e9_per_l + r.platelet_random_loss_half_1e9_per_l
    )
    r.platelet_random_loss_per_day = loss
    r.platelet_random_loss_reference_per_day = loss
    survival = r.platelet_stage_reference_per_day / (r.platelet_stage_reference_per_day + loss)
    r.platelet_stage_survival_probability = survival
    r.platelet_first_stage_share = (1.0 - survival) / (1.0 - survival**N_PLATELETS)
    r.neutrophils_normal_1e9_per_l *= numbers[_NEUTROPHILS]
    r.lymphocytes_normal_1e9_per_l *= numbers[_LYMPHOCYTES]


@compiled
def run_person(numbers, setting, noise, effects, terms, c, rows):
    """The course of one person; see `dynamics.coarse.run_coarse`.

    Args:
        numbers: of the person, shape (n_numbers,).
        setting: of the chart.
        noise: shape (n_noise, n_slots).
        effects: scratch copy of the program's effects.
        terms: scratch copy of its terms.
        c: scratch, shape (1,).
        rows: is filled, shape (n_rows, n_columns).
    """
    set_person(numbers, setting.constants, setting.attack, effects, terms, c)
    k = AT_FIRST_SLOT
    person = Person(
        numbers[AT_SEED],
        numbers[AT_GLOBULIN],
        numbers[AT_END],
        setting.end_per_day,
        numbers[AT_SHOWN],
        setting.wait_days,
        numbers[k : k + N_SLOTS],
        numbers[k + N_SLOTS : k + 2 * N_SLOTS],
        numbers[k + 2 * N_SLOTS : k + 3 * N_SLOTS],
        numbers[k + 3 * N_SLOTS : k + 4 * N_SLOTS],
        numbers[k + 4 * N_SLOTS : k + 5 * N_SLOTS],
        numbers[k + 5 * N_SLOTS : k + 6 * N_SLOTS],
        numbers[k + 6 * N_SLOTS : k + 7 * N_SLOTS],
        numbers[k + 7 * N_SLOTS : k + 8 * N_SLOTS],
    )
    return run_coarse(
        person, setting.threshold, effects, terms, setting.table, setting.end_day, noise, c[0], setting.age_years, rows
    )


#: Steps cut short that the rows of chance have room for in any case.
_USUAL_CUTS = 57


def noise_rows(end_day: float, n_cuts: int = 0) -> int:
    """Rows of chance that a course may use: one a step, and every day on which something was measured ends a step.

    Args:
        end_day: last day of the course.
        n_cuts: days that end a step.
    """
    after = int(end_day / EVENT_DAYS) + 60 + max(0, n_cuts - _USUAL_CUTS)
    return min(N_NOISE, N_NOISE_BEFORE + after)
