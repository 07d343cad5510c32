"""Platelets are given below the trigger: a marrow that makes none, donors' platelets of all ages, one look a day."""

from __future__ import annotations

import numpy as np
import pytest

from hscape.inference.observations import platelets_when_given
from hscape.inference.prior import analysis_prior

P = analysis_prior()
DAYS, PARTS = 400, 20


def counts_when_given(made_per_day: float) -> np.ndarray:
    """Counts at which platelets are given over `DAYS`, cells followed by age."""
    part = 1.0 / PARTS
    by_age = np.zeros(round(P["platelet_aging_lifespan_days"] * PARTS))
    dose = P["platelet_transfusion_increment_1e9_per_l"] / len(by_age)
    loss, half = P["platelet_random_loss_1e9_per_l_per_day"], P["platelet_random_loss_half_1e9_per_l"]
    found = []
    for _ in range(DAYS):
        if by_age.sum() < P["platelet_transfusion_trigger_1e9_per_l"]:
            found.append(by_age.sum())
            by_age += dose
        for _ in range(PARTS):
            by_age *= np.exp(-part * loss / (by_age.sum() + half))
            by_age = np.concatenate([[made_per_day * part], by_age[:-1]])
    return np.array(found[3:])


@pytest.mark.parametrize("made_per_day", [0.2, 0.5, 1.0, 1.5])
def test_platelets_are_given_where_the_likelihood_expects_it(made_per_day: float) -> None:
    given = counts_when_given(made_per_day)
    assert len(given) > 20
    # A period of whole days sits now high, now low within a day's fall: so about half of that fall (28 % of the trigger) off.
    assert np.exp(np.log(given).mean()) == pytest.approx(platelets_when_given(P), abs=2.8)


def test_on_average_over_marrows_it_is_close() -> None:
    given = np.concatenate([counts_when_given(made) for made in np.linspace(0.1, 2.0, 12)])
    # the scatter of the likelihood is a third; a tenth of the count would be noticed over twenty transfusions
    assert np.exp(np.log(given).mean()) == pytest.approx(platelets_when_given(P), rel=0.1)
