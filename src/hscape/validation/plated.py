"""Colonies per mononuclear marrow cell, as studies of the reserve gave them.

A density gradient leaves lymphocytes, which an aplastic marrow keeps, beside blood-forming cells, which it loses. The
columns of `hscape.History.counts` divide by blood-forming cells alone, so in an empty marrow they are higher.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from importlib import resources

import numpy as np

from hscape.biology import rates
from hscape.care import VirtualPatient
from hscape.parameters import Parameter, parse_records, sources


@functools.cache
def plated_records() -> dict[str, Parameter]:
    """The numbers of this measurement, by id."""
    text = resources.files("hscape.validation").joinpath("plated.toml").read_text(encoding="utf-8")
    return {record.id: record for record in parse_records(text, "plated", sources())}


def stem_cell_colonies(patient: VirtualPatient, days: Sequence[float]) -> np.ndarray:
    """Stem cells (LTC-IC) per mononuclear cell, relative to health, on days of the course; shape (n_days,)."""
    constants = patient.history.constants
    stem_cells = _column(patient, "stem_cells_count", days) / float(constants["stem_cell_niche_capacity_cells"])
    return np.asarray(stem_cells / _mononuclear_cells(patient, days))


def granulocytic_colonies(patient: VirtualPatient, days: Sequence[float]) -> np.ndarray:
    """CFU-GM per mononuclear cell, relative to health, on days of the course; shape (n_days,)."""
    blood_forming = blood_forming_cells(patient, days)
    return _column(patient, "cfu_gm_relative_fraction", days) * blood_forming / _mononuclear_cells(patient, days)


def blood_forming_cells(patient: VirtualPatient, days: Sequence[float]) -> np.ndarray:
    """Blood-forming marrow cells relative to health: what the share of the marrow that is not fat says."""
    person, constants = patient.history.patient, patient.history.constants
    normal = np.array([rates.normal_cellularity_fraction(person.age_at(day), constants) for day in days])
    cells = _column(patient, "marrow_cellularity_fraction", days)
    return cells_of_cellularity(cells, normal)


def cells_of_cellularity(cellularity: np.ndarray, normal: np.ndarray | float) -> np.ndarray:
    """Blood-forming cells relative to health; undoes `biology.rates.cellularity_fraction`.

    Args:
        cellularity: share of the marrow that is not fat, 0 up to less than 1, any shape.
        normal: that of a healthy person of the same age.
    """
    return cellularity * (1.0 - normal) / (normal * (1.0 - cellularity))


def _mononuclear_cells(patient: VirtualPatient, days: Sequence[float]) -> np.ndarray:
    lymphoid = plated_records()["lymphoid_share_of_mononuclear_cells"].value
    return lymphoid + (1.0 - lymphoid) * blood_forming_cells(patient, days)


def _column(patient: VirtualPatient, name: str, days: Sequence[float]) -> np.ndarray:
    table = patient.history.counts
    return np.interp(days, table["day"].to_numpy(float), table[name].to_numpy(float))
