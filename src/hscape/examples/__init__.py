"""Example charts of simulated patients, as a clinic would have them; the hidden truth lies beside each.

No real patient is in them. `names` lists them, `example_path` gives the file of one.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from hscape.errors import InputError, unknown_name

ENDINGS = ("xlsx", "yaml")


def names() -> list[str]:
    """Names of the examples, in the order in which they are told."""
    return [str(item["name"]) for item in _index()]


def what(name: str) -> str:
    """One sentence: what the chart shows, without the truth.

    Raises:
        InputError: no such example.
    """
    return str(_entry(name)["what"])


def example_path(name: str, ending: str = "xlsx") -> Path:
    """File of an example as ``xlsx`` or ``yaml``.

    Raises:
        InputError: no such example or ending.
    """
    _entry(name)
    if ending not in ENDINGS:
        raise InputError(f"example {name}: '{ending}' is not a form of it; give one of {', '.join(ENDINGS)}.")
    return Path(str(resources.files("hscape.examples").joinpath(f"{name}.{ending}")))


def truth(name: str) -> dict[str, Any]:
    """What the simulation knows of the patient: for checking an inference, never for a rule.

    Raises:
        InputError: no such example.
    """
    _entry(name)
    text = resources.files("hscape.examples").joinpath(f"{name}.truth.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _index() -> list[dict[str, Any]]:
    text = resources.files("hscape.examples").joinpath("index.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)
    return found


def _entry(name: str) -> dict[str, Any]:
    for item in _index():
        if item["name"] == name:
            return item
    raise unknown_name("example", name, names(), kind="example")
