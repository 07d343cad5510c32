"""Sequencing: reads with a variant from the share of cells, its copies and the sex; panel and HLA genes.

A clone that is the share c of the sample, with m mutated of T copies in its cells and N copies in the others, gives

    VAF = c m / (c T + (1 - c) N),

and reads are drawn from a beta-binomial distribution around it, with the error of sequencing added. A variant is
reported from the detection limit on, and followed from then on with its reads even below the limit; for a gene in
which none has been found the panel is negative. So no chart names a variant before a laboratory could.

Left out: insertions that align badly, reads of one clone changed by copy losses of another, false variants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hscape.care import CloneTraits
from hscape.chart import CloneMeasurement
from hscape.fractions import Copies, choose_copies
from hscape.genome.genes import find_gene
from hscape.observation.assays import HlaSequencing, Sequencing
from hscape.observation.chance import count_reads, read_depth
from hscape.observation.findings import Variant, imbalance_of_6p, variant_groups
from hscape.observation.subject import Subject


def copies_of(traits: CloneTraits, sex: str) -> tuple[str, Copies]:
    """Copy state as a chart has it, and copies of the gene in mutated and other cells.

    Args:
        traits: of the clone.
        sex: ``female`` or ``male``.

    Raises:
        InputError: a copy state that this sex cannot have.
    """
    gene = find_gene(traits.gene)
    normal = 1 if gene is None and traits.copy_state == "hemizygous" else 2
    if gene is not None:
        normal = gene.n_copies(sex) or 2
    state = traits.copy_state
    if normal == 1 and state == "heterozygous":
        state = "hemizygous"
    if normal == 2 and state == "hemizygous":
        state = "heterozygous"
    return state, choose_copies(state, normal)


def true_vaf(subject: Subject, clones: Sequence[str], specimen: str, day: float) -> float:
    """Variant allele fraction of a variant that one or several clones have, before any scatter.

    A clone within a clone of the same variant counts with its own copies.
    """
    mutant, total, held, normal = 0.0, 0.0, 0.0, 2
    for clone in clones:
        inner = [other for other in clones if other != clone and other in subject.carriers[clone]]
        cells = set(subject.carriers[clone]).difference(*(subject.carriers[other] for other in inner))
        share = min(subject.share_of_cells(cells, specimen, day), 1.0 - held)
        _, copies = copies_of(subject.traits[clone], subject.sex)
        mutant, total, normal = mutant + share * copies.mutant, total + share * copies.total, copies.normal
        held += share
    return mutant / (total + (1.0 - held) * normal)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """One sample in the sequencer: who, how, when."""

    subject: Subject
    assay: Sequencing | HlaSequencing
    name: str
    day: float
    depth_reads: int
    is_exact: bool

    def depth(self, place: str, times: int = 1) -> int:
        source = self.subject.chance(self.name, self.day, place, "depth")
        return read_depth(source, self.depth_reads * times, self.assay.depth_variation_fraction)

    def reads(self, label: str, vaf: float, depth: int) -> int:
        shown = vaf * (1.0 - self.assay.error_fraction) + (1.0 - vaf) * self.assay.error_fraction
        source = self.subject.chance(self.name, self.day, label, "reads")
        return count_reads(source, depth, shown, self.assay.concentration_reads, is_exact=self.is_exact)

    def variant(self, variant: Variant, clones: Sequence[str], known: dict[str, str]) -> dict[str, Any] | None:
        """The entry of a variant that is above the limit now, or was found before; else None."""
        depth = self.depth(variant.address)
        alt = self.reads(variant.address, true_vaf(self.subject, clones, self.assay.specimen, self.day), depth)
        is_seen = alt > 0 and alt / depth >= self.assay.detection_limit_fraction
        if not is_seen and variant.address not in known:
            return None
        label = known[variant.address] = variant.label(known)
        return {
            "day": self.day,
            "clone": label,
            "gene": variant.gene,
            "variant": label.removeprefix(variant.head).strip(),
            "assay": "sequencing",
            "specimen": self.assay.specimen,
            "status": "positive" if is_seen else "negative",
            "detection_limit_fraction": self.assay.detection_limit_fraction,
            "alt": alt,
            "depth": depth,
        }


def sequence_panel(
    subject: Subject, assay: Sequencing, day: float, known: dict[str, str], *, depth_reads: int | None, is_exact: bool
) -> list[CloneMeasurement]:
    """The report of a panel on one day.

    Args:
        subject: who.
        assay: panel, depth, limits.
        day: of the chart.
        known: variants found so far, address -> name; grows.
        depth_reads: depth asked for on this day, None for that of the assay.
        is_exact: True for expectations in place of draws.

    Returns:
        An entry for every variant found now or before, and a negative one for every other gene of the panel.
    """
    reader = _Reader(
        subject=subject, assay=assay, name="sequencing", day=day,
        depth_reads=depth_reads or assay.depth_reads, is_exact=is_exact,
    )  # fmt: skip
    found, told = [], set()
    for variant, clones in variant_groups(subject, is_hla=False).items():
        entry = reader.variant(variant, clones, known) if variant.gene in assay.genes else None
        if entry is None:
            continue
        told.add(variant.gene)
        traits = subject.traits[clones[0]]
        state = copies_of(traits, subject.sex)[0] if assay.tells_copy_state else "unknown"
        found.append(CloneMeasurement(kind=traits.shown_as, copy_state=state, **entry))
    for gene in assay.genes:
        if gene not in told and not gene.startswith("HLA-"):
            found.append(_negative_gene(reader, gene, "gene"))
    return found


def _negative_gene(reader: _Reader, gene: str, kind: str, *, is_allele_aware: bool | None = None) -> CloneMeasurement:
    return CloneMeasurement(
        day=reader.day, clone=gene, kind=kind, gene=gene, assay="sequencing", specimen=reader.assay.specimen,
        status="negative", detection_limit_fraction=reader.assay.detection_limit_fraction, depth=reader.depth(gene),
        is_allele_aware=is_allele_aware,
    )  # fmt: skip


def sequence_hla(
    subject: Subject, assay: HlaSequencing, day: float, known: dict[str, str], *, is_exact: bool
) -> list[CloneMeasurement]:
    """The report of allele-aware HLA sequencing: an entry a locus or mutation, and one for loss of a haplotype.

    Args:
        subject: who; loci that are not typed are left out.
        assay: loci, depth, limits.
        day: of the chart.
        known: mutations found so far, address -> name; grows.
        is_exact: True for expectations in place of draws.
    """
    reader = _Reader(
        subject=subject, assay=assay, name="hla_sequencing", day=day, depth_reads=assay.depth_reads, is_exact=is_exact
    )
    typing = subject.patient.hla_typing
    loci = [locus for locus in assay.loci if locus in typing]
    open_loci = [locus for locus in loci if typing[locus][0] != typing[locus][1]]
    found: list[CloneMeasurement] = []
    groups = variant_groups(subject, is_hla=True)
    for locus in loci:
        gene = f"HLA-{locus}"
        if locus not in open_loci:
            found.append(_not_assessable(day, gene, assay.specimen, gene))
            continue
        mutations = {key: clones for key, clones in groups.items() if key.gene == gene}
        found += _mutations(reader, mutations, known) or [
            _negative_gene(reader, gene, "hla_loss", is_allele_aware=True)
        ]
    if loci:
        found.append(_loss_by_reads(reader, assay, len(open_loci)))
    return found


def _mutations(
    reader: _Reader, groups: Mapping[Variant, Sequence[str]], known: dict[str, str]
) -> list[CloneMeasurement]:
    found = []
    for variant, clones in groups.items():
        entry = reader.variant(variant, clones, known)
        if entry is None:
            continue
        traits = reader.subject.traits[clones[0]]
        found.append(
            CloneMeasurement(
                kind="hla_loss",
                hla_allele=variant.hla_allele,
                is_allele_aware=True,
                copy_state=copies_of(traits, reader.subject.sex)[0],
                **entry,
            )
        )
    return found


def _loss_by_reads(reader: _Reader, assay: HlaSequencing, n_loci: int) -> CloneMeasurement:
    """Loss of 6p from unequal reads of the two haplotypes, over all loci together."""
    label, subject = "6p CN-LOH", reader.subject
    if not n_loci:
        return _not_assessable(reader.day, label, assay.specimen, "")
    depth = reader.depth(label, n_loci)
    # Reads of a haplotype mix as copies do: equal in cells without the loss, all of one kind in cells with it.
    share = imbalance_of_6p(subject, assay.specimen, reader.day)
    alt = count_reads(
        subject.chance(reader.name, reader.day, label, "reads"), depth, 0.5 + share / 2.0,
        assay.concentration_reads * n_loci, is_exact=reader.is_exact,
    )  # fmt: skip
    baf = round(0.5 + abs(alt / depth - 0.5), 4 if not reader.is_exact else 12)
    is_seen = baf > 0.5 and 2.0 * (baf - 0.5) >= assay.loss_limit_fraction
    return CloneMeasurement(
        day=reader.day, clone=label, kind="hla_loss", assay="sequencing", specimen=assay.specimen,
        status="positive" if is_seen else "negative", baf=baf if is_seen else None, depth=depth, is_allele_aware=True,
        copy_state="cn_loh", detection_limit_fraction=None if is_seen else assay.loss_limit_fraction / 2.0,
    )  # fmt: skip


def _not_assessable(day: float, label: str, specimen: str, gene: str) -> CloneMeasurement:
    return CloneMeasurement(
        day=day, clone=label, kind="hla_loss", gene=gene, assay="sequencing", specimen=specimen,
        status="not_assessable", is_allele_aware=True, note="homozygous",
    )  # fmt: skip
