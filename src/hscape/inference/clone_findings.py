"""Findings of clones as rows: reads, shares of cells, and tests that found nothing, by the limits of their assay."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from hscape.chart import Chart, CloneMeasurement
from hscape.fractions import Copies, cell_fraction, choose_copies
from hscape.genome.genes import find_gene
from hscape.inference.finding_rows import (
    LEAST_SHARE,
    MOST_CLONES,
    MOST_SHARE,
    NO_READS,
    NO_SHARE,
    READS,
    SHARE,
    SPECIMENS,
    Reader,
    counting_logit,
    karyotype_limit,
    share_limits,
)
from hscape.inference.hla_findings import read_hla
from hscape.inference.numbers import FIRST_OTHER, PNH
from hscape.inference.slots import CloneSlot, find_kind
from hscape.parameters import Parameters


def choose_clones(chart: Chart, p: Parameters, last_day: float) -> tuple[CloneSlot, ...]:
    """The measured clones beside PNH and HLA loss: the largest, at most three."""
    found: dict[str, list[CloneMeasurement]] = defaultdict(list)
    for m in chart.clone_measurements:
        if (
            m.kind in ("gene", "chromosome", "other")
            and m.status == "positive"
            and m.day <= last_day
            and m.gene != "PIGA"
        ):
            found[m.clone].append(m)
    largest = {
        name: max((cell_fraction(m, chart.sex).fraction or 0.0) for m in entries) for name, entries in found.items()
    }
    made = []
    for name in sorted(largest, key=lambda key: (-largest[key], key))[:MOST_CLONES]:
        first = found[name][0]
        change = first.variant or first.karyotype or first.clone if first.kind == "chromosome" else ""
        kind = find_kind(first.gene, first.variant or name, change, p)
        is_late = kind is not None and kind.arises_only_in_failure and first.day > 0.0
        made.append(CloneSlot(label=name, kind=kind, is_late=is_late, first_day=min(m.day for m in found[name])))
    return tuple(made)


def read_clones(reader: Reader, clones: Sequence[CloneSlot], first_day: float) -> None:
    """Findings of all clones that have a slot, from the first day on that is explained."""
    slots = {clone.label: FIRST_OTHER + i for i, clone in enumerate(clones)}
    hla: list[CloneMeasurement] = []
    for m in reader.chart.clone_measurements:
        if m.status in ("not_tested", "not_assessable"):
            continue
        if m.day > reader.last_day or m.day < first_day:
            reader.leave("clone findings outside of the days that are explained")
        elif m.specimen not in SPECIMENS:
            reader.leave(f"clone findings in {m.specimen.replace('_', ' ')}")
        elif m.kind == "pnh" or m.gene == "PIGA":
            if m.gene == "PIGA" and m.kind != "pnh":
                reader.leave("single PIGA variants (flow counts all of them)")
            else:
                _one(reader, m, PNH)
        elif m.kind == "hla_loss":
            hla.append(m)
        elif m.clone in slots:
            _one(reader, m, slots[m.clone])
        elif m.status == "positive":
            reader.leave("clones beyond the three largest, and kinds without a place in the model")
        else:
            reader.leave("negative tests for clones that have no place of their own")
    read_hla(reader, hla)


def _one(reader: Reader, m: CloneMeasurement, slot: int) -> None:
    """One finding of one clone."""
    p, chart = reader.p, reader.chart
    specimen, error = SPECIMENS[m.specimen], p["clone_share_model_error_logit"]
    label = f"{m.clone}, {m.assay}, day {m.day:g}"
    if m.assay in ("sequencing", "sanger", "ddpcr") and m.baf is None and m.kind != "chromosome":
        copies = _copies(m, chart.sex)
        limit = m.detection_limit_fraction or p["sequencing_detection_limit_fraction"]
        depth = float(m.depth) if m.depth else 0.0
        vaf = m.measured_vaf_fraction
        if vaf is None and m.status == "positive":
            reader.leave("clones called positive without a number")
            return
        if depth <= 0.0:
            depth = p["sequencing_depth_reads"]
        reads = float(m.alt) if m.alt is not None else (round(vaf * depth) if vaf is not None else 0.0)
        is_count = vaf is not None
        what = READS if is_count else NO_READS
        reader.add(
            label, m.day, what, slot, reads if is_count else limit, depth, copies.mutant, copies.total, copies.normal,
            specimen, p["sequencing_concentration_reads"], p["sequencing_error_fraction"], 1.0,
        )  # fmt: skip
        return
    fraction = cell_fraction(m, chart.sex)
    background = p["pnh_background_fraction"] if slot == PNH else 0.0
    if m.status == "negative":
        limit = fraction.high or m.detection_limit_fraction or _usual_limit(m, slot, p)
        if m.assay == "karyotype":
            limit = max(limit, karyotype_limit(p))
        reader.add(label, m.day, NO_SHARE, slot, min(limit, 0.9), error, 1.0, 0, background, specimen)
        return
    if fraction.fraction is None:
        reader.leave("clones called positive without a number")
        return
    share = min(max(fraction.fraction, LEAST_SHARE), MOST_SHARE)
    counting = counting_logit(*share_limits(fraction))
    reader.add(label, m.day, SHARE, slot, share, math.hypot(counting, error), 0, 0, background, specimen)


def _usual_limit(m: CloneMeasurement, slot: int, p: Parameters) -> float:
    """Smallest share of cells that the assay reports, where the chart does not say."""
    if slot == PNH:
        return p["pnh_flow_routine_limit_fraction"]
    if m.assay == "karyotype":
        return karyotype_limit(p)
    return p["snp_array_limit_fraction"]


def _copies(m: CloneMeasurement, sex: str | None) -> Copies:
    gene = find_gene(m.gene) if m.gene else None
    normal = (gene.n_copies(sex) if gene is not None and sex is not None else None) or 2
    state = m.copy_state
    if normal == 1 and state in ("heterozygous", "deletion"):
        state = "hemizygous"
    if normal == 2 and state == "hemizygous":
        state = "heterozygous"
    return choose_copies(state, normal)
