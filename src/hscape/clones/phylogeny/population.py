"""How large the clone was: today, and back to the first meeting of its lineages.

A tree speaks of cells only through drift: it gives n / l, cells times years between divisions. Cells themselves
need the rate of division, which is taken from the model's record with its range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import gamma, norm

from hscape.clones.phylogeny import law
from hscape.clones.phylogeny.posterior import Posterior
from hscape.parameters import Parameters, records
from hscape.units import DAYS_PER_YEAR

#: Points of the posterior over which sizes are summed, and steps of two evenly spread sequences (golden and plastic).
POINTS, SPREAD = 4000, (0.6180339887498949, 0.7548776662466927)
HISTORY_POINTS = 41
#: More cells than any body has: a size beyond it says that growth cannot have been steady.
LARGEST = 1.0e15
DIVISION_INTERVAL = "stem_cell_division_interval_days"


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Evenly weighted points of the posterior with the size of the clone at sampling, shape (n_points,)."""

    rate_per_year: np.ndarray
    filled_log_odds: np.ndarray
    log_cell_years: np.ndarray  # cells times years between divisions
    division_per_year: np.ndarray

    def cells_at(self, years: float) -> np.ndarray:
        """Cells of the clone so many years before sampling, for every point; numbers stop at LARGEST."""
        back = law.log_speed(np.float64(years), self.rate_per_year, self.filled_log_odds)
        return np.exp(np.minimum(self.log_cell_years + np.log(self.division_per_year) - back, math.log(LARGEST)))


def sizes(posterior: Posterior, n_tips: int, parameters: Parameters) -> Sizes:
    """Sizes of the clone at sampling.

    Given c = l times the share sampled, n colonies make n + 1 a gamma number of cells times that share.
    """
    order = np.argsort(posterior.rate_per_year, kind="stable")
    reach = np.cumsum(posterior.weight[order])
    picked = order[np.searchsorted(reach, (np.arange(POINTS) + 0.5) / POINTS * reach[-1])]
    first, second = ((0.5 + np.arange(POINTS) * step) % 1.0 for step in SPREAD)
    rate = posterior.rate_per_year[picked]
    return Sizes(
        rate_per_year=rate,
        filled_log_odds=posterior.filled_log_odds[picked],
        log_cell_years=np.log(gamma.ppf(first, n_tips + 1)) - posterior.log_c[picked],
        division_per_year=_ordinary_division(second, parameters) + rate,
    )


def _ordinary_division(shares: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Divisions a year of an ordinary stem cell: lognormal, its 95 % the range of the record."""
    record = records()[DIVISION_INTERVAL]
    spread = math.log(record.high / record.low) / (norm.ppf(0.975) - norm.ppf(0.025))
    return DAYS_PER_YEAR / parameters[DIVISION_INTERVAL] * np.exp(spread * norm.ppf(shares))


def history(found: Sizes, oldest_years: float, shares: np.ndarray, sampled_age_years: float | None) -> pd.DataFrame:
    """Size of the clone from its first meeting of lineages to sampling, with an interval.

    Args:
        found: points of the posterior.
        oldest_years: first meeting before sampling.
        shares: lower end, middle and upper end of the interval as probabilities, shape (3,).
        sampled_age_years: adds the age of the person, if known.
    """
    rows = []
    for years in np.linspace(oldest_years, 0.0, HISTORY_POINTS):
        low, median, high = np.quantile(found.cells_at(years), shares)
        rows.append(
            {"years_before_sampling": float(years), "cells_median": median, "cells_low": low, "cells_high": high}
        )
    table = pd.DataFrame(rows)
    if sampled_age_years is not None:
        table.insert(1, "age_years", sampled_age_years - table["years_before_sampling"])
    return table


def skyline(times_years: np.ndarray, shares: np.ndarray, division_per_year: float) -> pd.DataFrame:
    """Size between meetings without any assumption on growth (Pybus's skyline, meetings in groups).

    With k lineages in n cells that divide at rate l, the wait for a meeting is exponential with rate k (k - 1) l / n.

    Args:
        times_years: coalescence times before sampling.
        shares: lower end, middle and upper end of the interval as probabilities, shape (3,).
        division_per_year: rate of division by which n / l becomes cells.
    """
    times = np.sort(times_years)
    n = len(times) + 1
    lineages = np.arange(n, 1, -1)
    waits = np.diff(times, prepend=0.0) * lineages * (lineages - 1)
    per_group = max(1, math.isqrt(len(times)))
    rows = []
    for start in range(0, len(times), per_group):
        part = waits[start : start + per_group]
        total = float(part.sum()) * division_per_year
        low, median, high = total / gamma.ppf(1.0 - np.asarray(shares), len(part))
        rows.append({
            "from_years": float(times[start - 1]) if start else 0.0,
            "to_years": float(times[start + len(part) - 1]),
            "cells_median": median, "cells_low": low, "cells_high": high,
        })  # fmt: skip
    return pd.DataFrame(rows)
