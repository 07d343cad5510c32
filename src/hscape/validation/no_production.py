"""A person whose marrow makes nothing: how much blood keeps the hemoglobin at the trigger."""

from __future__ import annotations

from hscape.care.episodes import PRODUCTS, Episodes, Watch
from hscape.parameters import Parameters
from hscape.patient import Patient
from hscape.validation.steady import ProductionStop

STOP_DAY = 7.0
SETTLED_DAYS = 364.0  # own red cells are gone after 120 days; the transfused ones are then of all ages
COUNTED_DAYS = 364.0
POOLS_EMPTIED = (
    "stem_cells",
    "early_progenitors",
    "erythroid_progenitors",
    "erythroblasts",
    "marrow_reticulocytes",
    "neutrophil_mitotic",
    "megakaryocyte_progenitors",
    "megakaryocytes",
    "monocyte_precursors",
)


def units_per_week(parameters: Parameters) -> float:
    """Units of red cells a week in the second year without production, by expectation.

    Args:
        parameters: the numbers in force.
    """
    patient = Patient(age_years=35, parameters=parameters, influences=[ProductionStop(STOP_DAY, POOLS_EMPTIED)])
    days = SETTLED_DAYS + COUNTED_DAYS
    episodes = Episodes.begin(patient, days=days, seed=0, kernel="mean", with_life_before=False)
    episodes.live(
        days,
        Watch(
            red_cell_trigger_g_per_dl=parameters["red_cell_transfusion_trigger_g_per_dl"],
            platelet_trigger_1e9_per_l=parameters["platelet_transfusion_trigger_1e9_per_l"],
        ),
    )
    given = episodes.transfusions
    counted = (given[:, 1] == PRODUCTS.index("red_cells")) & (given[:, 0] >= SETTLED_DAYS)
    return float(given[counted, 2].sum() / (COUNTED_DAYS / 7.0))
