"""Flow cytometry: cells without GPI-anchored proteins, and cells without an HLA allele.

Cells are counted, so the share is that of the cells; all clones with the same loss are counted together. Few
neutrophils give few cells to look at, and a population needs a number of cells to be called. PNH red cells under-read
the clone: with a lifespan k of that of others a share f of production becomes f k / (f k + 1 - f), and donors' red
cells dilute it.

Left out: type II cells, scatter of gates between readers, loss of HLA at the surface without loss of the gene.
"""

from __future__ import annotations

import math
from typing import Any

from hscape.chart import CloneMeasurement
from hscape.observation.assays import HlaFlow, PnhFlow
from hscape.observation.chance import count_cells
from hscape.observation.findings import clones_without_allele
from hscape.observation.subject import Subject

_WHITE = {"granulocytes": "neutrophils_1e9_per_l", "monocytes": "monocytes_1e9_per_l"}
_CELLS_PER_ML = 1e6  # of 1e9 cells per liter


def find_pnh(subject: Subject, assay: PnhFlow, day: float, *, is_exact: bool) -> list[CloneMeasurement]:
    """PNH cells in every line that the assay looks at.

    Args:
        subject: who.
        assay: limits, cells, lines.
        day: of the chart.
        is_exact: True for expectations in place of draws.
    """
    clones = [clone for clone, traits in subject.traits.items() if traits.shown_as == "pnh"]
    found = []
    for line in assay.specimens:
        share = subject.true_share(clones, line, day)
        share += assay.background_fraction * (1.0 - share)
        if line == "red_cells":
            surviving = share * assay.red_cell_survival_fraction
            share = surviving / (surviving + 1.0 - share) * (1.0 - donor_red_cell_share(subject, assay, day))
        entry = {"clone": "PNH", "kind": "pnh", "specimen": line}
        found.append(_counted(subject, assay, "pnh_flow", day, share, entry, is_exact=is_exact))
    return found


def donor_red_cell_share(subject: Subject, assay: PnhFlow, day: float) -> float:
    """Share of the circulating red cells that came from donors, 0 to 0.95."""
    now, lifespan = subject.diagnosis_day + day, assay.transfused_red_cell_survival_days
    mass = sum(
        item.units * assay.transfused_unit_hemoglobin_g * max(0.0, 1.0 - (now - item.day) / lifespan)
        for item in subject.patient.transfusions
        if item.product == "red_cells" and item.day <= now
    )
    total = subject.true_count("hemoglobin_mass_g", day)
    return min(0.95, mass / total) if mass and total > 0 else 0.0


def find_hla_loss(subject: Subject, assay: HlaFlow, day: float, *, is_exact: bool) -> list[CloneMeasurement]:
    """Cells that lack an HLA allele: an entry an allele; not assessable where the patient is homozygous.

    Args:
        subject: who; loci that are not typed are left out.
        assay: limits, cells, loci.
        day: of the chart.
        is_exact: True for expectations in place of draws.
    """
    found = []
    for locus in assay.loci:
        alleles = subject.patient.hla_typing.get(locus)
        if alleles is None:
            continue
        if alleles[0] == alleles[1]:
            found.append(
                CloneMeasurement(
                    day=day,
                    clone=f"HLA-{locus}",
                    kind="hla_loss",
                    gene=f"HLA-{locus}",
                    assay="flow",
                    specimen=assay.specimen,
                    status="not_assessable",
                    note="homozygous",
                )
            )
            continue
        for allele in sorted(alleles):
            share = subject.true_share(clones_without_allele(subject, locus, allele), assay.specimen, day)
            entry = {
                "clone": f"HLA-{allele} loss", "kind": "hla_loss", "specimen": assay.specimen,
                "gene": f"HLA-{locus}", "hla_allele": allele,
            }  # fmt: skip
            found.append(_counted(subject, assay, "hla_flow", day, share, entry, is_exact=is_exact))
    return found


def _counted(
    subject: Subject, assay: PnhFlow | HlaFlow, name: str, day: float, share: float, entry: dict[str, Any],
    *, is_exact: bool,
) -> CloneMeasurement:  # fmt: skip
    made: dict[str, Any] = {"day": day, "assay": "flow"} | entry
    n_cells = _events(subject, assay, entry["specimen"], day)
    if n_cells < max(assay.cluster_events_count, 1):
        return CloneMeasurement(status="not_assessable", note="too few cells", **made)
    source = subject.chance(name, day, entry["clone"], entry["specimen"])
    n_clone = count_cells(source, n_cells, share, is_exact=is_exact)
    limit = min(1.0, max(assay.limit_fraction, assay.cluster_events_count / n_cells))
    made |= {"n_cells": n_cells, "detection_limit_fraction": limit}
    if n_clone > 0 and n_clone / n_cells >= limit:
        return CloneMeasurement(status="positive", cell_fraction=n_clone / n_cells, **made)
    return CloneMeasurement(status="negative", **made)


def _events(subject: Subject, assay: PnhFlow | HlaFlow, specimen: str, day: float) -> int:
    """Cells that can be looked at: as many as wanted, or all that are in the blood drawn."""
    column = _WHITE.get(specimen)
    if column is None:
        return assay.events_count
    count = subject.true_count(column, day)
    if math.isnan(count):
        return 0
    return min(assay.events_count, int(count * _CELLS_PER_ML * assay.blood_volume_ml))
