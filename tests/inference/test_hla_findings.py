"""Loss of HLA: what negative tests exclude, and what nobody looked for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hscape.chart import Chart, CloneMeasurement, HlaLocus, Measurement
from hscape.dynamics.coarse_record import GRANULOCYTE, N_COLUMNS
from hscape.inference.amortized.start import hla_together
from hscape.inference.finding_rows import MOST_WAYS, NO_HLA, NO_SHARE, SHARE
from hscape.inference.hla_findings import seen_part
from hscape.inference.likelihood import log_likelihood
from hscape.inference.numbers import HLA
from hscape.inference.observations import read_observations
from hscape.inference.prior import analysis_prior

P = analysis_prior()
LOSS_6P = P["clone_HLA_6p_CN_LOH_rate_per_year"] / (
    P["clone_HLA_6p_CN_LOH_rate_per_year"] + P["clone_HLA_allele_mutation_rate_per_year"]
)


def finding(day: float, gene: str = "", assay: str = "flow", **more) -> CloneMeasurement:
    """A finding on loss of HLA; negative unless it says otherwise."""
    made = {"clone": f"{gene or 'HLA'} {assay}", "kind": "hla_loss", "assay": assay, "specimen": "granulocytes"}
    return CloneMeasurement(**{"day": day, "gene": gene, "status": "negative"} | made | more)


def rows_of(*findings: CloneMeasurement, typing: tuple[HlaLocus, ...] = ()) -> np.ndarray:
    """Rows on HLA of a chart with these findings and one count."""
    count = Measurement(day=0.0, analyte="hemoglobin_g_per_dl", value=8.0)
    chart = Chart(
        patient_id="H1", sex="female", age_years=40.0, measurements=(count,), clone_measurements=findings,
        hla_typing=typing,
    )  # fmt: skip
    rows = read_observations(chart, P, -365.0, 2000.0).rows
    return rows[(rows[:, 2] == HLA) & (rows[:, 1] != 0)]


def chance(rows: np.ndarray, share: float) -> float:
    """Chance of the rows if the loss holds this share of all cells at all times."""
    course = np.zeros((2, N_COLUMNS))
    course[:, 0] = (-400.0, 4000.0)
    course[:, GRANULOCYTE + HLA] = share
    return math.exp(log_likelihood(course, 2, rows, np.zeros(len(rows))))


def test_flow_of_both_loci_excludes_a_marrow_without_hla():
    assert chance(rows_of(finding(0.0, "HLA-A"), finding(0.0, "HLA-B")), 0.9) < 1e-6


def test_flow_of_one_locus_leaves_mutations_of_the_other_open_however_often_it_is_done():
    once, often = rows_of(finding(0.0, "HLA-A")), rows_of(*(finding(30.0 * i, "HLA-A") for i in range(6)))
    left = (1.0 - LOSS_6P) / 2.0
    assert chance(once, 0.9) == pytest.approx(left, rel=1e-6)
    assert chance(often, 0.9) == pytest.approx(left, rel=1e-6)


def test_an_array_sees_lost_haplotypes_only():
    rows = rows_of(finding(0.0, assay="snp_array", specimen="marrow", copy_state="cn_loh"))
    assert set(rows[:, 5]) == {4.0, 5.0}
    assert rows[:, 6].sum() == pytest.approx(LOSS_6P)


def test_what_was_looked_at_is_told():
    array = finding(0.0, assay="snp_array", specimen="marrow", copy_state="cn_loh")
    assert seen_part(rows_of(array, finding(90.0, assay="snp_array", copy_state="cn_loh"))) == pytest.approx(LOSS_6P)
    assert seen_part(rows_of(array, finding(0.0, "HLA-A"))) == pytest.approx(0.5 + 0.5 * LOSS_6P)
    assert seen_part(np.zeros((0, 12))) == 1.0


def test_a_locus_with_two_equal_alleles_is_no_way_to_escape():
    typing = (HlaLocus(locus="A", alleles=("A*02:01", "A*02:01")), HlaLocus(locus="B", alleles=("B*07:02", "B*44:02")))
    assert chance(rows_of(finding(0.0, "HLA-B"), typing=typing), 0.9) < 1e-6


def test_flow_of_one_allele_leaves_the_other_open():
    typing = (HlaLocus(locus="A", alleles=("A*02:01", "A*03:01")), HlaLocus(locus="B", alleles=("B*07:02", "B*44:02")))
    one = rows_of(finding(0.0, hla_allele="A*02:01"), typing=typing)
    both = rows_of(finding(0.0, hla_allele="A*02:01"), finding(0.0, hla_allele="A*03:01", clone="other"), typing=typing)
    assert chance(one, 0.9) == pytest.approx(1.0 - (1.0 - LOSS_6P) / 4.0 - LOSS_6P / 2.0, rel=1e-6)
    assert chance(both, 0.9) == pytest.approx((1.0 - LOSS_6P) / 2.0, rel=1e-6)


def test_a_loss_that_was_found_later_tells_which_tests_looked_at_it():
    found = finding(200.0, "HLA-A", status="positive", cell_fraction=0.6, assay="sequencing", is_allele_aware=True)
    rows = rows_of(finding(0.0, "HLA-B"), found)
    assert [row[1] for row in rows] == [SHARE]  # flow of HLA-B says nothing of a mutation of HLA-A
    rows = rows_of(finding(0.0, "HLA-A"), found)
    assert chance(rows[rows[:, 1] == NO_HLA], 0.6) < 1e-6


def test_the_network_reads_one_test_a_day_with_what_it_can_see():
    merged = hla_together(rows_of(finding(0.0, "HLA-A"), finding(60.0, "HLA-A"), finding(60.0, "HLA-B")))
    assert [row[1] for row in merged] == [NO_SHARE, NO_SHARE]
    assert merged[0][5] == pytest.approx(0.5 + 0.5 * LOSS_6P)
    assert merged[1][5] == pytest.approx(1.0)
    assert rows_of(finding(0.0))[:, 5].max() < MOST_WAYS
