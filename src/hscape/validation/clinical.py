"""The clinical rows: how each published figure is read off the simulated study that repeats it.

Each function takes the study of the row's design and returns quantity -> estimate. Responses, relapse, evolution and
death come from the clinical rules on charts with noise; hidden numbers only where a study measured cells.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from hscape.clinic.evolution import HIGH
from hscape.clinic.response_at import RESPONSES
from hscape.registry import cumulative_incidence, kaplan_meier, time_to_event
from hscape.units import DAYS_PER_YEAR
from hscape.validation.estimates import (
    NOBODY,
    Estimate,
    difference_in_points,
    hazard_ratio,
    on_day,
    resampled,
    share,
    share_of,
)
from hscape.validation.hidden import SEEN_FRACTION
from hscape.validation.studies import Study

Measure = Callable[[Study], dict[str, Estimate]]
MONTH = DAYS_PER_YEAR / 12.0
SEVERE = ("severe", "very severe", "severe or very severe")
RETICULOCYTES_1E9_PER_L = (10.0, 30.0)
OLDER_YEARS = 60.0


def _column(study: Study, name: str) -> pd.Series:
    """A column, empty where nobody has it."""
    return study.table[name] if name in study.table else pd.Series(np.nan, index=study.table.index)


def horse_response(study: Study) -> dict[str, Estimate]:
    """Row 21: NIH definition at 6 months."""
    return {"horse_6_months_share": study.responses("nih", 6, arm="horse ATG")[0]}


def rabbit_response(study: Study) -> dict[str, Estimate]:
    """Row 21b."""
    return {"rabbit_6_months_share": study.responses("nih", 6, arm="rabbit ATG")[0]}


def stricter_horse(study: Study) -> dict[str, Estimate]:
    """Row 22: stricter definition, any response at 6 months, complete at 3."""
    return {
        "horse_6_months_share": study.responses("race", 6, arm="horse ATG")[0],
        "horse_complete_3_months_share": study.responses("race", 3, arm="horse ATG")[1],
    }


def stricter_eltrombopag(study: Study) -> dict[str, Estimate]:
    """Row 23: the same with eltrombopag."""
    return {
        "eltrombopag_6_months_share": study.responses("race", 6, arm="with eltrombopag")[0],
        "eltrombopag_complete_3_months_share": study.responses("race", 3, arm="with eltrombopag")[1],
    }


def cumulative_response(study: Study) -> dict[str, Estimate]:
    """Row 24: first response by a day, death and transplant competing."""
    times = time_to_event(study.table, "response", definition="race")
    if times.empty:
        return {f"by_{day}_days_share": NOBODY for day in (90, 180, 365)}
    curve = cumulative_incidence(times["days"].tolist(), times["event"].tolist(), cause="response", may_be_absent=True)
    return {f"by_{day}_days_share": on_day(curve, day, len(times)) for day in (90, 180, 365)}


def eltrombopag_where_few_reticulocytes(study: Study) -> dict[str, Estimate]:
    """Row 26: points that eltrombopag adds, NIH definition at 6 months."""
    low, high = RETICULOCYTES_1E9_PER_L
    where = _column(study, "hidden_reticulocytes_1e9_per_l").between(low, high)
    without = study.responses("nih", 6, arm="horse ATG", where=where)[0]
    with_it = study.responses("nih", 6, arm="with eltrombopag", where=where)[0]
    return {"added_points": difference_in_points(without, with_it), "without_share": without, "with_share": with_it}


def response_by_age(study: Study) -> dict[str, Estimate]:
    """Row 27: both arms together."""
    older = study.table["age_years"] > OLDER_YEARS
    return {
        "above_60_share": study.responses("race", 6, where=older)[0],
        "up_to_60_share": study.responses("race", 6, where=~older)[0],
    }


def relapse(study: Study) -> dict[str, Estimate]:
    """Row 28: relapse of responders from the first confirmed response, death and transplant competing."""
    times = time_to_event(study.table, "relapse", definition="nih")
    if times.empty:
        return {"relapse_4_years_share": NOBODY, "middle_relapse_months": NOBODY}
    curve = cumulative_incidence(times["days"].tolist(), times["event"].tolist(), cause="relapse", may_be_absent=True)
    relapsed = times[times["event"] == "relapse"]["days"] / MONTH
    return {
        "relapse_4_years_share": on_day(curve, 4 * DAYS_PER_YEAR, len(times)),
        "middle_relapse_months": resampled(relapsed.tolist()),
    }


def second_course(study: Study) -> dict[str, Estimate]:
    """Row 29: rabbit globulin after no response at 6 months, judged 12 months after the first course.

    The second course begins 6 months and a week or two after the first, so that this is its own sixth month.
    """
    failed = ~study.table["response_nih_6_months"].isin(RESPONSES)
    where = failed & _column(study, "hidden_second_course_day").notna()
    return {"refractory_share": study.responses("nih", 12, where=where)[0]}


def evolution(study: Study) -> dict[str, Estimate]:
    """Row 30: first chromosomal change or neoplasm, any and high-risk, death and transplant competing."""
    times = time_to_event(study.table, "evolution")
    if times.empty:
        return {"any_4_years_share": NOBODY, "high_risk_4_years_share": NOBODY}
    risk = times["patient_id"].map(study.table.set_index("patient_id")["evolution"])
    of_high_risk = times["event"].mask((times["event"] == "evolution") & (risk != HIGH), "other evolution")
    found = {}
    for name, events in (("any", times["event"]), ("high_risk", of_high_risk)):
        curve = cumulative_incidence(times["days"].tolist(), events.tolist(), cause="evolution", may_be_absent=True)
        found[f"{name}_4_years_share"] = on_day(curve, 4 * DAYS_PER_YEAR, len(times))
    return found


def death(study: Study) -> dict[str, Estimate]:
    """Row 32: one minus survival two years after diagnosis."""
    times = time_to_event(study.table, "death")
    if times.empty:
        return {"dead_2_years_share": NOBODY}
    curve = kaplan_meier(times["days"].tolist(), times["event"].tolist())
    return {"dead_2_years_share": on_day(curve, 2 * DAYS_PER_YEAR, len(times), complement=True)}


def severity_and_death(study: Study) -> dict[str, Estimate]:
    """Row 34: severe and very severe against non-severe."""
    times = time_to_event(study.table, "death")
    if times.empty:
        return {"hazard_ratio": NOBODY}
    severity = times["patient_id"].map(study.table.set_index("patient_id")["severity_modified_camitta"])
    known = severity.isin((*SEVERE, "non-severe"))
    days = times["days"].clip(upper=2 * DAYS_PER_YEAR)
    died = (times["event"] == "death") & (times["days"] <= 2 * DAYS_PER_YEAR)
    return {
        "hazard_ratio": hazard_ratio(days[known].tolist(), died[known].tolist(), severity[known].isin(SEVERE).tolist())
    }


def engraftment(study: Study) -> dict[str, Estimate]:
    """Row 35: middle day, of those in whom it came."""
    return {"neutrophil_day": resampled(_column(study, "hidden_neutrophil_recovery_days").tolist())}


def pnh_at_diagnosis(study: Study) -> dict[str, Estimate]:
    """Row 36: granulocytes by the routine test."""
    sizes = _column(study, "hidden_pnh_fraction").dropna()
    positive = sizes[sizes >= SEEN_FRACTION]
    return {"share": share(len(positive), len(sizes)), "size_fraction": resampled(positive.tolist())}


def hla_loss(study: Study) -> dict[str, Estimate]:
    """Row 38: people with a clone that lacks an HLA allele, and how many such clones they have."""
    events = _column(study, "hidden_hla_loss_events").dropna()
    positive = events[events > 0]
    return {"share": share(len(positive), len(events)), "events_mean": resampled(positive.tolist(), np.mean)}


def non_severe(study: Study) -> dict[str, Estimate]:
    """Row 42."""
    return {
        "cyclosporine_share": study.responses("camitta-2000", 6, arm="cyclosporine")[0],
        "with_atg_share": study.responses("camitta-2000", 6, arm="horse ATG")[0],
    }


def hla_loss_after_cyclosporine(study: Study) -> dict[str, Estimate]:
    """Row 44: responders whose HLA-lacking cells are seen when cyclosporine stops."""
    before = _column(study, "hidden_hla_lacking_at_stop_fraction")
    after = _column(study, "hidden_hla_lacking_year_later_fraction")
    seen = study.table["response_nih_6_months"].isin(RESPONSES) & (before >= SEEN_FRACTION)
    return {"rising_share": share_of(after[seen] > before[seen])}


def clones_in_responders(study: Study) -> dict[str, Estimate]:
    """Row 46: clones of responders, seen 6 months after treatment, at 24 months."""
    responded = study.table["response_nih_6_months"].isin(RESPONSES)

    def count(name: str) -> int:
        return int(_column(study, name)[responded].fillna(0.0).sum())

    return {
        "conditional_flat_share": share(count("hidden_conditional_flat"), count("hidden_conditional_clones")),
        "driver_rising_share": share(count("hidden_driver_rising"), count("hidden_driver_clones")),
    }


def pnh_in_parallel(study: Study) -> dict[str, Estimate]:
    """Row 47: responders with PIGA-mutant cells at treatment."""
    fold = _column(study, "hidden_piga_ratio_fold")[study.table["response_nih_6_months"].isin(RESPONSES)].dropna()
    return {"parallel_share": share_of((fold > 0.5) & (fold < 2.0))}


def fat(study: Study) -> dict[str, Estimate]:
    """Row 50: middle person."""
    return {"aplastic_minus_healthy": resampled(_column(study, "hidden_fat_above_healthy_fraction").tolist())}


#: Row -> how it is read off the study of its design.
MEASURES: dict[str, Measure] = {
    "21": horse_response,
    "21b": rabbit_response,
    "22": stricter_horse,
    "23": stricter_eltrombopag,
    "24": cumulative_response,
    "26": eltrombopag_where_few_reticulocytes,
    "27": response_by_age,
    "28": relapse,
    "29": second_course,
    "30": evolution,
    "32": death,
    "34": severity_and_death,
    "35": engraftment,
    "36": pnh_at_diagnosis,
    "38": hla_loss,
    "42": non_severe,
    "44": hla_loss_after_cyclosporine,
    "46": clones_in_responders,
    "47": pnh_in_parallel,
    "50": fat,
}
