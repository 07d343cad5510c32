"""The chart's own file: YAML or JSON, one chart or a list of charts, as `chart.schema.json` describes it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from hscape.chart import Chart
from hscape.chart.document import chart_from_dict, chart_to_dict
from hscape.errors import InputError
from hscape.exchange.drug_words import is_known_drug, read_drugs
from hscape.exchange.issues import IssueList, Place, RefusedError
from hscape.exchange.safe_files import check_size

_MAX_DEPTH = 64
_MAX_YAML_BYTES = 20_000_000


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML without dates: days are numbers here."""


_Loader.yaml_implicit_resolvers = {
    letter: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for letter, pairs in _Loader.yaml_implicit_resolvers.items()
}


def read_chart_file(path: Path, issues: IssueList) -> list[Chart]:
    """Read charts from YAML or JSON; an impossible entry or chart is an issue, and the others are read."""
    check_size(path)
    if path.stat().st_size > _MAX_YAML_BYTES:
        raise RefusedError("file_too_large", "A chart file of more than 20 MB is not read.", "Split it by patient.")
    content = _load(path)
    if isinstance(content, dict) and "charts" in content:
        content = content["charts"]
    rows = content if isinstance(content, list) else [content]
    found: list[Chart] = []
    for index, row in enumerate(rows):
        place = Place(sheet=path.name, row=index + 1 if len(rows) > 1 else None)

        def leave_out(where: str, error: InputError, place: Place = place) -> None:
            words = str(error) if where in str(error) else f"{where}: {error}"
            issues.add(
                "red", "entry_impossible", place, "", words, "Correct the entry; it was left out, the rest was read."
            )

        try:
            found.append(_with_known_names(chart_from_dict(row, leave_out), place, issues))
        except InputError as error:
            issues.add("red", "chart_impossible", place, "", f"{error}", "Correct the entry; the chart was left out.")
    return found


def _with_known_names(chart: Chart, place: Place, issues: IssueList) -> Chart:
    """A treatment under another word for a drug (``CsA``, ``hATG``) gets the name that the rules know."""
    treatments = []
    for item in chart.treatments:
        names = (item.name,) if is_known_drug(item.name) else read_drugs(item.name)
        if len(names) == 1 and names[0] != item.name and is_known_drug(names[0]):
            message = f"The treatment '{item.name}' was read as {names[0]}."
            issues.add("grey", "treatment_renamed", place, item.name, message, patient_id=chart.patient_id)
            item = replace(item, name=names[0])
        treatments.append(item)
    return replace(chart, treatments=tuple(treatments))


def _load(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".json":
            _check_brackets(text)
            return json.loads(text)
        _check_events(text)
        return yaml.load(text, Loader=_Loader)
    except UnicodeDecodeError:
        raise RefusedError("not_text", "The file is not UTF-8 text.", "Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise RefusedError(
            "json_broken", f"Line {error.lineno}: not readable as JSON ({error.msg}).", "Mend that line."
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"Line {mark.line + 1}: " if mark else ""
        raise RefusedError(
            "yaml_broken",
            f"{line}not readable as YAML ({getattr(error, 'problem', '') or 'bad text'}).",
            "Mend that line.",
        ) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise RefusedError(
            "chart_broken",
            f"The file cannot be read ({str(error)[:100]}).",
            "Compare it with chart.schema.json.",
        ) from None


def _check_events(text: str) -> None:
    """Refuse aliases and deep nesting from the stream of events, before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise RefusedError(
                "yaml_alias",
                "The YAML file uses aliases (*name), which can be used to exhaust memory.",
                "Write the entries out.",
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        _check_depth(depth)


def _check_brackets(text: str) -> None:
    """Refuse deeply nested JSON; brackets inside text count too, which only makes the limit stricter."""
    depth = 0
    for letter in re.findall(r"[\[\]{}]", text):
        depth += 1 if letter in "[{" else -1
        _check_depth(depth)


def _check_depth(depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise RefusedError(
            "too_deep",
            f"The file is nested more than {_MAX_DEPTH} levels deep; a chart has four.",
            "Compare it with chart.schema.json.",
        )


def write_chart_file(charts: Sequence[Chart], path: Path) -> None:
    """Write charts as YAML, or as JSON if the name ends in .json."""
    tables = [chart_to_dict(chart) for chart in charts]
    content: Any = tables[0] if len(tables) == 1 else {"charts": tables}
    if path.suffix.lower() == ".json":
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    else:
        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        path.write_text(
            yaml.dump(content, Dumper=dumper, sort_keys=False, allow_unicode=True, width=110),
            encoding="utf-8",
        )
