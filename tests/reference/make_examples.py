"""Make the six example charts: ``python -m tests.reference.make_examples``.

Each story is a condition on the truth; the first simulated person who meets it is taken, so that nobody is picked
by hand. Run it anew when the population changes, and say so in the changelog.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

from hscape.care import CarePlan, Case, Planned, VirtualPatient, admit
from hscape.chart import Chart
from hscape.chart.document import chart_to_dict
from hscape.clinic import assess
from hscape.cohort.population import draw_case
from hscape.cohort.roads import Road, find_road
from hscape.exchange import write_charts
from hscape.fingerprint import model_fingerprint
from hscape.observation import Assays, Visits, observe

FOLDER = Path(__file__).parents[2] / "src" / "hscape" / "examples"
SEED = 2026
YEARS = 2.25
LARGEST_SEARCH = 600

ATG = Planned(name="horse_atg", after_diagnosis_days=14)
CSA = Planned(name="cyclosporine", after_diagnosis_days=14, options={"full_days": 365.0, "taper_days": 365.0})
EPAG = Planned(name="eltrombopag", after_diagnosis_days=14)
IST = CarePlan(name="IST", treatments=(ATG, CSA), relapse="none")
IST_EPAG = CarePlan(name="IST with eltrombopag", treatments=(ATG, CSA, EPAG))
NONE = CarePlan(name="transfusions alone", relapse="none")
HCT = CarePlan(name="transplant", treatments=(Planned(name="transplant", after_diagnosis_days=75),), relapse="none")

Fits = Callable[[VirtualPatient, Road], bool]


def _alive(patient: VirtualPatient) -> bool:
    return patient.diagnosis_day is not None and patient.last_day - patient.diagnosis_day > 365.25 * YEARS - 30


def _share(patient: VirtualPatient, shown_as: str) -> float:
    clones = patient.history.clones
    last = clones[clones["day"] == clones["day"].max()]
    of_kind = [name for name, trait in patient.clone_traits.items() if trait.shown_as == shown_as]
    return float(last[last["clone"].isin(of_kind)]["early_progenitor_fraction"].sum())


def _evolved(patient: VirtualPatient) -> bool:
    return any(item.kind == "evolution" and "7" in item.detail for item in patient.happenings)


STORIES: dict[str, tuple[str, CarePlan, bool, Fits]] = {
    "intact-regrowth": (
        "Severe disease, horse ATG and cyclosporine, counts return within a year.", IST, False,
        lambda v, r: _alive(v) and r.road == "ordinary stem cells, after treatment" and r.largest_share < 0.005,
    ),
    "recovery-without-atg": (
        "Transfusions alone at first; counts return slowly, with cells that lack an HLA allele.", NONE, True,
        lambda v, r: _alive(v) and r.road == "escape clone" and _share(v, "hla_loss") > 0.3,
    ),
    "pnh-clone": (
        "Horse ATG and cyclosporine, counts return, and a PNH clone is seen.", IST, True,
        lambda v, r: _alive(v) and r.is_recovered and not r.is_escape_needed and 0.03 < _share(v, "pnh") < 0.6,
    ),
    "refractory": (
        "Severe disease that does not answer to horse ATG and cyclosporine.", IST, False,
        lambda v, r: _alive(v) and not r.is_recovered and len(v.transfusions) > 40,
    ),
    "monosomy-7": (
        "Response to immunosuppression with eltrombopag, then a chromosomal change.", IST_EPAG, False,
        lambda v, r: _alive(v) and _evolved(v),
    ),
    "after-transplant": (
        "Sibling marrow transplant two and a half months after diagnosis.", HCT, False,
        lambda v, r: _alive(v) and r.road == "donor stem cells, after transplant",
    ),
}  # fmt: skip


def case_of(plan: CarePlan, number: int) -> Case:
    """Person by number, followed for the length of a chart."""
    return draw_case("trial-usa", plan, seed=SEED, number=number, follow_up_days=365.25 * YEARS)


def _seen(name: str, plan: CarePlan, is_research: bool, number: int) -> tuple[VirtualPatient, Chart]:
    """The patient and what the clinic sees of him or her."""
    patient = dataclasses.replace(admit(case_of(plan, number), seed=SEED, number=number), patient_id=f"example-{name}")
    visits = Visits.clinic_routine(YEARS, jitter_days=3.0, missed_probability=0.1)
    return patient, observe(patient, visits, Assays.research() if is_research else Assays.routine(), seed=SEED)


def _meets(name: str, number: int) -> bool:
    _, plan, is_research, fits = STORIES[name]
    patient = admit(case_of(plan, number), seed=SEED, number=number)
    if not _alive(patient) or not fits(patient, find_road(case_of(plan, number), seed=SEED, number=number)):
        return False
    severity = next(
        v for v in assess(_seen(name, plan, is_research, number)[1]) if v.rule == "severity.modified-camitta"
    )
    return severity.value in ("severe", "very severe")


def search(name: str) -> int:
    """First person with severe disease, as the clinic sees it, who meets the condition."""
    for first in range(0, LARGEST_SEARCH, 16):
        found = Parallel(n_jobs=2)(delayed(_meets)(name, n) for n in range(first, first + 16))
        if any(found):
            return first + found.index(True)
    raise SystemExit(f"nobody among {LARGEST_SEARCH} people meets the story {name}")


def main() -> None:
    """Search, observe and write."""
    index = []
    for name, (words, plan, is_research, _) in STORIES.items():
        number = search(name)
        patient, chart = _seen(name, plan, is_research, number)
        for ending in ("xlsx", "yaml"):
            write_charts([chart], FOLDER / f"{name}.{ending}")
        road = find_road(case_of(plan, number), seed=SEED, number=number)
        (FOLDER / f"{name}.truth.json").write_text(json.dumps(_truth(patient, road, number), indent=1) + "\n")
        index.append(
            {
                "name": name,
                "what": words,
                "entries": sum(len(v) for v in chart_to_dict(chart).values() if isinstance(v, list)),
            }
        )
        print(name, number, road)
    (FOLDER / "index.json").write_text(json.dumps(index, indent=1) + "\n")


def _truth(patient: VirtualPatient, road: Road, number: int) -> dict[str, Any]:
    counts, clones = patient.history.counts, patient.history.clones
    day = patient.diagnosis_day or 0.0
    at = {
        f"{m}_months": float(counts["stem_cells_count"].iloc[(counts["day"] - day - m * 30.44).abs().argmin()])
        for m in (0, 6, 12, 24)
    }
    last = clones[clones["day"] == clones["day"].max()]
    shares = {
        row.clone: round(float(row.early_progenitor_fraction), 5)
        for row in last.itertuples()
        if row.early_progenitor_fraction > 1e-4
    }
    return {
        "seed": SEED, "number": number, "fingerprint": model_fingerprint(), "diagnosis_day": day,
        "road": road._asdict(), "stem_cells_count": at, "early_progenitor_shares_at_end": shares,
        "hidden": {name: value for name, value in patient.truth.items() if value == value},
    }  # fmt: skip


if __name__ == "__main__":
    main()
