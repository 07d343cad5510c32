"""Numbers and names as the page tells them."""

import numpy as np
import pytest

from hscape.chart.clones import ASSAYS, CLONE_KINDS, shown_as
from hscape.inference.quantities import shown
from hscape.report.explained.words import interval


def test_an_interval_beyond_the_last_digit_is_told_once():
    assert interval(np.full(50, 0.9999)) == "above 99 % (as is the whole 90 % interval)"
    assert interval(np.zeros(50)) == "below 0.1 % (as is the whole 90 % interval)"


def test_an_interval_that_only_rounds_to_one_number_keeps_its_ends():
    assert interval(np.full(50, 0.5)) == "50 % (90 % interval 50 % to 50 %)"
    assert interval(np.linspace(0.0, 1.0, 101)) == "50 % (90 % interval 5 % to 95 %)"


@pytest.mark.parametrize(("value", "words"), [(5.4e-41, "below 0.0001"), (0.0, "0"), (0.00126, "0.00126")])
def test_values_next_to_zero_are_not_told_to_the_last_digit(value, words):
    assert shown("attack_now_per_day", value) == words


def test_kinds_and_assays_are_written_as_people_write_them():
    assert [shown_as(name) for name in ("hla_loss", "snp_array", "fish")] == ["HLA loss", "SNP array", "FISH"]
    assert all("_" not in shown_as(name) for name in (*CLONE_KINDS, *ASSAYS))
