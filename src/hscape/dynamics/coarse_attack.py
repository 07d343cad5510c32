"""The attack at coarse steps: its own states, and what they do to the channels.

The same terms and effects as `dynamics.blood`, with the coefficients that differ between people handed in beside the
tables: `values` and `felt` are columns 1 and 8 of the terms, `strength` is column 2 of the effects.
"""

from __future__ import annotations

import math

from hscape.biology.channels import N_CHANNELS
from hscape.biology.state import N_BLOOD
from hscape.compiled import inlined
from hscape.dynamics.blood import variable
from hscape.dynamics.coarse_person import OWN_MOVED, OWN_START
from hscape.lanes.number import pick


@inlined
def relaxed(amount, rate, source, days):
    """What decays or grows by a rate and is fed by a source, after some days."""
    x = rate * days
    grown = math.expm1(x)
    return amount * (1.0 + grown) + source * pick(abs(x) > 1.0e-9, grown / rate, days)


@inlined
def apply_strengths(dated, factor, effects, strength, y, f, h):
    """The channels that the attack touches, made anew from the dated changes.

    Args:
        dated: dated additions times factors of every channel, shape (n_channels,).
        factor: dated factors.
        effects: table of the effects.
        strength: of each effect.
        y: state.
        f: what stem cells lend.
        h: channels, changed in place.
    """
    for e in range(effects.shape[0]):
        channel = int(effects[e, 0])
        h[channel] = dated[channel]
    for e in range(effects.shape[0]):
        channel = int(effects[e, 0])
        value = variable(effects[e, 1], y, f, h)
        acting = strength[e] * value
        if effects[e, 3] < math.inf:
            acting = acting / (1.0 + value / effects[e, 3])
        if effects[e, 4] == 0.0:
            h[channel] = h[channel] + acting * factor[channel]
        elif effects[e, 4] == 1.0:
            h[channel] = h[channel] / (1.0 + acting)
        else:
            h[channel] = h[channel] * (1.0 + acting)


@inlined
def fill_with(dated, factor, effects, strength, y, f, h):
    """All channels in force: the dated changes, then what the attack does."""
    for i in range(N_CHANNELS):
        h[i] = dated[i]
    apply_strengths(dated, factor, effects, strength, y, f, h)


@inlined
def own_step(terms, values, felt, y, f, h, days, memory):
    """Own states after a step: each relaxes exponentially by its own rate, with everything else as given.

    Rates are read from `y`; the move starts from `OWN_START` of the memory and is written to `OWN_MOVED`. A term is
    that of `dynamics.blood.own_derivative`, but for the state that multiplies it, which is the one that relaxes.
    """
    zero = 0.0 * days
    rate0, rate1, rate2, source0, source1, source2 = zero, zero, zero, zero, zero, zero
    for t in range(terms.shape[0]):
        value = values[t]
        state = int(terms[t, 0])
        is_rate = terms[t, 2] == terms[t, 0]
        if terms[t, 2] >= 0.0 and not is_rate:
            value = value * variable(terms[t, 2], y, f, h)
        if terms[t, 3] >= 0.0:
            v, half = variable(terms[t, 3], y, f, h), terms[t, 4]
            top = v
            if terms[t, 5] > 0.0:
                top = half + 0.0 * v
            value = value * (top / (half + v))
        if terms[t, 6] >= 0.0:
            value = value * variable(terms[t, 6], y, f, h)
        if terms[t, 7] >= 0.0:
            value = value / (1.0 + felt[t] * variable(terms[t, 7], y, f, h))
        if state == N_BLOOD:
            if is_rate:
                rate0 = rate0 + value
            else:
                source0 = source0 + value
        elif state == N_BLOOD + 1:
            if is_rate:
                rate1 = rate1 + value
            else:
                source1 = source1 + value
        elif is_rate:
            rate2 = rate2 + value
        else:
            source2 = source2 + value
    memory[OWN_MOVED] = relaxed(memory[OWN_START], rate0, source0, days)
    memory[OWN_MOVED + 1] = relaxed(memory[OWN_START + 1], rate1, source1, days)
    memory[OWN_MOVED + 2] = relaxed(memory[OWN_START + 2], rate2, source2, days)
