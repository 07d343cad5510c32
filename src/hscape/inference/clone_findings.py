"""Findings of clones as rows: reads, shares of cells, and tests that found nothing, by the limits of their assay."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from hscape.chart import Chart, CloneMeasurement
from hscape.fractions import Copies, cell_fraction, choose_copies
from hscape.genome.genes import find_gene
from hscape.inference.finding_rows import (
    MOST_CLONES,
    NO_READS,
    NO_SHARE,
    READS,
    SHARE,
    SPECIMENS,
    Reader,
    karyotype_limit,
    logit,
)
from hscape.inference.numbers import FIRST_OTHER, HLA, PNH
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
    hla: dict[float, list[CloneMeasurement]] = defaultdict(list)
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
            hla[m.day].append(m)
        elif m.clone in slots:
            _one(reader, m, slots[m.clone])
        elif m.status == "positive":
            reader.leave("clones beyond the three largest, and kinds without a place in the model")
    for day in sorted(hla):
        _hla(reader, hla[day])


def _one(reader: Reader, m: CloneMeasurement, slot: int, whole: float = 1.0) -> None:
    """One finding of one clone; `whole` is how much of its kind the assay can see."""
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
            specimen, p["sequencing_concentration_reads"], p["sequencing_error_fraction"], whole,
        )  # fmt: skip
        return
    fraction = cell_fraction(m, chart.sex)
    background = p["pnh_background_fraction"] if slot == PNH else 0.0
    if m.status == "negative":
        limit = fraction.high or m.detection_limit_fraction or _usual_limit(m, slot, p)
        if m.assay == "karyotype":
            limit = max(limit, karyotype_limit(p))
        reader.add(label, m.day, NO_SHARE, slot, min(limit, 0.9), error, whole, 0, background, specimen)
        return
    if fraction.fraction is None:
        reader.leave("clones called positive without a number")
        return
    share = min(max(fraction.fraction, 1e-6), 0.999)
    low = min(max(fraction.low if fraction.low is not None else share * 0.8, 1e-7), 0.9985)
    high = min(max(fraction.high if fraction.high is not None else share * 1.2, 1e-6), 0.9995)
    counting = max(0.0, (logit(high) - logit(low)) / 3.92)
    reader.add(label, m.day, SHARE, slot, share, math.hypot(counting, error), 0, 0, background, specimen)


def _usual_limit(m: CloneMeasurement, slot: int, p: Parameters) -> float:
    """Smallest share of cells that the assay reports, where the chart does not say."""
    if slot == PNH:
        return p["pnh_flow_routine_limit_fraction"]
    if slot == HLA:
        return p["hla_flow_limit_fraction"]
    if m.assay == "karyotype":
        return karyotype_limit(p)
    return p["snp_array_limit_fraction"]


def hla_sequencing_limit(p: Parameters) -> float:
    """Share of cells at which sequencing that knows the patient's alleles shows loss of HLA.

    Between that of a mutation, seen in half of a cell's reads, and that of a lost haplotype, seen as unequal reads.
    """
    return math.sqrt(2.0 * p["sequencing_detection_limit_fraction"] * p["hla_sequencing_loss_limit_fraction"])


def _copies(m: CloneMeasurement, sex: str | None) -> Copies:
    gene = find_gene(m.gene) if m.gene else None
    normal = (gene.n_copies(sex) if gene is not None and sex is not None else None) or 2
    state = m.copy_state
    if normal == 1 and state in ("heterozygous", "deletion"):
        state = "hemizygous"
    if normal == 2 and state == "hemizygous":
        state = "heterozygous"
    return choose_copies(state, normal)


def _hla(reader: Reader, entries: Sequence[CloneMeasurement]) -> None:
    """Findings of one day on HLA loss: what was found counts, and if nothing was, the best test does."""
    positive = [m for m in entries if m.status == "positive"]
    flow = [m for m in positive if m.assay == "flow"]
    if flow:
        _one(reader, max(flow, key=lambda m: m.cell_fraction or 0.0), HLA)
        return
    if positive:
        total, low, high = 0.0, 0.0, 0.0
        for m in positive:
            found = cell_fraction(m, reader.chart.sex)
            if found.fraction is not None:
                total += found.fraction
                low += found.low if found.low is not None else 0.8 * found.fraction
                high += found.high if found.high is not None else 1.2 * found.fraction
        if total > 0.0:
            share = min(total, 0.99)
            counting = max(0.0, (logit(min(high, 0.995)) - logit(max(min(low, 0.99), 1e-6))) / 3.92)
            error = math.hypot(counting, reader.p["clone_share_model_error_logit"])
            first = positive[0]
            reader.add(f"HLA loss, {first.assay}, day {first.day:g}", first.day, SHARE, HLA, share, error, 0, 0, 0,
                       SPECIMENS[first.specimen], _unequal_reads_sd(reader.p, positive))  # fmt: skip
        return
    p = reader.p
    rates = {"6p": p["clone_HLA_6p_CN_LOH_rate_per_year"], "mutation": p["clone_HLA_allele_mutation_rate_per_year"]}
    seen = rates["6p"] / sum(rates.values())
    tests = [m for m in entries if m.status == "negative"]
    error = 2.0 * p["clone_share_model_error_logit"]
    whole = [m for m in tests if m.assay == "flow"]
    aware = [m for m in tests if m.is_allele_aware]
    if whole:
        _one(reader, whole[0], HLA)
    elif aware:
        reader.add(
            f"HLA loss, sequencing, day {aware[0].day:g}", aware[0].day, NO_SHARE, HLA, hla_sequencing_limit(p), error,
            1.0, 0, 0.0, SPECIMENS[aware[0].specimen],
        )  # fmt: skip
    elif tests:
        limit = p["snp_array_limit_fraction"]
        reader.add(
            f"6p, {tests[0].assay}, day {tests[0].day:g}", tests[0].day, NO_SHARE, HLA, limit, error, seen, 0, 0.0,
            SPECIMENS[tests[0].specimen],
        )  # fmt: skip


def _unequal_reads_sd(p: Parameters, positive: Sequence[CloneMeasurement]) -> float:
    """Standard deviation of the share of cells that unequal reads of two haplotypes give; 0 if other findings speak.

    Alleles are captured unequally, so that a marrow without any loss passes the limit now and then.
    """
    if any(m.assay != "sequencing" or m.baf is None or not m.depth for m in positive):
        return 0.0
    depth = float(sum(m.depth or 0 for m in positive))
    n_loci = max(1.0, round(depth / p["hla_sequencing_depth_reads"]))
    return math.sqrt(1.0 / depth + 1.0 / (n_loci * p["hla_sequencing_concentration_reads"]))
