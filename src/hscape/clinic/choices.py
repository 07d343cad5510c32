"""Choices written as words, for a command line: ``transfusions_are_complete=yes``."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from hscape.clinic.verdict import Choices
from hscape.errors import InputError, unknown_name

_WORDS = {"yes": True, "true": True, "no": False, "false": False}


def parse_choices(texts: Iterable[str]) -> Choices:
    """Choices from texts such as ``reticulocyte_method=manual``, each NAME=VALUE.

    Raises:
        InputError: a name is not known, or a value is not of its kind.

    Example:
        >>> parse_choices(["transfusions_are_complete=yes"]).transfusions_are_complete
        True
    """
    names, given = [item.name for item in fields(Choices)], {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise InputError(f"choice '{text}': no value; write NAME=VALUE, for example transfusions_are_complete=yes.")
        if name.strip() not in names:
            raise unknown_name("choice", name.strip(), names, kind="choice")
        given[name.strip()] = _value(name.strip(), value.strip().lower())
    return Choices(**given)


def _value(name: str, text: str) -> Any:
    if name == "reticulocyte_method":
        if text not in ("automated", "manual"):
            raise unknown_name(f"choice {name}", text, ("automated", "manual"))
        return text
    if name in ("transfusions_are_complete", "g_csf_counts"):
        if text not in _WORDS:
            raise unknown_name(f"choice {name}", text, _WORDS)
        return _WORDS[text]
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise InputError(f"choice {name}: '{text}' is not a number above 0; give one, for example {name}=250.")
    return number
