"""Who is explained in a check: plan, visits and assays of each virtual patient, drawn by number.

Patients come from the analysis prior, under which the inference works, and live the full model. They are taken or left
by what their chart shows and by nothing else: selection by a hidden number would change what the answer should be.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from hscape.care import CarePlan, Case, VirtualPatient, admit
from hscape.care.plan import Planned
from hscape.chart import Chart
from hscape.cohort.population import draw_case, populations
from hscape.inference.prior import analysis_prior
from hscape.observation import Assays, Visits, observe
from hscape.parameters import Parameters
from hscape.streams import generator, stream_key
from hscape.units import DAYS_PER_MONTH, DAYS_PER_YEAR

STUDIES = ("sbc", "attribution", "counts", "forecast")
#: Studies with irregular visits and the assays that a laboratory happens to have, under the analysis prior as it is.
IRREGULAR = ("sbc", "forecast")
#: Lived beyond the chart: two years and the weeks that freedom from transfusion is judged over.
BEYOND_DAYS = 24.0 * DAYS_PER_MONTH + 70.0


@cache
def settings() -> dict[str, Any]:
    """Numbers of `design.toml`."""
    text = resources.files("hscape.inference.calibration").joinpath("design.toml").read_text(encoding="utf-8")
    return {name: table["value"] for name, table in tomllib.loads(text).items()}


def prior_of(study: str) -> Parameters:
    """Numbers by which the patients of a study are drawn and explained."""
    p = analysis_prior()
    if study in IRREGULAR:
        return p
    names = ("clone_PIGA_rate_per_year", "clone_HLA_allele_mutation_rate_per_year", "clone_HLA_6p_CN_LOH_rate_per_year")
    return p.with_values({name: settings()["attribution_clone_rate_fold"] * p[name] for name in names})


@dataclass(frozen=True, kw_only=True)
class TestPatient:
    """A virtual patient whose chart is explained.

    Args:
        number: which.
        case: with the truth.
        lived: how it went; None if the clinic never saw the failure.
        chart: None if there is none.
        last_day: of the chart.
        reason: why the patient is not taken; empty if taken.
        plan: name of the plan.
        assays: name of the laboratory.
    """

    __test__ = False
    number: int
    case: Case
    lived: VirtualPatient | None
    chart: Chart | None
    last_day: float
    reason: str
    plan: str
    assays: str


def make_patient(
    seed: int,
    number: int,
    study: str = "sbc",
    parameters: Parameters | None = None,
    change: Callable[[Case], Case] | None = None,
) -> TestPatient:
    """The patient of a number.

    Args:
        seed: of the check.
        number: which patient.
        study: ``sbc`` (irregular visits, any plan), ``attribution`` (clone findings at 0, 6 and 24 months),
            ``counts`` (the same patients without any clone finding) or ``forecast`` (globulin, and a chart that ends
            three months after it).
        parameters: numbers by which patients are drawn; those of the study by default.
        change: of the case before it is lived, for a world that is not the model's.
    """
    p = parameters or prior_of(study)
    random = generator(seed, "calibration", "patient", number)
    key = int(stream_key(seed, "calibration", "life", number)) >> 1
    name, plan = _draw_plan(random, study)
    laboratory = _chosen(settings()["chance_of_assays"], random)
    names = sorted(populations())
    population = names[int(random.integers(len(names)))]
    days = _followed_days(study, plan, random)
    case = draw_case(population, plan, seed=key, number=number, parameters=p, follow_up_days=days + 1.0)
    case = dataclasses.replace(case, output_every_days=1.0, clones_every_days=7.0)
    if change:
        case = change(case)
    lived = admit(case, seed=key, number=number)
    if study not in IRREGULAR:
        laboratory = "none" if study == "counts" else "research"
    chart = _observed(lived, study, laboratory, days, key, random, p)
    found = TestPatient(
        number=number, case=case, lived=lived, chart=chart, last_day=chart_end(chart), reason="", plan=name,
        assays=laboratory,
    )  # fmt: skip
    return dataclasses.replace(found, reason=why_not(found, study, p))


def life_seed(seed: int, number: int) -> int:
    """Seed of a patient's life, for living it again."""
    return int(stream_key(seed, "calibration", "life", number)) >> 1


def chart_end(chart: Chart | None) -> float:
    """Last day with a finding, 0 if there is none."""
    if chart is None:
        return 0.0
    days = [m.day for m in chart.measurements] + [m.day for m in chart.clone_measurements]
    return max(days, default=0.0)


