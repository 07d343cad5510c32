"""A clone that makes less blood: against the same loss put on everybody, and against shares worked out by hand."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from hscape.biology.balance import constants_record
from hscape.biology.channels import Channel
from hscape.biology.clone_kinds import CloneKind, clone_kind
from hscape.biology.influence import Change, Influence, compile_influences
from hscape.dynamics import course, simulate
from hscape.dynamics.acting import marrow_output
from hscape.dynamics.output import CLONE_COLUMNS
from hscape.history import History, Run
from hscape.parameters import Parameters
from hscape.patient import Founder, Patient

HALF = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LessOutput(Influence):
    """All early progenitors give less from day 0 on."""

    factor: float

    def changes(self, context):
        """One channel."""
        return [Change(channel=Channel.PROGENITOR_OUTPUT, start_day=0.0, factor=self.factor)]


def lived(patient: Patient, output_fraction: tuple[float, ...], kernel: str = "mean", days: float = 700.0) -> History:
    """A course from health whose clones, ordinary cells first, give these fractions."""
    run = Run(days=days, seed=4, number=0, kernel=kernel, with_blood=True, output_every_days=7.0,
              clones_every_days=28.0, calendar_days=7.0, report_fraction=0.001)  # fmt: skip
    constants = constants_record(patient.parameters, patient.sex)
    program = compile_influences(patient.influences, patient.context(days))
    arguments = simulate._prepare(patient, run, program, constants, simulate.healthy_state(), 4096)
    arguments[1].output[: len(output_fraction)] = output_fraction
    assert course.run_course(*arguments) > 0
    return History.from_run(patient, run, constants, arguments[-1], arguments[1])


def test_a_marrow_of_weak_clones_is_a_marrow_whose_output_is_held_down():
    weak = lived(Patient(drivers="none"), (0.4,))
    held_down = lived(Patient(drivers="none", influences=(LessOutput(factor=0.4),)), (1.0,))
    assert weak.states == pytest.approx(held_down.states, rel=1e-12)
    assert weak.counts["platelets_1e9_per_l"].iloc[-1] < 0.8 * weak.counts["platelets_1e9_per_l"].iloc[0]
    assert marrow_output(weak) == pytest.approx(marrow_output(held_down), rel=1e-12)


def test_a_clone_of_half_the_progenitors_with_half_the_output_holds_a_third_of_the_blood():
    patient = Patient(drivers="none", clones=(Founder(name="weak", stem_cells=HALF),))
    history = lived(patient, (1.0, 0.5))
    rows = history.clone_rows[history.clone_rows[:, CLONE_COLUMNS.index("serial")] == 0]
    ordinary = history.clone_rows[history.clone_rows[:, CLONE_COLUMNS.index("serial")] == -1]
    held = CLONE_COLUMNS.index("early_progenitors")
    assert rows[:, held] == pytest.approx(ordinary[:, held], rel=1e-9)
    for line in ("granulocyte", "platelet", "red_cell", "lymphocyte"):
        assert rows[1:, CLONE_COLUMNS.index(line)] == pytest.approx(1.0 / 3.0, abs=1e-9)
    assert history.factors[:, 2] == pytest.approx(0.75, abs=1e-12)


def test_clones_that_give_as_much_as_others_change_no_bit():
    patient = Patient(drivers="none", clones=(Founder(name="equal", stem_cells=HALF),))
    without = Patient(drivers="none")
    assert np.array_equal(lived(patient, (1.0, 1.0)).states, lived(without, (1.0,)).states)


@pytest.mark.parametrize("kernel", ["step", "exact"])
def test_a_clone_of_a_clone_gives_the_product(kernel):
    kind = CloneKind(name="weak", rate_per_year=2e-3, output_fraction=0.5)
    numbers = Parameters().with_values({"stem_cell_niche_capacity_cells": 1000.0})
    patient = Patient(
        drivers="none", kinds=(kind, replace(kind, name="equal", output_fraction=1.0)), parameters=numbers
    )
    history = lived(patient, (1.0,), kernel=kernel, days=4000.0)
    clones = history.last_clones
    of = {int(a): i for i, a in enumerate(clones.address) if clones.cells[i] > 0}
    steps = 0
    for i in of.values():
        parent = of.get(int(clones.parent[i]))
        if clones.kind[i] >= 0 and parent is not None:
            assert clones.output[i] == clones.output[parent] * (0.5, 1.0)[clones.kind[i]]
            steps += 1
    assert steps > 3


def test_only_recorded_losses_of_output_are_used():
    fractions = {name: clone_kind(name, Parameters()).output_fraction for name in ("PIGA", "monosomy_7")}
    assert fractions["PIGA"] == 1.0
    assert fractions["monosomy_7"] == Parameters()["clone_monosomy_7_output_fraction"] < 0.999
