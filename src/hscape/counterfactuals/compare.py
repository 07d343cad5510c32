"""Two courses of one patient on the same draws, as they were and with something changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hscape.care import Case, VirtualPatient, admit
from hscape.care.seen import Seen
from hscape.counterfactuals.changes import Changes, changed_case
from hscape.dynamics.acting import marrow_output
from hscape.scenario import Scenario
from hscape.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    import pandas as pd

MONTHS = (6, 12, 24)
COUNTS = ("hemoglobin_g_per_dl", "reticulocytes_1e9_per_l", "neutrophils_1e9_per_l", "platelets_1e9_per_l",
          "stem_cells_count")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Counterfactual:
    """One patient twice.

    Args:
        changes: what was changed.
        as_it_was: the course as it was.
        changed: the course with the change.
    """

    changes: Changes
    as_it_was: VirtualPatient
    changed: VirtualPatient

    @property
    def origin_day(self) -> float:
        """Day from which both are counted: diagnosis in the course as it was, or the start if there was none."""
        return self.as_it_was.diagnosis_day or 0.0

    def over_time(self) -> pd.DataFrame:
        """Counts, stem cells and marrow output of both, and their difference (changed less as it was)."""
        import pandas as pd  # heavy, and only this table needs it

        days = self.as_it_was.history.days
        table = {"day_after_diagnosis": days - self.origin_day}
        first, second = _columns(self.as_it_was), _columns(self.changed)
        for name in first:
            was = np.interp(days, self.as_it_was.history.days, first[name])
            other = np.interp(days, self.changed.history.days, second[name], right=np.nan)
            table |= {f"{name}_as_it_was": was, f"{name}_changed": other, f"{name}_difference": other - was}
        return pd.DataFrame(table)

    def at_months(self, months: tuple[int, ...] = MONTHS) -> list[dict[str, float | None]]:
        """Marrow output and counts of both so many months after diagnosis; None past the end of a course."""
        rows = []
        for month in months:
            day = self.origin_day + month * DAYS_PER_MONTH
            row: dict[str, float | None] = {"month": month}
            for word, patient in (("as_it_was", self.as_it_was), ("changed", self.changed)):
                row |= {f"{name}_{word}": value for name, value in values_at(patient, day).items()}
            rows.append(row)
        return rows


def counterfactual(
    case: Case | Scenario,
    *,
    seed: int,
    number: int = 0,
    kernel: str = "step",
    without: tuple[str, ...] = (),
    without_escape: tuple[str, ...] = (),
    without_fitness: tuple[str, ...] = (),
    without_treatment: tuple[str, ...] = (),
    earlier_treatment_days: float = 0.0,
) -> Counterfactual:
    """Live a case as it is, and again with something changed, on the same draws.

    The fast kernel addresses its draws by clone and day, so that a clone keeps its fate where nothing touches it.
    The event-by-event kernel draws for all clones in turn; there only the two distributions can be compared.

    Args:
        case: a case, or a scenario with a cause.
        seed: 0 to 2**63 - 1.
        number: which of many patients with the same seed.
        kernel: ``step`` or ``exact``.
        without: clones that do not arise, by label of the clone table or by kind.
        without_escape: clones that are killed as their parent cells are.
        without_fitness: clones that grow as their parent cells do.
        without_treatment: treatments that are not given; ``all`` leaves transfusions.
        earlier_treatment_days: the failure is found, and all care given, so many days earlier.

    Raises:
        InputError: no such clone or treatment, or a scenario without a cause.
    """
    changes = Changes(
        without=without, without_escape=without_escape, without_fitness=without_fitness,
        without_treatment=without_treatment, earlier_treatment_days=earlier_treatment_days,
    )  # fmt: skip
    whole = as_case(case)
    return compare(whole, admit(whole, seed=seed, number=number, kernel=kernel), changes)


def as_case(case: Case | Scenario) -> Case:
    """The case of a scenario."""
    return case.case() if isinstance(case, Scenario) else case


def compare(case: Case, lived: VirtualPatient, changes: Changes) -> Counterfactual:
    """A course as it was beside the one with the changes."""
    run = lived.history.run
    changed = admit(changed_case(case, lived, changes), seed=run.seed, number=run.number, kernel=run.kernel)
    return Counterfactual(changes=changes, as_it_was=lived, changed=changed)


def values_at(patient: VirtualPatient, day: float) -> dict[str, float | None]:
    """Marrow output, counts and stem cells of a course on a day; None past its end. Death does not end it."""
    history = patient.history
    if day > history.days[-1]:
        return dict.fromkeys(("marrow_output_fold", *COUNTS))
    return {name: float(np.interp(day, history.days, values)) for name, values in _columns(patient).items()}


def has_recovered(patient: VirtualPatient, day: float) -> bool:
    """Alive, not severe and free of transfusions for eight weeks on a day; False past the end of the course."""
    values = values_at(patient, day)
    if values["neutrophils_1e9_per_l"] is None:
        return False
    counts = {name: values[name] or 0.0 for name in COUNTS[:-1]}
    p = patient.history.patient.parameters
    transfused = any(day - p["care_transfusion_free_days"] < item.day <= day for item in patient.transfusions)
    return patient.last_day >= day and Seen(is_transfused=transfused, parameters=p, **counts).responds


def _columns(patient: VirtualPatient) -> dict[str, np.ndarray]:
    counts = patient.history.counts
    return {"marrow_output_fold": marrow_output(patient.history)} | {name: counts[name].to_numpy() for name in COUNTS}
