"""Counts that a clone carries and counts that come from everything else, without any model.

The granulocyte share of a clone times the neutrophil count is the clone's part; the rest is the other part. Followed
over time beside the treatments this says which of the two a recovery came from. Only measurements of granulocytes
(or of blood or marrow corrected to the myeloid lineage by a purity) are used for neutrophils.

The interval combines that of the share with that of the count (a biological and analytical spread of 18 % where the
count has no interval of its own) as if they were independent, on the log scale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hscape.chart import Chart, Measurement
from hscape.fractions.cells import CellFraction, cell_fractions

#: Counts of the same sample are taken from this many days around.
MAX_DAYS_APART = 14.0
#: Within-person and analytical spread of counts, as coefficients of variation.
_SPREAD = {
    "neutrophils_1e9_per_l": 0.18,
    "hemoglobin_g_per_dl": 0.03,
    "platelets_1e9_per_l": 0.09,
    "lymphocytes_1e9_per_l": 0.12,
    "monocytes_1e9_per_l": 0.18,
}
#: Specimen -> the count whose cells it is.
COUNT_OF_SPECIMEN = {
    "granulocytes": "neutrophils_1e9_per_l",
    "monocytes": "monocytes_1e9_per_l",
    "platelets": "platelets_1e9_per_l",
    "t_cells": "lymphocytes_1e9_per_l",
    "lymphocytes": "lymphocytes_1e9_per_l",
}
_Z = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneCount:
    """One clone's part of a count on a day, and the rest.

    Args:
        clone: name of the clone.
        day: day of the clone measurement.
        analyte: the count.
        count: its value.
        count_day: day of the count.
        fraction: share of the clone.
        clone_count: fraction times count.
        clone_low: lower end of a 95 % interval.
        clone_high: upper end.
        rest_count: the count minus the clone's part.
        rest_low: lower end of a 95 % interval.
        rest_high: upper end.
        formula: the formula with its numbers.
        remarks: what limits it: G-CSF, days apart, a negative result.
    """

    clone: str
    day: float
    analyte: str
    count: float
    count_day: float
    fraction: float
    clone_count: float
    clone_low: float
    clone_high: float
    rest_count: float
    rest_low: float
    rest_high: float
    formula: str
    remarks: tuple[str, ...] = ()


def clone_derived_counts(chart: Chart) -> tuple[CloneCount, ...]:
    """The clone's part and the rest for every fraction that has a count near it, in order of day."""
    found = []
    for share in cell_fractions(chart):
        analyte = _analyte(share)
        if analyte is None or not share.is_possible:
            continue
        fraction, low, high = _ends(share)
        if fraction is None or low is None or high is None:
            continue
        count = _nearest(chart.series(analyte), share.day)
        if count is not None:
            found.append(_one(share, fraction, low, high, count))
    return tuple(found)


def _analyte(share: CellFraction) -> str | None:
    if share.specimen in COUNT_OF_SPECIMEN:
        return COUNT_OF_SPECIMEN[share.specimen]
    has_purity = share.measurement.purity_fraction is not None
    return "neutrophils_1e9_per_l" if has_purity and share.specimen in ("blood", "marrow") else None


def _ends(share: CellFraction) -> tuple[float | None, float | None, float | None]:
    """Share and interval; a negative result with a limit is zero up to the limit. A share may not exceed the cells."""
    if share.status == "negative" and share.high is not None:
        return 0.0, 0.0, min(share.high, 1.0)
    if share.fraction is None:
        return None, None, None
    return (
        min(share.fraction, 1.0),
        max(share.low or 0.0, 0.0),
        min(share.high if share.high is not None else 1.0, 1.0),
    )


def _nearest(series: Sequence[Measurement], day: float) -> Measurement | None:
    near = [entry for entry in series if abs(entry.day - day) <= MAX_DAYS_APART and not entry.is_censored]
    return min(near, key=lambda entry: (abs(entry.day - day), entry.day), default=None)


