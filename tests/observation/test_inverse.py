"""Without noise, what is observed turns back into the true share of cells, by the formulas of `hscape.fractions`."""

import pytest
from virtual import DNMT3A, HLA_MUTATION, LOSS_6P, MONOSOMY_7, NAMES, PIGA, make_patient, with_shares

from hscape.care import CloneTraits
from hscape.fractions import cell_fractions
from hscape.observation import Assays, Visits, observe

ONE_DAY = Visits(
    days_after_diagnosis=(0,), marrow_days=(0,), sequencing_days=(0,), pnh_flow_days=(0,), hla_days=(0,)
)  # fmt: skip
# Reads and cells are whole numbers of 1e8, shares of reads half of those of cells: 2e-8; boundaries add rounding.
CLOSE = 1e-7
SHARES = (0.003, 0.07, 0.3, 0.5, 0.98)


def observed(traits, share, sex="female", **changes):
    patient = make_patient({NAMES[0]: share}, {NAMES[0]: traits}, sex=sex, **changes)
    chart = observe(patient, ONE_DAY, Assays.noiseless(("PIGA", "DNMT3A", "JAK2", "STAG2", "TP53", "CRLF2")), seed=1)
    return {
        (item.clone, item.specimen, item.measurement.assay): item for item in cell_fractions(chart) if item.fraction
    }


def gene(symbol, copy_state, chromosome=""):
    return CloneTraits(
        kind="x", shown_as="gene", gene=symbol, variant="p.V1F", copy_state=copy_state, chromosome=chromosome
    )  # fmt: skip


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize(
    ("symbol", "copy_state"),
    [
        ("DNMT3A", "heterozygous"),
        ("JAK2", "cn_loh"),
        ("TP53", "deletion"),
        ("JAK2", "gain"),
        ("DNMT3A", "unknown"),
        ("PIGA", "heterozygous"),
        ("PIGA", "hemizygous"),
        ("STAG2", "hemizygous"),
        ("CRLF2", "heterozygous"),  # on X, two copies in both sexes
    ],
)
def test_reads_of_every_copy_state_give_the_share_back(share, sex, symbol, copy_state):
    found = observed(gene(symbol, copy_state), share, sex)
    assert found[f"{symbol} p.V1F", "blood", "sequencing"].fraction == pytest.approx(share, abs=CLOSE)


@pytest.mark.parametrize("sex", ["female", "male"])
def test_the_vaf_of_an_x_linked_gene_is_the_share_in_a_man_and_half_in_a_woman(sex):
    item = observed(PIGA, 0.4, sex)["PIGA c.55C>T", "blood", "sequencing"]
    assert item.measurement.measured_vaf_fraction == pytest.approx({"male": 0.4, "female": 0.2}[sex], abs=CLOSE)


@pytest.mark.parametrize("share", SHARES)
def test_flow_of_pnh_cells_gives_the_share_in_every_line(share):
    found = observed(PIGA, share)
    for line in ("granulocytes", "red_cells"):
        assert found["PNH", line, "flow"].fraction == pytest.approx(share, abs=CLOSE)


@pytest.mark.parametrize("share", SHARES)
def test_loss_of_6p_by_array_reads_and_flow(share):
    found = observed(LOSS_6P, share)
    assert found["6p CN-LOH", "marrow", "snp_array"].fraction == pytest.approx(share, abs=CLOSE)
    assert found["6p CN-LOH", "blood", "sequencing"].fraction == pytest.approx(share, abs=CLOSE)
    for allele in ("A*02:01", "B*40:02"):  # the second alleles lie on one haplotype
        assert found[f"HLA-{allele} loss", "granulocytes", "flow"].fraction == pytest.approx(share, abs=CLOSE)
    assert ("HLA-A*24:02 loss", "granulocytes", "flow") not in found


@pytest.mark.parametrize("share", SHARES)
def test_an_hla_mutation_by_reads_and_flow(share):
    found = observed(HLA_MUTATION, share)
    assert found["HLA-A*02:01 p.Q78*", "blood", "sequencing"].fraction == pytest.approx(share, abs=CLOSE)
    assert found["HLA-A*02:01 loss", "granulocytes", "flow"].fraction == pytest.approx(share, abs=CLOSE)
    assert not any(clone == "6p CN-LOH" for clone, _, _ in found)


@pytest.mark.parametrize("share", SHARES)
def test_a_lost_chromosome_by_karyotype_and_array(share):
    found = observed(MONOSOMY_7, share)
    assert found["monosomy 7", "marrow", "karyotype"].fraction == pytest.approx(share, abs=CLOSE)
    assert found["monosomy 7", "marrow", "snp_array"].fraction == pytest.approx(share, abs=CLOSE)


@pytest.mark.parametrize("share", SHARES)
def test_a_reversion_by_uniparental_disomy_is_seen_by_the_array_alone(share):
    reversion = CloneTraits(kind="upd", shown_as="reversion", gene="SAMD9L", chromosome="7q", copy_state="cn_loh")
    found = observed(reversion, share)
    assert list(found) == [("7q CN-LOH", "marrow", "snp_array")]
    assert found["7q CN-LOH", "marrow", "snp_array"].fraction == pytest.approx(share, abs=CLOSE)
    assert found["7q CN-LOH", "marrow", "snp_array"].kind == "reversion"


