"""The table of four causes, counted by hand."""

from types import SimpleNamespace

import numpy as np

from hscape.inference.odds import two_by_two


def test_table_counts_only_the_chosen_courses() -> None:
    """Five courses, one of them not recovered: it must not put a cause into the table of the other four."""
    causes = SimpleNamespace(
        is_mediated=np.array([True, True, False, False, True]),
        is_by_treatment=np.array([True, False, True, False, False]),
    )
    recovered = np.array([True, True, True, True, False])
    assert two_by_two(causes, recovered) == {  # type: ignore[arg-type]
        "both needed": 0.25, "escape needed": 0.25, "treatment needed": 0.25, "neither needed": 0.25,
    }  # fmt: skip
    everybody = two_by_two(causes, np.ones(5, dtype=bool))  # type: ignore[arg-type]
    assert everybody["escape needed"] == 0.4
    assert sum(everybody.values()) == 1.0
