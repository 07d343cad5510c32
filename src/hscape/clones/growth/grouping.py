"""Which variants of a person are in the same cells: they then share one path of sizes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import logsumexp

from hscape.clones.growth.evidence import Evidence, evidence_of
from hscape.clones.growth.grid import Setting
from hscape.clones.growth.posteriors import ClonePosterior
from hscape.clones.growth.readings import Trajectory
from hscape.parameters import Parameters

#: Largest difference of the mean logarithm of the cell share for which a common path is tried at all.
_LOG_RATIO = 0.7


def group_variants(
    members: Sequence[Trajectory],
    evidence: Sequence[Evidence],
    posteriors: Sequence[ClonePosterior],
    setting: Setting,
    parameters: Parameters,
    weigh: Callable[[Sequence[Trajectory]], Evidence] | None = None,
) -> tuple[list[list[int]], list[float]]:
    """Groups of variants of one person, merged in pairs while a common path is the better reading.

    Args:
        members: variants of the person.
        evidence: of each alone.
        posteriors: of each alone.
        setting: of the table.
        parameters: numbers in force.
        weigh: evidence of several variants in the same cells.

    Returns:
        (groups as indices, probability of each that its variants are in the same cells).
    """
    weigh = weigh or (lambda group: evidence_of(group, setting))
    groups = [[i] for i in range(len(members))]
    told = [_log_selected(one, posterior) for one, posterior in zip(evidence, posteriors, strict=True)]
    sure = [1.0] * len(groups)
    before = parameters["clone_growth_same_clone_probability"]
    log_odds = math.log(before / (1.0 - before))
    merged = parameters["clone_growth_merge_probability"]
    while True:
        best: tuple[float, int, int, float] | None = None
        for a in range(len(groups)):
            for b in range(a + 1, len(groups)):
                first, second = groups[a], groups[b]
                if not all(_alike(members[i], members[j]) for i in first for j in second):
                    continue
                joint = _log_selected(weigh([members[i] for i in first + second]), posteriors[first[0]])
                odds = log_odds + joint - told[a] - told[b]
                if best is None or odds > best[0]:
                    best = odds, a, b, joint
        if best is None or best[0] < math.log(merged / (1.0 - merged)):
            return groups, sure
        odds, a, b, joint = best
        groups[a], told[a] = groups[a] + groups[b], joint
        sure[a] = min(sure[a], sure[b], 1.0 / (1.0 + math.exp(-odds)))
        del groups[b], told[b], sure[b]


def _log_selected(evidence: Evidence, posterior: ClonePosterior) -> float:
    with np.errstate(divide="ignore"):
        return float(logsumexp(evidence.selected + np.log(posterior.prior)))


def _alike(one: Trajectory, other: Trajectory) -> bool:
    """True if a common path is worth the sum: seen at the same visits, with shares of cells not far apart."""
    common = np.isin(one.years, other.years)
    if common.sum() < 2:
        return False
    ratios = []
    for each in (one, other):
        vaf = each.vaf[np.isin(each.years, one.years[common])]
        ratios.append(np.log(np.maximum(vaf * each.copies.normal / each.copies.mutant, 1e-4)).mean())
    return abs(ratios[0] - ratios[1]) < _LOG_RATIO