def _one(share: CellFraction, fraction: float, low: float, high: float, count: Measurement) -> CloneCount:
    remarks = []
    if share.fraction is not None and share.fraction > 1:
        remarks.append(f"the share came out as {share.fraction:.3g}; its interval includes 1, which was used")
    if share.status == "negative":
        remarks.append("no clone found; the upper end is the detection limit")
    if "on_g_csf" in count.flags:
        remarks.append("the count was drawn on G-CSF")
    if "after_transfusion" in count.flags:
        remarks.append("the count was drawn after a transfusion")
    if count.day != share.day:
        remarks.append(f"the count is {abs(count.day - share.day):g} days from the clone measurement")
    spread = _log_spread(count)
    clone_low, clone_high = _product(fraction, low, high, count.value, spread)
    rest_low, rest_high = _product(1 - fraction, 1 - high, 1 - low, count.value, spread)
    return CloneCount(
        clone=share.clone,
        day=share.day,
        analyte=count.analyte,
        count=count.value,
        count_day=count.day,
        fraction=fraction,
        clone_count=fraction * count.value,
        clone_low=clone_low,
        clone_high=clone_high,
        rest_count=(1 - fraction) * count.value,
        rest_low=rest_low,
        rest_high=rest_high,
        formula=f"{fraction:.4g} x {count.value:.4g} = {fraction * count.value:.4g}; the rest "
        f"{(1 - fraction) * count.value:.4g} (10^9/L)"
        if count.unit == "10*9/L"
        else f"{fraction:.4g} x {count.value:.4g} = {fraction * count.value:.4g} {count.unit}",
        remarks=tuple(remarks),
    )


def _log_spread(count: Measurement) -> float:
    """Half-width of the 95 % interval of a count on the log scale."""
    own = _Z * math.log1p(_SPREAD.get(count.analyte, 0.15))
    if count.low is not None and count.high is not None and count.low > 0 and count.value > 0:
        return math.hypot(own, math.log(count.high / count.low) / 2)
    return own


def _product(share: float, low: float, high: float, count: float, spread: float) -> tuple[float, float]:
    """95 % interval of share times count; the two errors are added in quadrature on the log scale."""
    if count <= 0 or high <= 0:
        return 0.0, max(high, 0.0) * count * math.exp(spread)
    if share <= 0 or low <= 0:
        return 0.0, high * count * math.exp(spread)
    down = math.hypot(math.log(share / low), spread)
    up = math.hypot(math.log(max(high, share) / share), spread)
    return share * count * math.exp(-down), share * count * math.exp(up)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiseShare:
    """From which cells a rise of a count came, between two days.

    Args:
        clone: name of the clone.
        from_day: earlier day.
        to_day: later day.
        clone_change: change of the clone's part, 10^9/L.
        rest_change: change of the rest, 10^9/L.
        verdict: ``clone``, ``rest``, ``both``, ``no rise`` or ``cannot tell``.
        reason: the numbers in words.
    """

    clone: str
    from_day: float
    to_day: float
    clone_change: float
    rest_change: float
    verdict: str
    reason: str


def explain_rise(counts: Sequence[CloneCount]) -> tuple[RiseShare, ...]:
    """For each clone, from the first to the last measured day: did the clone or the rest rise beyond its intervals?"""
    by_clone: dict[tuple[str, str], list[CloneCount]] = {}
    for count in counts:
        by_clone.setdefault((count.clone, count.analyte), []).append(count)
    return tuple(_explain_one(course[0], course[-1]) for course in by_clone.values() if len(course) >= 2)


def _explain_one(first: CloneCount, last: CloneCount) -> RiseShare:
    clone_rose, rest_rose = last.clone_low > first.clone_high, last.rest_low > first.rest_high
    rose = last.count > first.count * 1.5
    verdict = (
        "both"
        if clone_rose and rest_rose
        else "clone"
        if clone_rose
        else "rest"
        if rest_rose
        else "cannot tell"
        if rose
        else "no rise"
    )
    reason = (
        f"clone {first.clone_count:.3g} ({first.clone_low:.3g} to {first.clone_high:.3g}) to "
        f"{last.clone_count:.3g} ({last.clone_low:.3g} to {last.clone_high:.3g}), "
        f"rest {first.rest_count:.3g} ({first.rest_low:.3g} to {first.rest_high:.3g}) to "
        f"{last.rest_count:.3g} ({last.rest_low:.3g} to {last.rest_high:.3g})"
    )
    return RiseShare(
        clone=first.clone,
        from_day=first.day,
        to_day=last.day,
        clone_change=last.clone_count - first.clone_count,
        rest_change=last.rest_count - first.rest_count,
        verdict=verdict,
        reason=reason,
    )
