"""What a clinic sees of a virtual patient: visits, assays with their noise and limits, and the chart that results."""

from hscape.observation.assays import (
    MYELOID_PANEL,
    Assays,
    HlaFlow,
    HlaSequencing,
    Karyotype,
    Marrow,
    PnhFlow,
    Sequencing,
    SnpArray,
)
from hscape.observation.blood_assay import BloodCounts
from hscape.observation.observe import observe
from hscape.observation.visits import Visits

__all__ = [
    "MYELOID_PANEL",
    "Assays",
    "BloodCounts",
    "HlaFlow",
    "HlaSequencing",
    "Karyotype",
    "Marrow",
    "PnhFlow",
    "Sequencing",
    "SnpArray",
    "Visits",
    "observe",
]
