"""Virtual patients made by hand: a short quiet history whose clone table is set to known shares."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np

from hscape import Founder, Patient, simulate
from hscape.biology.state import POOLS
from hscape.care import CloneTraits, GivenTransfusion, GivenTreatment, Happening, VirtualPatient
from hscape.history import LINES

DIAGNOSIS_DAY = 28.0
LAST_DAY = 420.0
TYPING = {"A": ("A*24:02", "A*02:01"), "B": ("B*07:02", "B*40:02"), "C": ("C*07:01", "C*07:01")}
NAMES = ("hidden_one", "hidden_two", "hidden_three", "hidden_four")
_FIRST_LINE_COLUMN = 5


@functools.cache
def history(sex: str):
    founders = [Founder(name=name, stem_cells=2000 * (place + 1)) for place, name in enumerate(NAMES)]
    patient = Patient(age_years=34.6, sex=sex, clones=founders)
    return simulate(patient, days=LAST_DAY, seed=4, kernel="mean")


def with_shares(made, shares: dict[str, float | dict[str, float]]):
    """The history with these shares of cells in every row; a number for all lines, or line -> share (rest NaN)."""
    rows = made.clone_rows.copy()
    early = np.interp(rows[:, 0] / 1024, made.days, made.pool("early_progenitors"))
    for serial, name in enumerate(NAMES):
        mine = rows[:, 1] == serial
        share = shares.get(name, 0.0)
        lines = share if isinstance(share, dict) else {"early_progenitor": share, **dict.fromkeys(LINES, share)}
        rows[mine, 3] = lines.get("early_progenitor", 0.0) * early[mine]
        for column, line in enumerate(LINES, start=_FIRST_LINE_COLUMN):
            rows[mine, column] = lines.get(line, np.nan)
    return replace(made, clone_rows=rows)


def with_count_fold(made, name: str, fold: float):
    """The history with the amount of a pool changed by a factor."""
    states = made.states.copy()
    pool = POOLS[name]
    states[:, pool.start : pool.stop] *= fold
    return replace(made, states=states)


def make_patient(shares=None, traits=None, *, sex="female", made=None, typing=None, **changes) -> VirtualPatient:
    made = with_shares(made or history(sex), shares or {})
    fields = {
        "patient_id": "V-1",
        "history": made,
        "diagnosis_day": DIAGNOSIS_DAY,
        "last_day": LAST_DAY,
        "happenings": (Happening(day=DIAGNOSIS_DAY, kind="diagnosis", detail="severe"),),
        "hla_typing": TYPING if typing is None else typing,
        "clone_traits": traits or {},
        "truth": {"attack_end_day": 77.125},
    }
    return VirtualPatient(**(fields | changes))


PIGA = CloneTraits(kind="piga_mutation", shown_as="pnh", gene="PIGA", variant="c.55C>T", chromosome="X")
DNMT3A = CloneTraits(kind="driver", shown_as="gene", gene="DNMT3A", variant="p.R882H", chromosome="2p")
MONOSOMY_7 = CloneTraits(kind="evolved", shown_as="chromosome", chromosome="7", copy_state="deletion")
LOSS_6P = CloneTraits(kind="hla_loh", shown_as="hla_loss", chromosome="6p", copy_state="cn_loh", hla_allele="A*02:01")
HLA_MUTATION = CloneTraits(
    kind="hla_allele_mutation", shown_as="hla_loss", gene="HLA-A", variant="p.Q78*", hla_allele="A*02:01"
)  # fmt: skip


def full_patient(**changes) -> VirtualPatient:
    """One of everything."""
    shares = dict(zip(NAMES, (0.2, 0.1, 0.3, 0.35), strict=True))
    traits = dict(zip(NAMES, (PIGA, DNMT3A, LOSS_6P, MONOSOMY_7), strict=True))
    care = {
        "treatments": (
            GivenTreatment(name="horse_atg", start_day=40.0, end_day=43.0),
            GivenTreatment(
                name="cyclosporine",
                start_day=40.0,
                end_day=900.0,
                dose=5.0,
                dose_unit="mg/kg/d",
                taper=((300.0, 2.5), (600.0, 1.0)),
            ),
            GivenTreatment(name="g_csf", start_day=35.0, end_day=40.0),
            GivenTreatment(name="eltrombopag", start_day=500.0),
        ),
        "transfusions": (
            GivenTransfusion(day=30.4, product="red_cells", units=2.0),
            GivenTransfusion(day=33.0, product="platelets", units=1.0),
            GivenTransfusion(day=460.0, product="platelets", units=1.0),
        ),
        "happenings": (
            Happening(day=DIAGNOSIS_DAY, kind="diagnosis"),
            Happening(day=60.5, kind="infection", detail="pneumonia"),
            Happening(day=450.0, kind="relapse"),
        ),
    }
    return make_patient(shares, traits, **(care | changes))
