"""Transfusions for which a file has no place: none given cannot be told from none written down.

A low count may then be held up by blood of donors. It says how much the person's own marrow made at most.
"""

from __future__ import annotations

from hscape.biology.balance import constants_record
from hscape.chart import Chart
from hscape.parameters import Parameters

PRODUCT_OF = {"hemoglobin_g_per_dl": "red_cells", "platelets_1e9_per_l": "platelets"}
_WORDS = {
    "hemoglobin_g_per_dl": "hemoglobin below {:.1f} g/dL",
    "platelets_1e9_per_l": "platelets below {:.0f} x 10\u2079/L",
}


def reached_by_transfusion(p: Parameters, sex: str | None) -> dict[str, float]:
    """Counts up to which a transfusion at the trigger lifts, by analyte.

    Args:
        p: trigger, units and what a unit brings.
        sex: for the mass of hemoglobin; a man's if None.
    """
    c = constants_record(p, sex or "male")
    unit = p["red_cell_unit_hemoglobin_g"] / float(c["hemoglobin_mass_normal_g"])
    lift = p["red_cell_transfusion_units_count"] * unit * float(c["hemoglobin_normal_g_per_dl"])
    return {
        "hemoglobin_g_per_dl": p["red_cell_transfusion_trigger_g_per_dl"] + lift,
        "platelets_1e9_per_l": p["platelet_transfusion_trigger_1e9_per_l"]
        + p["platelet_transfusion_increment_1e9_per_l"],
    }


def unrecorded_limits(chart: Chart, p: Parameters) -> dict[str, float]:
    """Analyte -> count below which a reading of this chart is no more than an upper limit; empty if all is recorded."""
    reached = reached_by_transfusion(p, chart.sex)
    return {name: reached[name] for name, product in PRODUCT_OF.items() if product in chart.transfusions_not_recorded}


def in_words(limits: dict[str, float]) -> str:
    """What is done about it, for the list of what was assumed; empty if nothing."""
    if not limits:
        return ""
    told = " and ".join(_WORDS[name].format(limit) for name, limit in limits.items())
    return (
        "the file has no place for transfusions, so none given cannot be told from none written down: "
        f"{told} are read as what the marrow made at most"
    )
