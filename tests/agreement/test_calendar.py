"""Halving the calendar grid moves no output by more than 0.02 of its baseline."""

import numpy as np
import pytest

from hscape import Patient, simulate
from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Influence
from hscape.biology.influences import Bleeding, CytotoxicPulse, Infection
from hscape.biology.state import N_BLOOD
from tests.unit.test_influences import ImmuneLike


class Crash(Influence):
    """Killing of stem cells and early progenitors for half a year."""

    def changes(self, context):
        channels = (Channel.STEM_CELL_KILLING_PER_DAY, Channel.EARLY_PROGENITOR_KILLING_PER_DAY)
        return [Change(channel=ch, start_day=10, end_day=180, addition=0.008) for ch in channels]


@pytest.mark.parametrize(
    "influences",
    [
        [Bleeding(day=20, volume_ml=550)],
        [Infection(day=11, duration_days=5)],
        [CytotoxicPulse(day=15, dose_mg=180, cycles=4)],
        [Crash()],
        [ImmuneLike()],
    ],
    ids=["bleeding", "infection", "docetaxel", "crash", "immune-like"],
)
def test_halving_the_grid(influences):
    found = [
        simulate(Patient(influences=influences), days=364, seed=0, kernel="mean", calendar_days=length)
        for length in (7.0, 3.5)
    ]
    coarse, fine = (history.states[:, :N_BLOOD] for history in found)
    assert np.abs(coarse - fine).max() < 0.02
    stem_cells = [history.stem_cells / 1e5 for history in found]
    assert np.abs(stem_cells[0] - stem_cells[1]).max() < 0.02
