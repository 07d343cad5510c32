"""What the pictures of a registry share: words, numbers of a table, and the foot of a figure."""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd

from hscape.clinic.response import DEFINITIONS
from hscape.errors import unknown_name
from hscape.plots.style import MUTED


def foot(figure: Any, total: float, note: str) -> None:
    """Write the note at the bottom of a figure of a height in inches."""
    lines = textwrap.wrap(note, int(15.8 * figure.get_figwidth()))
    for index, line in enumerate(lines):
        height = 0.07 + 0.15 * (len(lines) - 1 - index)
        figure.text(0.012, height / total, line, fontsize=7.8, color=MUTED)


def check_definition(definition: str) -> None:
    """Raise InputError unless the definition of response is known."""
    known = [item.key for item in DEFINITIONS]
    if definition not in known:
        raise unknown_name("definition of response", definition, known, kind="definition")


def name_of(definition: str) -> str:
    """A definition of response in words."""
    return next(item.name for item in DEFINITIONS if item.key == definition)


def number_of(value: object) -> float | None:
    """A cell of the registry table as a number, None if it is empty."""
    return None if value is None or pd.isna(value) else float(str(value))  # type: ignore[call-overload]
