"""Draws for ArviZ, which is optional."""

from __future__ import annotations

from typing import Any

import numpy as np

from hscape.errors import InputError
from hscape.inference.explain import Explanation


def to_arviz(explanation: Explanation) -> Any:
    """Posterior, prior, log likelihood and attributes as an ArviZ tree; one chain an island.

    Args:
        explanation: of one chart.

    Raises:
        InputError: arviz-base is not installed.
    """
    try:
        from arviz_base import from_dict
    except ImportError:
        raise InputError(
            "to_arviz: the package arviz-base is not installed; install it with 'pip install arviz-base'."
        ) from None
    draws = explanation.draws
    islands = np.unique(draws.island[draws.of_ways])
    fewest = min(int((draws.island == island).sum()) for island in islands)

    def chains(values: np.ndarray) -> np.ndarray:
        return np.stack([values[draws.island == island][:fewest] for island in islands])

    posterior = {name: chains(values) for name, values in explanation.quantities.items()}
    for index, name in enumerate(explanation.problem.coordinates.names):
        posterior[f"z {name}"] = chains(draws.z[:, index])
    prior = {name: np.asarray(values)[None] for name, values in explanation.reference.quantities.items()}
    content = {
        "posterior": posterior,
        "prior": prior,
        "sample_stats": {"lp": chains(draws.log_likelihood)},
    }
    return from_dict(content, attrs={"/": {"engine": draws.engine, "seed": str(explanation.seed)}})
