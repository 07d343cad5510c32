"""Reads the spec tables of the clinical rules: Markdown that a hematologist reads, and that the tests run.

A section names its rule. A row is one patient; its columns build a chart, and its last columns say the
expected verdict and a part of the reason. `given:` holds columns that are the same in every row of the
section.

Columns: `age`, `sex`, `treatment`, `transfusions`, `events`, `clones`, `choices`, and counts such as
`neutrophils` (day 0) or `platelets d183`. A count cell is a number, `<0.5`, `>600`, a percentage, with the
words `manual`, `g-csf` or `transfused` after it, or `missing`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from hscape.chart import Chart, CloneMeasurement, DoseStep, Event, Measurement, Transfusion, Treatment
from hscape.clinic import Choices

FOLDER = Path(__file__).parent / "spec"
ANALYTES = {
    "neutrophils": "neutrophils_1e9_per_l",
    "platelets": "platelets_1e9_per_l",
    "hemoglobin": "hemoglobin_g_per_dl",
    "reticulocytes": "reticulocytes_1e9_per_l",
    "lymphocytes": "lymphocytes_1e9_per_l",
    "cellularity": "marrow_cellularity_fraction",
    "residual": "marrow_residual_hematopoietic_fraction",
    "LDH": "lactate_dehydrogenase_u_per_l",
    "telomeres": "telomere_lymphocyte_centile",
    "blasts": "blast_fraction",
    "blood blasts": "blast_blood_fraction",
    "B12": "vitamin_b12_pg_per_ml",
    "folate": "folate_ng_per_ml",
    "copper": "copper_umol_per_l",
    "MCV": "mean_cell_volume_fl",
    "sideroblasts": "ring_sideroblast_fraction",
}
FLAGS = {"manual": "manual", "automated": "automated", "g-csf": "on_g_csf", "transfused": "after_transfusion"}
ANSWERS = ("verdict", "day", "because")


@dataclass(frozen=True)
class Section:
    """One rule with its rows."""

    title: str
    rule: str
    given: dict[str, str] = field(default_factory=dict)
    rows: tuple[dict[str, str], ...] = ()


def read_sections(path: Path) -> list[Section]:
    """The sections of one file, in order."""
    parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [section for part in parts for section in _read_section(part)]


def _read_section(text: str) -> list[Section]:
    lines = text.splitlines()
    named = [line for line in lines if line.startswith("Rule: ")]
    if not named:
        return []
    rule = named[0].removeprefix("Rule: ").strip().strip("`")
    given = next((line.removeprefix("Given: ") for line in lines if line.startswith("Given: ")), "")
    table = [_cells(line) for line in lines if line.startswith("|")]
    return [
        Section(
            title=lines[0],
            rule=rule,
            given=_given(given),
            rows=tuple(dict(zip(table[0], row, strict=True)) for row in table[2:]),
        )
    ]


def _given(text: str) -> dict[str, str]:
    pairs = [part.split("=") for part in text.rstrip(".").split(" + ") if part]
    return {name.strip(): value.strip() for name, value in pairs}


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def build_chart(row: dict[str, str]) -> Chart:
    """The chart of a row."""
    measurements = [
        entry for name, cell in row.items() if name.split(" d")[0] in ANALYTES for entry in _measure(name, cell)
    ]
    age = row.get("age", "missing")
    sex = row.get("sex", "missing")
    return Chart(
        patient_id="spec",
        sex=None if sex == "missing" else sex,
        age_years=None if age == "missing" else float(age),
        day_zero_meaning=row.get("day zero", "diagnosis"),
        measurements=tuple(measurements),
        treatments=tuple(_treatment(text) for text in _list(row, "treatment")),
        transfusions=tuple(entry for text in _list(row, "transfusions") for entry in _transfusions(text)),
        events=tuple(_event(text) for text in _list(row, "events")),
        clone_measurements=tuple(_clone(text) for text in _list(row, "clones")),
    )


def _list(row: dict[str, str], name: str) -> list[str]:
    return [text.strip() for text in row.get(name, "").split("; ") if text.strip() not in ("", "none", "missing")]


def _measure(name: str, cell: str) -> list[Measurement]:
    analyte, _, day = name.partition(" d")
    return (
        []
        if cell in ("", "missing")
        else [measure(ANALYTES[analyte], float(day or 0), part.strip()) for part in cell.split(" and ")]
    )


def measure(analyte: str, day: float, cell: str) -> Measurement:
    """One count from its cell."""
    number, *words = cell.replace(" %", "%").split()
    censored = {"<": "below", ">": "above"}.get(number[0], "none")
    text = number.lstrip("<>")
    value = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    return Measurement(
        day=day, analyte=analyte, value=value, censored=censored, flags=tuple(FLAGS[word] for word in words)
    )


def _treatment(text: str) -> Treatment:
    """`cyclosporine 1-150`, or with its doses, `cyclosporine 1@300,150:100,200:300`."""
    name, days = text.rsplit(" ", 1)
    days, _, doses = days.partition("@")
    start, end = re.fullmatch(r"(-?\d+)(?:-(-?\d+))?", days).groups()
    first, *steps = doses.split(",")
    taper = tuple(DoseStep(day=float(day), dose=float(dose)) for day, dose in (step.split(":") for step in steps))
    return Treatment(
        name=name,
        start_day=float(start),
        end_day=float(end) if end else None,
        dose=float(first) if first else None,
        taper=taper,
    )


def _transfusions(text: str) -> list[Transfusion]:
    product, days = text.split(" ", 1)
    return [Transfusion(day=float(day), product=product) for day in days.split()]


def _event(text: str) -> Event:
    kind, day, *detail = text.split()
    return Event(kind=kind, day=float(day), detail=" ".join(detail))


def _clone(text: str) -> CloneMeasurement:
    """`pnh granulocytes 2% d5`, `pnh granulocytes negative<0.01% d5`, `karyotype 46,XX[20] d400`."""
    kind, what, *rest, day = text.split()
    at = float(day.removeprefix("d"))
    if kind in ("karyotype", "fish", "snp_array"):
        failed = "negative" if rest == ["negative"] else "positive"
        return CloneMeasurement(
            day=at,
            clone=what.replace("_", " "),
            kind="chromosome",
            assay=kind,
            specimen="marrow",
            status=failed,
            karyotype=what.replace("_", " ") if kind == "karyotype" else "",
        )
    is_share = bool(rest) and rest[0][0] in "0123456789<>"
    status = "positive" if is_share else rest[0].split("<")[0]
    share = rest[0] if is_share else ""
    limit = rest[0].split("<")[1] if rest and "<" in rest[0] and status == "negative" else ""
    kind, _, gene = kind.partition(":")
    return CloneMeasurement(
        day=at,
        clone=gene or kind.upper(),
        kind=kind,
        assay="sequencing" if gene else "flow",
        specimen=what,
        status=status,
        gene=gene,
        cell_fraction=float(share.strip("<>%")) / 100 if share else None,
        censored={"<": "below", ">": "above"}.get(share[:1], "none"),
        detection_limit_fraction=float(limit.rstrip("%")) / 100 if limit else None,
    )


def read_choices(row: dict[str, str]) -> Choices:
    """The choices of a row."""
    options = {
        "manual": {"reticulocyte_method": "manual"},
        "automated": {},
        "transfusions complete": {"transfusions_are_complete": True},
        "transfusions incomplete": {"transfusions_are_complete": False},
        "g-csf counts": {"g_csf_counts": True},
        "reticulocytes below 40": {"reticulocytes_below_1e9_per_l": 40.0},
        "AA-PNH platelets 100": {"delatour_platelets_up_to_1e9_per_l": 100.0},
        "LDH limit 200": {"lactate_dehydrogenase_upper_limit_u_per_l": 200.0},
    }
    return Choices(**{key: value for text in _list(row, "choices") for key, value in options[text].items()})
