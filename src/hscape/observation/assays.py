"""What a laboratory offers: every number from the records of `biology/values/assays.toml`.

None in place of an assay means that it is not offered: the chart then says *not tested*, which is not *negative*.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hscape.chart import SPECIMENS
from hscape.errors import InputError, unknown_name
from hscape.observation.blood_assay import BloodCounts
from hscape.parameters import Parameters

#: A panel for myeloid neoplasia; like most it has neither PIGA nor HLA genes.
MYELOID_PANEL = (
    "ASXL1", "BCOR", "BCORL1", "CBL", "CSF3R", "CUX1", "DNMT3A", "EZH2", "JAK2", "KDM6A", "KRAS", "NRAS", "PHF6",
    "PPM1D", "RUNX1", "SETBP1", "SF3B1", "SRSF2", "STAG2", "STAT3", "TET2", "TP53", "U2AF1", "ZRSR2",
)  # fmt: skip
#: Depth of reads and number of cells that stand for endless ones.
ENDLESS = 10**8


@dataclass(frozen=True, slots=True, kw_only=True)
class Marrow:
    """Biopsy: cellularity with the scatter of its reading on the logit scale, in steps; 0 steps for the exact share."""

    reading_variation_logit: float
    step_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Karyotype:
    """Karyotype of the marrow: metaphases, how many of them make a clone, and the chance that there are none."""

    metaphases_count: int
    gain_cells_count: int
    loss_cells_count: int
    failure_probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SnpArray:
    """SNP array: smallest share of cells with loss of heterozygosity, scatter of the B-allele fraction, specimen."""

    limit_fraction: float
    baf_variation_fraction: float
    specimen: str = "marrow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequencing:
    """Sequencing of genes.

    Args:
        genes: of the panel; HLA genes are read by `HlaSequencing` alone.
        depth_reads: mean depth.
        depth_variation_fraction: coefficient of variation of the depth.
        concentration_reads: of the beta-binomial distribution.
        error_fraction: share of reads with a given wrong base.
        detection_limit_fraction: smallest VAF that is reported.
        specimen: ``blood``, ``granulocytes``, ``marrow`` or another specimen with DNA.
        tells_copy_state: True if loss of the other copy is known, for example from the array.
    """

    genes: tuple[str, ...]
    depth_reads: int
    depth_variation_fraction: float
    concentration_reads: float
    error_fraction: float
    detection_limit_fraction: float
    specimen: str = "blood"
    tells_copy_state: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HlaSequencing:
    """Allele-aware sequencing of HLA genes: mutations, and loss of a haplotype from unequal reads.

    Args:
        loci: loci that are read, for example ``A``.
        depth_reads: mean depth at a locus.
        depth_variation_fraction: coefficient of variation of the depth.
        concentration_reads: of the beta-binomial distribution.
        error_fraction: share of reads with a given wrong base.
        detection_limit_fraction: smallest VAF of a mutation that is reported.
        loss_limit_fraction: smallest share of cells with loss of a haplotype that is reported.
        specimen: cells that are sequenced.
    """

    loci: tuple[str, ...]
    depth_reads: int
    depth_variation_fraction: float
    concentration_reads: float
    error_fraction: float
    detection_limit_fraction: float
    loss_limit_fraction: float
    specimen: str = "blood"


@dataclass(frozen=True, slots=True, kw_only=True)
class PnhFlow:
    """Flow cytometry for PNH cells.

    Args:
        limit_fraction: smallest share that is reported.
        events_count: cells looked at in each line.
        cluster_events_count: cells that make a population.
        blood_volume_ml: blood from which the white cells come.
        background_fraction: PNH cells of everyone.
        red_cell_survival_fraction: lifespan of PNH red cells relative to others.
        transfused_unit_hemoglobin_g: hemoglobin of a unit of red cells.
        transfused_red_cell_survival_days: time in which they disappear.
        specimens: lines that are looked at.
    """

    limit_fraction: float
    events_count: int
    cluster_events_count: int
    blood_volume_ml: float
    background_fraction: float
    red_cell_survival_fraction: float
    transfused_unit_hemoglobin_g: float
    transfused_red_cell_survival_days: float
    specimens: tuple[str, ...] = ("granulocytes", "red_cells")


@dataclass(frozen=True, slots=True, kw_only=True)
class HlaFlow:
    """Flow cytometry for granulocytes that lack an HLA allele: limit, cells, blood, and loci with antibodies."""

    limit_fraction: float
    events_count: int
    cluster_events_count: int
    blood_volume_ml: float
    loci: tuple[str, ...] = ("A", "B")
    specimen: str = "granulocytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assays:
    """All that a laboratory offers; None for what it does not.

    Args:
        counts: blood counts.
        marrow: reading of biopsies.
        karyotype: of the marrow.
        snp_array: for loss of heterozygosity.
        sequencing: panel of genes.
        pnh_flow: PNH cells.
        hla_flow: cells without an HLA allele.
        hla_sequencing: allele-aware sequencing of HLA genes.
        chimerism_variation_fraction: scatter of the share of donor cells; None if it is not measured.
        types_hla: True if the germline HLA type is in the chart.
        is_exact: True for expectations in place of draws of cells and reads.
    """

    counts: BloodCounts
    marrow: Marrow | None
    karyotype: Karyotype | None
    snp_array: SnpArray | None
    sequencing: Sequencing | None
    pnh_flow: PnhFlow | None
    hla_flow: HlaFlow | None
    hla_sequencing: HlaSequencing | None
    chimerism_variation_fraction: float | None
    types_hla: bool = True
    is_exact: bool = False

    def __post_init__(self) -> None:
        for assay in (self.sequencing, self.hla_sequencing, self.snp_array, self.hla_flow):
            if assay is not None and assay.specimen not in SPECIMENS:
                raise unknown_name("assays", assay.specimen, SPECIMENS, kind="specimen")
        for line in self.pnh_flow.specimens if self.pnh_flow else ():
            if line not in ("granulocytes", "monocytes", "red_cells"):
                raise InputError(f"assays.pnh_flow: '{line}' is not a line; use granulocytes, monocytes, red_cells.")

    @classmethod
    def routine(cls, parameters: Parameters | None = None) -> Assays:
        """A hospital's laboratory: routine PNH flow, panel, karyotype, array of the marrow; no HLA assay."""
        return replace(_everything(parameters or Parameters(), sensitive=False), hla_flow=None, hla_sequencing=None)

    @classmethod
    def research(cls, parameters: Parameters | None = None) -> Assays:
        """A center that looks for escape: sensitive PNH flow, HLA flow, HLA and panel sequencing of granulocytes."""
        made = _everything(parameters or Parameters(), sensitive=True)
        assert made.sequencing is not None
        assert made.hla_sequencing is not None
        panel = replace(made.sequencing, specimen="granulocytes", genes=(*MYELOID_PANEL, "PIGA"))
        return replace(made, sequencing=panel, hla_sequencing=replace(made.hla_sequencing, specimen="granulocytes"))

    @classmethod
    def noiseless(cls, genes: tuple[str, ...] = (*MYELOID_PANEL, "PIGA")) -> Assays:
        """Everything, without chance, rounding, limits, background, hemolysis or loss of values; for checks."""
        made = _everything(Parameters(), sensitive=True)
        assert made.sequencing is not None
        assert made.hla_sequencing is not None
        assert made.pnh_flow is not None
        assert made.hla_flow is not None
        reads: dict[str, Any] = {
            "depth_reads": ENDLESS, "depth_variation_fraction": 0.0, "error_fraction": 0.0,
            "detection_limit_fraction": 0.0,
        }  # fmt: skip
        cells: dict[str, Any] = {
            "limit_fraction": 0.0, "events_count": ENDLESS, "cluster_events_count": 0, "blood_volume_ml": 1e9,
        }  # fmt: skip
        return replace(
            made,
            counts=BloodCounts.noiseless(),
            marrow=Marrow(reading_variation_logit=0.0, step_fraction=0.0),
            karyotype=Karyotype(
                metaphases_count=ENDLESS, gain_cells_count=1, loss_cells_count=1, failure_probability=0.0
            ),
            snp_array=SnpArray(limit_fraction=0.0, baf_variation_fraction=0.0),
            sequencing=replace(made.sequencing, genes=genes, **reads),
            hla_sequencing=replace(made.hla_sequencing, loss_limit_fraction=0.0, **reads),
            pnh_flow=replace(made.pnh_flow, background_fraction=0.0, red_cell_survival_fraction=1.0, **cells),
            hla_flow=replace(made.hla_flow, **cells),
            chimerism_variation_fraction=0.0,
            is_exact=True,
        )


