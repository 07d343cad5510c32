import pytest

from hscape.chart import Chart, CloneMeasurement, Measurement
from hscape.fractions import cell_fractions, clone_derived_counts, explain_rise


def clone(**more):
    base = {
        "day": 0,
        "clone": "x",
        "kind": "gene",
        "assay": "sequencing",
        "specimen": "granulocytes",
        "status": "positive",
    }
    return CloneMeasurement(**(base | more))


def fraction(sex="male", **more):
    return cell_fractions(Chart(patient_id="A", sex=sex, clone_measurements=(clone(**more),)))[0]


@pytest.mark.parametrize(
    ("sex", "more", "expected", "words"),
    [
        ("male", {"gene": "PIGA", "alt": 120, "depth": 1000}, 0.12, "one copy on X in a male"),
        ("female", {"gene": "PIGA", "alt": 120, "depth": 1000}, 0.24, "one of two copies"),
        ("male", {"gene": "DNMT3A", "alt": 120, "depth": 1000}, 0.24, "VAF = 120/1000"),
        ("male", {"gene": "DNMT3A", "vaf_fraction": 0.3, "copy_state": "cn_loh"}, 0.3, "both copies"),
        ("male", {"gene": "DNMT3A", "vaf_fraction": 0.1, "purity_fraction": 0.5}, 0.4, "purity 0.5"),
        ("male", {"gene": "DNMT3A", "vaf_fraction": 0.1, "recipient_fraction": 0.25}, 0.8, "recipient share"),
        (
            "male",
            {"kind": "hla_loss", "assay": "snp_array", "baf": 0.65, "copy_state": "cn_loh"},
            0.3,
            "|BAF - 0.5|",
        ),
        ("male", {"kind": "pnh", "assay": "flow", "cell_fraction": 0.4}, 0.4, "counted directly"),
    ],
)
def test_each_measurement_becomes_a_share_with_its_formula(sex, more, expected, words):
    found = fraction(sex, **more)
    assert found.fraction == pytest.approx(expected)
    assert words in found.formula
    assert found.low < found.fraction < found.high
    assert found.is_possible


def test_unknown_sex_is_said():
    assert "sex is not known" in " ".join(fraction(None, gene="PIGA", vaf_fraction=0.1).remarks)


@pytest.mark.parametrize(
    ("sex", "more", "reasons"),
    [
        ("male", {"gene": "DNMT3A", "alt": 800, "depth": 1000}, ["loss of the other copy", "0.8"]),
        ("female", {"gene": "PIGA", "alt": 900, "depth": 1000}, ["wrong or missing sex"]),
        ("male", {"gene": "GATA2", "alt": 580, "depth": 1000}, ["germline"]),
        ("male", {"gene": "TET2", "alt": 300, "depth": 1000, "purity_fraction": 0.2}, ["too low"]),
    ],
)
def test_impossible_shares_are_explained_and_not_cut(sex, more, reasons):
    found = fraction(sex, **more)
    assert found.fraction > 1
    assert not found.is_possible
    for reason in reasons:
        assert reason in " ".join(found.remarks)


def test_germline_heterozygous_is_all_cells_within_its_interval():
    found = fraction("male", gene="GATA2", alt=505, depth=1000)
    assert found.fraction == pytest.approx(1.01)
    assert found.is_possible


def test_four_statuses_stay_apart():
    assert fraction(status="not_tested").formula == "not tested"
    assert fraction(status="not_assessable").fraction is None
    negative = fraction(status="negative", gene="DNMT3A", detection_limit_fraction=0.01)
    assert (negative.fraction, negative.low, negative.high) == (None, 0.0, 0.02)
    assert fraction(status="negative", gene="DNMT3A").high is None
    assert fraction(status="negative", alt=0, depth=1000, gene="DNMT3A").high == pytest.approx(0.0077, abs=2e-4)


def test_loss_of_heterozygosity_looked_for_by_reads_is_no_gene():
    """A limit of 0.025 of the imbalance is 2 x 0.025 of the cells, as for BAF; no copies of a gene are assumed."""
    found = fraction(
        status="negative", kind="hla_loss", assay="sequencing", copy_state="cn_loh", detection_limit_fraction=0.025
    )
    assert found.high == pytest.approx(0.05)
    assert "BAF" in found.formula
    assert not found.remarks


def neutrophils(day, value, **more):
    return Measurement(day=day, analyte="neutrophils_1e9_per_l", value=value, **more)


def test_clone_and_rest_add_up_and_the_rise_is_explained():
    chart = Chart(
        patient_id="A",
        sex="male",
        measurements=(neutrophils(0, 0.3), neutrophils(180, 2.4)),
        clone_measurements=(
            clone(day=0, kind="pnh", assay="flow", cell_fraction=0.10, n_cells=10_000),
            clone(day=180, kind="pnh", assay="flow", cell_fraction=0.90, n_cells=10_000),
        ),
    )
    first, last = clone_derived_counts(chart)
    assert first.clone_count + first.rest_count == pytest.approx(0.3)
    assert last.clone_count == pytest.approx(2.16)
    assert last.clone_low < 2.16 < last.clone_high
    (rise,) = explain_rise((first, last))
    assert rise.verdict == "clone"


def test_recovery_of_the_rest():
    chart = Chart(
        patient_id="A",
        sex="male",
        measurements=(neutrophils(0, 0.3), neutrophils(180, 3.0)),
        clone_measurements=(
            clone(day=0, kind="pnh", assay="flow", cell_fraction=0.10),
            clone(day=180, kind="pnh", assay="flow", cell_fraction=0.011),
        ),
    )
    assert explain_rise(clone_derived_counts(chart))[0].verdict == "rest"


def test_whole_blood_dna_is_not_turned_into_neutrophils():
    chart = Chart(
        patient_id="A",
        sex="male",
        measurements=(neutrophils(0, 0.3),),
        clone_measurements=(clone(gene="DNMT3A", vaf_fraction=0.1, specimen="blood"),),
    )
    assert clone_derived_counts(chart) == ()


def test_a_count_far_away_is_not_used():
    chart = Chart(
        patient_id="A",
        sex="male",
        measurements=(neutrophils(40, 0.3),),
        clone_measurements=(clone(kind="pnh", assay="flow", cell_fraction=0.10),),
    )
    assert clone_derived_counts(chart) == ()
