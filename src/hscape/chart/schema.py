"""The published JSON Schema of a chart file, made from the records so that the two cannot drift apart.

`chart.schema.json` beside this file is what others use; write it again with ``python -m hscape.chart.schema``.
"""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from hscape.chart.analytes import ANALYTES
from hscape.chart.chart import SEXES, Chart
from hscape.chart.clones import ASSAYS, CLONE_KINDS, COPY_STATES, SPECIMENS, STATUSES, CloneMeasurement
from hscape.chart.document import FORMAT, VERSION
from hscape.chart.records import (
    CENSORING,
    EVENT_KINDS,
    FLAGS,
    PRODUCTS,
    DoseStep,
    Event,
    HlaLocus,
    Measurement,
    Transfusion,
    Treatment,
)

SCHEMA_PATH = Path(__file__).with_name("chart.schema.json")
_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("Measurement", "analyte"): tuple(ANALYTES),
    ("Measurement", "censored"): CENSORING,
    ("CloneMeasurement", "censored"): CENSORING,
    ("CloneMeasurement", "kind"): tuple(CLONE_KINDS),
    ("CloneMeasurement", "assay"): ASSAYS,
    ("CloneMeasurement", "specimen"): SPECIMENS,
    ("CloneMeasurement", "status"): STATUSES,
    ("CloneMeasurement", "copy_state"): COPY_STATES,
    ("Transfusion", "product"): PRODUCTS,
    ("Event", "kind"): EVENT_KINDS,
}
_PARTS: dict[str, type] = {
    "measurements": Measurement,
    "clone_measurements": CloneMeasurement,
    "treatments": Treatment,
    "transfusions": Transfusion,
    "hla_typing": HlaLocus,
    "events": Event,
}


def chart_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a chart file."""
    chart = _object(Chart)
    chart["properties"] |= {
        name: {"type": "array", "items": {"$ref": f"#/$defs/{kind.__name__}"}} for name, kind in _PARTS.items()
    }
    chart["properties"] |= {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "sex": {"enum": [*SEXES, None]},
        "notes": {"type": "array", "items": {"type": "string"}},
    }
    chart["properties"]["patient_id"] |= {"minLength": 1}
    chart["properties"]["age_years"] |= {"minimum": 0, "maximum": 120}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hscape chart",
        "description": (Chart.__doc__ or "").split("\n")[0],
        "oneOf": [
            {"$ref": "#/$defs/Chart"},
            {
                "type": "object",
                "required": ["charts"],
                "additionalProperties": False,
                "properties": {"charts": {"type": "array", "items": {"$ref": "#/$defs/Chart"}}},
            },
        ],
        "$defs": {
            "Chart": chart,
            "DoseStep": _object(DoseStep),
            **{kind.__name__: _object(kind) for kind in _PARTS.values()},
        },
    }


def _object(kind: type) -> dict[str, Any]:
    described = _described(kind)
    properties = {item.name: _property(kind, item) | described.get(item.name, {}) for item in fields(kind)}  # type: ignore[arg-type]
    if kind is Measurement:
        properties["unit"] = {
            "type": "string",
            "description": "UCUM code of the analyte; a reminder, and refused if it is another.",
        }
    required = [item.name for item in fields(kind) if item.default is MISSING and item.default_factory is MISSING]  # type: ignore[arg-type]
    return {
        "type": "object",
        "description": (kind.__doc__ or "").split("\n")[0],
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def _property(kind: type, item: Field[Any]) -> dict[str, Any]:
    if words := _WORDS.get((kind.__name__, item.name)):
        return {"enum": list(words)}
    if item.name == "flags":
        return {"type": "array", "items": {"enum": list(FLAGS)}}
    if item.name == "alleles":
        return {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}
    if item.name == "taper":
        return {"type": "array", "items": {"$ref": "#/$defs/DoseStep"}}
    name = str(item.type)
    basic = "boolean" if "bool" in name else "number" if "float" in name else "integer" if "int" in name else "string"
    made: dict[str, Any] = {"type": [basic, "null"] if "None" in name else basic}
    if basic == "number" and (item.name.endswith("_fraction") or item.name in ("baf", "cell_fraction")):
        made |= {"minimum": 0, "maximum": 1}
    if item.name in ("alt", "depth", "n_cells", "value", "dose", "units"):
        made["minimum"] = 0
    return made


def _described(kind: type) -> dict[str, dict[str, str]]:
    """Field -> description, from the section Args of the docstring."""
    section = (kind.__doc__ or "").partition("Args:")[2]
    entries = re.findall(r"^ {8}(\w+): (.*(?:\n {12}.*)*)", section, re.MULTILINE)
    return {name: {"description": " ".join(text.split())} for name, text in entries}


def write_schema(path: Path = SCHEMA_PATH) -> None:
    """Write the schema beside this file."""
    path.write_text(json.dumps(chart_schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_schema()
