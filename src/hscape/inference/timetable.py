"""What was given when, as the coarse course reads it: dated channels, transfusions, and the days that cut its steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from hscape.biology.channels import Channel
from hscape.biology.failure import ImmuneAttack, NicheLoss
from hscape.biology.influence import Context, Influence, Program, compile_influences
from hscape.biology.treatment import AntithymocyteGlobulin
from hscape.dynamics.coarse_person import Timetable
from hscape.units import TICKS_PER_DAY

_EFFECTOR = int(Channel.EFFECTOR_KILLING_PER_DAY)
_FIRST_SEGMENT_DAY = -1.0e9
#: Change of a channel that is sharp; steps are short after it.
SHARP = 0.3


def compile_attack(treatments: Sequence[Influence], context: Context) -> Program:
    """The attack and the niche with the treatments; own states stand in the order that the coarse course expects."""
    return compile_influences([ImmuneAttack(), NicheLoss(), *treatments], context)


def make_timetable(
    program: Program,
    treatments: Sequence[Influence],
    transfusions: Iterable[tuple[float, int, float]],
    visit_days: Iterable[float],
    context: Context,
    transplant_day: float | None = None,
) -> Timetable:
    """The dated part of a program.

    Args:
        program: compiled from the treatments, in days of the chart.
        treatments: what was given.
        transfusions: (day, 0 for red cells or 1 for platelets, units).
        visit_days: days on which something was measured.
        context: who.
        transplant_day: day of a transplant, None for none.
    """
    given, p = sorted(transfusions), context.parameters
    change_day = np.where(program.change_tick < -(2**60), _FIRST_SEGMENT_DAY, program.change_tick / TICKS_PER_DAY)
    atg = np.zeros(len(change_day))
    for item in treatments:
        if isinstance(item, AntithymocyteGlobulin):
            for change in item.changes(context):
                if change.channel == Channel.EFFECTOR_KILLING_PER_DAY:
                    is_on = (change_day >= change.start_day - 1e-9) & (change_day < change.end_day - 1e-9)
                    atg[is_on] += change.addition
    sharp = _sharp_changes(program, change_day)
    grafts = [] if transplant_day is None else [float(transplant_day)]
    cuts = {*grafts, *np.asarray(list(visit_days), dtype=float), *sharp}
    return Timetable(
        change_day=change_day,
        addition=program.addition.copy(),
        factor=program.factor.copy(),
        atg_addition=atg,
        cut_day=np.array(sorted(day for day in cuts if day >= 0.0)),
        event_day=np.array(sorted({0.0, *sharp, *grafts})),
        transfusion_day=np.array([day for day, _, _ in given], dtype=float),
        transfusion_product=np.array([product for _, product, _ in given], dtype=np.int64),
        transfusion_units=np.array([units for _, _, units in given], dtype=float),
        transplant_day=np.inf if transplant_day is None else float(transplant_day),
        conditioning_survival=p["conditioning_stem_cell_survival_fraction"],
        graft_cells=p["graft_stem_cells_young_donor_count"],
        graft_early=p["graft_early_progenitors_fraction"],
        conditioning_niche_loss=p["conditioning_niche_loss_fraction"],
    )


def _sharp_changes(program: Program, change_day: np.ndarray) -> list[float]:
    """Days on which something changes by more than a step of a taper."""
    values = program.addition * program.factor
    found = []
    for row in range(1, len(change_day)):
        moved = np.abs(values[row] - values[row - 1])
        if np.any(moved > SHARP) or moved[_EFFECTOR] > 0.0:  # days of globulin count one by one
            found.append(float(change_day[row]))
    return found
