"""Not tested, not assessable, negative down to a limit, positive: four different things, and when each is said."""

from dataclasses import replace

import pytest
from virtual import (
    DNMT3A,
    HLA_MUTATION,
    LOSS_6P,
    MONOSOMY_7,
    NAMES,
    PIGA,
    TYPING,
    full_patient,
    history,
    make_patient,
    with_count_fold,
)

from hscape.clinic.karyotype import is_clone
from hscape.exchange.traps import TRANSFUSION_WINDOW_DAYS
from hscape.genome.iscn import read_karyotype
from hscape.observation import Assays, Karyotype, SnpArray, Visits, observe
from hscape.observation.chromosomes import surely_seen

EVERYTHING = Visits(
    days_after_diagnosis=(0,), marrow_days=(0,), sequencing_days=(0,), pnh_flow_days=(0,), hla_days=(0,)
)  # fmt: skip


def statuses(patient, assays, visits=EVERYTHING, seed=1):
    chart = observe(patient, visits, assays, seed=seed)
    return {(item.clone, item.assay, item.day): item.status for item in chart.clone_measurements}


def exact(limit_name: str, **changes):
    """The noiseless laboratory with real limits."""
    made = Assays.noiseless()
    return replace(made, **{limit_name: replace(getattr(made, limit_name), **changes)})


@pytest.mark.parametrize(("share", "status"), [(0.0099, "negative"), (0.0101, "positive")])
def test_pnh_flow_is_positive_from_its_limit_on(share, status):
    patient = make_patient({NAMES[0]: share}, {NAMES[0]: PIGA})
    chart = observe(patient, EVERYTHING, exact("pnh_flow", limit_fraction=0.01), seed=1)
    found = [item for item in chart.clone_measurements if item.clone == "PNH" and item.specimen == "granulocytes"]
    assert [item.status for item in found] == [status]
    assert found[0].detection_limit_fraction == 0.01
    assert (found[0].cell_fraction is None) == (status == "negative")


@pytest.mark.parametrize(("share", "status"), [(0.0399, "negative"), (0.0401, "positive")])
def test_a_variant_is_reported_from_a_vaf_on(share, status):
    patient = make_patient({NAMES[0]: share}, {NAMES[0]: DNMT3A})
    found = statuses(patient, exact("sequencing", detection_limit_fraction=0.02))
    assert found.get(("DNMT3A p.R882H", "sequencing", 0.0)) == (None if status == "negative" else "positive")
    assert found.get(("DNMT3A", "sequencing", 0.0)) == ("negative" if status == "negative" else None)


@pytest.mark.parametrize(("share", "status"), [(0.149, "negative"), (0.151, "positive")])
def test_the_array_shows_loss_from_its_limit_on(share, status):
    assays = replace(Assays.noiseless(), snp_array=SnpArray(limit_fraction=0.15, baf_variation_fraction=0.0))
    patient = make_patient({NAMES[0]: share}, {NAMES[0]: LOSS_6P})
    assert statuses(patient, assays)["6p CN-LOH", "snp_array", 0.0] == status


@pytest.mark.parametrize(("n_lost", "label"), [(2, "karyotype"), (3, "monosomy 7")])
def test_a_lost_chromosome_is_a_clone_from_three_metaphases_on(n_lost, label):
    usual = Karyotype(metaphases_count=20, gain_cells_count=2, loss_cells_count=3, failure_probability=0.0)
    patient = make_patient({NAMES[0]: n_lost / 20}, {NAMES[0]: MONOSOMY_7})
    chart = observe(patient, EVERYTHING, replace(Assays.noiseless(), karyotype=usual), seed=1)
    (entry,) = [item for item in chart.clone_measurements if item.assay == "karyotype"]
    assert entry.clone == label
    if n_lost == 3:
        (clone,) = read_karyotype(entry.karyotype)
        assert clone.abnormalities == ("-7",)
        assert (clone.n_cells, entry.n_cells, is_clone(clone)) == (3, 20, True)
        assert entry.karyotype == "45,XX,-7[3]/46,XX[17]"
    else:
        assert read_karyotype(entry.karyotype) == ()


