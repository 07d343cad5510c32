"""What was measured of a clone, on one day, by one assay, in one specimen.

Four things look alike in a table and mean different things: *not tested*; *not assessable* (HLA loss where
the patient is homozygous); *negative*, down to a limit; *positive*, with a number. The status says which.
A measurement holds what the laboratory reported; `hscape.fractions` turns it into a share of cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hscape.chart.checks import check_finite, check_one_of, check_within
from hscape.errors import InputError

Status = Literal["not_tested", "not_assessable", "negative", "positive"]
STATUSES: tuple[str, ...] = ("not_tested", "not_assessable", "negative", "positive")
#: Kind of clone -> what it is.
CLONE_KINDS: dict[str, str] = {
    "pnh": "cells without GPI-anchored proteins (PIGA)",
    "hla_loss": "cells that lack one HLA allele, by 6p CN-LOH or by mutation",
    "gene": "cells with a mutation in a gene",
    "chromosome": "cells with a chromosomal change",
    "reversion": "cells that regained an inherited defect's lost function",
    "other": "anything else",
}
ASSAYS: tuple[str, ...] = (
    "flow",
    "sequencing",
    "sanger",
    "ddpcr",
    "snp_array",
    "karyotype",
    "fish",
    "chimerism",
    "other",
)
#: Kinds and assays whose name is not simply the word.
_SHOWN_AS = {"pnh": "PNH", "hla_loss": "HLA loss", "sanger": "Sanger sequencing", "ddpcr": "droplet PCR",
             "snp_array": "SNP array", "fish": "FISH"}  # fmt: skip
SPECIMENS: tuple[str, ...] = (
    "blood",
    "marrow",
    "granulocytes",
    "monocytes",
    "red_cells",
    "platelets",
    "t_cells",
    "b_cells",
    "nk_cells",
    "lymphocytes",
    "mononuclear_cells",
    "cd34_cells",
    "buccal",
    "fibroblasts",
    "unknown",
)
#: What happened to the wild-type copy in the mutated cell.
COPY_STATES: tuple[str, ...] = ("heterozygous", "hemizygous", "cn_loh", "deletion", "gain", "unknown")


def shown_as(name: str) -> str:
    """A kind of clone or an assay as people write it."""
    return _SHOWN_AS.get(name, name.replace("_", " "))


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneMeasurement:
    """One finding about one clone.

    Args:
        day: days since day zero of the chart.
        clone: name that links the findings of one clone over time, for example ``PNH`` or ``DNMT3A R882H``.
        kind: one of `CLONE_KINDS`.
        assay: one of `ASSAYS`.
        specimen: one of `SPECIMENS`; the cells that were measured.
        status: not_tested, not_assessable, negative or positive.
        detection_limit_fraction: smallest share (VAF for sequencing, cells for flow) that the assay can see.
        gene: symbol, for example ``PIGA``.
        variant: the change, for example ``p.R882H``.
        alt: reads with the change.
        depth: all reads at the place.
        vaf_fraction: variant allele fraction as reported, if there are no reads.
        cell_fraction: share of cells, where the assay counts cells (flow, FISH, karyotype), 0 to 1.
        censored: ``below`` or ``above`` if the laboratory wrote a limit with the fraction.
        type_ii_fraction: partly deficient red cells in a PNH assay; `cell_fraction` is then type II + III.
        n_cells: cells or metaphases looked at, for a binomial interval.
        copy_state: what happened to the other copy, one of `COPY_STATES`.
        baf: B-allele fraction of germline heterozygous SNPs in the region, 0.5 in normal cells.
        hla_allele: allele that is lacking, for example ``A*02:01``.
        is_allele_aware: True if HLA reads were aligned to the patient's own alleles; None if not known.
        karyotype: ISCN text.
        recipient_fraction: recipient share of the specimen after a transplant.
        purity_fraction: share of the specimen that is of the lineage of the clone.
        note: words.
    """

    day: float
    clone: str
    kind: str
    assay: str
    specimen: str
    status: Status
    detection_limit_fraction: float | None = None
    gene: str = ""
    variant: str = ""
    alt: int | None = None
    depth: int | None = None
    vaf_fraction: float | None = None
    cell_fraction: float | None = None
    censored: Literal["none", "below", "above"] = "none"
    type_ii_fraction: float | None = None
    n_cells: int | None = None
    copy_state: str = "unknown"
    baf: float | None = None
    hla_allele: str = ""
    is_allele_aware: bool | None = None
    karyotype: str = ""
    recipient_fraction: float | None = None
    purity_fraction: float | None = None
    note: str = ""
    source: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        where = f"clone {self.clone or '(no name)'} on day {self.day}"
        check_finite(f"{where}, day", self.day)
        for name, known, kind in (
            (self.kind, CLONE_KINDS, "kind of clone"),
            (self.assay, ASSAYS, "assay"),
            (self.specimen, SPECIMENS, "specimen"),
            (self.status, STATUSES, "status"),
            (self.copy_state, COPY_STATES, "copy state"),
            (self.censored, ("none", "below", "above"), "kind of censoring"),
        ):
            check_one_of(where, name, known, kind)
        for name in (
            "detection_limit_fraction",
            "vaf_fraction",
            "cell_fraction",
            "type_ii_fraction",
            "baf",
            "recipient_fraction",
            "purity_fraction",
        ):
            value = getattr(self, name)
            if value is not None:  # most are, and a chart has hundreds of entries
                check_within(f"{where}, {name}", value, 0.0, 1.0)
        self._check_reads(where)

    def _check_reads(self, where: str) -> None:
        for name in ("alt", "depth", "n_cells"):
            check_within(f"{where}, {name}", getattr(self, name), 0, 1e9)
        if self.alt is not None and self.depth is None:
            raise InputError(f"{where}: has alt reads but no depth; give both.")
        if self.alt is not None and self.depth is not None and self.alt > self.depth:
            raise InputError(
                f"{where}: {self.alt} alt reads of a depth of {self.depth}; alt cannot exceed depth, "
                "which counts all reads."
            )

    @property
    def measured_vaf_fraction(self) -> float | None:
        """Variant allele fraction from reads if there are any, else as reported, else None."""
        if self.alt is not None and self.depth:
            return self.alt / self.depth
        return self.vaf_fraction
