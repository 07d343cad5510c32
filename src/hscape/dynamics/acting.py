"""What acted on a patient over time: the channels behind each row of a history, and what the marrow gave."""

from __future__ import annotations

import numpy as np

from hscape.biology.channels import N_CHANNELS, Channel
from hscape.biology.influence import compile_influences
from hscape.biology.state import FROZEN, N_BLOOD
from hscape.dynamics.blood import fill_channels
from hscape.dynamics.output import MEAN_OUTPUT
from hscape.history import History
from hscape.units import TICKS_PER_DAY


def channels_over_time(history: History) -> np.ndarray:
    """Every channel in every row, shape (n_rows, n_channels); of what stem cells lend only their number is known."""
    program = compile_influences(history.patient.influences, history.patient.context(history.run.days))
    rows = np.searchsorted(program.change_tick, np.round(history.days * TICKS_PER_DAY), side="right") - 1
    found, lent = np.zeros((len(history.days), N_CHANNELS)), np.zeros(len(FROZEN))
    capacity = history.patient.parameters["stem_cell_niche_capacity_cells"]
    for i, row in enumerate(rows):
        lent[0] = history.stem_cells[i] / capacity
        fill_channels(program.addition[row], program.factor[row], program.effects, history.states[i], lent, found[i])
    return found


def own_states_over_time(history: History) -> dict[str, np.ndarray]:
    """States that influences brought along, by name, shape (n_rows,) each."""
    names = [name for influence in history.patient.influences for name in influence.own_states()]
    return {name: history.states[:, N_BLOOD + i] for i, name in enumerate(names)}


def marrow_output(history: History) -> np.ndarray:
    """What early progenitors send into the lines, relative to health, before hormones amplify it; shape (n_rows,).

    Transfusions do not touch it, and suppression lowers it at once: counts are what becomes of it.
    """
    held_down = channels_over_time(history)[:, Channel.PROGENITOR_OUTPUT]
    return history.pool("early_progenitors") * history.factors[:, MEAN_OUTPUT] * held_down