def test_a_culture_that_fails_is_not_assessable():
    failed = replace(Assays.noiseless().karyotype, failure_probability=1.0)
    found = statuses(full_patient(), replace(Assays.noiseless(), karyotype=failed))
    assert found["karyotype", "karyotype", 0.0] == "not_assessable"


def test_a_normal_karyotype_excludes_what_twenty_metaphases_would_show():
    # P(at most one of 20) = (1-p)^20 + 20 p (1-p)^19
    p = surely_seen(2, 20)
    assert (1 - p) ** 20 + 20 * p * (1 - p) ** 19 == pytest.approx(0.05, abs=1e-5)


def test_homozygous_is_not_assessable_whatever_the_cells_are():
    typing = TYPING | {"A": ("A*02:01", "A*02:01")}
    patient = make_patient({NAMES[0]: 0.4}, {NAMES[0]: HLA_MUTATION}, typing=typing)
    found = statuses(patient, Assays.research())
    assert found["HLA-A", "flow", 0.0] == found["HLA-A", "sequencing", 0.0] == "not_assessable"
    assert not any("A*02:01" in clone for clone, _, _ in found)
    assert found["HLA-B", "sequencing", 0.0] == "negative"


def test_reads_cannot_show_loss_of_6p_where_all_loci_are_homozygous():
    typing = {"A": ("A*02:01", "A*02:01")}
    found = statuses(make_patient({NAMES[0]: 0.4}, {NAMES[0]: LOSS_6P}, typing=typing), Assays.noiseless())
    assert found["6p CN-LOH", "sequencing", 0.0] == "not_assessable"
    assert found["6p CN-LOH", "snp_array", 0.0] == "positive"


def test_what_is_not_offered_or_not_asked_for_is_not_tested():
    nothing = replace(
        Assays.routine(), pnh_flow=None, hla_flow=None, hla_sequencing=None, sequencing=None, karyotype=None,
        snp_array=None,
    )  # fmt: skip
    expected = {"PNH", "HLA loss", "gene panel", "karyotype", "6p CN-LOH"}
    for found in (
        statuses(full_patient(), nothing),
        statuses(full_patient(), Assays.research(), Visits(days_after_diagnosis=(0,))),
    ):
        assert {clone for clone, _, _ in found} == expected
        assert set(found.values()) == {"not_tested"}


def test_a_routine_panel_says_that_it_tests_neither_piga_nor_hla():
    found = statuses(make_patient(), Assays.routine())
    assert found["PIGA", "sequencing", 0.0] == "not_tested"
    assert found["HLA class I", "sequencing", 0.0] == "not_tested"
    assert found["TET2", "sequencing", 0.0] == "negative"
    assert found["PNH", "flow", 0.0] == "negative"
    research = statuses(make_patient(), Assays.research())
    assert ("HLA class I", "sequencing", 0.0) not in research
    assert research["PIGA", "sequencing", 0.0] == "negative"


def test_a_variant_is_followed_below_the_limit_once_it_was_found():
    visits = replace(EVERYTHING, sequencing_days=(0, 100), hla_days=())
    patient = make_patient({NAMES[0]: 0.1}, {NAMES[0]: DNMT3A})
    rows = patient.history.clone_rows
    rows[(rows[:, 1] == 0) & (rows[:, 0] / 1024 > 100), 5:] = 0.02
    found = [
        item
        for item in observe(
            patient, visits, exact("sequencing", detection_limit_fraction=0.02), seed=1
        ).clone_measurements
        if item.gene == "DNMT3A"
    ]
    assert [(item.clone, item.status) for item in found] == [
        ("DNMT3A p.R882H", "positive"),
        ("DNMT3A p.R882H", "negative"),
    ]
    assert found[1].alt > 0


