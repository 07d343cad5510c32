"""Random charts to train on, before anything is found: who, when seen, what given, which clones looked for.

Nothing here looks at a person: plans are made first, so that what the network learns is the posterior under the
analysis prior, whatever the plan. The plans are wider than what clinics do, so that few charts lie outside of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hscape.biology.clone_kinds import CloneKind, clone_kind, driver_kinds
from hscape.biology.influence import Influence
from hscape.biology.treatment import GCSF, AntithymocyteGlobulin, Eltrombopag
from hscape.inference.finding_rows import MOST_CLONES
from hscape.inference.problem import YOUNGEST_YEARS
from hscape.inference.slots import CloneSlot
from hscape.inference.treatments import DatedCyclosporine
from hscape.parameters import Parameters

SHORTEST_DAYS, LONGEST_DAYS = 14.0, 1830.0
OLDEST_YEARS = 85.0
MOST_VISITS = 34
_MONTH = 28.0
#: Shares of charts with 0 to 3 clones beside PNH and HLA loss.
CLONE_SHARES = (0.55, 0.23, 0.13, 0.09)
#: What is given (globulin, cyclosporine, eltrombopag) and how often.
REGIMENS = {
    (True, True, False): 0.34, (True, True, True): 0.25, (False, True, False): 0.13, (False, False, False): 0.13,
    (False, True, True): 0.06, (True, False, False): 0.05, (False, False, True): 0.04,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A chart before anything is found.

    Args:
        age_years: on day 0.
        sex: ``male`` or ``female``.
        days: of visits, rising; day 0 is among them, and the last one ends the chart.
        influences: what is given.
        clones: looked for and first found on their `first_day`, one of `days`.
    """

    age_years: float
    sex: str
    days: np.ndarray
    influences: tuple[Influence, ...]
    clones: tuple[CloneSlot, ...]

    @property
    def last_day(self) -> float:
        """Last day of the chart."""
        return float(self.days[-1])


def draw_plan(random: np.random.Generator, parameters: Parameters) -> Plan:
    """One plan."""
    days = _visits(random)
    return Plan(
        age_years=float(random.uniform(YOUNGEST_YEARS, OLDEST_YEARS)),
        sex=str(random.choice(["male", "female"])),
        days=days,
        influences=_treatments(random, float(days[-1])),
        clones=_clones(random, days, parameters),
    )


def _visits(random: np.random.Generator) -> np.ndarray:
    last = float(np.exp(random.uniform(np.log(SHORTEST_DAYS), np.log(LONGEST_DAYS))))
    if random.random() < 0.6:
        last = float(random.uniform(150.0, LONGEST_DAYS if random.random() < 0.4 else 900.0))
    kind = random.random()
    if kind < 0.45:  # dense early, as in trials
        gap = random.uniform(20.0, 45.0)
        early = np.arange(0.0, 90.0, random.choice([7.0, 10.0, 14.0, 21.0]))
        late = np.geomspace(90.0, max(last, 91.0), max(2, int((last - 90.0) / gap / random.uniform(1.0, 3.0)) + 2))
        days = np.concatenate([early, late])
    elif kind < 0.7:  # at even distances
        days = np.arange(0.0, last + 1.0, random.uniform(14.0, 100.0))
    elif kind < 0.9:  # whenever the person comes
        days = np.cumsum(random.exponential(random.uniform(15.0, 120.0), 40))
    else:  # few
        days = random.uniform(0.0, last, random.integers(0, 5))
    days = days + random.uniform(-4.0, 4.0, len(days))
    days = days[(days > 1.0) & (days < last)]
    before = random.uniform(-180.0, -2.0, random.integers(1, 4)) if random.random() < 0.12 else np.zeros(0)
    days = np.unique(np.round(np.concatenate([before, [0.0], days, [max(1.0, last)]])))
    while len(days) > MOST_VISITS:
        days = np.delete(days, random.integers(1, len(days) - 1))
    return days if 0.0 in days else np.sort(np.append(days, 0.0))


def _start(random: np.random.Generator, last: float) -> float:
    kind = random.random()
    if kind < 0.5:
        return 14.0
    if kind < 0.85:
        return float(np.round(random.uniform(0.0, 100.0)))
    return float(np.round(random.uniform(0.0, max(20.0, last))))


def _treatments(random: np.random.Generator, last: float) -> tuple[Influence, ...]:
    index = random.choice(len(REGIMENS), p=np.array(list(REGIMENS.values())))
    globulin, cyclosporine, agonist = list(REGIMENS)[index]
    day = _start(random, last)
    found: list[Influence] = []
    if cyclosporine:
        shift = 0.0 if random.random() < 0.8 else float(np.round(random.uniform(0.0, 60.0)))
        found.append(DatedCyclosporine(steps=_cyclosporine(random, day + shift)))
    if agonist:
        start = day if random.random() < 0.7 else _start(random, last)
        days = float(random.choice([91.0, 182.0, 365.0, 20_000.0]))
        dose = float(random.choice([50.0, 100.0, 150.0], p=[0.1, 0.1, 0.8]))
        found.append(Eltrombopag(day=start, duration_days=days, dose_mg_per_day=dose))
    if globulin:
        source = "horse" if random.random() < 0.7 else "rabbit"
        found.append(AntithymocyteGlobulin(day=day, source=source))
        if random.random() < 0.15:
            again = day + float(np.round(random.uniform(90.0, 700.0)))
            found.append(AntithymocyteGlobulin(day=again, source="rabbit" if random.random() < 0.7 else "horse"))
            if cyclosporine and random.random() < 0.5:
                found[0] = DatedCyclosporine(steps=((day, again, 1.0), *_cyclosporine(random, again)))
    if random.random() < 0.08:
        found.append(GCSF(day=float(np.round(random.uniform(0.0, 60.0))), duration_days=float(random.uniform(7, 90))))
    return tuple(found)


def _cyclosporine(random: np.random.Generator, day: float) -> tuple[tuple[float, float, float], ...]:
    full = float(random.choice([91.0, 182.0, 365.0, 730.0, 20_000.0], p=[0.1, 0.3, 0.35, 0.1, 0.15]))
    if random.random() < 0.3:
        full = float(np.round(random.uniform(20.0, 1000.0)))
    taper = float(random.choice([0.0, 182.0, 365.0, 730.0], p=[0.4, 0.15, 0.35, 0.1]))
    steps = [(day, day + full, 1.0)]
    count = int(taper / _MONTH)
    for k in range(count):
        start = day + full + k * _MONTH
        steps.append((start, start + _MONTH, 1.0 - (k + 1.0) / (count + 1.0)))
    return tuple(steps)


def _clones(random: np.random.Generator, days: np.ndarray, p: Parameters) -> tuple[CloneSlot, ...]:
    kinds: list[CloneKind | None] = [clone_kind(name, p) for name in ("BCOR", "RUNX1", "monosomy_7")]
    kinds += [clone_kind("monosomy_7", p), clone_kind("other_chromosome", p), clone_kind("other_chromosome", p)]
    kinds += [None, *driver_kinds("known", p)]
    found = []
    for index in range(int(random.choice(MOST_CLONES + 1, p=CLONE_SHARES))):
        kind = kinds[random.integers(len(kinds))]
        seen = days[days >= 0.0]
        first = float(seen[0] if random.random() < 0.45 else random.choice(seen))
        is_late = kind is not None and kind.arises_only_in_failure and first > 0.0
        found.append(CloneSlot(label=f"clone {index + 1}", kind=kind, is_late=is_late, first_day=first))
    return tuple(found)
