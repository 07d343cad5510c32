"""hscape: how a bone marrow fails and how it comes back.

Public names are imported when they are first used, so that ``import hscape`` stays fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hscape.version import __version__

_HOME = {
    "InputError": "hscape.errors",
    "NumericsError": "hscape.errors",
    "Parameters": "hscape.parameters",
    "Patient": "hscape.patient",
    "Founder": "hscape.patient",
    "History": "hscape.history",
    "simulate": "hscape.dynamics.simulate",
    "counterfactual": "hscape.counterfactuals",
    "Scenario": "hscape.scenario",
    "load_scenario": "hscape.scenario",
    "scenario_names": "hscape.scenario",
    "influences": "hscape.biology.influences",
    "plot": "hscape.plots",
    "cite": "hscape.citation",
    "validate": "hscape.validation",
    "explain": "hscape.report.explained",
    "Chart": "hscape.chart",
    "read_charts": "hscape.exchange",
    "write_charts": "hscape.exchange",
    "assess": "hscape.clinic",
    "evidence_table": "hscape.clinic",
    "cell_fractions": "hscape.fractions",
    "clone_derived_counts": "hscape.fractions",
    "registry_table": "hscape.registry",
}

__all__ = ["__version__", *_HOME]

if TYPE_CHECKING:
    from hscape.biology import influences as influences
    from hscape.chart import Chart as Chart
    from hscape.citation import cite as cite
    from hscape.clinic import assess as assess
    from hscape.clinic import evidence_table as evidence_table
    from hscape.counterfactuals import counterfactual as counterfactual
    from hscape.dynamics.simulate import simulate as simulate
    from hscape.errors import InputError as InputError
    from hscape.errors import NumericsError as NumericsError
    from hscape.exchange import read_charts as read_charts
    from hscape.exchange import write_charts as write_charts
    from hscape.fractions import cell_fractions as cell_fractions
    from hscape.fractions import clone_derived_counts as clone_derived_counts
    from hscape.history import History as History
    from hscape.parameters import Parameters as Parameters
    from hscape.patient import Founder as Founder
    from hscape.patient import Patient as Patient
    from hscape.plots import plot as plot
    from hscape.registry import registry_table as registry_table
    from hscape.report.explained import explain as explain
    from hscape.scenario import Scenario as Scenario
    from hscape.scenario import load_scenario as load_scenario
    from hscape.scenario import scenario_names as scenario_names
    from hscape.validation import validate as validate


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hscape' has no attribute '{name}'; it has {', '.join(__all__)}")
    module = importlib.import_module(_HOME[name])
    return module if _HOME[name].rpartition(".")[2] == name and name == "influences" else getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
