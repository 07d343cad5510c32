"""Observe: a virtual patient goes in, the chart that a clinic would have comes out.

Every draw belongs to one patient, assay, day and finding, so that a number does not depend on what else is observed,
or in which order. Nothing of the truth goes into the chart but through an assay. A variant or a chromosomal change has
an entry of its own from the day on which it was first found.
"""

from __future__ import annotations

from typing import cast

from hscape.care import VirtualPatient
from hscape.chart import Chart, CloneMeasurement, Measurement
from hscape.chart.chart import Sex
from hscape.observation.assays import Assays
from hscape.observation.blood import count_blood
from hscape.observation.care_entries import (
    copy_events,
    copy_hla_typing,
    copy_transfusions,
    copy_treatments,
    measure_chimerism,
)
from hscape.observation.chromosomes import make_karyotype, read_cellularity, read_snp_array
from hscape.observation.flow import find_hla_loss, find_pnh
from hscape.observation.sequencing import sequence_hla, sequence_panel
from hscape.observation.subject import Subject
from hscape.observation.visits import Visits
from hscape.streams import check_seed


def observe(patient: VirtualPatient, visits: Visits, assays: Assays | None = None, *, seed: int) -> Chart:
    """Observe a virtual patient into a chart; day 0 is the diagnosis.

    Args:
        patient: with history and truth.
        visits: when the patient is seen and what is asked for.
        assays: what the laboratory offers; `Assays.routine()` by default.
        seed: of the draws; the same seed gives the same chart.

    Returns:
        The chart, with nothing after the patient's last day. What the laboratory does not offer, or nobody asked
        for, is *not tested*.

    Raises:
        InputError: the patient was never diagnosed, has no blood in the history, or the seed is not possible.
    """
    assays = Assays.routine() if assays is None else assays
    seed = check_seed(seed)
    subject = Subject.meet(patient, seed)
    visits = visits.kept(seed=seed, patient_id=patient.patient_id)
    days = [day for day in visits.all_days if day <= subject.last_day and day + subject.diagnosis_day >= 0]
    known: dict[str, str] = {}
    measurements: list[Measurement] = []
    clones: list[CloneMeasurement] = list(_never_tested(assays, visits))
    for day in days:
        measurements += _measure(subject, visits, assays, day)
        clones += _find_clones(subject, visits, assays, day, known)
    return Chart(
        patient_id=patient.patient_id,
        sex=cast("Sex", subject.sex),
        age_years=float(int(patient.history.patient.age_at(subject.diagnosis_day))),
        day_zero_meaning="diagnosis",
        measurements=tuple(measurements),
        clone_measurements=tuple(clones),
        treatments=copy_treatments(subject),
        transfusions=copy_transfusions(subject),
        hla_typing=copy_hla_typing(subject) if assays.types_hla else (),
        events=copy_events(subject),
    )


def _measure(subject: Subject, visits: Visits, assays: Assays, day: float) -> list[Measurement]:
    found = count_blood(subject, assays.counts, day)
    if assays.marrow and day in visits.marrow_days:
        found += read_cellularity(subject, assays.marrow, day)
    if assays.chimerism_variation_fraction is not None:
        found += measure_chimerism(subject, assays.chimerism_variation_fraction, day)
    return found


def _find_clones(
    subject: Subject, visits: Visits, assays: Assays, day: float, known: dict[str, str]
) -> list[CloneMeasurement]:
    """Every clone assay of one day; `known` holds what has been found so far."""
    found: list[CloneMeasurement] = []
    exact = assays.is_exact
    is_typed_day = day in visits.hla_days
    if assays.sequencing and day in visits.sequencing_days:
        depth = None if exact else visits.sequencing_depth(day)
        found += sequence_panel(subject, assays.sequencing, day, known, depth_reads=depth, is_exact=exact)
        found += _not_on_panel(assays, day, has_hla=bool(assays.hla_sequencing) and is_typed_day)
    if assays.pnh_flow and day in visits.pnh_flow_days:
        found += find_pnh(subject, assays.pnh_flow, day, is_exact=exact)
    if assays.hla_flow and is_typed_day:
        found += find_hla_loss(subject, assays.hla_flow, day, is_exact=exact)
    if assays.hla_sequencing and is_typed_day:
        found += sequence_hla(subject, assays.hla_sequencing, day, known, is_exact=exact)
    if day in visits.marrow_days:
        if assays.karyotype:
            found += make_karyotype(subject, assays.karyotype, day, known, is_exact=exact)
        if assays.snp_array:
            found += read_snp_array(subject, assays.snp_array, day, known)
    return found


def _not_on_panel(assays: Assays, day: float, *, has_hla: bool) -> list[CloneMeasurement]:
    """The two that most panels leave out and that matter most here."""
    assert assays.sequencing is not None
    found = []
    if "PIGA" not in assays.sequencing.genes:
        found.append(_not_tested(day, "PIGA", "gene", "sequencing", assays.sequencing.specimen, gene="PIGA"))
    if not has_hla:
        found.append(_not_tested(day, "HLA class I", "hla_loss", "sequencing", assays.sequencing.specimen))
    return found


def _never_tested(assays: Assays, visits: Visits) -> list[CloneMeasurement]:
    """An entry on day 0 for every assay that is not offered, or that nobody asks for."""
    listed = (
        (assays.sequencing, visits.sequencing_days, "gene panel", "gene", "sequencing", "blood"),
        (assays.pnh_flow, visits.pnh_flow_days, "PNH", "pnh", "flow", "granulocytes"),
        (assays.hla_flow, visits.hla_days, "HLA loss", "hla_loss", "flow", "granulocytes"),
        (assays.karyotype, visits.marrow_days, "karyotype", "chromosome", "karyotype", "marrow"),
        (assays.snp_array, visits.marrow_days, "6p CN-LOH", "hla_loss", "snp_array", "marrow"),
    )
    return [
        _not_tested(0.0, clone, kind, assay, specimen)
        for offered, days, clone, kind, assay, specimen in listed
        if offered is None or not days
    ]


def _not_tested(day: float, clone: str, kind: str, assay: str, specimen: str, gene: str = "") -> CloneMeasurement:
    return CloneMeasurement(
        day=day, clone=clone, kind=kind, assay=assay, specimen=specimen, status="not_tested", gene=gene
    )
