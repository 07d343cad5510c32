"""Shares of the marrow's output: early progenitors weighted by what each kind of clone makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from hscape.dynamics.coarse_record import EARLY_SHARE, N_COLUMNS, N_SLOTS
from hscape.inference.numbers import N_NUMBERS, slot_column
from hscape.inference.what_happened import output_shares


def test_a_clone_that_makes_less_blood_holds_less_of_the_output() -> None:
    """Three fifths of the early progenitors at three tenths of the output: 0.18 of 0.58."""
    rows, numbers = np.zeros((1, 1, N_COLUMNS)), np.zeros((1, N_NUMBERS))
    rows[0, 0, EARLY_SHARE], rows[0, 0, EARLY_SHARE + 3] = 0.4, 0.6
    numbers[0, slot_column("output", 0) : slot_column("output", 0) + N_SLOTS] = 1.0
    numbers[0, slot_column("output", 3)] = 0.3
    found = output_shares(rows, numbers)[0, 0]
    assert found[3] == pytest.approx(0.18 / 0.58, rel=1e-12)
    assert found.sum() == pytest.approx(1.0, rel=1e-12)
