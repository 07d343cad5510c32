"""Treatments and rescue as a file writes them: plain mappings, checked word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hscape.care.plan import OPTIONS, CarePlan, Planned
from hscape.errors import InputError, unknown_name

WHENS = ("no response", "relapse")
RESCUES = {
    "no response": {"second_course": "second_course", "eltrombopag": "eltrombopag", "transplant": "transplant"},
    "relapse": {"cyclosporine": "restart_cyclosporine", "second_course": "second_course"},
}


def read_treatment(mapping: Mapping[str, Any], where: str) -> Planned:
    """One treatment: ``type``, ``after_diagnosis_days`` and the options of that treatment.

    Raises:
        InputError: an unknown type or option, or an impossible number.
    """
    name = mapping.get("type")
    if name is None:
        raise InputError(f"{where} has no type; give one of {', '.join(OPTIONS)}.")
    if name not in OPTIONS:
        raise unknown_name(where, str(name), OPTIONS, kind="treatment")
    if "after_diagnosis_days" not in mapping:
        raise InputError(f"{where}: {name} has no after_diagnosis_days; write how many days after diagnosis it starts.")
    day = mapping["after_diagnosis_days"]
    if not isinstance(day, int | float) or isinstance(day, bool) or not 0 <= day <= 20_000:
        raise InputError(f"{where}: after_diagnosis_days {day!r} is not possible; give 0 to 20000.")
    options = {key: value for key, value in mapping.items() if key not in ("type", "after_diagnosis_days")}
    try:
        return Planned(name=str(name), after_diagnosis_days=float(day), options=options)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def read_rescue(mapping: Mapping[str, Any], where: str) -> tuple[str, str]:
    """One rescue: (``no response`` or ``relapse``, word of the plan).

    Raises:
        InputError: an unknown word.
    """
    for key in mapping:
        if key not in ("type", "when"):
            raise unknown_name(where, str(key), ("type", "when"), kind="key")
    when = mapping.get("when", "no response")
    if when not in RESCUES:
        raise unknown_name(where, str(when), RESCUES, kind="occasion")
    known = RESCUES[str(when)]
    if mapping.get("type") not in known:
        raise unknown_name(where, str(mapping.get("type")), known, kind=f"rescue after {when}")
    return str(when), known[str(mapping["type"])]


def read_plan(
    name: str,
    treatments: Sequence[Mapping[str, Any]],
    rescue: Sequence[Mapping[str, Any]],
    *,
    era: str = "modern",
    where: str = "plan",
) -> CarePlan:
    """A plan of care from the lists of a file.

    Raises:
        InputError: as for its parts; or two rescues for one occasion.
    """
    planned = tuple(read_treatment(item, f"{where}.treatments[{i}]") for i, item in enumerate(treatments))
    found: dict[str, str] = {}
    for i, item in enumerate(rescue):
        when, word = read_rescue(item, f"{where}.rescue[{i}]")
        if when in found:
            raise InputError(f"{where}.rescue[{i}]: {when} has two rescues; keep one.")
        found[when] = word
    return CarePlan(
        name=name,
        treatments=planned,
        non_response=found.get("no response", "none"),
        relapse=found.get("relapse", "none"),
        era=era,
    )
