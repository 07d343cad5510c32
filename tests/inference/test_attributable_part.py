"""The part of an output that is missing without a cause, against arithmetic by hand."""

import numpy as np

from hscape.counterfactuals.attribution import EMPTY_OUTPUT
from hscape.inference.causes import attributable


def test_part_is_what_is_missing_of_the_output() -> None:
    found = attributable(np.array([0.8, 0.8, 0.5]), np.array([0.2, 0.8, 0.6]))
    assert np.allclose(found, [0.75, 0.0, 0.0])


def test_nothing_is_attributed_of_an_empty_marrow() -> None:
    """Cells that die away in two re-runs differ by orders of magnitude; none of it was rebuilt by anything."""
    found = attributable(np.array([3.5e-13, EMPTY_OUTPUT / 10.0]), np.array([3.6e-16, 0.0]))
    assert found[0] < 1.0e-9
    assert found[1] <= 0.1 + 1.0e-12