def why_not(patient: TestPatient, study: str, p: Parameters) -> str:
    """Why a patient is not taken, from the chart alone; empty if taken."""
    chart = patient.chart
    if chart is None:
        return "never came to the clinic"
    days = {m.day for m in chart.measurements if m.day >= 0.0}
    if len(days) < settings()["fewest_count_days"]:
        return "too few counts"
    if patient.last_day < settings()["shortest_chart_days"]:
        return "chart too short"
    if study not in IRREGULAR and not shows_recovery(chart, patient.last_day, p):
        return "the chart shows no recovery at 24 months"
    return ""


def shows_recovery(chart: Chart, last_day: float, p: Parameters) -> bool:
    """The last counts of a two-year chart are free of transfusion and of the size that is called recovered."""
    if last_day < settings()["attribution_days"][-1] - settings()["attribution_gap_days"]:
        return False
    if any(last_day - p["care_transfusion_free_days"] < t.day <= last_day for t in chart.transfusions):
        return False
    for name in ("neutrophils_1e9_per_l", "platelets_1e9_per_l", "hemoglobin_g_per_dl"):
        seen = chart.series(name)
        if not seen or seen[-1].value < p[f"road_{name}"]:
            return False
    return True


def _followed_days(study: str, plan: CarePlan, random: np.random.Generator) -> float:
    months = float(random.uniform(*settings()["months_of_follow_up"]))
    if study == "sbc":
        return months * DAYS_PER_MONTH
    if study == "forecast":
        return plan.treatments[0].after_diagnosis_days + settings()["forecast_days_after_treatment"]
    return settings()["attribution_days"][-1]


def _draw_plan(random: np.random.Generator, study: str) -> tuple[str, CarePlan]:
    d = settings()
    chances = {"sbc": "chance_of_plan", "forecast": "forecast_chance_of_plan"}
    name = _chosen(d[chances.get(study, "attribution_chance_of_plan")], random)
    start = float(round(random.uniform(*d["treatment_start_days"])))
    full, taper = (float(round(random.uniform(*d[f"cyclosporine_{part}_days"]))) for part in ("full", "taper"))
    cyclosporine = Planned(
        name="cyclosporine", after_diagnosis_days=start, options={"full_days": full, "taper_days": taper}
    )
    globulin = Planned(name="horse_atg", after_diagnosis_days=start)
    agonist = Planned(name="eltrombopag", after_diagnosis_days=start, options={"duration_days": d["eltrombopag_days"]})
    given = {
        "supportive": (),
        "horse_atg": (globulin, cyclosporine),
        "eltrombopag": (globulin, cyclosporine, agonist),
        "cyclosporine": (cyclosporine,),
    }[name]
    return name, CarePlan(name=name, treatments=given, relapse="none", non_response="none")


def _chosen(chances: dict[str, float], random: np.random.Generator) -> str:
    names = list(chances)
    weights = np.array(list(chances.values()))
    return names[int(np.searchsorted(np.cumsum(weights / weights.sum()), random.random(), side="right"))]


def _observed(
    lived: VirtualPatient, study: str, laboratory: str, days: float, seed: int, random: np.random.Generator,
    p: Parameters,
) -> Chart | None:  # fmt: skip
    d = settings()
    gap = float(random.uniform(*d["mean_gap_days"]))
    if lived.diagnosis_day is None or lived.diagnosis_day <= 0.0:
        return None
    if study in IRREGULAR:
        visits = Visits.irregular(
            days / DAYS_PER_YEAR, seed=seed, patient_id=lived.patient_id, mean_gap_days=gap,
            missed_probability=d["missed_probability"],
        )  # fmt: skip
    else:
        fixed = tuple(d["attribution_days"])
        counts = tuple(np.arange(0.0, days + 0.5, d["attribution_gap_days"]))
        visits = Visits(
            days_after_diagnosis=(*counts, *fixed), marrow_days=(0.0, fixed[-1]), sequencing_days=fixed,
            pnh_flow_days=fixed, hla_days=fixed,
        )  # fmt: skip
    if laboratory == "none":
        visits = dataclasses.replace(
            visits, sequencing_days=(), sequencing_depths=(), pnh_flow_days=(), hla_days=(), marrow_days=()
        )
    assays = Assays.research(p) if laboratory == "research" else Assays.routine(p)
    return observe(lived, visits, assays, seed=seed)
