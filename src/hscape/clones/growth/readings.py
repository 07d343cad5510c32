"""What was read of one variant over time, in the form that the likelihood takes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hscape.exchange import Issue
from hscape.fractions import Copies, choose_copies
from hscape.genome.genes import find_gene


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trajectory:
    """The readings of one variant of one person, in order of time, one a visit.

    Args:
        person: code of the person.
        id: name of the variant; unique within the person.
        gene: symbol, empty if not given.
        site: the changed site, for pooling of recurrent changes; empty if not given.
        years: times of the visits, shape (visits,), rising; ages if `has_age`.
        alt: reads with the variant, shape (visits,); need not be whole where only a VAF came.
        depth: all reads, shape (visits,).
        below: True where the reading is only known to be below `alt` reads, shape (visits,).
        limit_fraction: VAF from which a variant is told at all; NaN if not given.
        copies: copies of the gene in mutated and other cells.
        has_age: True if `years` are ages.
        has_depth: True if the depth was given, not assumed.
        treated: intervals of treatment, (from, until) in the time of `years`; the end may be infinite.
        copies_words: how VAF was taken to cells.
    """

    person: str
    id: str
    gene: str = ""
    site: str = ""
    years: np.ndarray
    alt: np.ndarray
    depth: np.ndarray
    below: np.ndarray
    limit_fraction: float = float("nan")
    copies: Copies = field(default_factory=lambda: choose_copies("unknown", 2))
    has_age: bool = False
    has_depth: bool = True
    treated: tuple[tuple[float, float], ...] = ()

    @property
    def vaf(self) -> np.ndarray:
        """Variant allele fractions as read, shape (visits,); 0 where only a limit is known."""
        return np.where(self.below, 0.0, self.alt / self.depth)

    @property
    def was_seen(self) -> bool:
        """True if any reading is above zero."""
        return bool((self.vaf > 0.0).any())

    def first(self, visits: int) -> Trajectory:
        """The same variant with its first visits only."""
        from dataclasses import replace

        cut = slice(0, visits)
        return replace(self, years=self.years[cut], alt=self.alt[cut], depth=self.depth[cut], below=self.below[cut])

    def treated_share(self, start: float, stop: float) -> float:
        """Share of an interval in which the person was treated."""
        covered = sum(max(0.0, min(stop, until) - max(start, begin)) for begin, until in self.treated)
        return min(1.0, covered / (stop - start))


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """A table that was read.

    Args:
        trajectories: one a variant of a person, in the order of the table.
        issues: what was repaired or assumed.
    """

    trajectories: tuple[Trajectory, ...]
    issues: tuple[Issue, ...] = ()


def normal_copies(gene: str, sex: str) -> int:
    """Copies of a gene in a normal cell; two where gene or sex is not known."""
    known = find_gene(gene) if gene else None
    copies = known.n_copies(sex or None) if known is not None else 2
    return 2 if copies is None else copies


def cell_share_to_vaf(share: np.ndarray, copies: Copies) -> np.ndarray:
    """VAF that clones of these shares of cells give; the inverse of `fractions.cell_fraction_from_vaf`."""
    share = np.clip(share, 0.0, 1.0)
    return share * copies.mutant / (share * copies.total + (1.0 - share) * copies.normal)
