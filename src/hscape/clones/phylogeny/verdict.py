"""What the numbers of a clone mean, in sentences: what to doubt, and what they cannot say."""

from __future__ import annotations

import numpy as np

from hscape.clones.phylogeny import population
from hscape.clones.phylogeny.clades import Clone
from hscape.clones.phylogeny.fractions import Series
from hscape.clones.phylogeny.joint import SeriesPosterior, agreement_probability
from hscape.clones.phylogeny.numbers import number
from hscape.clones.phylogeny.posterior import Clades, Posterior
from hscape.clones.phylogeny.shape import follows_growth
from hscape.parameters import records


def level_shares() -> np.ndarray:
    """Probabilities of the lower end, the middle and the upper end of an interval."""
    outside = 0.5 * (1.0 - number("tree_interval_share"))
    return np.array([outside, 0.5, 1.0 - outside])


def most_cells() -> float:
    """Stem cells that a large marrow holds."""
    return records()["stem_cell_niche_capacity_cells"].high


def fits_marrow(grown: population.Sizes) -> bool:
    """Whether the clone could have grown at its rate until sampling."""
    return float(np.median(grown.cells_at(0.0))) <= most_cells()


def in_words(
    clone: Clone, seen: Clades, both: Posterior, tree_alone: Posterior, alone: SeriesPosterior | None,
    series: Series | None, sampled_age_years: float | None, grown: population.Sizes,
) -> tuple[str, ...]:  # fmt: skip
    """Remarks on one clone.

    Args:
        clone: which part of which tree.
        seen: coalescence times and bounds of the onset.
        both: posterior from all that was given.
        tree_alone: posterior from the tree.
        alone: posterior from the allele fractions, if any.
        series: allele fractions, if any.
        sampled_age_years: age at which the colonies were taken, if known.
        grown: sizes of the clone.
    """
    said = []
    if clone.n_tips < number("tree_few_samples_count"):
        said.append(f"Only {clone.n_tips} colonies: the prior has a visible part in the interval.")
    slowest = number("tree_rate_prior_min_per_year")
    if float(both.rate_quantiles(level_shares())[0]) < 2.0 * slowest:
        said.append(
            f"Growth is not told from none: the lower end of the rate lies at the slowest that the prior holds "
            f"({slowest:g} a year), and a tree cannot show a clone that shrinks."
        )
    if tree_alone.is_logistic:
        said.append(
            f"From the tree the clone grew logistically and had reached {tree_alone.filled_share:.0%} of its final "
            "size (mean) at sampling; the rate is that of its early growth, which steady growth would read as slower."
        )
    elif not follows_growth(seen.times_years):
        said.append(
            "The meetings of lineages do not follow steady exponential growth (Anderson-Darling test, 1 %), nor "
            "logistic growth much better; read the rate as an average, and see the population history."
        )
    if not fits_marrow(grown):
        said.append(
            f"Steady growth until sampling would give more stem cells than a marrow holds "
            f"({most_cells():.0e}): growth has slowed since, so the rate is that of the early clone, "
            "and its size now is not known from the tree."
        )
    if alone is not None and agreement_probability(tree_alone, alone) < number("tree_disagreement_probability"):
        said.append("Tree and allele fractions disagree about the rate; look at each alone before using them together.")
    if series is not None and sampled_age_years is None:
        said.append(
            "The age at sampling is not given, so the tree does not know how full the clone was; give --age-years."
        )
    if series is not None and series.ceiling > number("vaf_ceiling_fraction"):
        said.append("Allele fractions above one half: loss of the other allele is allowed for.")
    return tuple(said)
