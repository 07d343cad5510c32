"""Over many patients: how often the largest clone of a recovered marrow was not what brought it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hscape.care import Case, admit
from hscape.counterfactuals.attribution import CAUSE_FROM, Attribution, attribute, largest_clone
from hscape.counterfactuals.compare import MONTHS, as_case, has_recovered
from hscape.scenario import Scenario
from hscape.units import DAYS_PER_MONTH

LARGE = 0.5


@dataclass(slots=True)
class ManyAttributions:
    """Patients of one case, each with draws of their own.

    Args:
        n_patients: lived.
        n_diagnosed: came to the clinic.
        n_recovered: alive, not severe and free of transfusions 24 months after diagnosis.
        attributions: of the largest clone, for each recovered patient that had one.
    """

    n_patients: int = 0
    n_diagnosed: int = 0
    n_recovered: int = 0
    attributions: list[Attribution] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Counts, and shares where there is something to share; a cause brings more than half of the output."""
        large = [one for one in self.attributions if one.last.stem_cell_share > LARGE]
        return {
            "patients": self.n_patients,
            "diagnosed": self.n_diagnosed,
            "recovered": self.n_recovered,
            "with_a_clone": len(self.attributions),
            "with_a_clone_above_half": len(large),
            "by_escape": sum(_is_cause(one.last.escape_fraction) for one in self.attributions),
            "by_fitness": sum(_is_cause(one.last.fitness_fraction) for one in self.attributions),
            "by_treatment": sum(_is_cause(one.last.treatment_fraction) for one in self.attributions),
            "largest_not_the_cause": _share(self.attributions),
            "largest_above_half_not_the_cause": _share(large),
            "two_by_two": _two_by_two(self.attributions),
        }


def _is_cause(fraction: float | None) -> bool:
    return fraction is not None and fraction > CAUSE_FROM


def _share(found: list[Attribution]) -> float | None:
    """Share of recoveries whose largest clone was not the cause, by its escape or its fitness."""
    if not found:
        return None
    caused = [_is_cause(one.last.escape_fraction) or _is_cause(one.last.fitness_fraction) for one in found]
    return 1.0 - sum(caused) / len(found)


def _two_by_two(found: list[Attribution]) -> dict[str, int]:
    """How many recoveries needed escape alone, treatment alone, both, or neither."""
    counts = {"escape_alone": 0, "treatment_alone": 0, "both": 0, "neither": 0}
    for one in found:
        escape, treatment = _is_cause(one.last.escape_fraction), _is_cause(one.last.treatment_fraction)
        counts["both" if escape and treatment else "escape_alone" if escape else
               "treatment_alone" if treatment else "neither"] += 1  # fmt: skip
    return counts


def attribute_many(
    case: Case | Scenario, *, seed: int, patients: int, kernel: str = "step",
    progress: Callable[[int, int], None] | None = None,
) -> ManyAttributions:  # fmt: skip
    """Live many patients of a case and attribute each recovery.

    Args:
        case: a case, or a scenario with a cause.
        seed: 0 to 2**63 - 1.
        patients: how many.
        kernel: ``step`` or ``exact``.
        progress: told after each patient how many are done.
    """
    found = ManyAttributions()
    for number, one in enumerate(_each(as_case(case), seed, patients, kernel, found), start=1):
        if one is not None:
            found.attributions.append(one)
        if progress:
            progress(number, patients)
    return found


def _each(case: Case, seed: int, patients: int, kernel: str, found: ManyAttributions) -> Iterator[Attribution | None]:
    for number in range(patients):
        lived = admit(case, seed=seed, number=number, kernel=kernel)
        found.n_patients += 1
        found.n_diagnosed += lived.diagnosis_day is not None
        day = (lived.diagnosis_day or 0.0) + MONTHS[-1] * DAYS_PER_MONTH
        if lived.diagnosis_day is None or not has_recovered(lived, day):
            yield None
            continue
        found.n_recovered += 1
        clone = largest_clone(lived)
        yield None if clone is None else attribute(case, lived, clone)
