"""Validate: published facts against what the simulator gives."""

from hscape.validation.gate import Gate, judge
from hscape.validation.row import Row
from hscape.validation.rows import validate

__all__ = ["Gate", "Row", "judge", "validate"]
