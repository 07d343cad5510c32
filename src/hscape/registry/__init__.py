"""Many patients: one row each, and how many had an event by each day while others came first."""

from hscape.registry.curves import Curve, cumulative_incidence, kaplan_meier
from hscape.registry.endpoints import EVENTS, firm_days, is_estimable, time_to_event
from hscape.registry.table import reasons_table, registry_row, registry_table
from hscape.registry.write import write_registry

__all__ = [
    "EVENTS",
    "Curve",
    "cumulative_incidence",
    "firm_days",
    "is_estimable",
    "kaplan_meier",
    "reasons_table",
    "registry_row",
    "registry_table",
    "time_to_event",
    "write_registry",
]
