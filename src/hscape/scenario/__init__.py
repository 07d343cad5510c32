"""Scenario: a patient and a course as a YAML file, checked before anything runs.

The published JSON Schema is `scenarios/scenario.schema.json`; write it with ``python -m hscape.scenario.schema``.
"""

from hscape.scenario.check import parse_scenario
from hscape.scenario.model import Scenario
from hscape.scenario.named_yaml import NamedYaml, UniqueKeyLoader
from hscape.scenario.read import load_scenario, scenario_names

__all__ = ["NamedYaml", "Scenario", "UniqueKeyLoader", "load_scenario", "parse_scenario", "scenario_names"]
