"""The interval of a proportion against another implementation and by coverage."""

from __future__ import annotations

import math
import random

import pytest
from scipy.stats import binomtest

from hscape.errors import InputError
from hscape.proportions import wilson_interval


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (10, 10), (3, 7), (41, 96), (500, 1000)])
def test_wilson_is_that_of_scipy(successes, trials):
    expected = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    assert wilson_interval(successes, trials) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_of_nobody_is_not_a_number():
    assert all(math.isnan(end) for end in wilson_interval(0, 0))
    with pytest.raises(InputError, match="3 of 2 is not a share"):
        wilson_interval(3, 2)


def test_wilson_interval_covers():
    rng = random.Random(5)
    for share, n in ((0.01, 200), (0.3, 50), (0.9, 30)):
        hits = 0
        for _ in range(2000):
            low, high = wilson_interval(sum(rng.random() < share for _ in range(n)), n)
            hits += low <= share <= high
        assert 0.92 < hits / 2000 < 0.99
    assert math.isclose(wilson_interval(0, 100)[0], 0, abs_tol=1e-12)