def test_a_clone_within_a_clone_carries_both_changes():
    inner = CloneTraits(kind="y", shown_as="pnh", gene="PIGA", variant="c.1A>G", chromosome="X", parent=NAMES[0])
    patient = make_patient({NAMES[0]: 0.2, NAMES[1]: 0.1}, {NAMES[0]: DNMT3A, NAMES[1]: inner})
    found = {
        item.clone: item.fraction for item in cell_fractions(observe(patient, ONE_DAY, Assays.noiseless(), seed=1))
    }
    assert found["DNMT3A p.R882H"] == pytest.approx(0.3, abs=CLOSE)
    assert found["PNH"] == pytest.approx(0.1, abs=CLOSE)


def test_equal_variants_in_two_clones_add_up_and_a_nested_one_is_not_counted_twice():
    lost = CloneTraits(
        kind="z", shown_as="gene", gene="DNMT3A", variant="p.R882H", copy_state="cn_loh", parent=NAMES[0]
    )
    patient = make_patient({NAMES[0]: 0.2, NAMES[1]: 0.1}, {NAMES[0]: DNMT3A, NAMES[1]: lost})
    chart = observe(patient, ONE_DAY, Assays.noiseless(), seed=1)
    (entry,) = [item for item in chart.clone_measurements if item.clone == "DNMT3A p.R882H"]
    # 0.2 of the cells have one of two copies, 0.1 have both.
    assert entry.measured_vaf_fraction == pytest.approx((0.2 * 1 + 0.1 * 2) / 2, abs=CLOSE)


def test_flow_adds_all_pnh_clones():
    other = CloneTraits(kind="piga_mutation", shown_as="pnh", gene="PIGA", variant="c.9del", chromosome="X")
    patient = make_patient({NAMES[0]: 0.2, NAMES[1]: 0.05}, {NAMES[0]: PIGA, NAMES[1]: other})
    found = {
        item.clone: item.fraction for item in cell_fractions(observe(patient, ONE_DAY, Assays.noiseless(), seed=1))
    }
    assert found["PNH"] == pytest.approx(0.25, abs=CLOSE)
    assert found["PIGA c.55C>T"] == pytest.approx(0.2, abs=CLOSE)
    assert found["PIGA c.9del"] == pytest.approx(0.05, abs=CLOSE)


def test_losses_of_opposite_haplotypes_cancel_in_the_array_and_not_in_flow():
    opposite = CloneTraits(kind="l", shown_as="hla_loss", chromosome="6p", copy_state="cn_loh", hla_allele="A*24:02")
    patient = make_patient({NAMES[0]: 0.3, NAMES[1]: 0.2}, {NAMES[0]: LOSS_6P, NAMES[1]: opposite})
    items = cell_fractions(observe(patient, ONE_DAY, Assays.noiseless(), seed=1))
    found = {(item.clone, item.measurement.assay): item.fraction for item in items}
    assert found["6p CN-LOH", "snp_array"] == pytest.approx(0.1, abs=CLOSE)
    assert found["HLA-A*02:01 loss", "flow"] == pytest.approx(0.3, abs=CLOSE)
    assert found["HLA-A*24:02 loss", "flow"] == pytest.approx(0.2, abs=CLOSE)


def test_whole_blood_mixes_the_lines_by_their_counts():
    lines = {"granulocyte": 0.5, "lymphocyte": 0.1, "monocyte": 0.3, "early_progenitor": 0.4}
    patient = make_patient({NAMES[0]: lines}, {NAMES[0]: DNMT3A})
    (item,) = [item for item in cell_fractions(observe(patient, ONE_DAY, Assays.noiseless(), seed=1)) if item.fraction]
    row = patient.history.counts.set_index("day").loc[28.0]
    names = {"neutrophils": 0.5, "lymphocytes": 0.1, "monocytes": 0.3}
    expected = sum(row[f"{name}_1e9_per_l"] * share for name, share in names.items()) / row["white_cells_1e9_per_l"]
    assert item.fraction == pytest.approx(expected, abs=CLOSE)


def test_a_clone_that_is_not_followed_has_its_share_of_early_progenitors():
    patient = make_patient({NAMES[0]: {"early_progenitor": 0.0015}}, {NAMES[0]: PIGA})
    assert patient.history.clones.query("clone == 'hidden_one'")["granulocyte_fraction"].isna().all()
    found = {
        item.specimen: item.fraction for item in cell_fractions(observe(patient, ONE_DAY, Assays.noiseless(), seed=1))
    }
    assert found["granulocytes"] == pytest.approx(0.0015, abs=CLOSE)


def test_counts_without_noise_are_those_of_the_history():
    patient = make_patient()
    chart = observe(patient, Visits(days_after_diagnosis=(0, 7)), Assays.noiseless(), seed=1)
    row = patient.history.counts.set_index("day")
    assert len(chart.measurements) == 14
    for entry in chart.measurements:
        assert entry.value == pytest.approx(row.loc[28.0 + entry.day, entry.analyte], rel=1e-12)


def test_counts_between_rows_are_log_linear():
    from hscape.biology.state import POOLS

    made = with_shares(make_patient().history, {})
    states = made.states.copy()
    states[:, POOLS["lymphocytes"].start : POOLS["lymphocytes"].stop] *= (made.days[:, None] / 28.0) ** 3
    from dataclasses import replace

    patient = make_patient(made=replace(made, states=states))
    chart = observe(patient, Visits(days_after_diagnosis=(2,)), Assays.noiseless(), seed=1)
    table = patient.history.counts.set_index("day")["lymphocytes_1e9_per_l"]
    assert chart.series("lymphocytes_1e9_per_l")[0].value == pytest.approx(
        table[28.0] ** (5 / 7) * table[35.0] ** (2 / 7)
    )