def _everything(p: Parameters, *, sensitive: bool) -> Assays:
    flow: dict[str, Any] = {
        "cluster_events_count": round(p["flow_cluster_events_count"]),
        "blood_volume_ml": p["flow_blood_volume_ml"],
    }
    reads: dict[str, Any] = {
        "depth_variation_fraction": p["sequencing_depth_variation_fraction"],
        "error_fraction": p["sequencing_error_fraction"],
        "detection_limit_fraction": p["sequencing_detection_limit_fraction"],
    }
    return Assays(
        counts=BloodCounts.from_parameters(p),
        marrow=Marrow(
            reading_variation_logit=p["cellularity_reading_variation_logit"],
            step_fraction=p["cellularity_step_fraction"],
        ),
        karyotype=Karyotype(
            metaphases_count=round(p["karyotype_metaphases_count"]),
            gain_cells_count=round(p["karyotype_gain_cells_count"]),
            loss_cells_count=round(p["karyotype_loss_cells_count"]),
            failure_probability=p["karyotype_failure_probability"],
        ),
        snp_array=SnpArray(
            limit_fraction=p["snp_array_limit_fraction"], baf_variation_fraction=p["snp_array_baf_variation_fraction"]
        ),
        sequencing=Sequencing(
            genes=MYELOID_PANEL,
            depth_reads=round(p["sequencing_depth_reads"]),
            concentration_reads=p["sequencing_concentration_reads"],
            **reads,
        ),
        pnh_flow=PnhFlow(
            limit_fraction=p[f"pnh_flow_{'sensitive' if sensitive else 'routine'}_limit_fraction"],
            events_count=round(p["pnh_flow_events_count"]),
            background_fraction=p["pnh_background_fraction"],
            red_cell_survival_fraction=p["pnh_red_cell_survival_fraction"],
            transfused_unit_hemoglobin_g=p["transfused_unit_hemoglobin_mg"] / 1000.0,
            transfused_red_cell_survival_days=p["transfused_red_cell_survival_days"],
            **flow,
        ),
        hla_flow=HlaFlow(
            limit_fraction=p["hla_flow_limit_fraction"],
            events_count=round(p["hla_flow_events_count"]),
            **flow,
        ),
        hla_sequencing=HlaSequencing(
            loci=("A", "B", "C"),
            depth_reads=round(p["hla_sequencing_depth_reads"]),
            concentration_reads=p["hla_sequencing_concentration_reads"],
            loss_limit_fraction=p["hla_sequencing_loss_limit_fraction"],
            **reads,
        ),
        chimerism_variation_fraction=p["chimerism_variation_fraction"],
    )
