"""How a simulated patient comes to the clinic, is treated and fares; the truth beside what a chart would show."""

from hscape.care.admit import admit
from hscape.care.case import Case, Presentation
from hscape.care.plan import CarePlan, Planned
from hscape.care.records import (
    CloneTraits,
    GivenTransfusion,
    GivenTreatment,
    Happening,
    VirtualPatient,
)

__all__ = [
    "CarePlan",
    "Case",
    "CloneTraits",
    "GivenTransfusion",
    "GivenTreatment",
    "Happening",
    "Planned",
    "Presentation",
    "VirtualPatient",
    "admit",
]
