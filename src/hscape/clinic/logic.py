"""Truth with a third value: a finding is true, false, or not known, and always says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """True, false or not known (None), with the reasons in words."""

    truth: bool | None
    reasons: tuple[str, ...] = ()

    def with_reason(self, reason: str) -> Finding:
        """The same finding with one more reason."""
        return Finding(self.truth, (*self.reasons, reason))


def at_least(n_needed: int, findings: Sequence[Finding]) -> Finding:
    """True if at least so many findings are true, whatever the unknown ones are; false if that cannot be."""
    n_true = n_unknown = 0
    for finding in findings:
        n_true += finding.truth is True
        n_unknown += finding.truth is None
    truth: bool | None = None
    if n_true >= n_needed:
        truth = True
    elif n_true + n_unknown < n_needed:
        truth = False
    # What settled the question is told first.
    first: list[str] = []
    rest: list[str] = []
    for finding in findings:
        (first if finding.truth is truth else rest).extend(finding.reasons)
    return Finding(truth, (*first, *rest))


def all_of(findings: Sequence[Finding]) -> Finding:
    """True if every finding is."""
    return at_least(len(findings), findings)


def any_of(findings: Sequence[Finding]) -> Finding:
    """True if one finding is."""
    return at_least(1, findings)


def negate(finding: Finding) -> Finding:
    """True for false and false for true."""
    return Finding(None if finding.truth is None else not finding.truth, finding.reasons)
