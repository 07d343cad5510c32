"""One self-contained page for people: what was read, what looks wrong, what the rules say, and pictures."""

from hscape.report.page import assess_page

__all__ = ["assess_page"]
