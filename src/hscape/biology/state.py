"""The state of the blood: which number stands where in the array that the integrators move.

Every amount is relative to the same pool in the healthy reference person, so that one is normal; iron is
relative to the reference stores and volume to the reference blood volume. A pool of several stages is a
chain: cells pass from stage to stage, so that the time spent in it has a narrow spread.
"""

from __future__ import annotations

from typing import NamedTuple

from hscape.biology.channels import Channel

N_OWN_STATES = 8  # room for the states that influences bring along


class Pool(NamedTuple):
    """A chain of stages in the state array."""

    name: str
    start: int
    stages: int

    @property
    def stop(self) -> int:
        """Index after the last stage."""
        return self.start + self.stages


def _lay_out(*stages: tuple[str, int]) -> dict[str, Pool]:
    pools, start = {}, 0
    for name, count in stages:
        pools[name] = Pool(name, start, count)
        start += count
    return pools


POOLS = _lay_out(
    ("erythroid_progenitors", 2),
    ("erythroblasts", 3),
    ("marrow_reticulocytes", 1),
    ("blood_reticulocytes", 1),
    ("red_cells", 20),
    ("neutrophil_mitotic", 8),
    ("neutrophil_maturing", 5),
    ("neutrophil_reserve", 1),
    ("neutrophils", 1),
    ("megakaryocyte_progenitors", 2),
    ("megakaryocytes", 2),
    ("platelets", 10),
    ("lymphocytes", 1),
    ("monocyte_precursors", 1),
    ("monocytes", 1),
    ("erythropoietin", 1),
    ("thrombopoietin", 1),
    ("blood_volume", 1),
    ("iron_stores", 1),
    ("early_progenitors", 1),
    ("own", N_OWN_STATES),
)
N_BLOOD = POOLS["own"].start
N_STATES = POOLS["own"].stop

#: Pools that are lost with shed blood, volume included. Lymphocytes are not among them: blood holds a few
#: percent of a pool that recirculates within hours, so their count does not follow the loss.
CIRCULATING = ("blood_reticulocytes", "red_cells", "neutrophils", "platelets", "monocytes", "blood_volume")

#: What the stem-cell layer lends to the blood layer within one calendar cell: numbers relative to health.
FROZEN = (
    "stem_cells",
    "contact_killable_stem_cells",
    "contact_killable_early_progenitor_share",
    "presented_antigen",
    "early_progenitor_output_fold",
)


def variable_names() -> tuple[str, ...]:
    """Names that terms and effects may read: pools (first stage), own states, frozen numbers, dated channels."""
    names = [""] * N_STATES
    for pool in POOLS.values():
        for stage in range(pool.stages):
            names[pool.start + stage] = pool.name if pool.stages == 1 else f"{pool.name}[{stage}]"
    return (*names, *FROZEN, *(channel.name for channel in Channel))
