"""Blood-count courses made without the package, for measuring how often the reader doubts what is right.

Every number comes from a seeded generator and rough clinical curves, not from the checker: a level for each cell, a
log-normal spread of the size of biological variation, and rounding as laboratories round. Transfusions and G-CSF are
recorded as a clinic records them, in columns of the visit.
"""

import math
import random
from dataclasses import dataclass, field

COURSES = (
    "steady",
    "severe",
    "severe_transfused",
    "responder",
    "relapse",
    "g_csf",
    "engraftment",
    "chemotherapy",
)


@dataclass
class Visit:
    day: int
    hemoglobin: float
    platelets: float
    neutrophils: float
    white_cells: float
    lymphocytes: float
    reticulocytes: float
    volume: float
    red_cell_units: int = 0
    platelet_units: int = 0
    g_csf: int = 0

    @property
    def hematocrit(self):
        return self.hemoglobin / 33.5 * 100

    @property
    def red_cells(self):
        return self.hematocrit * 10 / self.volume


@dataclass
class Patient:
    code: str
    course: str
    visits: list = field(default_factory=list)
    transplant_day: int | None = None


def rise(day, start, length):
    """0 before the start, 1 after it, smooth between."""
    return 1 / (1 + math.exp(-(day - start - length / 2) / (length / 8)))


def make_patient(code, course, rng):
    patient = Patient(code, course)
    step = {"engraftment": 5, "chemotherapy": 4, "g_csf": 7}.get(course, rng.choice((14, 21, 28)))
    days = []
    day = 0
    for _ in range(rng.randint(12, 26)):
        days.append(day)
        day += max(1, step + rng.randint(-2, 2))
    low = {
        "hb": rng.uniform(6.5, 9),
        "plt": rng.uniform(6, 25),
        "anc": rng.uniform(0.05, 0.6),
        "ret": rng.uniform(3, 20),
        "alc": rng.uniform(0.6, 1.6),
    }
    normal = {
        "hb": rng.uniform(11.5, 15),
        "plt": rng.uniform(90, 320),
        "anc": rng.uniform(1.5, 5),
        "ret": rng.uniform(35, 90),
        "alc": rng.uniform(1, 2.5),
    }
    volume = rng.uniform(88, 112)
    turn, length = rng.uniform(40, 120), rng.uniform(60, 200)
    if course == "engraftment":
        patient.transplant_day = 14
        turn, length = rng.uniform(24, 32), rng.uniform(10, 24)
    if course == "chemotherapy":
        turn, length = 12, 12
    reticulocyte_digits = rng.choice((0, 0, 1))  # some analyzers report a decimal
    needs_red = needs_platelets = False
    hb_state = None
    for day in days:
        share = _share(course, day, turn, length)
        level = {key: low[key] ** (1 - share) * normal[key] ** share for key in low}
        visit = Visit(day, 0, 0, 0, 0, 0, 0, volume * rng.gauss(1, 0.01))
        noise = {"hb": 0.035, "plt": 0.12, "anc": 0.25, "ret": 0.18, "alc": 0.15}
        value = {key: level[key] * math.exp(rng.gauss(0, noise[key])) for key in level}
        if course in ("severe_transfused", "engraftment", "chemotherapy") or (course == "responder" and share < 0.5):
            if hb_state is not None and share < 0.7:
                value["hb"] = max(6.2, min(11.0, hb_state + rng.uniform(-1.6, 0.3)))
            if value["hb"] < 7.8 or needs_red:
                visit.red_cell_units = rng.choice((1, 2, 2))
                value["hb"] += visit.red_cell_units * rng.uniform(0.7, 1.2)
            hb_state = value["hb"]
            if (value["plt"] < 15 and rng.random() < 0.8) or needs_platelets:
                visit.platelet_units = 1
                value["plt"] += rng.uniform(10, 60)
        if course == "g_csf":
            visit.g_csf = 300 if 60 <= day <= 120 else 0
            if 60 < day <= 123:
                value["anc"] *= rng.uniform(4, 25)
        if course == "engraftment" and 19 <= day <= 40:
            visit.g_csf = 300
            value["anc"] *= rng.uniform(1, 4)
        if course == "severe" and rng.random() < 0.1:
            value["anc"] *= rng.uniform(2, 4)  # infection
        visit.hemoglobin = round(value["hb"], 1)
        visit.platelets = max(1, round(value["plt"]))
        visit.neutrophils = max(0.01, round(value["anc"], 2))
        visit.lymphocytes = round(value["alc"], 2)
        visit.white_cells = round(visit.neutrophils + visit.lymphocytes + rng.uniform(0.05, 0.4), 2)
        visit.reticulocytes = max(1, round(value["ret"], reticulocyte_digits))
        patient.visits.append(visit)
    return patient


def _share(course, day, turn, length):
    if course == "steady":
        return 1.0
    if course in ("severe", "severe_transfused"):
        return 0.0
    if course == "g_csf":
        return 0.1
    if course == "relapse":
        return rise(day, 20, 80) * (1 - rise(day, 200, 140))
    if course == "chemotherapy":
        return 1 - rise(day, 4, 8) + rise(day, 18, 14)
    return rise(day, turn, length)


HEADERS = {
    "patient": "patient",
    "date": "day",
    "hemoglobin": "Hb (g/dL)",
    "hematocrit": "Hct (%)",
    "red_cells": "RBC (10^12/L)",
    "volume": "MCV (fL)",
    "reticulocytes": "reticulocytes (10^9/L)",
    "platelets": "platelets (10^9/L)",
    "white_cells": "WBC (10^9/L)",
    "neutrophils": "neutrophils (10^9/L)",
    "lymphocytes": "lymphocytes (10^9/L)",
    "red_cell_units": "RBC units",
    "platelet_units": "platelet units",
    "g_csf": "G-CSF (ug/d)",
}


def show(number):
    text = f"{number:.6g}" if abs(number) < 1e6 else f"{number:.0f}"
    return text


def rows_of(patient):
    """One list of texts a visit, in the order of HEADERS."""
    rows = []
    for visit in patient.visits:
        numbers = {name: getattr(visit, name) for name in HEADERS if name not in ("patient", "date")}
        numbers["hematocrit"] = round(numbers["hematocrit"], 1)
        numbers["red_cells"] = round(numbers["red_cells"], 2)
        numbers["volume"] = round(numbers["volume"], 1)
        rows.append(
            {
                "patient": patient.code,
                "date": str(visit.day),
                **{name: show(value) for name, value in numbers.items()},
            }
        )
    return rows


def make_cohort(n, seed, courses=COURSES):
    rng = random.Random(seed)
    return [make_patient(f"C-{index:04d}", courses[index % len(courses)], rng) for index in range(n)]


def write_csv(path, patients_rows, headers=None, without=()):
    headers = headers or HEADERS
    names = [name for name in headers if name not in without]
    lines = [",".join(headers[name] for name in names)]
    lines += [",".join(row[name] for name in names) for rows in patients_rows for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
