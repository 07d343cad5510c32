"""Share and cause: how much of the marrow a clone holds, and how much of its output would be missing without it.

    attributable fraction AF = 1 - output without / output with

for the clone's escape and for its fitness apart, since a clone that grows whatever happens is no rescuer, and for
the clone as a whole; and for treatment. A clone may hold most of a marrow that would have recovered anyway, so the
answer is a two-by-two of escape and treatment and not one winner. Resistance to attack is not safety.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from hscape.care import Case, VirtualPatient
from hscape.counterfactuals.changes import ALL_TREATMENTS, Changes, planned_names
from hscape.counterfactuals.compare import MONTHS, compare, has_recovered, values_at
from hscape.units import DAYS_PER_MONTH

#: Missing part of the output above which a thing is called a cause of it.
CAUSE_FROM = 0.5
#: Output relative to health below which a marrow is empty: what is left dies away, and no part of it is attributed.
EMPTY_OUTPUT = 1.0e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMonth:
    """One time after diagnosis; fractions are None when the marrow gives nothing or the course has ended.

    Args:
        month: after diagnosis.
        stem_cell_share: of the clone.
        granulocyte_share: of the clone; None if it was too small to be followed.
        output_fold: of the marrow, relative to health.
        escape_fraction: AF of the clone's escape from killing.
        fitness_fraction: AF of its fitness.
        clone_fraction: AF of the clone as a whole.
        treatment_fraction: AF of all treatment; None if none was planned.
    """

    month: int
    stem_cell_share: float
    granulocyte_share: float | None
    output_fold: float | None
    escape_fraction: float | None
    fitness_fraction: float | None
    clone_fraction: float | None
    treatment_fraction: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """What a clone brought.

    Args:
        clone: its label.
        months: share and cause at each time.
        two_by_two: marrow output and recovery at the last time, for (escape, treatment) with and without.
    """

    clone: str
    months: tuple[AtMonth, ...]
    two_by_two: tuple[dict[str, Any], ...]

    @property
    def last(self) -> AtMonth:
        """The last time."""
        return self.months[-1]

    def as_dict(self) -> dict[str, Any]:
        """Plain content."""
        return asdict(self)


def largest_clone(lived: VirtualPatient, month: int = MONTHS[-1]) -> str | None:
    """The clone with most stem cells so many months after diagnosis, the donor's left aside; None if there is none."""
    rows = _rows(lived, (lived.diagnosis_day or 0.0) + month * DAYS_PER_MONTH)
    rows = rows[(rows["clone"] != "ordinary") & ~rows["clone"].str.startswith("donor #")]
    rows = rows[rows["stem_cells_count"] > 0]
    return None if rows.empty else str(rows.loc[rows["stem_cell_fraction"].idxmax(), "clone"])


def attribute(case: Case, lived: VirtualPatient, clone: str) -> Attribution:
    """Attribute the output of a marrow to a clone's escape and fitness, and to treatment.

    Args:
        case: the case that was lived.
        lived: how it went.
        clone: label in its clone table.

    Raises:
        InputError: no such clone.
    """
    treated = bool(planned_names(case.plan))
    no_care = {"without_treatment": (ALL_TREATMENTS,)} if treated else {}
    others = {
        "escape": compare(case, lived, Changes(without_escape=(clone,))).changed,
        "fitness": compare(case, lived, Changes(without_fitness=(clone,))).changed,
        "clone": compare(case, lived, Changes(without=(clone,))).changed,
        "treatment": compare(case, lived, Changes(**no_care)).changed if treated else None,  # type: ignore[arg-type]
    }
    neither = (
        compare(case, lived, Changes(without_escape=(clone,), **no_care)).changed  # type: ignore[arg-type]
        if treated
        else others["escape"]
    )
    origin = lived.diagnosis_day or 0.0
    months = tuple(_at_month(month, origin, lived, clone, others) for month in MONTHS)
    last = origin + MONTHS[-1] * DAYS_PER_MONTH
    cells = (
        (True, True, lived),
        (True, False, others["treatment"]),
        (False, True, others["escape"]),
        (False, False, neither),
    )
    return Attribution(
        clone=clone,
        months=months,
        two_by_two=tuple(
            {
                "escape": escape,
                "treatment": treatment and treated,
                "output_fold": values_at(patient, last)["marrow_output_fold"],
                "has_recovered": has_recovered(patient, last),
            }
            for escape, treatment, patient in cells
            if patient is not None and (treated or treatment)
        ),
    )


def _at_month(
    month: int, origin: float, lived: VirtualPatient, clone: str, others: dict[str, VirtualPatient | None]
) -> AtMonth:
    day = origin + month * DAYS_PER_MONTH
    rows = _rows(lived, day)
    mine = rows[rows["clone"] == clone]
    share = float(mine["stem_cell_fraction"].iloc[0]) if len(mine) else 0.0
    granulocytes = float(mine["granulocyte_fraction"].iloc[0]) if len(mine) else None
    output = values_at(lived, day)["marrow_output_fold"]
    found = {
        f"{name}_fraction": _missing(output, values_at(patient, day)["marrow_output_fold"] if patient else None)
        for name, patient in others.items()
    }
    return AtMonth(
        month=month, stem_cell_share=share,
        granulocyte_share=None if granulocytes is None or granulocytes != granulocytes else granulocytes,
        output_fold=output, **found,
    )  # fmt: skip


def _missing(output: float | None, without: float | None) -> float | None:
    """AF; negative if the marrow would have given more without."""
    if output is None or without is None or output < EMPTY_OUTPUT:
        return None
    return 1.0 - without / output


def _rows(lived: VirtualPatient, day: float) -> Any:
    """Rows of the clone table on the last day that has them, up to a day."""
    table = lived.history.clones
    days = table["day"][table["day"] <= day]
    return table[table["day"] == (days.max() if len(days) else table["day"].min())]
