"""Shares of cells from what laboratories report, and the counts that clones carry."""

from hscape.fractions.cells import CellFraction, cell_fraction, cell_fractions
from hscape.fractions.convert import Copies, cell_fraction_from_baf, cell_fraction_from_vaf, choose_copies
from hscape.fractions.counts import CloneCount, RiseShare, clone_derived_counts, explain_rise

__all__ = [
    "CellFraction",
    "CloneCount",
    "Copies",
    "RiseShare",
    "cell_fraction",
    "cell_fraction_from_baf",
    "cell_fraction_from_vaf",
    "cell_fractions",
    "choose_copies",
    "clone_derived_counts",
    "explain_rise",
]
