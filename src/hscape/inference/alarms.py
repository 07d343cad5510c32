"""Which doubts an answer carries, and whether it is an answer, a preview, or withheld."""

from __future__ import annotations

import math

import numpy as np

from hscape.biology.treatment import AntithymocyteGlobulin, Cyclosporine
from hscape.chart.contradictions import treatment_contradictions
from hscape.dynamics.coarse_record import COLUMNS
from hscape.inference.checks import (
    EDGE_SD,
    FEWEST_EFFECTIVE,
    LARGEST_DISAGREEMENT,
    LARGEST_TAIL,
    LOWERS,
    POINT_PROBABILITY,
    STOPS,
    TELLS,
    WORST_REPLICATE,
    Alarm,
)
from hscape.inference.engines import Draws
from hscape.inference.finding_rows import COUNT
from hscape.inference.nested import nested
from hscape.inference.problem import Problem
from hscape.inference.quantities import words_of
from hscape.inference.treatments import DatedCyclosporine
from hscape.inference.unrecorded import reached_by_transfusion

NOT_LEARNT = 0.1
#: Unlikely points that one chart may hold by chance alone: one in two hundred.
POINTS_ALLOWED = 0.005

#: Findings less likely than this are named where the whole chart does not fit, the worst ones first.
UNLIKELY, MOST_TOLD = 0.02, 4


def raise_alarms(
    problem: Problem,
    draws: Draws,
    quantities: dict[str, np.ndarray],
    points: np.ndarray,
    replicate: float,
    learnt: dict[str, float],
) -> tuple[Alarm, ...]:
    """All doubts about a posterior.

    Args:
        problem: the chart.
        draws: the posterior.
        quantities: named draws.
        points: chance of each observation.
        replicate: chance of a chart that fits as badly.
        learnt: quantity -> share of the prior's variance removed.
    """
    found = [*_sampler(draws), *_islands(draws, quantities), *_fit(problem, points, replicate), *_edge(problem, draws),
             *_conflicts(problem), *_inside(problem), *_two_at_once(problem)]  # fmt: skip
    little = little_learnt(problem, learnt)
    if little:
        words = ", ".join(words_of(name) for name in little)
        found.append(Alarm("not learnt", TELLS, f"the chart taught nothing, or nearly so, about: {words}"))
    return tuple(found)


def little_learnt(problem: Problem, learnt: dict[str, float]) -> list[str]:
    """Quantities of which the chart taught nothing, or nearly so, in order of name."""
    unasked = not_asked(problem)
    return sorted(name for name, share in learnt.items() if share < NOT_LEARNT and name not in unasked)


def not_asked(problem: Problem) -> set[str]:
    """Quantities of treatments that were not given: nothing can be learnt of them."""
    given = problem.given.influences
    found = {"attributed_to_treatment"} if not given else set()
    if not any(isinstance(item, AntithymocyteGlobulin) for item in given):
        found.add("globulin_fold")
    if not any(isinstance(item, Cyclosporine | DatedCyclosporine) for item in given):
        found.add("cyclosporine_sensitivity_fold")
    return found


def _sampler(draws: Draws) -> list[Alarm]:
    instead = "a small sampler made this preview" if draws.engine == "preview" else "the sampler began with the prior"
    found = [Alarm("network", TELLS, f"{words}; {instead}") for words in draws.remarks]
    if draws.tail > LARGEST_TAIL:
        found.append(Alarm("weights", STOPS, f"Pareto k of the weights is {draws.tail:.2f}; at most {LARGEST_TAIL}"))
    if draws.effective < FEWEST_EFFECTIVE and draws.engine != "preview":
        found.append(
            Alarm("effective draws", LOWERS, f"{draws.effective:.0f} effective draws; at least {FEWEST_EFFECTIVE:.0f}")
        )
    return found


