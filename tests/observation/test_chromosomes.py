"""Chromosomal changes: what they are called, what a karyotype says of them, and what the clinic reads there."""

from dataclasses import replace

import pytest
from virtual import LOSS_6P, MONOSOMY_7, NAMES, PIGA, TYPING, history, make_patient, with_count_fold

from hscape.care import CloneTraits
from hscape.clinic.karyotype import is_clone
from hscape.genome.iscn import read_karyotype
from hscape.observation import Assays, Visits, observe
from hscape.observation.findings import chromosome_change, haplotype_lost, named_alleles

BIOPSY = Visits(days_after_diagnosis=(0,), marrow_days=(0, 100))


def chromosome(place, copy_state="heterozygous", variant=""):
    return CloneTraits(kind="x", shown_as="chromosome", chromosome=place, copy_state=copy_state, variant=variant)


@pytest.mark.parametrize(
    ("traits", "label", "karyotype"),
    [
        (MONOSOMY_7, "monosomy 7", "45,XY,-7[8]/46,XY[12]"),
        (chromosome("7", variant="monosomy 7"), "monosomy 7", "45,XY,-7[8]/46,XY[12]"),
        (chromosome("8", "gain"), "trisomy 8", "47,XY,+8[8]/46,XY[12]"),
        (chromosome("8", variant="+8"), "trisomy 8", "47,XY,+8[8]/46,XY[12]"),
        (chromosome("Y", "deletion"), "monosomy Y", "45,X,-Y[8]/46,XY[12]"),
        (chromosome("13q", "deletion"), "del(13q)", "46,XY,del(13q)[8]/46,XY[12]"),
        (chromosome("20", variant="del(20)(q11)"), "del(20)(q11)", "46,XY,del(20)(q11)[8]/46,XY[12]"),
        (chromosome("1q", variant="der(1;7)"), "der(1;7)", "46,XY,der(1;7)[8]/46,XY[12]"),
    ],
)
def test_names_and_karyotypes_that_the_clinic_can_read(traits, label, karyotype):
    twenty = replace(Assays.noiseless().karyotype, metaphases_count=20, gain_cells_count=2, loss_cells_count=3)
    patient = make_patient({NAMES[0]: 0.4}, {NAMES[0]: traits}, sex="male")
    chart = observe(patient, BIOPSY, replace(Assays.noiseless(), karyotype=twenty), seed=1)
    entries = [item for item in chart.clone_measurements if item.assay == "karyotype"]
    assert {(item.clone, item.karyotype) for item in entries} == {(label, karyotype)}
    (clone,) = read_karyotype(karyotype)
    assert (clone.n_cells, is_clone(clone), len(clone.abnormalities)) == (8, True, 1)


def test_all_metaphases_abnormal():
    twenty = replace(Assays.noiseless().karyotype, metaphases_count=20)
    patient = make_patient({NAMES[0]: 1.0}, {NAMES[0]: MONOSOMY_7})
    chart = observe(patient, BIOPSY, replace(Assays.noiseless(), karyotype=twenty), seed=1)
    assert {item.karyotype for item in chart.clone_measurements if item.assay == "karyotype"} == {"45,XX,-7[20]"}


def test_what_a_karyotype_cannot_show():
    assert chromosome_change(LOSS_6P).iscn == ""
    assert chromosome_change(PIGA) is None
    assert chromosome_change(chromosome("3", variant="odd 3")).iscn == ""
    assert chromosome_change(chromosome("3")).label == "change of 3"
    chart = observe(make_patient({NAMES[0]: 0.9}, {NAMES[0]: LOSS_6P}), BIOPSY, Assays.noiseless(), seed=1)
    assert {item.status for item in chart.clone_measurements if item.assay == "karyotype"} == {"negative"}


def test_a_change_that_was_found_is_followed_when_it_is_gone():
    patient = make_patient({NAMES[0]: 0.5}, {NAMES[0]: MONOSOMY_7})
    rows = patient.history.clone_rows
    rows[(rows[:, 1] == 0) & (rows[:, 0] / 1024 > 100), 3:] = 0.0
    chart = observe(patient, BIOPSY, Assays.noiseless(), seed=1)
    for assay in ("karyotype", "snp_array"):
        found = [item.status for item in chart.clone_measurements if item.clone == "monosomy 7" and item.assay == assay]
        assert found == ["positive", "negative"]


def test_a_nearly_empty_marrow_is_below_the_first_step():
    made = history("female")
    states = made.states.copy()
    states[:, :] *= 1e-4
    patient = make_patient(made=replace(made, states=states))
    chart = observe(patient, BIOPSY, Assays.routine(), seed=1)
    for entry in chart.series("marrow_cellularity_fraction"):
        assert (entry.value, entry.censored) == (0.05, "below")


def test_no_neutrophils_no_flow():
    made = with_count_fold(history("female"), "neutrophils", 1e-7)
    visits = Visits(days_after_diagnosis=(0,), pnh_flow_days=(0,))
    chart = observe(make_patient({NAMES[0]: 0.3}, {NAMES[0]: PIGA}, made=made), visits, Assays.research(), seed=1)
    found = {item.specimen: item.status for item in chart.clone_measurements if item.clone == "PNH"}
    assert found == {"granulocytes": "not_assessable", "red_cells": "positive"}


def test_alleles_and_haplotypes():
    assert named_alleles(LOSS_6P) == ("A*02:01",)
    several = replace(LOSS_6P, hla_allele="HLA-A*24:02, B*07:02")
    assert named_alleles(several) == ("A*24:02", "B*07:02")
    assert haplotype_lost(several, TYPING) == 0
    assert haplotype_lost(LOSS_6P, TYPING) == 1
    assert haplotype_lost(replace(LOSS_6P, hla_allele="A*99:01"), TYPING) == 0
