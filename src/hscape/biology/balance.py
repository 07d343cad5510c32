"""Production balanced around the healthy person: the constants that kernels read, from the records.

Amplification factors printed in papers carry slips of a factor of ten, so none is copied. Each pool is
counted relative to its own healthy amount, and what flows in at rest is what flows out in the reference
person. `*_reference_*` rates belong to that person (set points as given, kinetics as in the data files);
the plain ones are the rates in force. They differ only where a kinetic number was changed, for example a
shorter red-cell lifespan, and then the feedback decides what happens to the counts.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

from hscape.biology.state import POOLS
from hscape.errors import InputError
from hscape.parameters import Parameters

HOURS_PER_DAY = 24.0
LN2 = math.log(2.0)
ERYTHROPOIETIN_POWER = 7  # integer power of hemoglobin in the kidney's response; see rates.py

Getter = Callable[[str], float]


def _stage_rate(pool: str, days: float) -> float:
    return POOLS[pool].stages / days


def _kinetics(get: Getter) -> dict[str, float]:
    """Rates per day that follow from one set of kinetic numbers."""
    blood_days = get("reticulocyte_blood_days")
    return {
        "erythroid_progenitor_stage": _stage_rate("erythroid_progenitors", get("erythroid_progenitor_transit_days")),
        "erythroblast_stage": _stage_rate("erythroblasts", get("erythroblast_transit_days")),
        "marrow_reticulocyte": 1.0 / (get("reticulocyte_total_days") - blood_days),
        "blood_reticulocyte": 1.0 / blood_days,
        "red_cell_stage": _stage_rate("red_cells", get("red_cell_lifespan_days") - blood_days),
        "neutrophil_mitotic_stage": _stage_rate("neutrophil_mitotic", get("neutrophil_mitotic_days")),
        "neutrophil_maturing_stage": _stage_rate("neutrophil_maturing", get("neutrophil_maturation_days")),
        "neutrophil_reserve": 1.0 / get("neutrophil_reserve_days"),
        "neutrophil_loss": LN2 * HOURS_PER_DAY / get("neutrophil_blood_half_life_hours"),
        "megakaryocyte_progenitor_stage": _stage_rate(
            "megakaryocyte_progenitors", get("megakaryocyte_progenitor_days")
        ),
        "megakaryocyte_stage": _stage_rate("megakaryocytes", get("megakaryocyte_days")),
        "platelet_stage": _stage_rate("platelets", get("platelet_aging_lifespan_days")),
        "lymphocyte_loss": 1.0 / get("lymphocyte_residence_days"),
        "monocyte_precursor": 1.0 / get("monocyte_precursor_days"),
        "monocyte_loss": LN2 * HOURS_PER_DAY / get("monocyte_blood_half_life_hours"),
        "stem_cell_turnover": 1.0 / get("stem_cell_division_interval_days"),
        "platelet_random_loss": get("platelet_random_loss_1e9_per_l_per_day")
        / (get("platelets_normal_1e9_per_l") + get("platelet_random_loss_half_1e9_per_l")),
    }


def _person(get: Getter, sex: str) -> dict[str, float]:
    """Set points of the person."""
    hemoglobin = get(f"hemoglobin_{sex}_g_per_dl")
    blood_volume = get(f"blood_volume_{sex}_l_per_kg") * get("body_mass_kg")
    stores = get(f"iron_stores_{sex}_mg")
    half = get("iron_absorption_half_stores_mg")
    return {
        "hemoglobin_normal_g_per_dl": hemoglobin,
        "blood_volume_normal_liters": blood_volume,
        "hemoglobin_mass_normal_g": hemoglobin * 10.0 * blood_volume,
        "red_cells_normal_1e12_per_l": hemoglobin * 10.0 / get("mean_cell_hemoglobin_pg"),
        "iron_stores_normal_mg": stores,
        "iron_loss_mg_per_day": get("iron_absorption_max_mg_per_day") * half / (half + stores),
        "erythropoietin_drive_normal": 1.0
        / (1.0 + (hemoglobin / get("erythropoietin_half_maximal_hemoglobin_g_per_dl")) ** ERYTHROPOIETIN_POWER),
    }


def check_order(parameters: Parameters) -> None:
    """Check what must stand in order: days that a reticulocyte circulates, at least, usually, at most, in all.

    Raises:
        InputError: they do not; the message says which numbers came.
    """
    names = ("reticulocyte_blood_min_days", "reticulocyte_blood_days", "reticulocyte_blood_max_days",
             "reticulocyte_total_days")  # fmt: skip
    values = [parameters[name] for name in names]
    if not values[0] < values[1] < values[2] < values[3]:
        came = ", ".join(f"{name} {value:g}" for name, value in zip(names, values, strict=True))
        raise InputError(f"parameters: {came} must rise in this order; correct one of them.")


def constants(parameters: Parameters, sex: str = "male") -> dict[str, float]:
    """Every number that a kernel reads: the records, the balanced rates and the person's set points.

    Args:
        parameters: the values in force.
        sex: ``male`` or ``female``.

    Returns:
        name -> value; rates end in ``_per_day``.
    """
    check_order(parameters)
    found = parameters.as_dict()
    in_force, reference = _kinetics(parameters.__getitem__), _kinetics(parameters.reference)
    found |= {f"{name}_per_day": value for name, value in in_force.items()}
    found |= {f"{name}_reference_per_day": value for name, value in reference.items()}
    # What passes on per amount held, relative to health; one unless a kinetic number was changed.
    found |= {f"{name}_pass": value / reference[name] for name, value in in_force.items()}
    survival = reference["platelet_stage"] / (reference["platelet_stage"] + reference["platelet_random_loss"])
    found["platelet_stage_survival_probability"] = survival
    found["platelet_first_stage_share"] = (1.0 - survival) / (1.0 - survival ** POOLS["platelets"].stages)
    found |= _person(parameters.__getitem__, sex)
    found["iron_loss_mg_per_day"] = _person(parameters.reference, sex)["iron_loss_mg_per_day"]
    found["iron_turnover_mg_per_day"] = (
        found["hemoglobin_mass_normal_g"]
        * parameters.reference("iron_per_hemoglobin_mg_per_g")
        / parameters.reference("red_cell_lifespan_days")
    )
    found["blood_reticulocyte_share"] = parameters.reference("reticulocyte_blood_days") / parameters.reference(
        "red_cell_lifespan_days"
    )
    found["mature_red_cell_stage_share"] = (1.0 - found["blood_reticulocyte_share"]) / POOLS["red_cells"].stages
    marrow, blood, red = (reference[k] for k in ("marrow_reticulocyte", "blood_reticulocyte", "red_cell_stage"))
    found["reticulocyte_marrow_to_blood_ratio"] = blood / marrow
    found["reticulocyte_to_red_cell_ratio"] = red / blood
    found["red_cell_lifespan_reference_days"] = parameters.reference("red_cell_lifespan_days")
    found["blood_volume_refill_per_day"] = 1.0 / parameters["blood_volume_refill_days"]
    found["per_iron_stores_mg"] = 1.0 / found["iron_stores_normal_mg"]
    found["g_csf_production_floor"] = 1.0 / parameters["g_csf_production_fold_max"]
    found["iron_use_per_day"] = found["iron_turnover_mg_per_day"] / found["iron_stores_normal_mg"]
    found["hemoglobin_to_half_maximal_ratio"] = (
        found["hemoglobin_normal_g_per_dl"] / parameters["erythropoietin_half_maximal_hemoglobin_g_per_dl"]
    )
    found["iron_limiting_ratio"] = parameters["iron_limiting_stores_mg"] / found["iron_stores_normal_mg"]
    lowest, largest = parameters["reticulocyte_blood_min_days"], parameters["reticulocyte_blood_max_days"]
    usual = parameters["reticulocyte_blood_days"]
    found["reticulocyte_release_half_fold"] = (largest - usual) / (usual - lowest)
    for signal in ("erythropoietin", "thrombopoietin"):
        found[f"{signal}_turnover_per_day"] = LN2 * HOURS_PER_DAY / parameters[f"{signal}_half_life_hours"]
    return found


@functools.cache
def constants_dtype() -> np.dtype:
    """The record layout that every kernel is compiled for."""
    return np.dtype([(name, np.float64) for name in constants(Parameters())])


def constants_record(parameters: Parameters, sex: str = "male") -> np.void:
    """The constants as one record of the fixed layout."""
    record = np.zeros(1, dtype=constants_dtype())
    for name, value in constants(parameters, sex).items():
        record[name] = value
    return record[0]


def one_row(record: np.void) -> np.ndarray:
    """The record as a table of one row: a kernel that is called with a bare record spends 0.08 ms on unpacking it."""
    return np.asarray(record).reshape(1)
