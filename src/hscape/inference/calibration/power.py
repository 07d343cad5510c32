"""Does the check bite? The same patients explained by a fitter with a planted fault, beside the fitter as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binomtest, ttest_rel

from hscape.inference.calibration.run import taken
from hscape.inference.calibration.summary import contraction, pooled_error, summarize

#: Chance of calling a sound fitter faulty, over all tests that are made of one fault.
FALSE_CALL = 0.01
#: Distance of the pooled coverage from 0.9, in standard errors, that the check calls a fault by itself.
FAR = 3.0
LEARNT = ("immune_pressure_per_day", "reserve_fraction")


class Verdict(NamedTuple):
    """What the check says of a fitter.

    Attributes:
        is_caught: True if any of the tests says so.
        by: which tests, in words.
        coverage_90: pooled.
        lowest_p: of the tests of uniform ranks, over quantities.
        paired_p: of the change of a patient's coverage against the fitter as it is.
    """

    is_caught: bool
    by: tuple[str, ...]
    coverage_90: float
    lowest_p: float
    paired_p: float | None


def judge(records: Sequence[dict[str, Any]], sound: Sequence[dict[str, Any]] | None = None) -> Verdict:
    """Judge a fitter by the records of a check.

    Args:
        records: of the fitter.
        sound: of the fitter as it is, on the same patients; None to judge alone.
    """
    found = summarize(records)
    rows = {row["quantity"]: row for row in found["coverage"]}
    quantities = [row for name, row in rows.items() if name != "all"]
    lowest = min(row["uniform_p"] for row in quantities)
    pooled, error = rows["all"]["coverage_90"], pooled_error(records, 0.45)
    by = []
    if lowest < FALSE_CALL / len(quantities):
        worst = min(quantities, key=lambda row: row["uniform_p"])
        by.append(f"ranks of {worst['quantity'].replace('_', ' ')}")
    if abs(pooled - 0.9) > FAR * error:
        by.append("pooled coverage")
    lost = _lost(records, sound) if sound is not None else None
    if lost:
        by.append(lost)
    paired = _paired(records, sound) if sound is not None else None
    if paired is not None and paired < FALSE_CALL / 2.0:
        by.append("coverage of the same patients")
    return Verdict(bool(by), tuple(by), pooled, lowest, paired)


def _by_number(records: Sequence[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {record["number"]: record for record in taken(records)}


def _paired(records: Sequence[dict[str, Any]], sound: Sequence[dict[str, Any]]) -> float | None:
    """Test of the difference in distance of ranks from the middle, patient by patient."""
    mine, theirs = _by_number(records), _by_number(sound)
    both = sorted(mine.keys() & theirs.keys())
    if len(both) < 3:
        return None

    def far(record: dict[str, Any]) -> float:
        return float(np.mean([abs(value - 0.5) for value in record["ranks"].values() if value is not None]))

    first, second = [far(mine[n]) for n in both], [far(theirs[n]) for n in both]
    return float(ttest_rel(first, second).pvalue) if np.std(np.subtract(first, second)) > 0 else 1.0


def _lost(records: Sequence[dict[str, Any]], sound: Sequence[dict[str, Any]]) -> str:
    """Ranks cannot see a fitter that ignores the data; what was learnt can (a sign test, patient by patient)."""
    mine, theirs = _by_number(records), _by_number(sound)
    for name in LEARNT:
        pairs = [
            (mine[n]["contraction"].get(name), theirs[n]["contraction"].get(name)) for n in mine.keys() & theirs.keys()
        ]
        known = [(a, b) for a, b in pairs if a is not None and b is not None and a != b]
        fewer = sum(a < b for a, b in known)
        is_fewer = fewer > len(known) / 2 and binomtest(fewer, len(known)).pvalue < FALSE_CALL / 4.0
        if is_fewer and contraction(taken(records))[name]["mean"] < 0.5 * contraction(taken(sound))[name]["mean"]:
            return f"nothing learnt of {name.replace('_', ' ')}"
    return ""
