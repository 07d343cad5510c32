"""Facts about genes that a fraction needs: the chromosome and the number of copies in a normal cell."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources

#: HLA class I loci whose alleles may show the targets of an immune attack; either is as likely.
RESTRICTING_LOCI = ("A", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gene:
    """One gene.

    Args:
        symbol: HGNC symbol.
        chromosome: ``1`` to ``22``, ``X`` or ``Y``.
        arm: cytogenetic band.
        role: what it has to do with marrow failure.
        pseudoautosomal: True if a male has two copies although it lies on X.
        is_hla: True for HLA genes, whose reads need allele-aware alignment.
    """

    symbol: str
    chromosome: str
    arm: str
    role: str
    pseudoautosomal: bool = False
    is_hla: bool = False

    @property
    def is_x_linked(self) -> bool:
        """True if a male has one copy."""
        return self.chromosome == "X" and not self.pseudoautosomal

    def n_copies(self, sex: str | None) -> int | None:
        """Copies in a normal cell; None if that depends on a sex that is not known."""
        if not self.is_x_linked:
            return 2
        return {"male": 1, "female": 2}.get(sex or "")


@functools.cache
def genes() -> dict[str, Gene]:
    """Every known gene, by symbol."""
    text = resources.files("hscape.genome").joinpath("genes.toml").read_text(encoding="utf-8")
    return {symbol: Gene(symbol=symbol, **facts) for symbol, facts in tomllib.loads(text).items()}


def find_gene(symbol: str) -> Gene | None:
    """The facts about a gene, None if it is not in the table."""
    return genes().get(symbol.strip().upper())
