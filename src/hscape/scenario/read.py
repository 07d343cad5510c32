"""Where scenarios come from: shipped ones by name, others from a YAML file."""

from __future__ import annotations

from pathlib import Path

from hscape.scenario.check import parse_scenario
from hscape.scenario.model import Scenario
from hscape.scenario.named_yaml import NamedYaml

_SCENARIOS = NamedYaml(package="hscape.scenarios", kind="scenario", example="'hscape examples'")


def scenario_names() -> list[str]:
    """Names of the shipped scenarios."""
    return _SCENARIOS.names()


def load_scenario(name_or_file: str | Path) -> Scenario:
    """Read a shipped scenario by name, or a YAML file.

    Raises:
        InputError: no such scenario, not readable, an unknown key, a missing unit, an impossible value, or
            events out of order; one sentence that says where, what came, what is allowed and what to do.
    """
    return parse_scenario(_SCENARIOS.load(name_or_file), str(name_or_file))
