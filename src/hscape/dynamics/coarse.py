"""The same marrow at coarse steps: a whole course, from the first attacking cell on, in a fraction of a millisecond.

For inference a course is needed some hundred thousand times for one chart. The rates, the influences and the blood are
those of the full simulation; what is coarse is time (a week, a month while nothing happens, days at events) and the
list of clones: one slot for ordinary stem cells and one for each *kind* of clone. Clones of one kind share their
rates, so that their sum is itself a birth-death process with immigration, and nothing is lost by adding them up.

Chance enters through standard normal numbers that are handed in, one for each step and slot: the same numbers give the
same course, nearby numbers a nearby one. A slot's cells after a step have the mean, the variance and the chance of
extinction of the exact law; its shape in between is a gamma distribution's.

Symbols: `y` blood state, `h` channels, `f` what stem cells lend, `c` constants (see `biology.blood`), `p` the person.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hscape.biology import rates
from hscape.biology.blood import (
    EARLY,
    LYMPHOCYTES,
    N_PLATELETS,
    N_RED_CELLS,
    PLATELETS,
    RED_CELLS,
    TPO,
    activation_in,
    platelet_pool,
)
from hscape.biology.channels import N_CHANNELS
from hscape.biology.channels import Channel as Ch
from hscape.biology.state import N_BLOOD, N_STATES
from hscape.compiled import compiled, inlined
from hscape.dynamics.blood import N_FROZEN, apply_effects, fill_channels, variable
from hscape.dynamics.coarse_blood import move_blood
from hscape.dynamics.coarse_record import DONOR, N_SLOTS, write_row
from hscape.dynamics.step import transition

#: Own states of the attack in the order in which its influences bring them: attacking cells, interferon, lost niche.
ATTACKING, INTERFERON, LOST_NICHE = N_BLOOD, N_BLOOD + 1, N_BLOOD + 2
#: Steps in days: while nothing happens, usual, and after an event.
QUIET_DAYS, USUAL_DAYS, EVENT_DAYS = 28.0, 7.0, 2.5
#: Change of attack, stem cells or counts (natural logarithm) over which a step before day 0 may go.
EVEN_LOG_CHANGE = 0.2
#: After a year slow things are left: steps of two weeks, unless something sharp happens.
LATE_DAY, LATE_DAYS = 365.0, 14.0
#: How long after an event the steps are short.
EVENT_SPAN_DAYS = 28.0
#: Rows of chance for the time before the chart begins; the rest is for the chart.
N_NOISE_BEFORE, N_NOISE = 300, 1300
NEVER_SHOWN, SHOWN_AT_ONCE = -1, -2

_NICHE, _DIVISION = int(Ch.NICHE_CAPACITY), int(Ch.STEM_CELL_DIVISION)
_DIFFERENTIATION, _OUTPUT = int(Ch.STEM_CELL_DIFFERENTIATION), int(Ch.PROGENITOR_OUTPUT)
_KILLING, _CONTACT = int(Ch.STEM_CELL_KILLING_PER_DAY), int(Ch.CONTACT_KILLING_PER_DAY)
_EARLY_KILLING, _INTERFERON = int(Ch.EARLY_PROGENITOR_KILLING_PER_DAY), int(Ch.INTERFERON_FOLD)
_EFFECTOR_KILLING = int(Ch.EFFECTOR_KILLING_PER_DAY)


class Person(NamedTuple):
    """What differs between people beside the constants; the arrays have shape (n_slots,)."""

    seed_fold: float  # attacking cells at the start
    log_kill_factor: float  # on the recorded kill of globulin
    end_day: float  # day of the chart on which the attack ends by itself; infinity if not
    end_per_day: float
    shown_level: float  # standard normal number that decides how low counts must fall to bring the person to the clinic
    wait_days: float  # longest time from the first attacking cell to the clinic
    cells: np.ndarray  # at the start
    vulnerability: np.ndarray
    fitness_per_day: np.ndarray
    interferon_fitness_per_day: np.ndarray
    origin_per_day: np.ndarray  # new cells of the kind per ordinary stem cell and day
    output: np.ndarray  # blood made by an early progenitor of the kind, relative to an ordinary one
    entry_day: np.ndarray  # day of the chart on which a later clone enters; infinity for none
    entry_cells: np.ndarray


class Threshold(NamedTuple):
    """Counts at which people come to the clinic: medians, and spreads of the natural logarithm."""

    hemoglobin_g_per_dl: float
    platelets_1e9_per_l: float
    neutrophils_1e9_per_l: float
    hemoglobin_log_sd: float
    platelets_log_sd: float
    neutrophils_log_sd: float


class Timetable(NamedTuple):
    """The dated part of a program (see `biology.influence.Program`), in days of the chart."""

    change_day: np.ndarray  # (n_segments,)
    addition: np.ndarray  # (n_segments, n_channels)
    factor: np.ndarray
    atg_addition: np.ndarray  # (n_segments,) recorded kill of globulin per day, scaled by the person's factor
    cut_day: np.ndarray  # (n_cuts,) days on which a step must end: visits, transfusions, changes; sorted
    event_day: np.ndarray  # (n_events,) days after which steps are short
    transfusion_day: np.ndarray  # (n,)
    transfusion_product: np.ndarray  # 0 red cells, 1 platelets
    transfusion_units: np.ndarray
    transplant_day: float  # infinity for none
    conditioning_survival: float  # of the patient's stem cells and early progenitors
    graft_cells: float
    graft_early: float  # early progenitors of the graft, relative to health
    conditioning_niche_loss: float


@inlined
def _normal_cdf(x):
    return 0.5 * math.erfc(-x * 0.7071067811865476)


@compiled
def _normal_quantile(u):
    """Inverse of the standard normal distribution (rational approximation of Acklam, error below 1.2e-9)."""
    if u < 0.02425:
        q = math.sqrt(-2.0 * math.log(max(u, 1e-300)))
        top = (
            (((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q
            + 4.374664141464968
        ) * q + 2.938163982698783
        return top / (
            (((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q
            + 1.0
        )
    if u > 1.0 - 0.02425:
        return -_normal_quantile(1.0 - u)
    q = u - 0.5
    r = q * q
    top = (
        (
            (((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.3577518672690) * r
            - 30.66479806614716
        )
        * r
        + 2.506628277459239
    ) * q
    return top / (
        (
            (((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r
            - 13.28068155288572
        )
        * r
        + 1.0
    )


@compiled
def transition_quantile(cells, arriving_per_day, division, loss, days, z):
    """Cells after a step, as the value that a standard normal number `z` picks from their distribution.

    Args:
        cells: at the start of the step.
        arriving_per_day: new cells that come from another slot.
        division: per cell and day.
        loss: per cell and day.
        days: length of the step.
        z: standard normal number.
    """
    a, b = transition(division, loss, days)
    net = division - loss
    left = (1.0 - a) / (1.0 - b)
    mean = cells * left
    variance = cells * left * (a + b) / (1.0 - b)
    log_none = cells * math.log(a) if a > 0.0 else (0.0 if cells <= 0.0 else -1.0e9)
    if arriving_per_day > 0.0:
        grown = math.expm1(net * days) / net if abs(net) * days > 1.0e-9 else days
        mean += arriving_per_day * grown
        variance += arriving_per_day * grown / (1.0 - b)
        log_none += arriving_per_day / division * math.log1p(-b) if division > 1.0e-9 else -arriving_per_day * days
    if mean <= 0.0:
        return 0.0
    if log_none < -40.0:
        mean_of_some, variance_of_some = mean, variance
    else:
        none = math.exp(log_none)
        u = _normal_cdf(z)
        if u <= none:
            return 0.0
        mean_of_some = mean / (1.0 - none)
        variance_of_some = (variance + mean * mean) / (1.0 - none) - mean_of_some * mean_of_some
        z = _normal_quantile((u - none) / (1.0 - none))
    if variance_of_some <= 0.0:
        return mean_of_some
    # A gamma distribution of this mean and variance, by the cube root that makes it nearly normal (Wilson, Hilferty).
    inverse_nine_shape = variance_of_some / (9.0 * mean_of_some * mean_of_some)
    root = 1.0 - inverse_nine_shape + z * math.sqrt(inverse_nine_shape)
    return mean_of_some * root * root * root if root > 0.0 else 0.0


@inlined
def _own_step(terms, y, f, h, days, start, stop):
    """Own states after a step: each relaxes exponentially by its own rate, with everything else as given.

    Rates are read from `y`; the move starts from `start` and is written to `stop`.
    """
    rate0, rate1, rate2, source0, source1, source2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for t in range(terms.shape[0]):
        value = terms[t, 1]
        state = int(terms[t, 0])
        is_rate = terms[t, 2] == terms[t, 0]
        if terms[t, 2] >= 0.0 and not is_rate:
            value *= variable(terms[t, 2], y, f, h)
        if terms[t, 3] >= 0.0:
            v, half = variable(terms[t, 3], y, f, h), terms[t, 4]
            value *= half / (half + v) if terms[t, 5] > 0.0 else v / (half + v)
        if terms[t, 6] >= 0.0:
            value *= variable(terms[t, 6], y, f, h)
        if terms[t, 7] >= 0.0:
            value /= 1.0 + terms[t, 8] * variable(terms[t, 7], y, f, h)
        if state == N_BLOOD:
            rate0, source0 = (rate0 + value, source0) if is_rate else (rate0, source0 + value)
        elif state == N_BLOOD + 1:
            rate1, source1 = (rate1 + value, source1) if is_rate else (rate1, source1 + value)
        else:
            rate2, source2 = (rate2 + value, source2) if is_rate else (rate2, source2 + value)
    stop[0] = _relaxed(start[0], rate0, source0, days)
    stop[1] = _relaxed(start[1], rate1, source1, days)
    stop[2] = _relaxed(start[2], rate2, source2, days)
    return rate0


@inlined
def _relaxed(amount, rate, source, days):
    x = rate * days
    grown = math.expm1(x)
    return amount * (1.0 + grown) + source * (grown / rate if abs(x) > 1.0e-9 else days)


@inlined
def _lend(cells, early, p, c, f):
    total, killable, all_early, early_killable = 0.0, 0.0, 0.0, 0.0
    for i in range(N_SLOTS):
        total += cells[i]
        killable += cells[i] * p.vulnerability[i]
        all_early += early[i]
        early_killable += early[i] * p.vulnerability[i]
    f[0] = total / c.stem_cell_niche_capacity_cells
    f[1] = killable / c.stem_cell_niche_capacity_cells
    f[2] = early_killable / all_early if all_early > 0.0 else 0.0
    f[3] = rates.presented_antigen(f[1], early_killable)
    return all_early


@inlined
def _growth(p, i, fold, interferon, activation, h, c):
    fitness = p.fitness_per_day[i] + p.interferon_fitness_per_day[i] * interferon
    division = rates.stem_cell_division_per_day(fitness, fold, c)
    loss = rates.stem_cell_loss_per_day(
        activation, h[_DIFFERENTIATION], h[_KILLING], h[_CONTACT], p.vulnerability[i], c
    )
    return division, loss


@compiled
def coarse_step(
    y, cells, early, shares, p, addition, factor, effects, terms, extra_killing, is_new, z, days, c, f, h, middle
):
    """Move a person by one step, in place.

    Args:
        y: blood state, shape (n_states,).
        cells: stem cells by slot, shape (n_slots,).
        early: early progenitors by slot, relative to all of them in health.
        shares: shares of output on their way to granulocytes, of granulocytes, of lymphocytes, shape (3, n_slots).
        p: the person.
        addition: dated additions to the channels, shape (n_channels,).
        factor: dated factors.
        effects: continuous effects.
        terms: terms of own states.
        extra_killing: of attacking cells per day, beside the dated one.
        is_new: True if the dated channels differ from those of the step before.
        z: standard normal numbers, shape (n_slots,).
        days: length of the step.
        c: record of constants.
        f: scratch, shape (n_frozen,).
        h: scratch, shape (n_channels,); holds the channels at the end of the step afterwards.
        middle: scratch, shape (3, n_slots + 3).
    """
    start, moved = middle[0], middle[1]
    total_early = _lend(cells, early, p, c, f)
    if is_new:
        fill_channels(addition, factor, effects, y, f, h)
        h[_EFFECTOR_KILLING] += extra_killing
    # thrombopoietin half a step on, as it moved in the step before: platelets take weeks to come back
    now, slope = y[TPO], middle[2, 0]
    y[TPO] = now * math.exp(min(0.5, max(-0.5, 0.5 * days * slope)))
    activation = activation_in(y, h, c)
    y[TPO] = now
    # to the middle of the step
    start[0], start[1], start[2] = y[N_BLOOD], y[N_BLOOD + 1], y[N_BLOOD + 2]
    _own_step(terms, y, f, h, 0.5 * days, start, moved)
    fold = rates.stem_cell_division_fold(f[0] / h[_NICHE], activation, h[_DIVISION], c)
    interferon = rates.interferon_sensed(h[_INTERFERON])
    killable = 0.0
    total = 0.0
    for i in range(N_SLOTS):
        if cells[i] > 0.0:
            division, loss = _growth(p, i, fold, interferon, activation, h, c)
            at_middle = cells[i] * math.exp((division - loss) * 0.5 * days)
            total += at_middle
            killable += at_middle * p.vulnerability[i]
    inflow = rates.early_progenitor_inflow_per_day(total, activation, h[_DIFFERENTIATION], c)
    net = rates.early_progenitor_net_loss_per_day(total_early, h[_EARLY_KILLING], h[_CONTACT], f[2], c)
    early_middle = _relaxed(total_early, -net, inflow, 0.5 * days)
    f[0] = total / c.stem_cell_niche_capacity_cells
    f[1] = killable / c.stem_cell_niche_capacity_cells
    f[3] = rates.presented_antigen(f[1], f[2] * early_middle)
    y[N_BLOOD], y[N_BLOOD + 1], y[N_BLOOD + 2] = moved[0], moved[1], moved[2]
    apply_effects(addition, factor, effects, y, f, h)
    # the whole step with what holds in the middle
    _own_step(terms, y, f, h, days, start, moved)
    fold = rates.stem_cell_division_fold(f[0] / h[_NICHE], activation, h[_DIVISION], c)
    interferon = rates.interferon_sensed(h[_INTERFERON])
    ordinary = cells[0]
    summed, made, output = 0.0, 0.0, 0.0
    for i in range(N_SLOTS):
        before = cells[i]
        arriving = p.origin_per_day[i] * ordinary
        if before > 0.0 or arriving > 0.0:
            division, loss = _growth(p, i, fold, interferon, activation, h, c)
            cells[i] = transition_quantile(before, arriving, division, loss, days, z[i])
        if cells[i] > 0.0 or before > 0.0 or early[i] > 0.0:
            net = rates.early_progenitor_net_loss_per_day(
                early_middle, h[_EARLY_KILLING], h[_CONTACT], p.vulnerability[i], c
            )
            inflow = rates.early_progenitor_inflow_per_day(
                0.5 * (before + cells[i]), activation, h[_DIFFERENTIATION], c
            )
            early[i] = _relaxed(early[i], -net, inflow, days)
            summed += early[i]
            made += early[i] * p.output[i]
    y[N_BLOOD], y[N_BLOOD + 1], y[N_BLOOD + 2] = moved[0], moved[1], moved[2]
    y[EARLY] = summed
    _lend(cells, early, p, c, f)
    apply_effects(addition, factor, effects, y, f, h)
    output = made * h[_OUTPUT]
    entered = move_blood(y, output, h, c, days)
    middle[2, 0] = math.log(max(y[TPO], 1.0e-6) / max(now, 1.0e-6)) / days
    _mix(shares, early, p, made, entered, y[LYMPHOCYTES], days, c)
    return output


@inlined
def _mix(shares, early, p, made, entered, lymphocytes, days, c):
    """Shares of the clones in blood follow those of the output: granulocytes in two stages, lymphocytes in one."""
    if made <= 0.0:
        return
    transit = 0.5 * (
        1.0 / c.neutrophil_mitotic_stage_per_day * 8.0
        + 1.0 / c.neutrophil_maturing_stage_per_day * 5.0
        + 1.0 / c.neutrophil_reserve_per_day
    )
    kept = 1.0 / (1.0 + days / transit)
    kept_lymphoid = math.exp(-entered * days / lymphocytes) if lymphocytes > 0.0 else 0.0
    for i in range(N_SLOTS):
        share = early[i] * p.output[i] / made
        shares[0, i] = share + kept * (shares[0, i] - share)
        shares[1, i] = shares[0, i] + kept * (shares[1, i] - shares[0, i])
        shares[2, i] = share + kept_lymphoid * (shares[2, i] - share)


@compiled
def shown_distance(row, threshold, level):
    """How far the counts are from bringing a person to the clinic; below zero: they have.

    Everyone has three limits of his own, one a count; only the first that is crossed is ever seen. So one number
    stands for the three: the person comes when the chance that none of the three has been crossed falls to its level.
    """
    a = math.log(max(row[1], 1.0e-9) / threshold.hemoglobin_g_per_dl) / threshold.hemoglobin_log_sd
    b = math.log(max(row[2], 1.0e-9) / threshold.platelets_1e9_per_l) / threshold.platelets_log_sd
    d = math.log(max(row[3], 1.0e-9) / threshold.neutrophils_1e9_per_l) / threshold.neutrophils_log_sd
    lowest = min(a, min(b, d))
    if lowest > 7.0:
        return lowest - level
    x, y, z = _normal_cdf(-a), _normal_cdf(-b), _normal_cdf(-d)
    crossed = x + y + z - x * y - x * z - y * z + x * y * z
    if crossed >= 1.0 - 1.0e-15:
        return -8.0 - level
    return -_normal_quantile(crossed) - level


@compiled
def run_coarse(p, threshold, effects, terms, table, end_day, noise, c, age_years, rows):
    """A whole course: from the first attacking cell to the clinic, and on to a day of the chart.

    Args:
        p: the person.
        threshold: counts at which people come to the clinic.
        effects: continuous effects of the attack and the niche.
        terms: terms of their own states.
        table: what is given when.
        end_day: last day of the chart.
        noise: standard normal numbers, shape (n_noise, n_slots); the first rows are for the time before day 0.
        c: record of constants.
        age_years: age on day 0 of the chart.
        rows: is filled, shape (n_rows, n_columns); days count from day 0 of the chart.

    Returns:
        (rows written, row of day 0); a negative second number if the failure did not show in time.
    """
    y, f, h = np.ones(N_STATES), np.zeros(N_FROZEN), np.zeros(N_CHANNELS)
    y[N_BLOOD:] = 0.0
    y[ATTACKING] = p.seed_fold
    shares, middle = np.zeros((3, N_SLOTS)), np.zeros((3, N_SLOTS + 3))
    cells, early = p.cells.copy(), p.cells / c.stem_cell_niche_capacity_cells
    for i in range(N_SLOTS):
        shares[0, i] = early[i] / early.sum()
        shares[1, i] = shares[0, i]
        shares[2, i] = shares[0, i]
    rest_addition, rest_factor = table.addition[0], table.factor[0]
    kept_y, kept_cells, kept_early, kept_shares = y.copy(), cells.copy(), early.copy(), shares.copy()
    day, n, k, above, before = 0.0, 0, 0, 0.0, 0.0
    room = rows.shape[0]
    output = 1.0
    while True:
        write_row(rows[n], day, y, cells, early, shares, output, h, c, age_years)
        found = shown_distance(rows[n], threshold, p.shown_level)
        n += 1
        if n == 1 and found < 0.0:
            return n, SHOWN_AT_ONCE
        if found < 0.0:
            break
        above = found
        if day >= p.wait_days or n >= room - 4 or k >= N_NOISE_BEFORE:
            return n, NEVER_SHOWN
        days = USUAL_DAYS
        if n > 1:
            # as far as the attack, the stem cells and the lowest count may be taken to move evenly
            passed = rows[n - 1, 0] - rows[n - 2, 0]
            speed = abs(math.log(max(rows[n - 1, 8], 1.0e-9) / max(rows[n - 2, 8], 1.0e-9))) / passed
            cells_now, cells_before = max(rows[n - 1, 15], 1.0), max(rows[n - 2, 15], 1.0)
            speed = max(speed, abs(math.log(cells_now / cells_before)) / passed)
            speed = max(speed, 0.4 * abs(above - before) / passed)
            days = min(QUIET_DAYS, max(EVENT_DAYS, EVEN_LOG_CHANGE / max(speed, 1.0e-9)))
        before = above
        kept_y[:], kept_cells[:], kept_early[:], kept_shares[:] = y, cells, early, shares
        z = noise[k]
        k += 1
        output = coarse_step(
            y,
            cells,
            early,
            shares,
            p,
            rest_addition,
            rest_factor,
            effects,
            terms,
            0.0,
            k == 1,
            z,
            days,
            c,
            f,
            h,
            middle,
        )
        write_row(rows[n], day + days, y, cells, early, shares, output, h, c, age_years)
        found = shown_distance(rows[n], threshold, p.shown_level)
        if found < 0.0 and above > 0.0:
            # the clinic sees the failure within this step: go back and stop on the day
            days = max(0.02 * days, days * above / (above - found))
            y[:], cells[:], early[:], shares[:] = kept_y, kept_cells, kept_early, kept_shares
            output = coarse_step(
                y,
                cells,
                early,
                shares,
                p,
                rest_addition,
                rest_factor,
                effects,
                terms,
                0.0,
                True,
                z,
                days,
                c,
                f,
                h,
                middle,
            )
            day += days
            write_row(rows[n], day, y, cells, early, shares, output, h, c, age_years)
            n += 1
            break
        day += days
    shown = n - 1
    for i in range(n):
        rows[i, 0] -= day
    day, k = 0.0, N_NOISE_BEFORE
    segment, cut, given, event = 0, 0, 0, -1.0e9
    old_segment, old_killing = -1, 0.0
    has_entered = np.zeros(N_SLOTS, dtype=np.bool_)
    while day < end_day - 1.0e-9 and n < room and k < N_NOISE:
        for i in range(N_SLOTS):
            if not has_entered[i] and p.entry_day[i] <= day:
                cells[i] += p.entry_cells[i]
                has_entered[i] = True
        if not has_entered[DONOR] and table.transplant_day <= day + 1.0e-9:
            _transplant(y, cells, early, table)
            has_entered[DONOR] = True
        while given < table.transfusion_day.shape[0] and table.transfusion_day[given] <= day + 1.0e-9:
            _transfuse(y, table.transfusion_product[given], table.transfusion_units[given], 0.0, c)
            given += 1
        while segment + 1 < table.change_day.shape[0] and table.change_day[segment + 1] <= day + 1.0e-9:
            segment += 1
        while cut < table.cut_day.shape[0] and table.cut_day[cut] <= day + 1.0e-9:
            cut += 1
        for j in range(table.event_day.shape[0]):
            if table.event_day[j] <= day + 1.0e-9:
                event = max(event, table.event_day[j])
        days = EVENT_DAYS if day - event < EVENT_SPAN_DAYS else (USUAL_DAYS if day < LATE_DAY else LATE_DAYS)
        days = min(days, end_day - day)
        if cut < table.cut_day.shape[0]:
            to_cut = table.cut_day[cut] - day
            if to_cut < days * 1.3:
                days = to_cut
        killing = table.atg_addition[segment] * (p.log_kill_factor - 1.0)
        if day >= p.end_day - 1.0e-9:
            killing += p.end_per_day
        elif p.end_day < day + days:
            days = p.end_day - day
        is_other = segment != old_segment or killing != old_killing
        old_segment, old_killing = segment, killing
        output = coarse_step(
            y,
            cells,
            early,
            shares,
            p,
            table.addition[segment],
            table.factor[segment],
            effects,
            terms,
            killing,
            is_other,
            noise[k],
            days,
            c,
            f,
            h,
            middle,
        )
        k += 1
        day += days
        while given < table.transfusion_day.shape[0] and table.transfusion_day[given] < day - 1.0e-9:
            passed = day - table.transfusion_day[given]  # within the step
            _transfuse(y, table.transfusion_product[given], table.transfusion_units[given], passed, c)
            given += 1
        write_row(rows[n], day, y, cells, early, shares, output, h, c, age_years)
        n += 1
    return n, shown


@inlined
def _transplant(y, cells, early, table):
    """Conditioning and graft: few of the patient's cells stay, the donor's move in, the attack has lost its cells."""
    for i in range(N_SLOTS):
        cells[i] *= table.conditioning_survival
        early[i] *= table.conditioning_survival
    cells[DONOR] += table.graft_cells
    early[DONOR] += table.graft_early
    y[ATTACKING] = 0.0
    y[LOST_NICHE] = max(y[LOST_NICHE], table.conditioning_niche_loss)


@inlined
def _transfuse(y, product, units, passed, c):
    """Donor cells of all ages, as they are some days later: the oldest platelets have gone, others were used up."""
    if product == 0:
        given = units * c.red_cell_unit_hemoglobin_g / c.hemoglobin_mass_normal_g
        amount = given / (c.mature_red_cell_stage_share * N_RED_CELLS)
        for i in range(RED_CELLS, RED_CELLS + N_RED_CELLS):
            y[i] += amount
    else:
        amount = units * c.platelet_transfusion_increment_1e9_per_l / c.platelets_normal_1e9_per_l
        increment = units * c.platelet_transfusion_increment_1e9_per_l
        count = c.platelets_normal_1e9_per_l * platelet_pool(y, c) + 0.5 * increment
        amount *= math.exp(-rates.platelet_random_loss_per_day(count, c) * passed)
        aged = c.platelet_stage_per_day * passed
        for i in range(N_PLATELETS):
            y[PLATELETS + i] += amount * min(1.0, max(0.0, i + 1.0 - aged))
