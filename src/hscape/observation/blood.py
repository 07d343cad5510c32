"""A blood count as a laboratory reports it.

Each kind of white cell scatters in the person; the analyzer counts their sum and sorts a number of them into kinds, so
that few white cells give coarse shares, and the parts never exceed the whole. Scatter is log-normal with mean one:
over many samples the mean is the truth. Platelets have a counting noise that matters near zero. Values are rounded as
reported, and below a limit only the limit is.

Left out: eosinophils and basophils, hours of the day, drift between laboratories, errors of units.
"""

from __future__ import annotations

import math

import numpy as np

from hscape.chart import Measurement, find_analyte
from hscape.observation.blood_assay import DIGITS, WHITE_KINDS, BloodCounts
from hscape.observation.subject import Subject

_ASSAY = "blood_count"
_WHITE = "white_cells_1e9_per_l"
_PLATELETS, _RETICULOCYTES = "platelets_1e9_per_l", "reticulocytes_1e9_per_l"
_TRANSFUSED = {"hemoglobin_g_per_dl": "red_cells", _PLATELETS: "platelets"}


def count_blood(subject: Subject, assay: BloodCounts, day: float) -> list[Measurement]:
    """The blood count of one day.

    Args:
        subject: who.
        assay: scatter and limits.
        day: of the chart.

    Returns:
        One measurement an analyte; none for a value that is missing or that the history does not have.
    """
    kept = [name for name in DIGITS if not _is_missing(subject, assay, name, day)]
    values = {name: _measured(subject, assay, name, day) for name in kept if name not in (_WHITE, *WHITE_KINDS)}
    white, cells = _white_cells(subject, assay, day)
    found = []
    for name, value in (values | white).items():
        if math.isnan(value) or name not in kept:
            continue
        flags = [*_flags(subject, assay, name, day), *(["manual"] if name in WHITE_KINDS and cells < 0 else [])]
        one_cell = white[_WHITE] / abs(cells) if name in WHITE_KINDS and cells else 0.0
        found.append(_reported(assay, name, value, day, tuple(flags), one_cell))
    return found


def _scatter(subject: Subject, assay: BloodCounts, name: str, day: float, variation: float) -> float:
    """A factor with mean one; rarely one that is far off."""
    source = subject.chance(_ASSAY, day, name)
    is_outlier = source.random() < assay.outlier_probability
    spread = variation * (assay.outlier_fold if is_outlier else 1.0)
    return math.exp(spread * source.standard_normal() - 0.5 * spread**2)


def _measured(subject: Subject, assay: BloodCounts, name: str, day: float) -> float:
    truth = subject.true_count(name, day)
    value = truth * _scatter(subject, assay, name, day, assay.variation(name))
    if name == _PLATELETS:
        noise = subject.chance(_ASSAY, day, name, "counting").standard_normal()
        value += assay.counting_noise_platelets_1e9_per_l * noise
    return value


def _white_cells(subject: Subject, assay: BloodCounts, day: float) -> tuple[dict[str, float], int]:
    """White cells and their kinds, and how many cells were sorted; negative if by eye, 0 if exactly."""
    parts = []
    for name in WHITE_KINDS:
        spread = assay.biological_variation.get(name, 0.0)
        factor = math.exp(spread * subject.chance(_ASSAY, day, name).standard_normal() - 0.5 * spread**2)
        parts.append(subject.true_count(name, day) * factor)
    total = sum(parts)
    if not total > 0:
        return dict.fromkeys((_WHITE, *WHITE_KINDS), math.nan if math.isnan(total) else 0.0), 0
    white = total * _scatter(subject, assay, _WHITE, day, assay.analytic_variation.get(_WHITE, 0.0))
    by_eye = white < assay.manual_below_1e9_per_l
    cells = assay.manual_cells if by_eye else assay.analyzer_cells
    shares = np.array(parts) / total
    if cells:
        shares = subject.chance(_ASSAY, day, "differential").multinomial(cells, shares) / cells
    values = {_WHITE: white} | {name: float(white * share) for name, share in zip(WHITE_KINDS, shares, strict=True)}
    return values, -cells if by_eye else cells


def _is_missing(subject: Subject, assay: BloodCounts, name: str, day: float) -> bool:
    chance = assay.reticulocytes_missing_probability if name == _RETICULOCYTES else assay.missing_probability
    return bool(subject.chance(_ASSAY, day, name, "missing").random() < chance)


def _flags(subject: Subject, assay: BloodCounts, name: str, day: float) -> list[str]:
    flags = []
    if product := _TRANSFUSED.get(name):
        window = assay.windows_days.get(product, 0.0)
        if subject.is_transfused(product, day, window):
            flags.append("after_transfusion")
    if name in ("neutrophils_1e9_per_l", _WHITE):
        window = assay.windows_days.get("g_csf", 0.0)
        for item in subject.patient.treatments:
            end = math.inf if item.end_day is None else subject.day_of(item.end_day) + window
            if item.name == "g_csf" and subject.day_of(item.start_day) <= day <= end:
                flags.append("on_g_csf")
                break
    return flags


def _reported(
    assay: BloodCounts, name: str, value: float, day: float, flags: tuple[str, ...], one_cell: float
) -> Measurement:
    """Rounded, or the limit; one cell of the differential is the least that can be told."""
    analyte = find_analyte(name)
    value = min(max(value, 0.0), analyte.high)
    if not assay.is_rounded:
        return Measurement(day=day, analyte=name, value=float(value), flags=flags)
    digits = DIGITS[name]
    shown = float(round(value, digits))
    limit = assay.limits.get(name, 0.0)
    if value <= 0.0:
        limit = max(limit, one_cell)
    if limit and shown < limit:
        shown = float(max(round(limit, digits), 10.0**-digits))
        return Measurement(day=day, analyte=name, value=shown, censored="below", flags=flags)
    return Measurement(day=day, analyte=name, value=max(shown, analyte.low), flags=flags)
