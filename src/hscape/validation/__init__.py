"""Validate: published facts against what the simulator gives."""

from hscape.validation.rows import Row, validate

__all__ = ["Row", "validate"]
