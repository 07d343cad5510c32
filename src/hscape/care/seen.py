"""What a clinician would conclude from the blood on a day of the course: severe, responding, relapsing.

These judgments steer the simulated care only. Results of a cohort come from the clinical rules on charts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hscape.biology.balance import one_row
from hscape.biology.channels import resting_channels
from hscape.biology.readout import reticulocytes_1e9_per_l
from hscape.biology.state import POOLS
from hscape.care.episodes import Episodes
from hscape.dynamics.transfusion import seen_counts
from hscape.parameters import Parameters

_RETICULOCYTES, _VOLUME = POOLS["blood_reticulocytes"].start, POOLS["blood_volume"].start


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Counts of a day and transfusions of the weeks before it."""

    hemoglobin_g_per_dl: float
    neutrophils_1e9_per_l: float
    platelets_1e9_per_l: float
    reticulocytes_1e9_per_l: float
    is_transfused: bool
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def is_severe(self) -> bool:
        """Two of three counts in the severe range."""
        p = self.parameters
        is_anemic = self.hemoglobin_g_per_dl < p["care_severe_reticulocytes_hemoglobin_g_per_dl"]
        low = (
            self.neutrophils_1e9_per_l < p["care_severe_neutrophils_1e9_per_l"],
            self.platelets_1e9_per_l < p["care_severe_platelets_1e9_per_l"],
            self.reticulocytes_1e9_per_l < p["care_severe_reticulocytes_1e9_per_l"] and is_anemic,
        )
        return sum(low) >= 2

    @property
    def responds(self) -> bool:
        """Free of transfusions and no longer severe."""
        return not self.is_transfused and not self.is_severe

    @property
    def relapses(self) -> bool:
        """Transfused again, or near the severe range."""
        low = self.parameters["care_severe_platelets_1e9_per_l"]
        return self.is_transfused or self.is_severe or self.platelets_1e9_per_l < low


def look(episodes: Episodes, constants: np.void) -> Seen:
    """The counts where the course stands."""
    y, c, p = episodes.state, constants, episodes.patient.parameters
    given = episodes.transfusions
    hemoglobin, platelets, neutrophils = seen_counts(y, resting_channels(), one_row(c))
    return Seen(
        hemoglobin_g_per_dl=float(hemoglobin),
        neutrophils_1e9_per_l=float(neutrophils),
        platelets_1e9_per_l=float(platelets),
        reticulocytes_1e9_per_l=float(reticulocytes_1e9_per_l(y[_RETICULOCYTES], y[_VOLUME], c)),
        is_transfused=bool(len(given) and given[-1, 0] > episodes.day - p["care_transfusion_free_days"]),
        parameters=p,
    )
