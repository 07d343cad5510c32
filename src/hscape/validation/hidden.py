"""What a study measured and a registry row does not hold: a few numbers of each patient, so that none is kept.

Clones are followed in the early progenitors, from which granulocytes come within weeks. Days are days of the
simulated course.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hscape.biology import rates
from hscape.care import VirtualPatient
from hscape.chart import Chart
from hscape.units import DAYS_PER_YEAR

MONTH = DAYS_PER_YEAR / 12.0
SEEN_FRACTION = 0.01  # smallest clone that routine flow cytometry and the studies of HLA loss counted
SEQUENCED_VARIANT_FRACTION = 0.02  # smallest that sequencing told from error; the middle one of the study was 0.09
FLAT_FOLD = 1.25  # rise of a clone below which it is called flat: what two measurements of one sample may differ by
CONDITIONAL_GENES, DRIVER_GENES = ("BCOR", "PIGA"), ("DNMT3A", "ASXL1")
BEFORE_TREATMENT_DAYS = 13.0


def hidden_numbers(patient: VirtualPatient, chart: Chart, row: Mapping[str, Any]) -> dict[str, float | bool]:
    """All numbers of one diagnosed patient.

    Args:
        patient: with the whole truth.
        chart: what the clinic has.
        row: the row of the cohort table.
    """
    shares = clone_shares(patient)
    start = float(patient.diagnosis_day or 0.0)
    treated = row.get("treatment_day")
    found: dict[str, float | bool] = {
        "hidden_pnh_fraction": _pnh_at_diagnosis(chart),
        "hidden_reticulocytes_1e9_per_l": _first_value(chart, "reticulocytes_1e9_per_l"),
        "hidden_second_course_day": _second_course(chart),
        "hidden_hla_loss_events": hla_loss_events(patient, shares, start),
        "hidden_fat_above_healthy_fraction": fat_above_healthy(patient, start),
        "hidden_neutrophil_recovery_days": neutrophil_recovery_days(patient),
    }
    found |= hla_loss_after_cyclosporine(patient, shares)
    if treated is not None:
        found |= clone_changes(patient, shares, start + float(treated))
        found["hidden_piga_ratio_fold"] = piga_ratio_fold(patient, shares, start + float(treated))
    return found


def clone_shares(patient: VirtualPatient) -> pd.DataFrame:
    """Share of the early progenitors by day (index) and reported clone (columns); zero before and after its time."""
    clones = patient.history.clones
    table = clones.pivot_table(index="day", columns="clone", values="early_progenitor_fraction", aggfunc="sum")
    return table.fillna(0.0)


def _share_on(shares: pd.DataFrame, names: list[str], day: float) -> float:
    present = [name for name in names if name in shares.columns]
    if not present:
        return 0.0
    return float(np.interp(day, shares.index.to_numpy(float), shares[present].sum(axis=1).to_numpy(float)))


def _named(patient: VirtualPatient, **wanted: object) -> list[str]:
    """Clones whose traits have the given values (a tuple: one of them)."""
    return [
        name
        for name, traits in patient.clone_traits.items()
        if all(
            getattr(traits, key) in value if isinstance(value, tuple) else getattr(traits, key) == value
            for key, value in wanted.items()
        )
    ]


def hla_loss_after_cyclosporine(patient: VirtualPatient, shares: pd.DataFrame) -> dict[str, float]:
    """HLA-lacking share when the first cyclosporine stops and a year later; missing if no remission lasts so long."""
    stops = [item.end_day for item in patient.treatments if item.name == "cyclosporine" and item.end_day is not None]
    if not stops:
        return {}
    stop = float(min(stops))
    later = stop + DAYS_PER_YEAR
    relapsed = any(item.kind == "relapse" and item.day <= later for item in patient.happenings)
    if relapsed or patient.last_day < later:
        return {}
    names = _named(patient, shown_as="hla_loss")
    return {
        "hidden_hla_lacking_at_stop_fraction": _share_on(shares, names, stop),
        "hidden_hla_lacking_year_later_fraction": _share_on(shares, names, later),
    }


def clone_changes(patient: VirtualPatient, shares: pd.DataFrame, treated_day: float) -> dict[str, float]:
    """Clones sequenced six months after treatment, and how many of them are flat or rising at 24 months."""
    first, last = treated_day + 6 * MONTH, treated_day + 24 * MONTH
    if patient.last_day < last:
        return {}
    found = {}
    for kind, genes in (("conditional", CONDITIONAL_GENES), ("driver", DRIVER_GENES)):
        # BCOR and PIGA lie on the X chromosome: one copy in a man's cell, so that all reads of the clone are variant
        has_one_copy = kind == "conditional" and patient.history.patient.sex == "male"
        smallest = SEQUENCED_VARIANT_FRACTION * (1.0 if has_one_copy else 2.0)
        pairs = [(_share_on(shares, [n], first), _share_on(shares, [n], last)) for n in _named(patient, gene=genes)]
        seen = [(early, late) for early, late in pairs if early >= smallest]
        found[f"hidden_{kind}_clones"] = float(len(seen))
        found[f"hidden_{kind}_flat"] = float(sum(late <= FLAT_FOLD * early for early, late in seen))
        found[f"hidden_{kind}_rising"] = float(sum(late > early for early, late in seen))
    return found


def piga_ratio_fold(patient: VirtualPatient, shares: pd.DataFrame, treated_day: float) -> float:
    """Ratio of PIGA-mutant to other cells a year after treatment over that at treatment; missing if not seen.

    The study's flow cytometry saw 0.003 %, less than the simulation reports, so every reported clone is counted.
    """
    names = _named(patient, gene="PIGA")
    before, after = (_share_on(shares, names, treated_day + days) for days in (0.0, DAYS_PER_YEAR))
    if (
        before < patient.history.run.report_fraction
        or before >= 1.0
        or after >= 1.0
        or patient.last_day < treated_day + DAYS_PER_YEAR
    ):
        return math.nan
    return after / (1.0 - after) * (1.0 - before) / before


def hla_loss_events(patient: VirtualPatient, shares: pd.DataFrame, start: float) -> float:
    """Clones that lack an HLA allele and are seen at any time within two years of diagnosis."""
    end = min(start + 24 * MONTH, patient.last_day)
    window = shares[(shares.index >= start) & (shares.index <= end)]
    names = [name for name in _named(patient, shown_as="hla_loss") if name in window.columns]
    return float(sum(bool((window[name] >= SEEN_FRACTION).any()) for name in names))


def fat_above_healthy(patient: VirtualPatient, day: float) -> float:
    """Fat share of the marrow at diagnosis minus that of a healthy person of the same age."""
    history = patient.history
    cells = np.interp(day, history.counts["day"], history.counts["marrow_cellularity_fraction"])
    return float(rates.normal_cellularity_fraction(history.patient.age_at(day), history.constants) - cells)


def neutrophil_recovery_days(patient: VirtualPatient) -> float:
    """Days from transplant until neutrophils pass 0.5e9/L again; between weekly rows on a logarithmic line."""
    days = [item.day for item in patient.happenings if item.kind == "transplant"]
    if not days:
        return math.nan
    table = patient.history.counts
    after = table[(table["day"] > days[0] + 3.0) & (table["day"] <= patient.last_day)]
    level = np.log(np.maximum(after["neutrophils_1e9_per_l"].to_numpy(float), 1e-6) / 0.5)
    low = np.flatnonzero(level < 0)
    rises = np.flatnonzero(level[low[0] :] >= 0) if len(low) else np.array([], int)
    if not len(rises):
        return math.nan
    i = int(low[0] + rises[0])
    at = after["day"].to_numpy(float)
    return float(at[i] - level[i] / (level[i] - level[i - 1]) * (at[i] - at[i - 1]) - days[0])


def _pnh_at_diagnosis(chart: Chart) -> float:
    """Share of PNH granulocytes at the first test; zero if none was seen, missing if none was done."""
    entries = [
        entry
        for entry in chart.clone_measurements
        if entry.kind == "pnh" and entry.assay == "flow" and entry.specimen == "granulocytes"
        and entry.day <= BEFORE_TREATMENT_DAYS and entry.status in ("negative", "positive")
    ]  # fmt: skip
    if not entries:
        return math.nan
    first = min(entries, key=lambda entry: entry.day)
    return float(first.cell_fraction or 0.0) if first.status == "positive" else 0.0


def _first_value(chart: Chart, analyte: str) -> float:
    values = [(m.day, m.value) for m in chart.measurements if m.analyte == analyte and m.day <= BEFORE_TREATMENT_DAYS]
    return float(min(values)[1]) if values else math.nan


def _second_course(chart: Chart) -> float:
    """Day on which rabbit globulin was begun after horse globulin; missing if it was not."""
    horse = [entry.start_day for entry in chart.treatments if entry.name == "horse_atg"]
    rabbit = [entry.start_day for entry in chart.treatments if entry.name == "rabbit_atg"]
    again = [day for day in rabbit if horse and day > min(horse)]
    return float(min(again)) if again else math.nan