def _islands(draws: Draws, quantities: dict[str, np.ndarray]) -> list[Alarm]:
    """Two runs whose means lie further apart than runs that found the same posterior would."""
    if draws.n_ways < 2:
        return []
    far = []
    first, second = draws.island == 0, draws.island == 1
    for name, values in quantities.items():
        spread = math.sqrt(0.5 * (float(np.nanvar(values[first])) + float(np.nanvar(values[second]))))
        if spread > 0.0 and abs(np.nanmean(values[first]) - np.nanmean(values[second])) > LARGEST_DISAGREEMENT * spread:
            far.append(words_of(name))
    if not far:
        return []
    return [Alarm("islands disagree", LOWERS, f"two runs on different ways differ in: {', '.join(far)}")]


def _fit(problem: Problem, points: np.ndarray, replicate: float) -> list[Alarm]:
    found = []
    unlikely = [problem.observations.labels[k] for k in np.flatnonzero(points < POINT_PROBABILITY)]
    if unlikely:
        many = len(unlikely) > max(1.0, POINTS_ALLOWED * len(points))
        weight = LOWERS if many else TELLS
        found.append(Alarm("points", weight, f"the model does not expect: {'; '.join(unlikely)}"))
    if replicate < WORST_REPLICATE:
        share = f"only {replicate:.1%}" if replicate > 0.0 else "none"
        why = f"{share} of the replicates of this chart would fit as badly as it does{farthest(problem, points)}"
        found.append(Alarm("fit", LOWERS, why))
    return found


def farthest(problem: Problem, points: np.ndarray) -> str:
    """The findings that fit worst, in words, and the commonest reason if counts that are transfused are among them."""
    order = [int(k) for k in np.argsort(points) if points[k] < UNLIKELY][:MOST_TOLD]
    if not order:
        return ""
    labels, rows = problem.observations.labels, problem.observations.rows
    told = ", ".join(labels[k] for k in order)
    reached = reached_by_transfusion(problem.parameters, problem.chart.sex)
    low = any(int(rows[k][1]) == COUNT and rows[k][3] < reached.get(COLUMNS[int(rows[k][2])], 0.0) for k in order)
    return f"; the farthest off: {told}{' (are transfusions missing from the chart?)' if low else ''}"


def _edge(problem: Problem, draws: Draws) -> list[Alarm]:
    centers = draws.z.mean(axis=0)
    names = problem.coordinates.names
    far = [names[k].replace("_", " ") for k in np.flatnonzero(np.abs(centers) > EDGE_SD)]
    if not far:
        return []
    return [
        Alarm("edge of the prior", LOWERS, f"this person is at the edge of what the prior holds in: {', '.join(far)}")
    ]


def _conflicts(problem: Problem) -> list[Alarm]:
    """An escape clone that was found and not found on one day; both findings are used as they stand."""
    told = []
    for kind, words in (("pnh", "PNH cells"), ("hla_loss", "HLA loss")):
        entries = [m for m in problem.chart.clone_measurements if m.kind == kind and m.day <= problem.last_day]
        days = {m.day for m in entries if m.status == "positive"} & {m.day for m in entries if m.status == "negative"}
        told += [f"{words} on day {day:g}" for day in sorted(days)]
    if not told:
        return []
    why = "one test may look at what another cannot see, or one of them is wrong"
    return [Alarm("findings of one day", TELLS, f"found by one test and not by another: {', '.join(told)}; {why}")]


def _inside(problem: Problem) -> list[Alarm]:
    """A clone inside another: here every clone lies beside the others."""
    told = nested(problem)
    if not told:
        return []
    why = "so one of them lies inside another; here all are taken to lie beside each other"
    return [Alarm("clones inside clones", LOWERS, f"clones add up to more than all cells on {'; '.join(told)}, {why}")]


def _two_at_once(problem: Problem) -> list[Alarm]:
    """Treatments of which one cannot be right: which was given decides what is concluded."""
    told = [one.words for one in treatment_contradictions(problem.chart) if one.which == "either"]
    if not told:
        return []
    why = "one of the two was taken; correct the chart and run again"
    return [Alarm("contradictory treatments", LOWERS, f"{'; '.join(told)}: {why}")]


def status_of(alarms: tuple[Alarm, ...], engine: str) -> str:
    """``answer``, ``preview`` or ``withheld``."""
    weights = {alarm.weight for alarm in alarms}
    if STOPS in weights:
        return "withheld"
    return "preview" if LOWERS in weights or engine == "preview" else "answer"
