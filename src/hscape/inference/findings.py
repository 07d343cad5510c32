"""What the chart says of each clone: found, looked for and not found, or never tested. These are three things."""

from __future__ import annotations

from dataclasses import dataclass

from hscape.chart import CloneMeasurement
from hscape.chart.clones import shown_as
from hscape.fractions import cell_fraction
from hscape.inference.causes import slot_labels
from hscape.inference.numbers import HLA, PNH
from hscape.inference.problem import Problem

FOUND, NOT_FOUND, NOT_TESTED = "found", "not found", "not tested"
KINDS = {0: "ordinary", PNH: "escape clone", HLA: "escape clone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One clone in the chart.

    Args:
        state: `FOUND`, `NOT_FOUND` or `NOT_TESTED`.
        first_day: day on which it was first found, None if it was not.
        limit_fraction: lowest limit of the tests that found nothing, as a share of cells; None if not known.
        assays: names of the assays that looked for it.
        entries: findings of the chart, in order of day.
    """

    state: str
    first_day: float | None
    limit_fraction: float | None
    assays: tuple[str, ...]
    entries: tuple[CloneMeasurement, ...]


def clone_findings(problem: Problem) -> dict[str, Finding]:
    """Finding by label of slot, ordinary cells left out; only up to the last explained day."""
    found = {}
    for slot, label in slot_labels(problem).items():
        if slot == 0:
            continue
        entries = tuple(m for m in problem.chart.clone_measurements if _is_of(m, slot, label)
                        and m.day <= problem.last_day)  # fmt: skip
        tested = [m for m in entries if m.status in ("negative", "positive")]
        positive = [m for m in tested if m.status == "positive"]
        limits = [cell_fraction(m, problem.chart.sex).high or m.detection_limit_fraction
                  for m in tested if m.status == "negative"]  # fmt: skip
        known = [limit for limit in limits if limit is not None]
        found[label] = Finding(
            state=FOUND if positive else NOT_FOUND if tested else NOT_TESTED,
            first_day=min((m.day for m in positive), default=None),
            limit_fraction=min(known, default=None),
            assays=tuple(sorted({shown_as(m.assay) for m in tested})),
            entries=entries,
        )
    return found


def _is_of(m: CloneMeasurement, slot: int, label: str) -> bool:
    if slot == PNH:
        return m.kind == "pnh" or m.gene == "PIGA"
    if slot == HLA:
        return m.kind == "hla_loss"
    return m.clone == label
