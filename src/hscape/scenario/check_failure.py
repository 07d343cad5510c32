"""What cannot be in a scenario of marrow failure: clones that the person cannot have, care that nobody can give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hscape.biology.clone_kinds import catalogue_names, clone_kind
from hscape.biology.failure import samd9, telomere
from hscape.errors import InputError, unknown_name
from hscape.parameters import Parameters
from hscape.scenario.causes import ImmuneCause
from hscape.scenario.model import Scenario

ADULT_YEARS = 18.0
#: Kinds that undo one inherited defect, and the cause in which they do.
_ONLY_WITH = dict.fromkeys(set(samd9.RESCUED) - {"monosomy_7"}, "samd9") | dict.fromkeys(telomere.RESCUED, "telomere")


def check_failure(scenario: Scenario, where: str) -> None:
    """Check a scenario with a cause, care or clones of failure.

    Raises:
        InputError: with the place, what came and what to do, in one sentence.
    """
    if scenario.cause is None:
        part = "care" if scenario.care is not None else "person.failure_clones"
        raise InputError(f"{where}: {part} is there but no cause; add cause with a type, or leave {part} out.")
    _check_person(scenario, where)
    _check_clones(scenario, where)
    if isinstance(scenario.cause, ImmuneCause):
        _check_restriction(scenario, scenario.cause, where)
    for part in ("treatments", "rescue"):
        for i, item in enumerate(getattr(scenario.care, part, ())):
            _check_words(item, f"{where}: care.{part}[{i}]")
            _check_taper(item, f"{where}: care.{part}[{i}]")
    try:
        scenario.plan(f"{where}: care")
    except InputError as error:
        text = str(error)
        raise InputError(text if text.startswith(where) else f"{where}: {text}") from None


def _check_person(scenario: Scenario, where: str) -> None:
    person = scenario.person
    if person.age_years < ADULT_YEARS:
        raise InputError(
            f"{where}: person.age_years {person.age_years:g} with a cause; give {ADULT_YEARS:g} or more, "
            "since the blood of the model is an adult's."
        )
    if scenario.kernel == "mean" or not scenario.with_blood:
        raise InputError(
            f"{where}: a cause needs chance and blood; leave kernel at step or exact and with_blood at true."
        )
    if person.clones and person.life_before:
        raise InputError(
            f"{where}: person.clones are there on day 0, life_before lets clones arise from birth; "
            "write life_before: false or leave clones out."
        )


def _check_clones(scenario: Scenario, where: str) -> None:
    cause = scenario.cause
    assert cause is not None
    parameters = Parameters()
    for i, founder in enumerate(scenario.person.clones):
        _check_chromosome(founder.chromosome, founder.name, scenario.person.sex, f"{where}: person.clones[{i}]")
    for i, name in enumerate(scenario.failure_clone_names()):
        place = f"{where}: person.failure_clones[{i}]"
        if name not in catalogue_names():
            raise unknown_name(place, name, catalogue_names(), kind="clone")
        needed = _ONLY_WITH.get(name)
        if needed not in (None, cause.type):
            raise InputError(
                f"{place}: {name} undoes an inherited defect that this person does not have; "
                f"leave it out or set cause.type to {needed}."
            )
        _check_chromosome(clone_kind(name, parameters).chromosome, name, scenario.person.sex, place)
    names = scenario.failure_clone_names()
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{where}: person.failure_clones names {name} twice; keep one.")


def _check_chromosome(chromosome: str, name: str, sex: str, place: str) -> None:
    if chromosome.startswith("Y") and sex == "female":
        raise InputError(
            f"{place}: {name} lies on chromosome Y, which this person does not have; set sex to male or leave it out."
        )


def _check_restriction(scenario: Scenario, cause: ImmuneCause, where: str) -> None:
    allele, typing = cause.restricting_allele, scenario.person.hla_typing
    if allele is None:
        if cause.restricted_share is not None:
            raise InputError(f"{where}: cause.restricted_share without restricting_allele; name the allele.")
        return
    locus = allele.split("*")[0]
    if locus not in ("A", "B", "C"):
        raise InputError(
            f"{where}: cause.restricting_allele '{allele}' is not of class I; give one of locus A, B or C."
        )
    if locus not in typing:
        raise InputError(
            f"{where}: cause.restricting_allele '{allele}' but no person.hla_typing of {locus}; add both alleles."
        )
    if allele not in typing[locus]:  # type: ignore[index]
        both = " and ".join(typing[locus])  # type: ignore[index]
        raise InputError(
            f"{where}: cause.restricting_allele '{allele}' is not in the patient's typing ({both}); give one of these."
        )
    if typing[locus][0] == typing[locus][1] and "HLA_6p_CN_LOH" in scenario.failure_clone_names():  # type: ignore[index]
        raise InputError(
            f"{where}: {allele} is on both chromosomes 6, so 6p CN-LOH cannot lose it; "
            "name the failure_clones without HLA_6p_CN_LOH."
        )


def _check_words(item: Mapping[str, Any], place: str) -> None:
    for key in ("type", "when"):
        if key in item and not isinstance(item[key], str):
            raise InputError(f"{place}: {key} came as {type(item[key]).__name__}; write a word.")


def _check_taper(item: Mapping[str, Any], place: str) -> None:
    full, taper = item.get("full_days"), item.get("taper_days")
    for name, value in (("full_days", full), ("taper_days", taper)):
        if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
            raise InputError(
                f"{place}: {name} {value:g} would taper {item.get('type')} before its start; give a positive length."
            )
