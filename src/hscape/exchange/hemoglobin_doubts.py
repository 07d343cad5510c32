"""Hemoglobin that may be in mmol/L under a header of g/dL, where no hematocrit or red-cell count stands beside it.

5.6 mmol/L is 9.0 g/dL, and 5.6 g/dL is possible too. What tells them apart is the rest of the patient: so deep an
anemia without a transfusion, deeper still with transfusions, or anemia at visits at which platelets and neutrophils
are normal. One such value is the work of `course_doubts`; here most of a patient's values must speak for it, none may
be too high for mmol/L, and the answer is only asked: the values are kept as written.
"""

from __future__ import annotations

from collections.abc import Mapping

from hscape.exchange.course_doubts import ask_unit
from hscape.exchange.issues import IssueList
from hscape.exchange.setting import Setting
from hscape.exchange.unit_fit import Value

#: No hemoglobin of a patient with marrow failure is above this in mmol/L (16.9 g/dL).
_HIGHEST_MMOL_PER_L = 10.5
#: g/dL below which a stable patient is transfused, and below which one is in spite of transfusions.
_UNTRANSFUSED_G_PER_DL, _TRANSFUSED_G_PER_DL = 5.8, 5.2
#: Anemia beside normal platelets and neutrophils.
_ANEMIA_G_PER_DL, _PLATELETS, _NEUTROPHILS = 9.7, 100.0, 1.5
_FEWEST = 2


def doubt_hemoglobin(
    series: Mapping[str, list[Value]],
    values: list[Value],
    setting: Setting,
    patient_id: str,
    answers: Mapping[str, str],
    issues: IssueList,
) -> None:
    """Ask once about the unit of a patient's hemoglobin if the series fits mmol/L better than g/dL."""
    course = [value for value in series.get("hemoglobin_g_per_dl", []) if value.raw.unit in ("", "g/dL")]
    is_beside = any(value.analyte in ("hematocrit_fraction", "red_cells_1e12_per_l") for value in values)
    if is_beside or len(course) <= _FEWEST or max(value.number for value in course) > _HIGHEST_MMOL_PER_L:
        return
    why = _why(course, series, setting)
    if why:
        ask_unit(course, f"{why}; the values fit mmol/L as well as g/dL", "mmol/L", patient_id, answers, issues)


def _why(course: list[Value], series: Mapping[str, list[Value]], setting: Setting) -> str:
    untransfused = [value for value in course if not setting.transfused("red_cells", value.when, 60)]
    low = [value for value in untransfused if value.number < _UNTRANSFUSED_G_PER_DL]
    if len(low) >= _FEWEST:
        return f"hemoglobin is below {_UNTRANSFUSED_G_PER_DL:g} at {len(low)} visits without red cells before"
    low = [value for value in course if value.number < _TRANSFUSED_G_PER_DL]
    if len(low) >= _FEWEST:
        return f"hemoglobin is below {_TRANSFUSED_G_PER_DL:g} at {len(low)} visits"
    good = [value for value in course if _is_good(series, value.when)]
    low = [value for value in good if value.number < _ANEMIA_G_PER_DL]
    if len(low) > _FEWEST and len(low) > 0.8 * len(good):
        return f"hemoglobin is below {_ANEMIA_G_PER_DL:g} at {len(low)} visits with normal platelets and neutrophils"
    return ""


def _is_good(series: Mapping[str, list[Value]], when: float) -> bool:
    limits = {"platelets_1e9_per_l": _PLATELETS, "neutrophils_1e9_per_l": _NEUTROPHILS}
    return all(
        any(value.when == when and value.number >= limit for value in series.get(analyte, ()))
        for analyte, limit in limits.items()
    )
