"""Cite: the papers behind the numbers of a patient."""

from __future__ import annotations

from hscape.parameters import records, sources
from hscape.patient import Patient


def cite(patient: Patient | None = None) -> list[str]:
    """Sources of the numbers in force, most used first.

    Args:
        patient: leave out the sources of numbers that this patient changed; None for all.
    """
    changed = set(patient.parameters.changed) if patient else set()
    used: dict[str, int] = {}
    for name, record in records().items():
        if name not in changed:
            used[record.source] = used.get(record.source, 0) + 1
    return [sources()[key] for key in sorted(used, key=lambda key: -used[key])]
