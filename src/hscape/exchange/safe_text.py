"""Text that a spreadsheet cannot take for a formula.

A cell that starts with = + - @ or a tab, return or NUL can run as a formula when a CSV is opened (OWASP). Such text
gets a leading apostrophe, the same after leading spaces and full-width signs; control letters are removed. Numbers stay
numbers: only text is changed. In xlsx text is written as a string cell, which never runs.
"""

from __future__ import annotations

import re
import unicodedata

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: What a spreadsheet may pass over before it looks for a formula: spaces of any alphabet, quotes, marks without width.
_PASSED_OVER = re.compile(r"^[\s'\"\u200b\u2060\ufeff]+")


def safe_text(text: str) -> str:
    """The text, made harmless for a spreadsheet."""
    shown = _CONTROL.sub(" ", text).replace("\n", " ").replace("\t", " ")
    if text[:1] in _DANGEROUS or _first(shown) in _DANGEROUS:
        return "'" + shown
    return shown


def restored_text(text: str) -> str:
    """The text without the apostrophe that `safe_text` put before it."""
    return text[1:] if text[:1] == "'" and _first(text[1:]) in _DANGEROUS else text


def _first(text: str) -> str:
    """The first letter that counts."""
    return _PASSED_OVER.sub("", unicodedata.normalize("NFKC", text))[:1]


def safe_cell(value: object) -> object:
    """A cell for writing: numbers as they are, None as empty, everything else as harmless text."""
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    return safe_text(str(value))
