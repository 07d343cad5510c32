"""What a further reading would remove, against the closed form for normal draws."""

from __future__ import annotations

import numpy as np
import pytest

from hscape.inference.next_measurement import Reading, removed
from hscape.streams import generator

N = 4000


def _drawn(correlation: float) -> tuple[np.ndarray, np.ndarray]:
    random = generator(3, "test")
    x, other = random.standard_normal((2, N))
    return x, correlation * x + np.sqrt(1.0 - correlation**2) * other


@pytest.mark.parametrize(("correlation", "sd"), [(0.9, 0.5), (0.6, 0.3), (0.9, 2.0)])
def test_normal_draws_give_the_closed_form(correlation: float, sd: float) -> None:
    x, question = _drawn(correlation)
    found = removed(Reading(name="x", expected=x, sd=np.full(N, sd)), question, generator(4, "test"))
    # the variance that is left does not depend on the reading; 128 readings of 4,000 draws scatter by about 0.02
    assert found == pytest.approx(correlation**2 / (1.0 + sd**2), abs=0.06)


def test_a_reading_that_tells_nothing_removes_nothing() -> None:
    x, _ = _drawn(0.5)
    random = generator(5, "test")
    found = removed(Reading(name="x", expected=x[:200], sd=np.full(200, 0.3)), random.standard_normal(200), random)
    # 200 draws: what chance explains is taken off; what is left has a standard error near 0.02
    assert found < 0.06


def test_a_limit_hides_what_is_below_it() -> None:
    x, question = _drawn(0.95)
    sd = np.full(N, 0.2)
    whole = removed(Reading(name="x", expected=x, sd=sd), question, generator(6, "test"))
    cut = removed(Reading(name="x", expected=x, sd=sd, limit=0.0), question, generator(6, "test"))
    hidden = removed(Reading(name="x", expected=x, sd=sd, limit=50.0), question, generator(6, "test"))
    assert whole > cut + 0.1 > hidden + 0.3
    assert hidden == pytest.approx(0.0, abs=1e-9)
