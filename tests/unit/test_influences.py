"""Influences compile to numbers, compose, and own states may read the stem-cell count."""

import numpy as np
import pytest

from hscape import InputError, Patient, simulate
from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Effect, Influence, Jump, Term, compile_influences
from hscape.biology.influences import Bleeding, CytotoxicPulse, Infection


def compiled(*influences, days=100.0):
    return compile_influences(influences, Patient().context(days))


def test_overlapping_changes_multiply_and_add():
    class Twice(Influence):
        def changes(self, context):
            return [
                Change(channel=Channel.G_CSF_PRODUCTION, start_day=0, end_day=10, factor=2.0),
                Change(channel=Channel.G_CSF_PRODUCTION, start_day=5, end_day=20, factor=3.0),
                Change(channel=Channel.STEM_CELL_KILLING_PER_DAY, start_day=5, end_day=20, addition=0.1),
                Change(channel=Channel.STEM_CELL_KILLING_PER_DAY, start_day=5, end_day=20, factor=0.5),
            ]

    program = compiled(Twice())
    value = program.addition * program.factor
    rows = {day: int(np.searchsorted(program.change_tick, day * 1024, side="right")) - 1 for day in (1, 7, 15, 30)}
    g_csf = [value[rows[day], Channel.G_CSF_PRODUCTION] for day in rows]
    killing = [value[rows[day], Channel.STEM_CELL_KILLING_PER_DAY] for day in rows]
    assert g_csf == [2.0, 6.0, 3.0, 1.0]
    assert np.allclose(killing, [0.0, 0.05, 0.05, 0.0])


class ImmuneLike(Influence):
    """Effectors grow on the stem cells that remain and kill them: an own state that reads the stem-cell count."""

    def own_states(self):
        return {"effectors": 0.01}

    def terms(self, context):
        return [
            Term(state="effectors", coefficient_per_day=0.2, times="effectors", saturating_in="stem_cells", half=0.5),
            Term(state="effectors", coefficient_per_day=-0.1, times="effectors"),
        ]

    def effects(self, context):
        return [Effect(channel=Channel.STEM_CELL_KILLING_PER_DAY, variable="effectors", coefficient=0.02, half=5.0)]


def test_an_own_state_can_read_the_stem_cells_and_act_on_them():
    history = simulate(Patient(influences=[ImmuneLike()]), days=728, seed=1)
    effectors = history.states[:, -8]
    stem_cells = history.stem_cells
    assert stem_cells[-1] < 0.7 * stem_cells[0]
    assert effectors.max() > 5 * effectors[0]
    # They grow only while s / (0.5 + s) > 0.5, that is while more than half of the stem cells remain.
    growing = np.diff(np.log(effectors)) > 0
    assert growing[stem_cells[:-1] > 0.55e5].all()
    assert not growing[stem_cells[:-1] < 0.45e5].any()


def test_influences_compose_in_any_order():
    events = [Bleeding(day=10, volume_ml=400), Infection(day=12, duration_days=4), CytotoxicPulse(day=20, dose_mg=100)]
    one = simulate(Patient(influences=events), days=60, seed=4)
    other = simulate(Patient(influences=events[::-1]), days=60, seed=4)
    assert np.allclose(one.states, other.states, rtol=1e-12)


def test_a_dose_of_several_cycles_shares_one_state():
    program = compiled(CytotoxicPulse(day=0, dose_mg=100, cycles=6))
    assert len(program.jump_tick) == 6
    assert len(program.terms) == 1


@pytest.mark.parametrize(
    ("influences", "message"),
    [
        ([CytotoxicPulse(day=3, dose_mg=1), CytotoxicPulse(day=3, dose_mg=1)], "registered twice"),
        ([CytotoxicPulse(day=i, dose_mg=1) for i in range(9)], "more than 8 own states"),
        ([Bleeding(day=0, volume_ml=2500)], "more than a third of the blood volume"),
    ],
)
def test_impossible_influences(influences, message):
    with pytest.raises(InputError, match=message):
        compiled(*influences)


def test_unknown_variables_and_targets_are_named():
    class Wrong(Influence):
        def effects(self, context):
            return [Effect(channel=Channel.MUTATION, variable="stem_cell", coefficient=1.0)]

    class Odd(Influence):
        def jumps(self, context):
            return [Jump(day=1, target="contact_killable_stem_cells")]

    with pytest.raises(InputError, match=r"unknown variable .stem_cell.; did you mean stem_cells"):
        compiled(Wrong())
    with pytest.raises(InputError, match="cannot jump"):
        compiled(Odd())


def test_no_influence_leaves_health_alone():
    history = simulate(Patient(), days=3640, seed=1, kernel="mean", output_every_days=364)
    assert np.allclose(history.states[:, :-8], 1.0, rtol=1e-3)
