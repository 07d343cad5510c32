"""How a simulated patient comes to the clinic, is treated and fares; the truth beside what a chart would show."""

from hscape.care.records import (
    CloneTraits,
    GivenTransfusion,
    GivenTreatment,
    Happening,
    VirtualPatient,
)

__all__ = ["CloneTraits", "GivenTransfusion", "GivenTreatment", "Happening", "VirtualPatient"]
