"""Reading a design from YAML: whatever is wrong is one sentence with the place, and nothing runs before it is right."""

from __future__ import annotations

import json
import types
import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from hscape.cohort.design import Design
from hscape.cohort.hooks import Checks, default_checks
from hscape.errors import InputError, unknown_name
from hscape.scenario import NamedYaml

_DESIGNS = NamedYaml(package="hscape.cohort.designs", kind="design", example="the shipped design race-like")


def design_names() -> list[str]:
    """Names of the shipped designs."""
    return _DESIGNS.names()


def load_design(name_or_file: str | Path, checks: Checks | None = None) -> Design:
    """Read a shipped design by name, or a YAML file.

    Args:
        name_or_file: name of a shipped design or path of a file.
        checks: what can tell whether a population, treatments, visits and assays exist.

    Raises:
        InputError: not found, not readable, not YAML, an unknown key, a value that is missing or not possible.
    """
    return parse_design(_DESIGNS.load(name_or_file), str(name_or_file), checks)


def parse_design(data: Any, where: str = "design", checks: Checks | None = None) -> Design:
    """Check the content of a design file.

    Raises:
        InputError: as for `load_design`.
    """
    if not isinstance(data, dict):
        raise InputError(f"{where}: came as {type(data).__name__}; write keys such as name, population, arms.")
    _check_keys(data, Design, where, "")
    try:
        design = Design.model_validate(data)
    except ValidationError as error:
        raise _as_input_error(error, where) from None
    _check_with(design, checks or default_checks(), where)
    return design


def _check_with(design: Design, checks: Checks, where: str) -> None:
    checks.population(design.population, f"{where}: population")
    checks.observation(design, f"{where}: visits")
    for index, arm in enumerate(design.arms):
        for kind, check in (("treatments", checks.treatment), ("rescue", checks.rescue)):
            for entry_index, entry in enumerate(getattr(arm, kind)):
                place = f"{where}: arms[{index}].{kind}[{entry_index}]"
                _check_plain(entry, place)
                check(entry, place)


def _check_plain(entry: dict[str, Any], place: str) -> None:
    try:
        json.dumps(entry, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise InputError(
            f"{place}: holds something that is neither text nor a finite number, such as a date; write days as numbers."
        ) from None


def _check_keys(data: Any, model: type[BaseModel], where: str, part: str) -> None:
    """Unknown keys at any depth, with the nearest known ones."""
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        if str(key) not in model.model_fields:
            raise unknown_name(f"{where}: {part}" if part else where, str(key), model.model_fields, kind="key")
        inner = _model_of(model.model_fields[str(key)].annotation)
        place = f"{part}.{key}" if part else str(key)
        if inner is not None and isinstance(value, list):
            for index, entry in enumerate(value):
                _check_keys(entry, inner, where, f"{place}[{index}]")
        elif inner is not None:
            _check_keys(value, inner, where, place)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation such as ``Arm``, ``list[Arm]`` or ``Visits | None``."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for part in typing.get_args(annotation) if (found := _model_of(part))), None)


def _as_input_error(error: ValidationError, where: str) -> InputError:
    first = error.errors(include_url=False)[0]
    place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in first["loc"]).lstrip(".")
    lead = f"{where}: {place}" if place else where
    if first["type"] == "missing":
        return InputError(f"{lead} is missing; add it with its value.")
    message = first["msg"].replace("Value error, ", "").replace("Input should be", "it must be").replace("a valid", "a")
    if first["type"] == "value_error":
        return InputError(f"{lead}: {message}; correct it.")
    came = first.get("input")
    shown = "" if isinstance(came, dict | list) else f" '{came}'"
    return InputError(f"{lead}{shown} is not possible: {message[0].lower() + message[1:]}; correct this value.")
