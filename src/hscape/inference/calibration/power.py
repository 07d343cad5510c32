"""Does the check bite? The same patients explained by a fitter with a planted fault, beside the fitter as it is.

Two of the tests are proper scores, in which no fitter beats in the long run the one that knows how the patients were
made: the score of Dawid and Sebastiani (Annals of Statistics 1999;27:65) of each quantity, d^2 + log(s^2) with the
truth d posterior standard deviations s from the mean, and the log evidence of the chart (Good, Journal of the Royal
Statistical Society B 1952;14:107).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binomtest, ttest_rel, wilcoxon

from hscape.inference.calibration.run import taken
from hscape.inference.calibration.summary import contraction, pooled_error, summarize

#: Chance of calling a sound fitter faulty, over all tests that are made of one fault.
FALSE_CALL = 0.01
#: Distance of the pooled coverage from 0.9, in standard errors, that the check calls a fault by itself.
FAR = 3.0
LEARNT = ("immune_pressure_per_day", "reserve_fraction")
#: Tests that are made of pairs of patients, between whom the chance of a false call is shared.
PAIRED_TESTS = 4
#: Squared distances in posterior standard deviations count up to this, so that no single truth decides.
MOST_SQUARED = 25.0
FEWEST_PAIRS = 3


class Verdict(NamedTuple):
    """What the check says of a fitter.

    Attributes:
        is_caught: True if any of the tests says so.
        by: which tests, in words.
        coverage_90: pooled.
        lowest_p: of the tests of uniform ranks, over quantities.
        paired_p: of the change of a patient's coverage against the fitter as it is.
        score_p: of a worse score of the truth than by the fitter as it is.
        evidence_p: of a lower log evidence of the chart than by the fitter as it is.
    """

    is_caught: bool
    by: tuple[str, ...]
    coverage_90: float
    lowest_p: float
    paired_p: float | None
    score_p: float | None
    evidence_p: float | None


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
    worse = _lower(records, sound, _score) if sound is not None else None
    evidence = _lower(records, sound, lambda record: record["log_evidence"]) if sound is not None else None
    for name, p in (("coverage", paired), ("score", worse), ("evidence", evidence)):
        if p is not None and p < FALSE_CALL / PAIRED_TESTS:
            by.append(f"{name} of the same patients")
    return Verdict(bool(by), tuple(by), pooled, lowest, paired, worse, evidence)


def _by_number(records: Sequence[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {record["number"]: record for record in taken(records)}


def _paired(records: Sequence[dict[str, Any]], sound: Sequence[dict[str, Any]]) -> float | None:
    """Test of the difference in distance of ranks from the middle, patient by patient."""
    mine, theirs = _by_number(records), _by_number(sound)
    both = sorted(mine.keys() & theirs.keys())
    if len(both) < FEWEST_PAIRS:
        return None

    def far(record: dict[str, Any]) -> float:
        return float(np.mean([abs(value - 0.5) for value in record["ranks"].values() if value is not None]))

    first, second = [far(mine[n]) for n in both], [far(theirs[n]) for n in both]
    return float(ttest_rel(first, second).pvalue) if np.std(np.subtract(first, second)) > 0 else 1.0


def _score(record: dict[str, Any]) -> float:
    """Score of Dawid and Sebastiani, its sign turned so that more is better, relative to the prior's spread."""
    found = []
    for name, deviation in record["deviations"].items():
        learnt = record["contraction"].get(name)
        if learnt is not None and learnt < 1.0:
            found.append(-min(deviation**2, MOST_SQUARED) - float(np.log(1.0 - learnt)))
    return float(np.mean(found)) if found else float("nan")


def _lower(
    records: Sequence[dict[str, Any]], sound: Sequence[dict[str, Any]], value: Callable[[dict[str, Any]], float]
) -> float | None:
    """Signed-rank test, patient by patient, of a value that is lower than that of the fitter as it is."""
    mine, theirs = _by_number(records), _by_number(sound)
    pairs = np.array([(value(mine[n]), value(theirs[n])) for n in sorted(mine.keys() & theirs.keys())]).reshape(-1, 2)
    change = np.subtract(*pairs[np.isfinite(pairs).all(axis=1)].T)
    if len(change) < FEWEST_PAIRS or not np.any(change):
        return None
    return float(wilcoxon(change, alternative="less").pvalue)


def _lost(records: Sequence[dict[str, Any]], sound: Sequence[dict[str, Any]]) -> str:
    """Ranks cannot see a fitter that ignores the data; what was learnt can (a sign test, patient by patient)."""
    mine, theirs = _by_number(records), _by_number(sound)
    for name in LEARNT:
        pairs = [
            (mine[n]["contraction"].get(name), theirs[n]["contraction"].get(name)) for n in mine.keys() & theirs.keys()
        ]
        known = [(a, b) for a, b in pairs if a is not None and b is not None and a != b]
        fewer = sum(a < b for a, b in known)
        is_fewer = fewer > len(known) / 2 and binomtest(fewer, len(known)).pvalue < FALSE_CALL / PAIRED_TESTS
        if is_fewer and contraction(taken(records))[name]["mean"] < 0.5 * contraction(taken(sound))[name]["mean"]:
            return f"nothing learnt of {name.replace('_', ' ')}"
    return ""
