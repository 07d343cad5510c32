"""A scenario is checked as a whole before anything runs; what is wrong is said in one sentence."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from hscape.errors import InputError, unknown_name
from hscape.parameters import check_value, find_record
from hscape.scenario.care_part import CarePart, PresentationPart
from hscape.scenario.causes import CAUSE_MODELS
from hscape.scenario.check_failure import check_failure
from hscape.scenario.events import EVENT_MODELS
from hscape.scenario.model import Scenario
from hscape.scenario.person import FounderClone, Person


def parse_scenario(data: Any, where: str = "scenario") -> Scenario:
    """Check the content of a scenario file."""
    if not isinstance(data, dict):
        raise InputError(f"{where}: came as {type(data).__name__}; write keys such as name, person, days, events.")
    _check_keys(data, where)
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise _as_input_error(error, where) from None
    for name, value in scenario.parameters.items():
        check_value(find_record(name, f"{where}: parameters"), value, f"{where}: parameters")
    _check_events(scenario, where)
    named = {find_record(name).id: value for name, value in scenario.parameters.items()}
    checked = scenario.model_copy(update={"parameters": named})
    if checked.cause is not None or checked.care is not None or checked.person.failure_clones not in (None, "none"):
        check_failure(checked, where)
    checked.patient()  # what only the patient as a whole can tell
    return checked


def _check_events(scenario: Scenario, where: str) -> None:
    days = [event.day for event in scenario.events]
    for i in range(1, len(days)):
        if days[i] < days[i - 1]:
            raise InputError(
                f"{where}: events[{i}].day {days[i]:g} comes before events[{i - 1}].day {days[i - 1]:g}; "
                "write events in order of their day."
            )
    last = scenario.days + (scenario.care.wait_days if scenario.care else 3650.0) * (scenario.cause is not None)
    for i, day in enumerate(days):
        if day > last:
            raise InputError(
                f"{where}: events[{i}].day {day:g} lies after the last day {last:g}; "
                "make the course longer or the event earlier."
            )


def _check_keys(data: dict[Any, Any], where: str) -> None:
    """Name unknown keys with their nearest, before values are looked at."""
    _known(data, Scenario, where, "")
    if isinstance(data.get("person"), dict):
        _known(data["person"], Person, where, "person")
        for i, clone in enumerate(data["person"].get("clones") or []):
            if isinstance(clone, dict):
                _known(clone, FounderClone, where, f"person.clones[{i}]")
    _check_cause_keys(data, where)
    events = data.get("events") or []
    if not isinstance(events, list):
        raise InputError(f"{where}: events came as {type(events).__name__}; write a list, each entry with '- type:'.")
    for i, event in enumerate(events):
        if not isinstance(event, dict):
            raise InputError(f"{where}: events[{i}] came as {type(event).__name__}; write keys such as type and day.")
        kind = event.get("type")
        if kind is None:
            raise InputError(f"{where}: events[{i}] has no type; give one of {', '.join(EVENT_MODELS)}.")
        if str(kind) not in EVENT_MODELS:
            raise unknown_name(f"{where}: events[{i}]", str(kind), EVENT_MODELS, kind="event type")
        _known(event, EVENT_MODELS[str(kind)], where, f"events[{i}]")


def _check_cause_keys(data: dict[Any, Any], where: str) -> None:
    """Keys of the cause and of care."""
    cause, care = data.get("cause"), data.get("care")
    if isinstance(cause, dict):
        kind = cause.get("type")
        if kind is None:
            raise InputError(f"{where}: cause has no type; give one of {', '.join(CAUSE_MODELS)}.")
        if str(kind) not in CAUSE_MODELS:
            raise unknown_name(f"{where}: cause", str(kind), CAUSE_MODELS, kind="cause")
        _known(cause, CAUSE_MODELS[str(kind)], where, "cause")
    elif cause is not None:
        raise InputError(f"{where}: cause came as {type(cause).__name__}; write keys such as type.")
    if isinstance(care, dict):
        _known(care, CarePart, where, "care")
        if isinstance(care.get("presentation"), dict):
            _known(care["presentation"], PresentationPart, where, "care.presentation")


def _known(data: dict[Any, Any], model: type[BaseModel], where: str, part: str) -> None:
    for key in data:
        if str(key) not in model.model_fields:
            raise unknown_name(f"{where}: {part}" if part else where, str(key), model.model_fields, kind="key")


def _as_input_error(error: ValidationError, where: str) -> InputError:
    first = error.errors(include_url=False)[0]
    parts = [p for p in first["loc"] if p not in EVENT_MODELS and p not in CAUSE_MODELS]
    place = "".join(f"[{p}]" if isinstance(p, int) else (f".{p}" if i else str(p)) for i, p in enumerate(parts))
    came = first.get("input")
    if first["type"] == "missing":
        return InputError(f"{where}: {place} is missing; add it with its value.")
    shown = "" if isinstance(came, dict | list) else f" '{came}'"
    message = first["msg"].replace("Input should be", "it must be").replace("valid ", "")
    return InputError(
        f"{where}: {place}{shown} is not possible: {message[0].lower() + message[1:]}; correct this value."
    )
