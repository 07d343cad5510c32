"""What a rule says: the value, the day, the reasons, the source. *Cannot tell, and why* is a legal value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CANNOT_TELL = "cannot tell"
NOT_ASSESSED = "not assessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer of one rule for one chart.

    Args:
        rule: key of the rule, for example ``severity.cibmtr``.
        name: the rule in words.
        day: day of the chart to which the answer belongs, None if there is none.
        value: the answer in words; `CANNOT_TELL` if the chart does not hold what the rule needs,
            `NOT_ASSESSED` if the rule does not apply, for example after a transplant.
        reasons: what fired, with the numbers, or what is missing.
        source: citation of the rule.
        free_until_day: for an event that has not happened or cannot be told, and for one that has: last day
            on which it was known not to have happened yet, None if that was never known.
    """

    rule: str
    name: str
    value: str
    reasons: tuple[str, ...]
    source: str
    day: float | None = None
    free_until_day: float | None = None

    @property
    def is_told(self) -> bool:
        """True if the rule could answer."""
        return self.value not in (CANNOT_TELL, NOT_ASSESSED)

    def as_dict(self) -> dict[str, Any]:
        """The six keys of the machine-readable answer; `date` is the day of the chart."""
        return {
            "rule": self.rule,
            "name": self.name,
            "date": self.day,
            "value": self.value,
            "reasons": list(self.reasons),
            "source": self.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the sources leave open, so the user says it.

    Args:
        reticulocyte_method: ``automated`` or ``manual``, for values that do not say how they were counted.
        reticulocytes_below_1e9_per_l: threshold of the modified Camitta and BSH rules instead of the
            published one.
        transfusions_are_complete: True if a chart without transfusions means that none was given, False if
            they may be missing even where some are recorded, None if a chart with any transfusion is taken as
            complete.
        g_csf_counts: True to take neutrophils under G-CSF as the patient's own.
        lactate_dehydrogenase_upper_limit_u_per_l: upper limit of the laboratory, for the PNH rules; without it
            an LDH that only some laboratories call hemolysis is left open.
        delatour_platelets_up_to_1e9_per_l: what low platelets are in AA-PNH, where texts print 80 or 100; without
            it a patient between the two is left open.
    """

    reticulocyte_method: str = "automated"
    reticulocytes_below_1e9_per_l: float | None = None
    transfusions_are_complete: bool | None = None
    g_csf_counts: bool = False
    lactate_dehydrogenase_upper_limit_u_per_l: float | None = None
    delatour_platelets_up_to_1e9_per_l: float | None = None
