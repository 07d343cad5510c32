"""What the clinic itself did and saw: treatments, transfusions, events, HLA type; nothing after the last day."""

from __future__ import annotations

from hscape.chart import DoseStep, Event, HlaLocus, Measurement, Transfusion, Treatment
from hscape.observation.subject import Subject


def copy_treatments(subject: Subject) -> tuple[Treatment, ...]:
    """Treatments that began by the last day; one that ended later goes on as far as the chart can tell."""
    found = []
    for item in subject.patient.treatments:
        start = subject.day_of(item.start_day)
        if start > subject.last_day:
            continue
        end = None if item.end_day is None else subject.day_of(item.end_day)
        steps = [DoseStep(day=subject.day_of(day), dose=dose) for day, dose in item.taper]
        found.append(
            Treatment(
                name=item.name,
                start_day=start,
                end_day=None if end is None or end > subject.last_day else end,
                dose=item.dose,
                dose_unit=item.dose_unit,
                detail=item.detail,
                taper=tuple(step for step in steps if step.day <= subject.last_day),
            )
        )
    return tuple(found)


def copy_transfusions(subject: Subject) -> tuple[Transfusion, ...]:
    """Transfusions by the last day."""
    given = ((subject.day_of(item.day), item) for item in subject.patient.transfusions)
    return tuple(
        Transfusion(day=day, product=item.product, units=item.units) for day, item in given if day <= subject.last_day
    )


def copy_events(subject: Subject) -> tuple[Event, ...]:
    """Happenings by the last day, with the diagnosis on day 0 and, unless the patient died, the last follow-up."""
    found = [
        Event(day=subject.day_of(item.day), kind=item.kind, detail=item.detail)
        for item in subject.patient.happenings
        if item.kind not in ("diagnosis", "last_follow_up") and subject.day_of(item.day) <= subject.last_day
    ]
    told = next((item.detail for item in subject.patient.happenings if item.kind == "diagnosis"), "")
    found.append(Event(day=0.0, kind="diagnosis", detail=told))
    if not any(event.kind == "death" for event in found):
        found.append(Event(day=subject.last_day, kind="last_follow_up"))
    return tuple(found)


def copy_hla_typing(subject: Subject) -> tuple[HlaLocus, ...]:
    """The germline HLA type; the order of alleles within a locus tells nothing of the haplotypes."""
    return tuple(
        HlaLocus(locus=locus, alleles=(pair[0], pair[1])) for locus, pair in subject.patient.hla_typing.items()
    )


def measure_chimerism(subject: Subject, variation: float, day: float) -> list[Measurement]:
    """Share of donor cells in blood after a transplant, where the history has the donor's cells as a clone.

    Args:
        subject: who; a clone is the donor's if the kind in its traits says ``donor``.
        variation: standard deviation of the share.
        day: of the chart.
    """
    since = [subject.day_of(item.start_day) for item in subject.patient.treatments if item.name == "transplant"]
    donors = [clone for clone, traits in subject.traits.items() if "donor" in traits.kind]
    if not donors or not any(start < day for start in since):
        return []
    share = subject.true_share(donors, "blood", day)
    share += (
        variation * float(subject.chance("chimerism", day).standard_normal()) * 2.0 * (share * (1.0 - share)) ** 0.5
    )
    shown = share if variation == 0 else round(share, 2)
    return [Measurement(day=day, analyte="donor_chimerism_fraction", value=float(min(max(shown, 0.0), 1.0)))]
