"""The chance of what a chart says, given a course: compiled, one row at a time.

Counts scatter log-normally around a truth that is their mean, with a wider part for values that are far off; censored
values by the chance of the tail; reads are beta-binomial around the allele fraction that the clone's share and copies
give, with the error of sequencing; shares of cells scatter on the logit scale; a negative test counts by its limit; a
transfusion says that the count had fallen to the trigger. See `observations` for the columns.
"""

from __future__ import annotations

import math

import numpy as np

from hscape.compiled import compiled, inlined
from hscape.dynamics.coarse_record import EARLY_SHARE, GRANULOCYTE, LYMPHOCYTE, first_row_from
from hscape.inference.finding_rows import LEAST_CELLULARITY, MOST_CELLULARITY, MOST_SHARE, MOST_WAYS

LOWEST = -1.0e10
_HALF_LOG_2PI = 0.9189385332046727
_TINY = 1.0e-12
#: Beyond this variance scatter is no longer log-normal, and half of it would be too far.
MOST_BELOW_VARIANCE = 0.25


@inlined
def _log_normal(x, sd):
    return -0.5 * (x / sd) ** 2 - math.log(sd) - _HALF_LOG_2PI


@inlined
def _log_cdf(x):
    if x < -8.0:
        return -0.5 * x * x - math.log(-x) - _HALF_LOG_2PI
    return math.log(max(0.5 * math.erfc(-x * 0.7071067811865476), 1.0e-300))


@inlined
def _logit(x):
    x = min(max(x, 1.0e-9), 1.0 - 1.0e-9)
    return math.log(x / (1.0 - x))


@compiled
def _log_beta_binomial(alt, depth, share, concentration):
    a, b = share * concentration, (1.0 - share) * concentration
    return (
        math.lgamma(depth + 1.0)
        - math.lgamma(alt + 1.0)
        - math.lgamma(depth - alt + 1.0)
        + math.lgamma(alt + a)
        + math.lgamma(depth - alt + b)
        - math.lgamma(depth + concentration)
        + math.lgamma(concentration)
        - math.lgamma(a)
        - math.lgamma(b)
    )


@inlined
def share_in(specimen, slot, row):
    """Share of a specimen that a slot holds, from a row of the course."""
    if specimen == 0:
        return row[GRANULOCYTE + slot]
    if specimen == 2:
        return row[EARLY_SHARE + slot]
    if specimen == 3:
        return row[LYMPHOCYTE + slot]
    myeloid = row[6] if specimen == 4 else row[3] + row[6]
    lymphoid = row[5]
    total = myeloid + lymphoid
    if total <= 0.0:
        return 0.0
    return (row[GRANULOCYTE + slot] * myeloid + row[LYMPHOCYTE + slot] * lymphoid) / total


@inlined
def below_mean(variance):
    """How far the logarithm of a reading lies below that of its mean, in the middle of readings: half the variance."""
    return 0.5 * np.minimum(variance, MOST_BELOW_VARIANCE)


@inlined
def _count(o, row):
    truth = max(row[int(o[2])], _TINY)
    value = o[3]
    more = (o[5] / max(truth, 0.3 * value)) ** 2
    if o[7] > 0.0:  # cells of the differential: few of a kind scatter
        white = max(row[3] + row[5] + row[6], truth)
        share = min(max(truth / white, 1.0e-4), 0.9999)
        more += (1.0 - share) / (share * o[7])
    sd = math.sqrt(o[4] * o[4] + more)
    x = math.log(value / truth) + below_mean(o[10] + more)
    if o[6] == 0.0:
        usual = math.log1p(-o[8]) + _log_normal(x, sd)
        far = math.log(o[8]) + _log_normal(x, o[9] * sd)
    else:
        side = 1.0 if o[6] < 0.0 else -1.0
        usual = math.log1p(-o[8]) + _log_cdf(side * x / sd)
        far = math.log(o[8]) + _log_cdf(side * x / (o[9] * sd))
    high = max(usual, far)
    return high + math.log(math.exp(usual - high) + math.exp(far - high))


