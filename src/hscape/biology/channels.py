"""The named channels through which every influence acts; kernels know channels, never influences.

A channel has a resting value. Multipliers rest at one and combine by multiplication, rates rest at zero
and combine by addition, both in the same way: value = (rest + sum of additions) x product of factors.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Channel(IntEnum):
    """Where an influence can act. Multipliers first, then rates, levels and exposures that rest at zero.

    The last three are read by the immune attack and by clones: interferon relative to a full attack, exposure
    to cyclosporine relative to its target, and killing of the attacking cells themselves.
    """

    NICHE_CAPACITY = 0
    STEM_CELL_DIVISION = 1
    STEM_CELL_DIFFERENTIATION = 2
    MUTATION = 3
    PROGENITOR_OUTPUT = 4
    ERYTHROID_OUTPUT = 5
    NEUTROPHIL_OUTPUT = 6
    MEGAKARYOCYTE_OUTPUT = 7
    LYMPHOCYTE_OUTPUT = 8
    MONOCYTE_OUTPUT = 9
    ERYTHROPOIETIN_PRODUCTION = 10
    G_CSF_PRODUCTION = 11
    THROMBOPOIETIN_PRODUCTION = 12
    SPLENIC_POOL = 13
    NEUTROPHIL_CLEARANCE = 14
    NEUTROPHIL_CIRCULATING_SHARE = 15
    THROMBOPOIETIN_SIGNALING = 16
    STEM_CELL_KILLING_PER_DAY = 17
    CONTACT_KILLING_PER_DAY = 18
    EARLY_PROGENITOR_KILLING_PER_DAY = 19
    ERYTHROID_PROGENITOR_KILLING_PER_DAY = 20
    PROLIFERATING_PRECURSOR_KILLING_PER_DAY = 21
    LYMPHOCYTE_KILLING_PER_DAY = 22
    PLATELET_DESTRUCTION_PER_DAY = 23
    RED_CELL_DESTRUCTION_PER_DAY = 24
    IRON_SUPPLEMENT_MG_PER_DAY = 25
    STEM_CELL_INFLUX_PER_DAY = 26
    G_CSF_ADDED_FOLD = 27
    STEM_CELL_AGONIST_FOLD = 28
    MEGAKARYOCYTE_AGONIST_FOLD = 29
    INTERFERON_FOLD = 30
    CYCLOSPORINE_EXPOSURE = 31
    EFFECTOR_KILLING_PER_DAY = 32


N_CHANNELS = len(Channel)
FIRST_RATE = int(Channel.STEM_CELL_KILLING_PER_DAY)
#: Channels that move the stem-cell layer; a dated change of one of them cuts the calendar there.
STEM_CELL_CHANNELS = (
    Channel.NICHE_CAPACITY,
    Channel.STEM_CELL_DIVISION,
    Channel.STEM_CELL_DIFFERENTIATION,
    Channel.MUTATION,
    Channel.STEM_CELL_KILLING_PER_DAY,
    Channel.CONTACT_KILLING_PER_DAY,
    Channel.EARLY_PROGENITOR_KILLING_PER_DAY,
    Channel.STEM_CELL_INFLUX_PER_DAY,
)


def resting_channels() -> np.ndarray:
    """The value of every channel when nothing acts, shape (n_channels,)."""
    rest = np.ones(N_CHANNELS)
    rest[FIRST_RATE:] = 0.0
    return rest
