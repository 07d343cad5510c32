"""The analysis prior: broader than the population, and balanced between the roads to recovery.

Inference is trained and checked under this prior, so that a rare road can be seen where the data show it; what the
population makes of it is a matter of prior odds, which are reported beside the Bayes factor.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from hscape.parameters import Parameters


@cache
def changes() -> dict[str, float]:
    """Numbers of the population that the analysis prior replaces."""
    text = resources.files("hscape.inference").joinpath("analysis_prior.toml").read_text(encoding="utf-8")
    return {name: float(table["value"]) for name, table in tomllib.loads(text).items()}


@cache
def analysis_prior() -> Parameters:
    """The numbers in force in inference."""
    return Parameters().with_values(changes())
