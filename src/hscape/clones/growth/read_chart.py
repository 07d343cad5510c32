"""Trajectories from charts, and from any file: a long table, or a chart as the clinic keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from hscape.chart import Chart, CloneMeasurement
from hscape.clinic.drugs import courses
from hscape.clones.growth.read_table import read_table
from hscape.clones.growth.readings import Readings
from hscape.clones.growth.table_cells import columns_of, table_of_file
from hscape.errors import InputError
from hscape.exchange import Issue, read_charts
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR


def readings_of_file(path: Path, parameters: Parameters) -> Readings:
    """Readings of a file: a long table (.csv, .tsv, .xlsx) with a column of variants, or a chart in any form."""
    if path.is_file() and path.suffix.lower() in (".yaml", ".yml", ".json"):
        return _of_chart_file(path, parameters)
    table = table_of_file(path)
    if path.suffix.lower() in (".xlsx", ".xlsm") and not {"person", "variant"} <= set(columns_of(table)):
        return _of_chart_file(path, parameters)
    return read_table(table, parameters, path.name)


def _of_chart_file(path: Path, parameters: Parameters) -> Readings:
    result = read_charts(path)
    red = [issue for issue in result.issues if issue.severity == "red"]
    if not result.charts:
        told = red[0].message if red else "no patient could be read"
        raise InputError(f"{path.name}: {told} Give a long table of variants or a chart (hscape template).")
    found = readings_of_charts(result.charts, parameters, path.name)
    return replace(found, issues=(*result.issues, *found.issues))


def readings_of_charts(charts: Sequence[Chart], parameters: Parameters, name: str = "chart") -> Readings:
    """Readings of the sequenced variants of charts; immunosuppression of the chart is the treatment.

    Raises:
        InputError: no chart holds a sequenced variant.
    """
    rows = [row for chart in charts for row in _rows(chart)]
    if not rows:
        raise InputError(f"{name}: no sequenced variant with a VAF or reads is in it; give serial clone measurements.")
    found = read_table(pd.DataFrame(rows), parameters, name)
    treated = {chart.patient_id: _treated(chart) for chart in charts}
    return Readings(
        trajectories=tuple(replace(one, treated=treated[one.person]) for one in found.trajectories),
        issues=tuple(issue for issue in found.issues if isinstance(issue, Issue)),
    )


def _years(chart: Chart, day: float) -> float:
    return (chart.age_years or 0.0) + day / DAYS_PER_YEAR


def _rows(chart: Chart) -> list[dict[str, object]]:
    time = "age_years" if chart.age_years is not None else "time_years"
    found: list[dict[str, object]] = []
    for entry in chart.clone_measurements:
        if entry.assay != "sequencing" or entry.status not in ("positive", "negative") or not entry.gene:
            continue
        reading = _reading(entry)
        if reading is not None:
            found.append(
                {"person": chart.patient_id, "variant": entry.clone, "gene": entry.gene, "sex": chart.sex or "",
                 time: _years(chart, entry.day), "copy_state": entry.copy_state} | reading
            )  # fmt: skip
    seen = {row["variant"] for row in found if row["alt"] != "" or not str(row["vaf"]).startswith("<")}
    return [row for row in found if row["variant"] in seen]


def _reading(entry: CloneMeasurement) -> dict[str, object] | None:
    limit = entry.detection_limit_fraction
    told: dict[str, object] = {"detection_limit_fraction": "" if limit is None else limit}
    if entry.alt is not None and entry.depth:
        return told | {"alt": entry.alt, "depth": entry.depth, "vaf": ""}
    if entry.status == "positive" and entry.vaf_fraction is not None:
        return told | {"alt": "", "depth": "", "vaf": entry.vaf_fraction}
    if entry.status == "negative" and limit is not None:
        return told | {"alt": "", "depth": "", "vaf": f"<{limit}"}
    return None


def _treated(chart: Chart) -> tuple[tuple[float, float], ...]:
    return tuple(
        (_years(chart, course.start_day), float("inf") if course.end_day is None else _years(chart, course.end_day))
        for course in courses(chart, "immunosuppression")
    )
