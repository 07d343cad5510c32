"""How many stem cells rebuilt a marrow: what the trees of donor and recipient say of a transplant.

Each of n engrafted cells leaves a family; families that grow by division have geometric sizes, so k lineages of a
sample descend from j of the n with the probability of Bose and Einstein,

    P(j | k, n) = C(n, j) C(k - 1, j - 1) / C(n + k - 1, k),

and k - j lineages meet at the transplant. Lineages also meet without one, by drift and by clones that grow; the donor,
whose marrow lived through the same years, says at what rate per pair of lineages. Meetings cannot be dated to the year,
so those in a window around the transplant are counted in both.

Left out: which cells engraft (a clone that engrafts better looks like fewer cells), growth of clones after the
transplant that differs from the donor's, and errors of the molecular clock beyond the window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp
from scipy.stats import nbinom

from hscape.clones.phylogeny.tree import Tree
from hscape.errors import InputError

#: Meetings and years of pairs that the donor's rate is worth before it is seen: next to nothing. Numerical.
_PRIOR_MEETINGS, _PRIOR_PAIR_YEARS = 0.5, 1.0


@dataclass(frozen=True, slots=True)
class Window:
    """Lineages of one person around a transplant.

    Args:
        lineages_before: lineages at the start of the window.
        lineages_after: lineages at its end.
        pair_years: pairs of lineages, summed over the years of the window.
    """

    lineages_before: int
    lineages_after: int
    pair_years: float

    @property
    def meetings(self) -> int:
        """How many lineages meet inside."""
        return self.lineages_after - self.lineages_before


@dataclass(frozen=True, slots=True, eq=False)
class Engrafted:
    """Stem cells that engrafted.

    Args:
        cells: sizes that were weighed, rising evenly in the logarithm, shape (sizes,).
        log_likelihood: of each, shape (sizes,); zero at the most probable.
        log_likelihood_without: the same for no bottleneck at all.
        expected_without: meetings of the recipient's lineages that the donor's rate lets expect without a bottleneck.
    """

    cells: np.ndarray
    log_likelihood: np.ndarray
    log_likelihood_without: float
    expected_without: float

    def quantiles(self, shares: tuple[float, ...], low: float, high: float) -> np.ndarray:
        """Quantiles of the posterior under a prior that is uniform in the logarithm from `low` to `high` cells."""
        inside = (self.cells >= low) & (self.cells <= high)
        if not inside.any():
            raise InputError(f"bottleneck: no size between {low:g} and {high:g} cells was weighed; widen the bounds.")
        weight = np.exp(self.log_likelihood[inside])
        below = (np.cumsum(weight) - 0.5 * weight) / weight.sum()
        return np.exp(np.interp(shares, below, np.log(self.cells[inside])))


def window_of(tree: Tree, begin: float, end: float) -> Window:
    """Lineages of an ultrametric tree between two times before sampling, in years.

    Args:
        tree: branch lengths in years.
        begin: years before sampling at which the window starts, the larger.
        end: years before sampling at which it ends.
    """
    times = tree.coalescence_years()
    if not 0.0 <= end < begin:
        raise InputError(f"bottleneck: a window from {begin:g} to {end:g} years back is empty or in the future.")
    inside = np.sort(times[(times > end) & (times <= begin)])
    after = 1 + int((times > end).sum())
    edges = np.concatenate([[end], inside, [begin]])
    lineages = after - np.arange(inside.size + 1)
    pair_years = float((np.diff(edges) * lineages * (lineages - 1) / 2.0).sum())
    return Window(1 + int((times > begin).sum()), after, pair_years)


def log_founders(lineages: int, cells: np.ndarray) -> np.ndarray:
    """Log probability that lineages descend from j of so many engrafted cells.

    Args:
        lineages: sampled lineages just after the marrow is rebuilt.
        cells: engrafted cells, shape (sizes,).

    Returns:
        for j = 1 to `lineages`, shape (sizes, lineages); minus infinity where j exceeds the cells.
    """
    n, k, j = cells[:, None].astype(float), float(lineages), np.arange(1, lineages + 1)[None, :].astype(float)
    possible = j <= n
    room = np.where(possible, n - j, 0.0)
    ways = gammaln(n + 1) - gammaln(j + 1) - gammaln(room + 1) + gammaln(k) - gammaln(j) - gammaln(k - j + 1)
    return np.where(possible, ways - (gammaln(n + k) - gammaln(k + 1) - gammaln(n)), -np.inf)


def engrafted_cells(recipient: Window, donor: Window, cells: np.ndarray) -> Engrafted:
    """Weigh how many stem cells engrafted.

    Args:
        recipient: lineages around the transplant.
        donor: lineages of the donor over the same years.
        cells: sizes to weigh, rising evenly in the logarithm, shape (sizes,).

    Returns:
        The likelihood of every size, with the rate of the other meetings integrated over what the donor says of it.
    """
    shape = _PRIOR_MEETINGS + donor.meetings
    rate = _PRIOR_PAIR_YEARS + donor.pair_years
    chance = rate / (rate + recipient.pair_years)  # meetings without a transplant are negative binomial
    met = recipient.meetings
    without = nbinom.logpmf(np.arange(met + 1), shape, chance)
    founders = log_founders(recipient.lineages_after, cells)
    at_transplant = np.arange(met + 1)  # meetings there; the rest are the others
    column = recipient.lineages_after - at_transplant - 1
    possible = column >= 0
    logs = logsumexp(founders[:, column[possible]] + without[met - at_transplant[possible]], axis=1)
    top = float(max(logs.max(), without[met]))
    expected = shape / rate * recipient.pair_years
    return Engrafted(cells, logs - top, float(without[met]) - top, float(expected))
