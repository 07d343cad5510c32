"""From what a laboratory reports to the share of cells that belong to a clone, with the formula and the numbers.

With m mutant copies in a mutated cell, T copies of the place in it and N in the other cells, a clone that is the share
c of the sample gives

    VAF = c m / (c T + (1 - c) N),      so      c = N VAF / (m - VAF (T - N)).

A germline heterozygous SNP in a region of copy-neutral loss of heterozygosity gives c = 2 |BAF - 0.5|; where one copy
is deleted, c = 2 - 1/BAF with BAF above 0.5. Flow, FISH and karyotype count cells. A share above one is reported as
it comes out, with what may explain it; it is never clipped.

Left out: clones nested in clones, subclonal copy-number changes, reference bias of capture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hscape.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """How many copies of a gene there are, and how many of them are mutated.

    Args:
        mutant: copies with the mutation in a mutated cell (m).
        total: all copies in a mutated cell (T).
        normal: copies in the other cells (N).
        words: what this means, for the printed formula.
    """

    mutant: int
    total: int
    normal: int
    words: str

    def __post_init__(self) -> None:
        if not (1 <= self.mutant <= self.total and self.total >= 1 and self.normal >= 1):
            raise InputError(
                f"copies: {self.mutant} mutant of {self.total} copies beside {self.normal} in normal "
                "cells is not possible; "
                "give 1 <= mutant <= total and at least one normal copy."
            )


def choose_copies(copy_state: str, normal_copies: int) -> Copies:
    """The copies for a state of the other allele.

    Args:
        copy_state: heterozygous, hemizygous, cn_loh, deletion, gain or unknown (taken as heterozygous).
        normal_copies: 2, or 1 for a gene on X in a male.
    """
    if normal_copies == 1:
        if copy_state == "gain":
            return Copies(
                mutant=2, total=2, normal=1, words="both copies mutated after a gain, one copy on X in a male"
            )
        if copy_state == "deletion":
            raise InputError(
                "copy_state: 'deletion' of the other copy is not possible for a gene on X in a male, "
                "which has one copy."
            )
        return Copies(mutant=1, total=1, normal=1, words="one copy on X in a male")
    if copy_state == "hemizygous":
        raise InputError(
            "copy_state: 'hemizygous' needs a gene on X in a male; for a lost other copy write 'deletion'."
        )
    table = {
        "cn_loh": Copies(mutant=2, total=2, normal=2, words="mutation on both copies (CN-LOH)"),
        "deletion": Copies(mutant=1, total=1, normal=2, words="other copy deleted"),
        "gain": Copies(mutant=2, total=3, normal=2, words="mutated copy gained"),
        "heterozygous": Copies(mutant=1, total=2, normal=2, words="one of two copies mutated"),
        "unknown": Copies(mutant=1, total=2, normal=2, words="one of two copies mutated, assumed"),
    }
    return table[copy_state]


def cell_fraction_from_vaf(vaf: float, copies: Copies) -> float:
    """Share of cells from a variant allele fraction; may exceed one, which the caller explains.

    Args:
        vaf: 0 to 1.
        copies: copies in mutated and other cells.

    Returns:
        The share of cells; infinity if no share of cells can give this VAF.

    Example:
        >>> cell_fraction_from_vaf(0.2, choose_copies("heterozygous", 2))
        0.4
    """
    if not 0 <= vaf <= 1:
        raise InputError(f"vaf: {vaf:g} is outside 0 to 1; a percentage must be divided by 100.")
    below = copies.mutant - vaf * (copies.total - copies.normal)
    return copies.normal * vaf / below if below > 0 else math.inf


def vaf_formula(vaf: float, copies: Copies) -> str:
    """The formula with its numbers."""
    m, total, normal = copies.mutant, copies.total, copies.normal
    value = cell_fraction_from_vaf(vaf, copies)
    if total == normal:
        return f"{normal} x VAF / {m} = {normal} x {vaf:.4g} / {m} = {value:.4g} ({copies.words})"
    general = f"{normal} x VAF / ({m} - VAF x ({total} - {normal}))"
    return f"{general} = {normal} x {vaf:.4g} / ({m} - {vaf:.4g} x {total - normal}) = {value:.4g} ({copies.words})"


def cell_fraction_from_baf(baf: float, copy_state: str) -> float:
    """Share of cells with loss of heterozygosity, from the B-allele fraction of germline heterozygous SNPs.

    Args:
        baf: 0 to 1; 0.5 in normal cells, either side of it.
        copy_state: cn_loh or deletion.

    Example:
        >>> cell_fraction_from_baf(0.65, "cn_loh")
        0.3
    """
    if not 0 <= baf <= 1:
        raise InputError(f"baf: {baf:g} is outside 0 to 1; a percentage must be divided by 100.")
    upper = 0.5 + abs(baf - 0.5)
    if copy_state == "deletion":
        return 2 - 1 / upper
    if copy_state in ("cn_loh", "unknown"):
        return round(2 * (upper - 0.5), 12)
    raise InputError(f"copy_state: '{copy_state}' gives no formula for a BAF; use cn_loh or deletion.")


def baf_formula(baf: float, copy_state: str) -> str:
    """The formula with its numbers."""
    upper = 0.5 + abs(baf - 0.5)
    value = cell_fraction_from_baf(baf, copy_state)
    if copy_state == "deletion":
        return f"2 - 1/BAF = 2 - 1/{upper:.4g} = {value:.4g} (one copy deleted)"
    assumed = ", assumed" if copy_state == "unknown" else ""
    return f"2 x |BAF - 0.5| = 2 x |{baf:.4g} - 0.5| = {value:.4g} (CN-LOH{assumed})"
