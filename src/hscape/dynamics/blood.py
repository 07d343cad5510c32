"""The fast blood integrator: classical Runge-Kutta with substeps from the local rates, restarted at events.

Symbols: `y` the state, `h` the channels, `f` what the stem-cell layer lends, `c` the constants. Small
arrays rather than whole bundles go into the inner functions: passing a bundle costs more than the model.
"""

from __future__ import annotations

import math

from hscape.biology import rates
from hscape.biology.blood import activation_in, blood_derivative, fastest_rate_per_day
from hscape.biology.channels import N_CHANNELS
from hscape.biology.channels import Channel as Ch
from hscape.biology.state import FROZEN, N_BLOOD, N_OWN_STATES, N_STATES
from hscape.compiled import compiled, inlined

#: Largest product of a substep with the fastest local rate, in calm and in the days after an event, when
#: what relaxes has not yet settled. Measured: error against an adaptive solver below 1e-3 of
#: (0.01 baseline + value) over random patients; see verification/results.md.
CALM_PRODUCT = 1.0
EVENT_PRODUCT = 0.3
EVENT_DAYS = 8.0
#: At least this many substeps a day, so that fast signals are followed after an event.
SUBSTEPS_PER_DAY = 3
#: Runge-Kutta of fourth order damps a decay whose product with the substep is below this (2.78 at most).
STABLE_PRODUCT = 2.4
#: Share of its scale below which an own state no longer needs to be followed closely.
VANISHED = 1.0e-6
#: Channels whose mean over a cell the stem-cell layer needs, in this order.
KILLING, CONTACT = int(Ch.STEM_CELL_KILLING_PER_DAY), int(Ch.CONTACT_KILLING_PER_DAY)
EARLY_KILLING = int(Ch.EARLY_PROGENITOR_KILLING_PER_DAY)
INTERFERON = int(Ch.INTERFERON_FOLD)
N_MEANS = 5


N_FROZEN = len(FROZEN)


@inlined
def variable(index, y, f, h):
    """Value of a variable that a term or an effect names."""
    i = int(index)
    if i < N_STATES:
        return y[i]
    if i < N_STATES + N_FROZEN:
        return f[i - N_STATES]
    return h[i - N_STATES - N_FROZEN]


@compiled
def apply_effects(addition, factor, effects, y, f, h):
    """The channels that continuous effects touch, made anew from the dated changes of this segment."""
    for e in range(effects.shape[0]):
        channel = int(effects[e, 0])
        h[channel] = addition[channel] * factor[channel]
    for e in range(effects.shape[0]):
        channel = int(effects[e, 0])
        value = variable(effects[e, 1], y, f, h)
        if value == 0.0:
            continue
        acting = effects[e, 2] * value
        if effects[e, 3] < math.inf:
            acting /= 1.0 + value / effects[e, 3]
        if effects[e, 4] == 0.0:
            h[channel] += acting * factor[channel]
        elif effects[e, 4] == 1.0:
            h[channel] /= 1.0 + acting
        else:
            h[channel] *= 1.0 + acting


@compiled
def fill_channels(addition, factor, effects, y, f, h):
    """Channels in force: the dated changes of this segment (one row each), then the continuous effects."""
    for i in range(N_CHANNELS):
        h[i] = addition[i] * factor[i]
    apply_effects(addition, factor, effects, y, f, h)


@compiled
def own_derivative(terms, y, f, h, dy):
    """Derivative per day of the own states of influences, from their registered terms."""
    for i in range(N_BLOOD, N_BLOOD + N_OWN_STATES):
        dy[i] = 0.0
    for t in range(terms.shape[0]):
        value = terms[t, 1]
        if terms[t, 2] >= 0.0:
            value *= variable(terms[t, 2], y, f, h)
        if terms[t, 3] >= 0.0:
            v = variable(terms[t, 3], y, f, h)
            half = terms[t, 4]
            value *= half / (half + v) if terms[t, 5] > 0.0 else v / (half + v)
        if terms[t, 6] >= 0.0:
            value *= variable(terms[t, 6], y, f, h)
        if terms[t, 7] >= 0.0:
            value /= 1.0 + terms[t, 8] * variable(terms[t, 7], y, f, h)
        dy[int(terms[t, 0])] += value


