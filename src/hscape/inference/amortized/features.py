"""What the network reads: a chart as a set of dated tokens, and a few numbers of the person.

One token is one day on which something was found, with everything that was found on it; a second finding of the same
kind opens a second token. Transfusions are put together by eight weeks, treatments open a token when they begin and
end. The order of tokens has no meaning. The rows are those of `inference.observations`.
"""

from __future__ import annotations

import math

import numpy as np

from hscape.biology.treatment import GCSF, AntithymocyteGlobulin, Eltrombopag
from hscape.compiled import compiled
from hscape.inference.slots import CloneSlot
from hscape.inference.treatments import DatedCyclosporine

HORSE, RABBIT, CYCLOSPORINE, AGONIST, STIMULATOR = range(5)
_DRUGS = 5
#: Where the blocks of a token begin.
TIME, DRUG, TRANSFUSED, COUNTS, CELLULARITY, SLOTS = 0, 7, 15, 19, 39, 42
_PER_COUNT, _PER_SLOT, _N_SLOTS = 4, 11, 5
BIN = SLOTS + _PER_SLOT * _N_SLOTS
EVENT = BIN + 2
N_FEATURES = EVENT + 4
BIN_DAYS = 56.0
#: Of the person: age, sex, length, then for three clones what is known of them.
_PER_CLONE = 9
N_CONTEXT = 6 + 3 * _PER_CLONE
#: Healthy counts by which a count is divided, in order of the columns of a course; only a scale.
_SCALES = np.array([14.0, 250.0, 4.0, 60.0, 2.0])


def drug_table(influences: tuple) -> np.ndarray:
    """Treatments as rows: drug, first day, last day, level.

    Args:
        influences: as read from a chart.

    Returns:
        shape (n, 4).
    """
    found = []
    for item in influences:
        if isinstance(item, AntithymocyteGlobulin):
            found.append((HORSE if item.source == "horse" else RABBIT, item.day, item.day + 5.0, 1.0))
        elif isinstance(item, DatedCyclosporine):
            found += [(CYCLOSPORINE, start, min(stop, 1.0e5), level) for start, stop, level in item.steps]
        elif isinstance(item, Eltrombopag):
            found.append((AGONIST, item.day, item.day + item.duration_days, item.dose_mg_per_day / 150.0))
        elif isinstance(item, GCSF):
            found.append((STIMULATOR, item.day, item.day + item.duration_days, 1.0))
    return np.array(found, dtype=float).reshape(-1, 4)


def context(age_years: float, sex: str, last_day: float, clones: tuple[CloneSlot, ...]) -> np.ndarray:
    """Numbers of the person, shape (n_context,)."""
    found = np.zeros(N_CONTEXT)
    found[:6] = (
        (age_years - 45.0) / 20.0, 1.0 if sex == "male" else -1.0, math.log1p(last_day) - 5.5, last_day / 700.0 - 1.0,
        len(clones), 1.0 if clones else 0.0,
    )  # fmt: skip
    for i, clone in enumerate(clones):
        kind = clone.kind
        found[6 + i * _PER_CLONE : 6 + (i + 1) * _PER_CLONE] = (
            1.0,
            float(clone.is_late),
            math.log1p(max(clone.first_day, 0.0)) / 3.0,
            float(kind is None),
            0.0 if kind is None else kind.fitness_per_year * 5.0,
            0.0 if kind is None else float(kind.fitness_shape > 0.0),
            0.0 if kind is None else kind.interferon_fitness_per_year * 5.0,
            0.0 if kind is None else 1.0 - kind.vulnerability_fraction,
            0.0 if kind is None else float(kind.name == "BCOR"),
        )
    return found


@compiled
def _logit(x):
    x = min(max(x, 1.0e-7), 1.0 - 1.0e-7)
    return math.log(x / (1.0 - x))


@compiled
def _base(token, day, last_day, drugs, given, n_given):
    """Time, what is being given, and transfusions before the day."""
    token[:] = 0.0
    after = max(day, 0.0)
    token[0] = day / 700.0
    token[1] = math.log1p(after / 14.0) / 2.0 - 0.7
    token[2] = min(1.5, after / max(last_day, 1.0))
    token[3] = math.exp(-after / 30.0)
    token[4] = math.exp(-after / 150.0)
    token[5] = 1.0 if day < 0.0 else 0.0
    token[6] = 1.0 if day == last_day else 0.0
    for i in range(drugs.shape[0]):
        what, start, stop, level = int(drugs[i, 0]), drugs[i, 1], drugs[i, 2], drugs[i, 3]
        if start > day:
            continue
        if what <= 1:
            token[DRUG + 3 * what] += math.exp(-(day - start) / 40.0)
            token[DRUG + 3 * what + 1] += math.exp(-(day - start) / 200.0)
            token[DRUG + 3 * what + 2] = 1.0
        elif stop > day:
            if what == 2:
                token[DRUG + 6] = level
            elif what == 3:
                token[DRUG + 7] = level
    for i in range(n_given):
        ago = day - given[i, 0]
        if 0.0 <= ago < 90.0:
            place = TRANSFUSED + 2 * int(given[i, 1])
            token[place + 1] += 0.15
            if ago < 30.0:
                token[place] += 0.3