def test_few_neutrophils_give_few_cells_and_a_worse_limit():
    made = with_count_fold(history("female"), "neutrophils", 0.01)  # about 0.04 x 10^9/L
    patient = make_patient({NAMES[0]: 0.3}, {NAMES[0]: PIGA}, made=made)
    chart = observe(patient, EVERYTHING, Assays.research(), seed=1)
    (entry,) = [item for item in chart.clone_measurements if item.clone == "PNH" and item.specimen == "granulocytes"]
    count = patient.history.counts.set_index("day").loc[28.0, "neutrophils_1e9_per_l"]
    assert entry.n_cells == int(count * 1e6 * 0.5)
    assert entry.detection_limit_fraction == pytest.approx(20 / entry.n_cells)


def test_healthy_background_is_below_the_sensitive_limit():
    # 200,000 cells hold 3 of the background on average and 20 are needed: beyond 1e-10 by the Poisson distribution.
    for seed in range(20):
        assert statuses(make_patient(), Assays.research(), seed=seed)["PNH", "flow", 0.0] == "negative"


def test_pnh_red_cells_under_read_by_hemolysis_and_donors():
    patient = full_patient()
    day = replace(EVERYTHING, days_after_diagnosis=(3,), pnh_flow_days=(3,))
    assays = exact("pnh_flow", red_cell_survival_fraction=0.25)
    chart = observe(patient, day, assays, seed=1)
    red, white = (
        [item.cell_fraction for item in chart.clone_measurements if item.clone == "PNH" and item.specimen == line][-1]
        for line in ("red_cells", "granulocytes")
    )
    surviving = 0.2 * 0.25 / (0.2 * 0.25 + 0.8)
    mass = patient.history.counts.set_index("day")["hemoglobin_mass_g"]
    now = 28.0 + 3
    total = mass[28.0] ** (4 / 7) * mass[35.0] ** (3 / 7)
    donors = 2 * 55.0 * (1 - (now - 30.4) / 110.0) / total
    assert white == pytest.approx(0.2, abs=1e-6)
    assert red == pytest.approx(surviving * (1 - donors), abs=1e-6)


def test_low_counts_are_reported_as_limits():
    made = history("female")
    for pool in ("neutrophils", "platelets", "blood_reticulocytes"):
        made = with_count_fold(made, pool, 1e-5)
    chart = observe(make_patient(made=made), Visits(days_after_diagnosis=tuple(range(0, 300, 7))), seed=2)
    for analyte, limit in (("neutrophils_1e9_per_l", 0.01), ("reticulocytes_1e9_per_l", 2.0)):
        entries = chart.series(analyte)
        assert entries
        assert all(entry.censored == "below" and entry.value >= limit for entry in entries)


def test_values_after_transfusion_and_on_g_csf_are_marked():
    visits = Visits(days_after_diagnosis=tuple(range(0, 60)))
    assays = Assays.noiseless()
    chart = observe(full_patient(), visits, assays, seed=1)

    def marked(analyte):
        return [entry.day for entry in chart.series(analyte) if entry.flags]

    assert marked("hemoglobin_g_per_dl") == [float(day) for day in range(2, 2 + 28 + 1)]
    assert marked("platelets_1e9_per_l") == [float(day) for day in range(5, 5 + 7 + 1)]
    assert marked("neutrophils_1e9_per_l") == [float(day) for day in range(7, 12 + 5 + 1)]
    assert marked("reticulocytes_1e9_per_l") == []


def test_windows_are_those_of_the_readers():
    windows = Assays.routine().counts.windows_days
    for analyte in ("hemoglobin_g_per_dl", "platelets_1e9_per_l"):
        product, days = TRANSFUSION_WINDOW_DAYS[analyte]
        assert windows[product] == days
