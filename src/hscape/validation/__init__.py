"""Validate: published facts against what the simulator gives."""

from hscape.validation.row import Row
from hscape.validation.rows import validate
from hscape.validation.verdict import Verdict, judge

__all__ = ["Row", "Verdict", "judge", "validate"]
