"""What a chart means to a doctor: published rules, each with its source, its reasons and *cannot tell*."""

from hscape.clinic.assess import RULES, assess
from hscape.clinic.choices import parse_choices
from hscape.clinic.evidence import NOTICE, EvidenceRow, evidence_table
from hscape.clinic.verdict import CANNOT_TELL, NOT_ASSESSED, Choices, Verdict

__all__ = [
    "CANNOT_TELL",
    "NOTICE",
    "NOT_ASSESSED",
    "RULES",
    "Choices",
    "EvidenceRow",
    "Verdict",
    "assess",
    "evidence_table",
    "parse_choices",
]