@compiled
def _put_count(token, o):
    place = COUNTS + _PER_COUNT * (int(o[2]) - 1)
    if token[place] != 0.0:
        return False
    token[place] = 1.0
    token[place + 1] = math.log(max(o[3], 1.0e-3) / _SCALES[int(o[2]) - 1])
    token[place + 2] = o[6]
    token[place + 3] = 4.0 * math.hypot(o[4], o[5] / max(o[3], 1.0e-3))
    return True


@compiled
def _put_clone(token, o):
    what, slot = int(o[1]), int(o[2])
    place = SLOTS + _PER_SLOT * (slot - 1)
    if token[place] != 0.0 or token[place + 3] != 0.0:
        return False
    if what == 3:
        token[place], token[place + 1], token[place + 2] = 1.0, _logit(o[3]) / 2.0, o[4]
    elif what == 2:
        vaf = (o[3] + 0.5) / (o[4] + 1.0)
        share = vaf * o[7] / max(o[5] - vaf * (o[6] - o[7]), 1.0e-3)
        token[place], token[place + 1] = 1.0, _logit(min(share, 0.995)) / 2.0
        token[place + 2] = math.sqrt((1.0 / o[4] + 1.0 / o[9]) / max(vaf * (1.0 - vaf), 1.0e-4))
    elif what == 4:
        share = o[3] * o[7] / max(o[5] - o[3] * (o[6] - o[7]), 1.0e-3)
        token[place + 3], token[place + 4], token[place + 5] = 1.0, _logit(min(share, 0.995)) / 2.0, 1.0
    else:
        token[place + 3], token[place + 4], token[place + 5] = 1.0, _logit(o[3]) / 2.0, o[5]
    token[place + 6 + int(o[8])] = 1.0
    return True


@compiled
def _drug_tokens(drugs, given, n_given, last_day, tokens, n):
    for i in range(drugs.shape[0]):
        what, start, stop = int(drugs[i, 0]), drugs[i, 1], drugs[i, 2]
        is_step = what == 2 and i > 0 and drugs[i - 1, 0] == 2.0 and abs(drugs[i - 1, 2] - start) < 1.0
        goes_on = what == 2 and i + 1 < drugs.shape[0] and drugs[i + 1, 0] == 2.0 and abs(drugs[i + 1, 1] - stop) < 1.0
        if what < 4 and start <= last_day and not is_step and n < tokens.shape[0]:
            _base(tokens[n], start, last_day, drugs, given, n_given)
            tokens[n, EVENT + max(what - 1, 0)] = 1.0
            n += 1
        if (what == 2 or what == 3) and stop <= last_day and not goes_on and n < tokens.shape[0]:
            _base(tokens[n], stop, last_day, drugs, given, n_given)
            tokens[n, EVENT + what - 1] = -1.0
            tokens[n, EVENT + 3] = 1.0
            n += 1
    return n


@compiled
def fill_tokens(rows, n_rows, drugs, given, n_given, last_day, tokens):
    """Tokens of a chart.

    Args:
        rows: findings in order of day, shape (n, n_columns).
        n_rows: how many of them count.
        drugs: see `drug_table`.
        given: transfusions: day, product, shape (n, 2).
        n_given: how many of them count.
        last_day: of the chart.
        tokens: is filled, shape (n_tokens, n_features).

    Returns:
        how many tokens; those that do not fit are left out, later ones first.
    """
    n = _drug_tokens(drugs, given, n_given, last_day, tokens, 0)
    first, day, room = n, -1.0e9, tokens.shape[0]
    for k in range(n_rows):
        o = rows[k]
        what = int(o[1])
        if what == 6:
            continue
        if o[0] != day:
            day, first = o[0], n
        placed, at = False, first
        while not placed and at < room:
            if at == n:
                _base(tokens[n], day, last_day, drugs, given, n_given)
                n += 1
            token = tokens[at]
            if what == 0:
                placed = _put_count(token, o)
            elif what == 1:
                if token[CELLULARITY] == 0.0:
                    token[CELLULARITY], token[CELLULARITY + 1], token[CELLULARITY + 2] = 1.0, _logit(o[3]), o[5]
                    placed = True
            else:
                placed = _put_clone(token, o)
            at += 1
    window, at = -1.0, -1
    for k in range(n_rows):
        o = rows[k]
        if int(o[1]) != 6:
            continue
        if math.floor(o[0] / BIN_DAYS) != window:
            if n >= room:
                break
            window, at = math.floor(o[0] / BIN_DAYS), n
            _base(tokens[n], (window + 1.0) * BIN_DAYS, last_day, drugs, given, n_given)
            n += 1
        tokens[at, BIN + int(o[2]) - 1] += 0.3
    return n
