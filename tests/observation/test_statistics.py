"""Chance is right: means, variances and probabilities over many draws, against closed forms.

Thresholds are five standard errors, so that a right program fails less than once in a million under a new seed.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from virtual import DNMT3A, LOSS_6P, MONOSOMY_7, NAMES, PIGA, history, make_patient, with_count_fold

from hscape.fractions import cell_fraction
from hscape.observation import Assays, Visits, observe
from hscape.observation.chance import count_reads, read_depth
from hscape.streams import generator

N = 200
DAY = (0,)


def entries(patient, visits, assays, seed, keep):
    """The one entry of interest for many seeds."""
    found = []
    for number in range(N):
        chart = observe(patient, visits, assays, seed=seed + number)
        found += [item for item in chart.clone_measurements if keep(item)]
    return found


@pytest.mark.parametrize("concentration", [50.0, 500.0, math.inf])
@pytest.mark.parametrize("share", [0.02, 0.3])
def test_reads_have_the_mean_and_variance_of_the_beta_binomial(seed, concentration, share):
    depth, draws = 1000, 20_000
    source = generator(seed, "test", "reads")
    reads = np.array([count_reads(source, depth, share, concentration, is_exact=False) for _ in range(draws)])
    inflation = 1.0 if math.isinf(concentration) else (concentration + depth) / (concentration + 1)
    variance = depth * share * (1 - share) * inflation
    assert abs(reads.mean() - depth * share) < 5 * math.sqrt(variance / draws)
    # The variance of the variance from the sample's own fourth moment.
    fourth = np.mean((reads - reads.mean()) ** 4)
    assert abs(reads.var() - variance) < 5 * math.sqrt((fourth - variance**2) / draws)


def test_depth_has_its_mean_and_variation(seed):
    source = generator(seed, "test", "depth")
    depths = np.array([read_depth(source, 1000, 0.25) for _ in range(20_000)])
    assert abs(depths.mean() - 1000) < 5 * 250 / math.sqrt(20_000)
    assert depths.std() / depths.mean() == pytest.approx(0.25, abs=0.01)  # 5 standard errors of a standard deviation


def test_the_mean_vaf_is_the_truth_with_the_error_floor(seed):
    patient = make_patient({NAMES[0]: 0.3}, {NAMES[0]: DNMT3A})
    visits = Visits(days_after_diagnosis=DAY, sequencing_days=DAY)
    assays = Assays.routine()
    found = entries(patient, visits, assays, seed, lambda item: item.clone == "DNMT3A p.R882H")
    vaf = np.array([item.measured_vaf_fraction for item in found])
    assert len(found) == N
    error = assays.sequencing.error_fraction
    expected = 0.15 * (1 - error) + 0.85 * error
    assert abs(vaf.mean() - expected) < 5 * vaf.std() / math.sqrt(N)
    assert vaf.std() == pytest.approx(math.sqrt(0.15 * 0.85 * (1 / 501 + 1 / 1000)), rel=0.25)


def test_pnh_flow_is_binomial_and_its_interval_covers_the_truth(seed):
    patient = make_patient({NAMES[0]: 0.05}, {NAMES[0]: PIGA})
    visits = Visits(days_after_diagnosis=DAY, pnh_flow_days=DAY)
    assays = Assays.routine()
    keep = lambda item: item.clone == "PNH" and item.specimen == "granulocytes"  # noqa: E731
    found = entries(patient, visits, assays, seed, keep)
    shares = np.array([item.cell_fraction for item in found])
    truth = 0.05 + assays.pnh_flow.background_fraction * 0.95
    deviation = math.sqrt(truth * (1 - truth) / assays.pnh_flow.events_count)
    assert abs(shares.mean() - truth) < 5 * deviation / math.sqrt(N)
    assert shares.std() == pytest.approx(
        deviation, rel=0.25
    )  # 5 standard errors of the standard deviation of 200 values
    covered = [item.low <= truth <= item.high for item in (cell_fraction(entry, "female") for entry in found)]
    assert 0.95 - 5 * math.sqrt(0.05 * 0.95 / N) < np.mean(covered) <= 1


def test_a_karyotype_is_called_as_often_as_the_binomial_says(seed):
    patient = make_patient({NAMES[0]: 0.15}, {NAMES[0]: MONOSOMY_7})
    visits = Visits(days_after_diagnosis=DAY, marrow_days=DAY)
    found = entries(patient, visits, Assays.routine(), seed, lambda item: item.assay == "karyotype")
    failed = np.mean([item.status == "not_assessable" for item in found])
    called = np.mean([item.status == "positive" for item in found])
    below_three = sum(math.comb(20, k) * 0.15**k * 0.85 ** (20 - k) for k in range(3))
    expected = 0.9 * (1 - below_three)
    assert abs(failed - 0.1) < 5 * math.sqrt(0.09 / N)
    assert abs(called - expected) < 5 * math.sqrt(expected * (1 - expected) / N)


def test_the_array_scatters_around_the_truth(seed):
    patient = make_patient({NAMES[0]: 0.5}, {NAMES[0]: LOSS_6P})
    visits = Visits(days_after_diagnosis=DAY, marrow_days=DAY)
    found = entries(patient, visits, Assays.routine(), seed, lambda item: item.assay == "snp_array" and item.baf)
    bafs = np.array([item.baf for item in found])
    assert len(bafs) == N
    assert abs(bafs.mean() - 0.75) < 5 * 0.005 / math.sqrt(N) + 0.0001
    assert bafs.std() == pytest.approx(0.005, rel=0.25)


def counts(patient, assays, seed, analyte, days=tuple(range(0, 380))):
    visits = Visits(days_after_diagnosis=days)
    values = []
    for number in range(3):
        chart = observe(patient, visits, assays, seed=seed + number)
        values += [entry.value for entry in chart.series(analyte) if not entry.is_censored]
    return np.array(values)


@pytest.mark.parametrize(
    "analyte",
    ["hemoglobin_g_per_dl", "reticulocytes_1e9_per_l", "platelets_1e9_per_l", "white_cells_1e9_per_l",
     "neutrophils_1e9_per_l", "lymphocytes_1e9_per_l", "monocytes_1e9_per_l"],
)  # fmt: skip
def test_counts_have_the_true_mean_and_the_stated_scatter(seed, analyte):
    patient = make_patient()
    assays = replace(Assays.routine(), counts=replace(Assays.routine().counts, outlier_probability=0.0))
    values = counts(patient, assays, seed, analyte)
    truth = patient.history.counts[analyte]
    assert truth.max() / truth.min() < 1.01  # the history is quiet
    assert abs(values.mean() / truth.mean() - 1) < 5 * values.std() / values.mean() / math.sqrt(len(values)) + 0.001
    person, machine = assays.counts.biological_variation, assays.counts.analytic_variation
    if analyte == "white_cells_1e9_per_l":
        row = patient.history.counts.iloc[10]
        kinds = ("neutrophils_1e9_per_l", "lymphocytes_1e9_per_l", "monocytes_1e9_per_l")
        scatter = math.sqrt(sum((row[kind] * person[kind]) ** 2 for kind in kinds)) / row[analyte]
    else:
        scatter = person[analyte]
    expected = math.hypot(scatter, machine.get(analyte, machine["white_cells_1e9_per_l"]))
    assert values.std() / values.mean() == pytest.approx(expected, rel=0.15)  # plus rounding and the differential


def test_few_neutrophils_come_in_whole_cells_of_the_differential(seed):
    made = with_count_fold(history("female"), "neutrophils", 0.02)
    made = with_count_fold(with_count_fold(made, "lymphocytes", 0.3), "monocytes", 0.2)
    patient = make_patient(made=made)
    exactly = Assays.noiseless().counts
    by_eye = replace(exactly, manual_cells=100, analyzer_cells=5000, manual_below_1e9_per_l=1.0)
    assays = replace(Assays.noiseless(), counts=by_eye)
    chart = observe(patient, Visits(days_after_diagnosis=(0,)), assays, seed=seed)
    (neutrophils,) = chart.series("neutrophils_1e9_per_l")
    (white,) = chart.series("white_cells_1e9_per_l")
    cells = 100 * neutrophils.value / white.value
    assert white.value < 1.0
    assert cells == pytest.approx(round(cells), abs=1e-9)
    assert neutrophils.flags == ("manual",)
    values = counts(patient, assays, seed, "neutrophils_1e9_per_l")
    share = patient.history.counts["neutrophils_1e9_per_l"].iloc[4] / white.value
    assert values.std() == pytest.approx(white.value * math.sqrt(share * (1 - share) / 100), rel=0.15)


def test_values_are_missing_as_often_as_stated(seed):
    visits = Visits(days_after_diagnosis=tuple(range(390)))
    chart = observe(make_patient(), visits, seed=seed)
    for analyte, chance in (("hemoglobin_g_per_dl", 0.02), ("reticulocytes_1e9_per_l", 0.25)):
        missing = 1 - len(chart.series(analyte)) / 390
        assert abs(missing - chance) < 5 * math.sqrt(chance * (1 - chance) / 390)


def test_outliers_widen_the_tails(seed):
    wide = replace(Assays.noiseless().counts, analytic_variation={"hemoglobin_g_per_dl": 0.02}, outlier_probability=0.2,
                   outlier_fold=5.0)  # fmt: skip
    values = counts(make_patient(), replace(Assays.noiseless(), counts=wide), seed, "hemoglobin_g_per_dl")
    far = np.mean(np.abs(np.log(values / np.median(values))) > 0.08)
    # Beyond 4 standard deviations: 6e-5 of the usual, P(|z| > 0.8) = 0.424 of the others.
    assert abs(far - 0.2 * 0.424) < 5 * math.sqrt(0.085 * 0.915 / len(values))


def test_cellularity_is_read_in_steps_around_the_truth(seed):
    patient = make_patient()
    visits = Visits(days_after_diagnosis=(), marrow_days=tuple(range(390)))
    chart = observe(patient, visits, Assays.routine(), seed=seed)
    values = np.array([entry.value for entry in chart.series("marrow_cellularity_fraction")])
    truth = float(np.median(patient.history.counts["marrow_cellularity_fraction"]))
    steps = values / 0.05
    assert steps == pytest.approx(np.round(steps))
    logits = np.log(values / (1 - values))
    expected = math.log(truth / (1 - truth))
    assert abs(np.median(logits) - expected) < 5 * 1.25 * 0.4 / math.sqrt(390) + 0.1  # half a step is 0.1
