"""One patient of a cohort: made, observed, judged by the rules of the clinic, and set beside the truth.

What a patient's row says of severity, response, relapse and death comes from the chart alone, as in a real
registry. What only the simulation knows stands in columns that begin with ``truth_``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hscape.care import VirtualPatient
from hscape.chart import Chart
from hscape.clinic.course import read_course
from hscape.cohort.courses import monthly_counts
from hscape.cohort.design import Arm, Design
from hscape.cohort.follow_up import end_chart, lost_after_days, planned_end_day
from hscape.cohort.hooks import Hooks, default_hooks
from hscape.parameters import Parameters
from hscape.registry import registry_row

Cell = str | float | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientResult:
    """What is kept of a patient.

    Args:
        number: place in the cohort, from 0 on.
        row: the row of the patients' table.
        course: columns of the monthly counts, all of one length.
    """

    number: int
    row: Mapping[str, Cell]
    course: Mapping[str, list[float | None]] = field(default_factory=dict)


def run_patient(
    design: Design, number: int, seed: int, parameters: Parameters, hooks: Hooks | None = None
) -> PatientResult:
    """Simulate, observe and judge one patient; depends on nothing but the arguments.

    Args:
        design: the cohort.
        number: which patient, from 0 on.
        seed: the user's seed.
        parameters: the numbers in force.
        hooks: where patients and charts come from; those of the package by default.
    """
    hooks = hooks or default_hooks()
    arm = design.arm_of(number)
    patient = hooks.make_virtual_patient(design, arm, number, seed, parameters)
    truth = {name: plain(value) for name, value in _truth(patient).items()}
    if patient.diagnosis_day is None:
        head: dict[str, Cell] = {
            "patient": number,
            "arm": arm.name,
            "is_eligible": False,
            "exclusion": "never diagnosed",
        }
        return PatientResult(number=number, row=head | truth)
    seen = hooks.observe(patient, design, number, seed)
    last_day = planned_end_day(read_course(seen).treatment_day, design)
    chart = end_chart(seen, min(last_day, lost_after_days(design, number, seed)))
    judged = _judge(chart)
    course = monthly_counts(patient, judged["treatment_day"], design.follow_up_months)
    return PatientResult(number=number, row=_head(design, arm, number, judged) | judged | truth, course=course)


def _judge(chart: Chart) -> dict[str, Any]:
    """The rules of the clinic on the chart."""
    return {name: plain(value) for name, value in registry_row(chart).items()}


def _head(design: Design, arm: Arm, number: int, judged: Mapping[str, Any]) -> dict[str, Cell]:
    reason = exclusion(design, judged)
    return {"patient": number, "arm": arm.name, "is_eligible": not reason, "exclusion": reason}


def exclusion(design: Design, judged: Mapping[str, Any]) -> str:
    """Why a chart does not meet the eligibility of the design; empty if it does."""
    wanted, severity = set(design.eligibility.severity), str(judged["severity_modified_camitta"])
    could_be = {"severe", "very severe"} if severity == "severe or very severe" else {severity}
    if wanted and not could_be <= wanted:
        return f"severity: {severity}"
    low, high = design.eligibility.age_years
    age = judged["age_years"]
    if age is None:
        return "" if (low, high) == (0.0, 120.0) else "age not known"
    return "" if low <= age <= high else f"age outside {low:g} to {high:g} years"


def _truth(patient: VirtualPatient) -> dict[str, Any]:
    """Hidden numbers, in days of the simulated course; ``truth_diagnosis_day`` is the chart's day 0 in them."""
    days: dict[str, float] = {}
    for happening in patient.happenings:
        days.setdefault(happening.kind, happening.day)
    return {
        "truth_diagnosis_day": patient.diagnosis_day,
        "truth_last_day": patient.last_day,
        "truth_relapse_day": days.get("relapse"),
        "truth_evolution_day": days.get("evolution"),
        "truth_death_day": days.get("death"),
        **{f"truth_{name}": value for name, value in sorted(patient.truth.items())},
    }


def plain(value: Any) -> Cell:
    """A cell without types of a library; missing and infinite numbers become None."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) else None
    return str(value)
