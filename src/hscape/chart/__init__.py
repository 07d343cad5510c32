"""The chart: what was seen of one patient, real or simulated."""

from hscape.chart.analytes import ANALYTES, Analyte, find_analyte
from hscape.chart.chart import SEXES, Chart
from hscape.chart.clones import ASSAYS, CLONE_KINDS, COPY_STATES, SPECIMENS, STATUSES, CloneMeasurement
from hscape.chart.records import (
    CENSORING,
    EVENT_KINDS,
    FLAGS,
    PRODUCTS,
    DoseStep,
    Event,
    HlaLocus,
    Measurement,
    Transfusion,
    Treatment,
)

__all__ = [
    "ANALYTES",
    "ASSAYS",
    "CENSORING",
    "CLONE_KINDS",
    "COPY_STATES",
    "EVENT_KINDS",
    "FLAGS",
    "PRODUCTS",
    "SEXES",
    "SPECIMENS",
    "STATUSES",
    "Analyte",
    "Chart",
    "CloneMeasurement",
    "DoseStep",
    "Event",
    "HlaLocus",
    "Measurement",
    "Transfusion",
    "Treatment",
    "find_analyte",
]