@inlined
def log_chance(o, row):
    """Log chance of one observation, given the row of the course on its day.

    Args:
        o: row of the observations.
        row: row of the course.
    """
    what = int(o[1])
    if what == 0:
        return _count(o, row)
    if what == 1:
        x = _logit(o[3]) - _logit(row[7])
        if o[5] < 0.0 or o[3] <= LEAST_CELLULARITY:
            return _log_cdf(x / o[4])
        if o[5] > 0.0 or o[3] >= MOST_CELLULARITY:
            return _log_cdf(-x / o[4])
        return _log_normal(x, o[4])
    if what == 6:
        return _log_normal(math.log(o[3] / max(row[int(o[2])], _TINY)), o[4])
    slot = int(o[2])
    if what == 2 or what == 4:
        share = share_in(int(o[8]), slot, row)
        vaf = share * o[5] / (share * o[6] + (1.0 - share) * o[7])
        error = o[10]
        shown = min(max(vaf * (1.0 - error) + (1.0 - vaf) * error, 1.0e-7), 1.0 - 1.0e-7)
        if what == 2:
            return _log_beta_binomial(o[3], o[4], shown, o[9])
        sd = math.sqrt(shown * (1.0 - shown) * (1.0 / o[4] + 1.0 / o[9]))
        return _log_cdf((o[3] - shown) / sd)
    share = share_in(int(o[8]), slot, row)
    if what == 3:
        share = share + o[7] * (1.0 - share)
        if o[9] > 0.0:  # unequal reads: only how far they are from equal is told
            near, far = _log_normal(o[3] - share, o[9]), _log_normal(o[3] + share, o[9])
            return near + math.log1p(math.exp(far - near))
        x = _logit(o[3]) - _logit(share)
        return _log_cdf(-x / o[4]) if o[3] >= MOST_SHARE else _log_normal(x, o[4])
    share = share + o[7] * (1.0 - share)
    if what == 7:  # one way of losing an allele; `log_likelihood` averages over the ways
        return _log_cdf((_logit(o[3]) - _logit(share)) / max(o[4], 0.1))
    missed = _log_cdf((_logit(o[3]) - _logit(share)) / max(o[4], 0.1))
    return math.log(max(1.0 - o[5] + o[5] * math.exp(missed), 1.0e-300))


@compiled
def row_on_day(rows, n, day, out):
    """The course on a day: the row of that day, or between two of them (counts on a log scale)."""
    low = first_row_from(rows, n, day)
    if abs(rows[low, 0] - day) < 1.0e-6 or low == 0:
        for j in range(rows.shape[1]):
            out[j] = rows[low, j]
        return
    weight = (day - rows[low - 1, 0]) / (rows[low, 0] - rows[low - 1, 0])
    for j in range(rows.shape[1]):
        if 1 <= j <= 6:
            a, b = math.log(max(rows[low - 1, j], _TINY)), math.log(max(rows[low, j], _TINY))
            out[j] = math.exp((1.0 - weight) * a + weight * b)
        else:
            out[j] = (1.0 - weight) * rows[low - 1, j] + weight * rows[low, j]
    out[0] = day


@compiled
def _over_ways(ways, chances):
    """Log chance of all negative tests for loss of HLA: the average over the ways in which an allele can be lost.

    Args:
        ways: log chance of the tests if the loss is of this way, shape (MOST_WAYS,).
        chances: of the ways that some test looked at; what is missing to one nobody looked for.
    """
    total = max(1.0 - chances.sum(), 0.0)
    for way in range(ways.shape[0]):
        if chances[way] > 0.0:
            total += chances[way] * math.exp(ways[way])
    return math.log(max(total, 1.0e-300))


@compiled
def log_likelihood(rows, n, observations, each):
    """Sum over the observations; `each` is filled with the parts, shape (n_observations,).

    Negative tests for loss of HLA have their chance together; it is the part of the last of them.
    """
    row = np.empty(rows.shape[1])
    ways, chances, last_way = np.zeros(MOST_WAYS), np.zeros(MOST_WAYS), -1
    total = 0.0
    for k in range(observations.shape[0]):
        o = observations[k]
        if k == 0 or o[0] != observations[k - 1, 0]:
            row_on_day(rows, n, o[0], row)
        part = log_chance(o, row)
        if not math.isfinite(part):
            part = -1.0e6
        if int(o[1]) == 7:
            ways[int(o[5])] += part
            chances[int(o[5])] = o[6]
            last_way, part = k, 0.0
        each[k] = part
        total += part
    if last_way >= 0:
        each[last_way] = _over_ways(ways, chances)
        total += each[last_way]
    return total
