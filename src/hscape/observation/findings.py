"""What a laboratory would call the changes in cells, and which cells carry them; nothing of the model's own names.

Loss of 6p takes a whole HLA haplotype. The typing of a virtual patient is phased: the first alleles of all loci lie on
one haplotype, the second ones on the other. A chart sorts the alleles, so it does not tell the phase.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hscape.care import CloneTraits
from hscape.observation.subject import Subject

_WHOLE = re.compile(r"^([1-9]|1\d|2[0-2]|X|Y)$")
_ISCN = re.compile(r"^(?:del|dup|add|der|dic|i|idic|ins|inv|r|t)\(")
_SIXTH = ("6p", "6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A chromosomal change.

    Args:
        label: name in a chart, for example ``monosomy 7``.
        iscn: part of a karyotype, for example ``-7``; empty if a karyotype cannot show it.
        copy_state: ``deletion``, ``gain``, ``cn_loh`` or ``heterozygous`` for a balanced one.
        chromosome_change: -1, 0 or 1 whole chromosomes.
    """

    label: str
    iscn: str
    copy_state: str
    chromosome_change: int = 0


def chromosome_change(traits: CloneTraits) -> Change | None:
    """The chromosomal change of a clone, None if it has none that cytogenetics can show."""
    place, variant, state = traits.chromosome.strip(), traits.variant.strip(), traits.copy_state
    if not place or (traits.shown_as != "chromosome" and state not in ("cn_loh", "deletion", "gain")):
        return None
    words = variant.lower()
    if state == "cn_loh":
        return Change(label=f"{place} CN-LOH", iscn="", copy_state="cn_loh")
    if _WHOLE.match(place) and (state == "deletion" or words.startswith(("monosomy", "-"))):
        return Change(label=f"monosomy {place}", iscn=f"-{place}", copy_state="deletion", chromosome_change=-1)
    if _WHOLE.match(place) and (state == "gain" or words.startswith(("trisomy", "+"))):
        return Change(label=f"trisomy {place}", iscn=f"+{place}", copy_state="gain", chromosome_change=1)
    if _ISCN.match(variant):
        is_loss = state == "deletion" or variant.startswith("del(")
        return Change(label=variant, iscn=variant, copy_state="deletion" if is_loss else state)
    if state == "deletion":
        return Change(label=f"del({place})", iscn=f"del({place})", copy_state="deletion")
    return Change(label=variant or f"change of {place}", iscn="", copy_state=state)


def is_loss_of_6p(traits: CloneTraits) -> bool:
    """True if the clone lost an HLA haplotype by loss of heterozygosity."""
    return traits.chromosome in _SIXTH and traits.copy_state in ("cn_loh", "deletion")


def haplotype_lost(traits: CloneTraits, typing: Mapping[str, tuple[str, str]]) -> int:
    """Which of the two haplotypes a loss of 6p takes, 0 or 1; by the first allele named that the patient carries."""
    for allele in named_alleles(traits):
        for alleles in typing.values():
            if allele in alleles:
                return alleles.index(allele)
    return 0


def named_alleles(traits: CloneTraits) -> tuple[str, ...]:
    """The alleles that the traits name, without the prefix ``HLA-``."""
    return tuple(part.removeprefix("HLA-") for part in re.split(r"[,;\s]+", traits.hla_allele) if part)


def clones_without_allele(subject: Subject, locus: str, allele: str) -> list[str]:
    """Clones whose cells lack an allele, by mutation or by loss of its haplotype."""
    typing = subject.patient.hla_typing
    found = []
    for clone, traits in subject.traits.items():
        by_haplotype = is_loss_of_6p(traits) and typing[locus][haplotype_lost(traits, typing)] == allele
        if by_haplotype or allele in named_alleles(traits):
            found.append(clone)
    return found


def imbalance_of_6p(subject: Subject, specimen: str, day: float) -> float:
    """How far loss of 6p moves the share of haplotype 0 from a half, times two: -1 to 1; opposite losses cancel."""
    typing = subject.patient.hla_typing
    total = 0.0
    for haplotype, sign in ((0, -1.0), (1, 1.0)):
        clones = [
            clone
            for clone, traits in subject.traits.items()
            if is_loss_of_6p(traits) and haplotype_lost(traits, typing) == haplotype
        ]
        total += sign * subject.true_share(clones, specimen, day)
    return total


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Variant:
    """What sequencing can tell apart.

    Args:
        head: gene, or HLA allele, that the name begins with.
        words: the change; empty if the traits have no words for it, and then it is one of its own.
        gene: symbol.
        hla_allele: allele that carries it, empty outside HLA genes.
        address: names its draws; never shown.
    """

    head: str
    words: str
    gene: str
    hla_allele: str
    address: str

    def label(self, known: Mapping[str, str]) -> str:
        """Name in a chart; one without words gets the next number when it is first found."""
        if self.address in known:
            return known[self.address]
        if self.words:
            return self.words if self.words.startswith(self.head) else f"{self.head} {self.words}"
        lead = f"{self.head} variant "
        return f"{lead}{1 + sum(label.startswith(lead) for label in known.values())}"


def variant_groups(subject: Subject, *, is_hla: bool) -> dict[Variant, list[str]]:
    """Clones by what sequencing can tell apart; equal variants in two clones cannot be."""
    groups: dict[Variant, list[str]] = {}
    for clone, traits in subject.traits.items():
        gene, words = traits.gene.strip().upper(), traits.variant.strip()
        is_loss = traits.copy_state in ("cn_loh", "deletion") and (
            traits.shown_as == "reversion" or is_loss_of_6p(traits)
        )
        if not gene or gene.startswith("HLA-") != is_hla or traits.shown_as == "chromosome" or is_loss:
            continue
        allele = next(iter(named_alleles(traits)), "")
        head = f"HLA-{allele}" if allele else gene
        address = f"{head} {words}" if words else f"{head}/{clone}"
        variant = Variant(head=head, words=words, gene=gene, hla_allele=allele, address=address)
        groups.setdefault(variant, []).append(clone)
    return dict(sorted(groups.items()))