@compiled
def derivative(addition, factor, effects, terms, y, f, c, h, dy, gain):
    """Everything that moves continuously: channels, blood and own states."""
    if effects.shape[0] > 0:
        apply_effects(addition, factor, effects, y, f, h)
    blood_derivative(y, h, f, c, dy, gain)
    if terms.shape[0] > 0:
        own_derivative(terms, y, f, h, dy)


@compiled
def _add_means(weight, y, h, c, means):
    means[0] += weight * activation_in(y, h, c)
    means[1] += weight * h[KILLING]
    means[2] += weight * h[CONTACT]
    means[3] += weight * h[EARLY_KILLING]
    means[4] += weight * rates.interferon_sensed(h[INTERFERON])


@compiled
def fastest_own_rate(terms, own_scale, y, f, h, product):
    """Fastest decay among the own states; one that has nearly vanished need only stay stable."""
    fastest = 0.0
    for t in range(terms.shape[0]):
        if terms[t, 2] == terms[t, 0]:
            rate = abs(terms[t, 1])
            if terms[t, 6] >= 0.0:
                rate *= abs(variable(terms[t, 6], y, f, h))
            i = int(terms[t, 0])
            if abs(y[i]) < VANISHED * own_scale[i - N_BLOOD]:
                rate *= product / STABLE_PRODUCT
            fastest = max(fastest, rate)
    return fastest


@compiled
def integrate(addition, factor, effects, terms, own_scale, y, days, product, f, c, work, means):
    """Move the blood over a span without events.

    Args:
        addition: dated additions to the channels in force, shape (n_channels,).
        factor: dated factors, same shape.
        effects: continuous effects, shape (n_effects, 5).
        terms: terms of own states, shape (n_terms, 9).
        own_scale: largest first value or jump of each own state, shape (n_own_states,).
        y: state, moved in place.
        days: length of the span.
        product: largest product of a substep with the fastest local rate.
        f: what the stem-cell layer lends, fixed.
        c: record of constants.
        work: scratch, shape (7, n_states) with at least n_channels columns.
        means: integrals over the span are added: activation, killing, contact killing,
            progenitor killing, interferon as sensed.
    """
    k1, k2, k3, k4, trial, gain, h = work[0], work[1], work[2], work[3], work[4], work[5], work[6]
    n_moving = N_BLOOD if terms.shape[0] == 0 else N_STATES
    left = days
    while left > 1.0e-12:
        span = min(left, 1.0)
        fill_channels(addition, factor, effects, y, f, h)
        own_rate = fastest_own_rate(terms, own_scale, y, f, h, product)
        fastest = max(own_rate, fastest_rate_per_day(y, h, c))
        n = max(1, math.ceil(span * max(float(SUBSTEPS_PER_DAY), fastest / product)))
        dt = span / n
        _add_means(-0.5 * dt, y, h, c, means)
        for _ in range(n):
            derivative(addition, factor, effects, terms, y, f, c, h, k1, gain)
            _add_means(dt, y, h, c, means)
            for i in range(n_moving):
                trial[i] = y[i] + 0.5 * dt * k1[i]
            derivative(addition, factor, effects, terms, trial, f, c, h, k2, gain)
            for i in range(n_moving):
                trial[i] = y[i] + 0.5 * dt * k2[i]
            derivative(addition, factor, effects, terms, trial, f, c, h, k3, gain)
            for i in range(n_moving):
                trial[i] = y[i] + dt * k3[i]
            derivative(addition, factor, effects, terms, trial, f, c, h, k4, gain)
            for i in range(n_moving):
                y[i] += dt / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])
        fill_channels(addition, factor, effects, y, f, h)
        _add_means(0.5 * dt, y, h, c, means)
        left -= span
