"""From a lived course to a virtual patient: outcomes, the list of treatments, and what each clone is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hscape.biology.influence import Influence
from hscape.biology.treatment import Course
from hscape.care.case import Case
from hscape.care.episodes import PRODUCTS, Episodes
from hscape.care.outcomes import draw_outcome
from hscape.care.records import CloneTraits, GivenTransfusion, GivenTreatment, Happening, VirtualPatient
from hscape.history import History
from hscape.streams import generator


def assemble(
    case: Case,
    episodes: Episodes,
    diagnosis_day: float,
    given: Sequence[Influence],
    happened_before: Sequence[Happening],
    transplants: Sequence[tuple[float, float]],
    *,
    seed: int,
    number: int,
) -> VirtualPatient:
    """Outcomes drawn from the course, and everything cut at death.

    Args:
        case: who.
        episodes: the course that was lived.
        diagnosis_day: not a number if the clinic never saw the failure.
        given: treatments, as influences.
        happened_before: what care has noted.
        transplants: (day, chance of death by it).
        seed: of the patient's draws.
        number: of the patient.
    """
    history = episodes.history()
    seen = math.isfinite(diagnosis_day)
    last, happened = episodes.day, list(happened_before)
    if seen:
        outcome = draw_outcome(
            history.counts, history.clones, sex=case.patient.sex, era=case.plan.era, since_day=diagnosis_day,
            parameters=case.patient.parameters, random=generator(seed, "outcome", number),
            procedure_deaths=transplants,
        )  # fmt: skip
        last = outcome.death_day if outcome.death_day is not None else last
        happened = [item for item in happened if item.day <= last] + list(outcome.happenings)
    return VirtualPatient(
        patient_id=case.patient_id,
        history=history,
        diagnosis_day=diagnosis_day if seen else None,
        last_day=float(last),
        treatments=tuple(_treatment(item, last) for item in given if _was_given(item, last)),
        transfusions=tuple(
            GivenTransfusion(day=float(day), product=PRODUCTS[int(product)], units=float(units))
            for day, product, units in episodes.transfusions
            if day <= last
        ),
        happenings=tuple(sorted(happened, key=lambda item: (item.day, item.kind))),
        hla_typing=case.hla_typing,
        clone_traits=_traits(history),
        truth=dict(case.truth),
    )


def _was_given(item: Influence, last: float) -> bool:
    return hasattr(item, "course") and item.course().start_day <= last


def _treatment(item: Influence, last: float) -> GivenTreatment:
    """A course as a chart writes it; one that outlives the patient or the simulation is open-ended."""
    course: Course = item.course()  # type: ignore[attr-defined]
    goes_on = course.end_day is None or course.end_day > last
    return GivenTreatment(
        name=course.name,
        start_day=course.start_day,
        end_day=None if goes_on else course.end_day,
        dose=course.dose,
        dose_unit=course.dose_unit,
        taper=tuple(step for step in course.taper if step[0] <= last),
        detail=course.detail,
    )


def _traits(history: History) -> dict[str, CloneTraits]:
    """What a laboratory would find in each reported clone."""
    kinds, facts = history.patient.clone_kinds, history.clone_facts
    addresses, parents = facts["address"].tolist(), facts["parent_address"].tolist()
    names = {address: history.clone_name(serial) for serial, address in enumerate(addresses)}
    found = {}
    for address, parent, number in zip(addresses, parents, facts["kind"].tolist(), strict=True):
        if number < 0:
            continue
        kind = kinds[number]
        is_x_in_male = kind.chromosome == "X" and history.patient.sex == "male"
        found[names[address]] = CloneTraits(
            kind=kind.name,
            shown_as=kind.shown_as,
            gene=kind.gene,
            variant=kind.variant,
            copy_state="hemizygous" if is_x_in_male else kind.copy_state,
            chromosome=kind.chromosome,
            hla_allele=kind.hla_allele,
            parent=names.get(parent, "ordinary"),
        )
    return found
