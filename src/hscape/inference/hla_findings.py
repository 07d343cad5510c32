"""Findings on loss of HLA as rows: what was found, and the ways of losing an allele that a negative test leaves open.

An allele is lost by a mutation of its own gene or with its whole haplotype. A test looks at some genes, or at the
haplotype: flow of HLA-A sees nothing of a cell that lost an allele of HLA-B. Which allele shows the targets of the
attack, and so which loss would escape, is not known. So the chart's negative tests count together, averaged over the
ways: one that nobody looked for stays as likely as before, however often the others were not found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hscape.chart import Chart, CloneMeasurement
from hscape.fractions import cell_fraction
from hscape.genome.genes import RESTRICTING_LOCI
from hscape.inference.finding_rows import (
    LEAST_SHARE,
    MOST_SHARE,
    NO_HLA,
    SHARE,
    SPECIMENS,
    Reader,
    counting_logit,
    share_limits,
)
from hscape.inference.numbers import HLA
from hscape.parameters import Parameters

HAPLOTYPE = "6p"
Way = tuple[str, int]  # gene or haplotype, and which of the two copies


def read_hla(reader: Reader, entries: Sequence[CloneMeasurement]) -> None:
    """All findings on loss of HLA of a chart."""
    days = sorted({m.day for m in entries})
    positive = {day: [m for m in entries if m.day == day and m.status == "positive"] for day in days}
    ways = possible_ways(reader, [m for found in positive.values() for m in found])
    for day in days:
        if positive[day]:
            _found(reader, positive[day])
        else:
            _not_found(reader, [m for m in entries if m.day == day and m.status == "negative"], ways)


def possible_ways(reader: Reader, positive: Sequence[CloneMeasurement]) -> dict[Way, float]:
    """Ways of losing an allele and their chances; those that were found if any was.

    A locus of which both copies are one allele is none: the cell still shows it after loss of one.
    """
    p, chart = reader.p, reader.chart
    typed = {entry.locus: entry.alleles for entry in chart.hla_typing}
    loci = [x for x in RESTRICTING_LOCI if x not in typed or typed[x][0] != typed[x][1]] or list(RESTRICTING_LOCI)
    mutation, loss = p["clone_HLA_allele_mutation_rate_per_year"], p["clone_HLA_6p_CN_LOH_rate_per_year"]
    ways = {(locus, copy): mutation / (2 * len(loci)) for locus in loci for copy in (0, 1)}
    ways |= {(HAPLOTYPE, copy): loss / 2 for copy in (0, 1)}
    found = {way for m in positive for way in ways_seen(chart, m, _alleles(chart))} & set(ways)
    kept = {way: chance for way, chance in ways.items() if not found or way in found}
    return {way: chance / sum(kept.values()) for way, chance in kept.items()}


def ways_seen(chart: Chart, m: CloneMeasurement, alleles: dict[str, list[str]]) -> set[Way]:
    """Ways of losing an allele that one test looks at."""
    everything = {(place, copy) for place in (*RESTRICTING_LOCI, HAPLOTYPE) for copy in (0, 1)}
    if m.assay != "flow" and (m.assay != "sequencing" or not m.is_allele_aware or m.copy_state == "cn_loh"):
        return {(HAPLOTYPE, 0), (HAPLOTYPE, 1)}
    locus = _locus(m)
    if not locus:
        return everything if m.assay == "flow" else everything - {(HAPLOTYPE, 0), (HAPLOTYPE, 1)}
    known = alleles.get(locus, [])
    copies = (known.index(m.hla_allele) % 2,) if m.hla_allele in known else (0, 1)
    places = (locus, HAPLOTYPE) if m.assay == "flow" else (locus,)
    return {(place, copy) for place in places for copy in copies}


def _locus(m: CloneMeasurement) -> str:
    return (m.hla_allele or m.gene).removeprefix("HLA-").partition("*")[0].strip().upper()


def _alleles(chart: Chart) -> dict[str, list[str]]:
    """Locus -> its alleles as the chart names them: the typing, or else those that were tested, in order."""
    found: dict[str, list[str]] = {entry.locus: list(entry.alleles) for entry in chart.hla_typing}
    for m in chart.clone_measurements:
        if m.kind == "hla_loss" and m.hla_allele:
            known = found.setdefault(_locus(m), [])
            if m.hla_allele not in known and len(known) < 2:
                known.append(m.hla_allele)
    return found


def _found(reader: Reader, positive: Sequence[CloneMeasurement]) -> None:
    """Losses that were found on one day: the largest by flow, or all others together."""
    flow = [m for m in positive if m.assay == "flow"]
    counted = [max(flow, key=lambda m: m.cell_fraction or 0.0)] if flow else list(positive)
    total, low, high = 0.0, 0.0, 0.0
    for m in counted:
        found = cell_fraction(m, reader.chart.sex)
        if found.fraction is not None:
            total += found.fraction
            least, most = share_limits(found)
            low, high = low + least, high + most
    if total <= 0.0:
        reader.leave("clones called positive without a number")
        return
    first = counted[0]
    share = min(max(total, LEAST_SHARE), MOST_SHARE)
    error = math.hypot(counting_logit(low, high), reader.p["clone_share_model_error_logit"])
    reader.add(f"HLA loss, {first.assay}, day {first.day:g}", first.day, SHARE, HLA, share, error, 0, 0, 0,
               SPECIMENS[first.specimen], 0.0 if flow else unequal_reads_sd(reader.p, positive))  # fmt: skip


def _not_found(reader: Reader, tests: Sequence[CloneMeasurement], ways: dict[Way, float]) -> None:
    """Negative tests of one day: each way by the test that looks at it most closely."""
    alleles = _alleles(reader.chart)
    best: dict[Way, tuple[float, CloneMeasurement]] = {}
    for m in tests:
        limit = _limit(reader, m)
        for way in ways_seen(reader.chart, m, alleles) & set(ways):
            if way not in best or limit < best[way][0]:
                best[way] = (limit, m)
    order = list(ways)
    for way, (limit, m) in best.items():
        error = (1.0 if m.assay == "flow" else 2.0) * reader.p["clone_share_model_error_logit"]
        words = "loss of 6p" if way[0] == HAPLOTYPE else f"loss of HLA-{way[0]}"
        reader.add(f"{words} ({way[1] + 1}), {m.assay}, day {m.day:g}", m.day, NO_HLA, HLA, min(limit, 0.9), error,
                   order.index(way), ways[way], 0.0, SPECIMENS[m.specimen])  # fmt: skip


def seen_part(rows: np.ndarray) -> float:
    """Chance that some negative test looked at the way in which an allele would be lost; 1 if none was needed.

    Args:
        rows: of the observations; without a negative test for loss of HLA nothing is left open by one.
    """
    tests = rows[rows[:, 1] == NO_HLA]
    return float(sum({int(row[5]): row[6] for row in tests}.values())) if len(tests) else 1.0


def _limit(reader: Reader, m: CloneMeasurement) -> float:
    """Share of cells from which on a test would have found the loss."""
    p = reader.p
    said = cell_fraction(m, reader.chart.sex).high
    if m.assay == "flow":
        return said or m.detection_limit_fraction or p["hla_flow_limit_fraction"]
    if m.assay == "sequencing" and m.is_allele_aware:
        if m.copy_state == "cn_loh":
            return p["hla_sequencing_loss_limit_fraction"]
        return 2.0 * (m.detection_limit_fraction or p["sequencing_detection_limit_fraction"])
    return said or p["snp_array_limit_fraction"]


def hla_sequencing_limit(p: Parameters) -> float:
    """Share of cells at which sequencing that knows the patient's alleles shows loss of HLA of either kind.

    Between that of a mutation, seen in half of a cell's reads, and that of a lost haplotype, seen as unequal reads.
    """
    return math.sqrt(2.0 * p["sequencing_detection_limit_fraction"] * p["hla_sequencing_loss_limit_fraction"])


def unequal_reads_sd(p: Parameters, positive: Sequence[CloneMeasurement]) -> float:
    """Standard deviation of the share of cells that unequal reads of two haplotypes give; 0 if other findings speak.

    Alleles are captured unequally, so that a marrow without any loss passes the limit now and then.
    """
    if any(m.assay != "sequencing" or m.baf is None or not m.depth for m in positive):
        return 0.0
    depth = float(sum(m.depth or 0 for m in positive))
    n_loci = max(1.0, round(depth / p["hla_sequencing_depth_reads"]))
    return math.sqrt(1.0 / depth + 1.0 / (n_loci * p["hla_sequencing_concentration_reads"]))
