"""A chart as plain tables (for YAML and JSON) and back; an unknown key is an error that names the known ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from hscape.chart.chart import Chart
from hscape.chart.clones import CloneMeasurement
from hscape.chart.records import DoseStep, Event, HlaLocus, Measurement, Transfusion, Treatment
from hscape.errors import InputError, unknown_name

FORMAT = "hscape-chart"
VERSION = 1
#: Is told where an impossible entry stands and what is wrong with it.
LeaveOut = Callable[[str, InputError], None]
_PARTS: dict[str, type] = {
    "measurements": Measurement,
    "clone_measurements": CloneMeasurement,
    "treatments": Treatment,
    "transfusions": Transfusion,
    "hla_typing": HlaLocus,
    "events": Event,
}


def chart_to_dict(chart: Chart) -> dict[str, Any]:
    """The chart as tables of plain values; what is at its default is left out."""
    return {"format": FORMAT, "version": VERSION, **_plain(chart)}


def _plain(entry: Any) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for item in fields(entry):
        if item.name == "source":  # names of files and sheets can be names of people
            continue
        value = getattr(entry, item.name)
        if item.default is not MISSING and value == item.default:
            continue
        if isinstance(value, tuple):
            value = [_plain(part) if hasattr(part, "__dataclass_fields__") else part for part in value]
        told[item.name] = (
            int(value) if isinstance(value, float) and value == int(value) and abs(value) < 1e15 else value
        )
    if isinstance(entry, Measurement):
        told["unit"] = entry.unit
    return told


def chart_from_dict(table: Mapping[str, Any], leave_out: LeaveOut | None = None) -> Chart:
    """A chart from its tables.

    Args:
        table: plain values.
        leave_out: is told of each impossible entry of a list, which is then left out; None to raise the first one.

    Raises:
        InputError: an unknown key, a missing one, a value of the wrong kind, or an impossible entry.
    """
    if not isinstance(table, Mapping):
        raise InputError(f"chart: came as {type(table).__name__}; write a table with patient_id and measurements.")
    content = dict(table)
    made_for = content.pop("format", FORMAT)
    version = content.pop("version", VERSION)
    if made_for != FORMAT or version != VERSION:
        raise InputError(
            f"chart: format '{made_for}' version {version} is not known; this program reads {FORMAT} version {VERSION}."
        )
    for name, kind in _PARTS.items():
        if name in content:
            content[name] = tuple(_entries(kind, _rows(content[name], name), name, leave_out))
    if "transfusions_not_recorded" in content:
        rows = _rows(content["transfusions_not_recorded"], "transfusions_not_recorded")
        content["transfusions_not_recorded"] = tuple(str(product) for product in rows)
    if "notes" in content:
        content["notes"] = tuple(str(note) for note in _rows(content["notes"], "notes"))
    if "patient_id" in content:
        content["patient_id"] = str(content["patient_id"])
    return _make(Chart, content, "chart")


def _entries(kind: type, rows: list[Any], name: str, leave_out: LeaveOut | None) -> Iterator[Any]:
    for index, row in enumerate(rows):
        try:
            yield _entry(kind, row, f"{name}[{index}]")
        except InputError as error:
            if leave_out is None:
                raise
            leave_out(f"{name}[{index}]", error)


def _rows(value: Any, where: str) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise InputError(f"{where}: came as {type(value).__name__}; write a list.")
    return list(value)


def _entry(kind: type, row: Any, where: str) -> Any:
    if not isinstance(row, Mapping):
        raise InputError(f"{where}: came as {type(row).__name__}; write a table.")
    content = dict(row)
    if kind is Measurement:
        _check_unit(content, where)
    for name in ("flags", "alleles"):
        if name in content:
            content[name] = tuple(str(part) for part in _rows(content[name], f"{where}.{name}"))
    if "taper" in content:
        content["taper"] = tuple(
            _entry(DoseStep, step, f"{where}.taper") for step in _rows(content["taper"], f"{where}.taper")
        )
    return _make(kind, content, where)


def _check_unit(content: dict[str, Any], where: str) -> None:
    from hscape.chart.analytes import find_analyte

    unit = content.pop("unit", None)
    analyte = find_analyte(str(content.get("analyte", "")), where)
    if unit is not None and str(unit) != analyte.unit:
        raise InputError(
            f"{where}.unit: '{unit}' is not the unit of {analyte.name}; a chart file holds it in "
            f"{analyte.unit}. "
            "Convert the value, or use a table, where units are converted on reading."
        )


def _make(kind: type, content: dict[str, Any], where: str) -> Any:
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    for name, value in content.items():
        if name not in known:
            raise unknown_name(where, str(name), known, kind="key")
        expected = str(known[name].type)
        if (
            expected.startswith(("str", "Literal", "Sex", "Status", "Censoring"))
            and not isinstance(value, str)
            and value is not None
        ):
            raise InputError(f"{where}.{name}: {value!r} is not text; put it in quotation marks.")
    missing = [
        name
        for name, item in known.items()
        if item.default is MISSING and item.default_factory is MISSING and name not in content
    ]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} missing; every {kind.__name__} needs it.")
    try:
        return kind(**content)
    except (TypeError, AttributeError) as error:
        raise InputError(f"{where}: an entry is of the wrong kind ({error}); compare with chart.schema.json.") from None
