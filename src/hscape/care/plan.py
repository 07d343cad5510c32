"""A plan of care: what is given when, counted from diagnosis, and what is done when it does not help.

The plan describes what was or would be done; it ranks nothing and recommends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hscape.biology.influence import Influence
from hscape.biology.treatment import GCSF, AntithymocyteGlobulin, Cyclosporine, Eltrombopag
from hscape.errors import InputError, unknown_name

TRANSPLANT = "transplant"
NON_RESPONSE = ("none", "second_course", "eltrombopag", "transplant")
RELAPSE = ("none", "restart_cyclosporine", "second_course")
ERAS = ("modern", "1970s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One treatment of a plan.

    Args:
        name: ``horse_atg``, ``rabbit_atg``, ``cyclosporine``, ``eltrombopag``, ``g_csf`` or ``transplant``.
        after_diagnosis_days: when it starts.
        options: further words of the treatment, for example ``full_days``.
    """

    name: str
    after_diagnosis_days: float = 14.0
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in TREATMENTS and self.name != TRANSPLANT:
            raise unknown_name("treatment", self.name, [*TREATMENTS, TRANSPLANT], kind="treatment")
        if self.after_diagnosis_days < 0:
            raise InputError(
                f"treatment {self.name}: starts {self.after_diagnosis_days:g} days after diagnosis; give 0 or more, "
                "since care begins with diagnosis."
            )
        for key, value in self.options.items():
            allowed = OPTIONS[self.name]
            if key not in allowed:
                raise unknown_name(f"treatment {self.name}", key, allowed, kind="option")
            low, high = allowed[key]
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not low <= value <= high:
                raise InputError(f"treatment {self.name}: {key} {value!r} is not possible; give {low:g} to {high:g}.")


#: Option -> lowest and highest value, for each treatment.
OPTIONS: dict[str, dict[str, tuple[float, float]]] = {
    "horse_atg": {},
    "rabbit_atg": {},
    "cyclosporine": {"full_days": (1.0, 20_000.0), "taper_days": (0.0, 5_000.0)},
    "eltrombopag": {"duration_days": (1.0, 20_000.0), "dose_mg_per_day": (12.5, 300.0)},
    "g_csf": {"duration_days": (1.0, 5_000.0), "dose_ug_per_kg_per_day": (0.5, 50.0)},
    TRANSPLANT: {"donor_age_years": (0.0, 80.0), "stem_cells_count": (1.0, 1.0e5)},
}


def _atg(source: str) -> Callable[..., Influence]:
    def make(day: float, log_kill: Mapping[str, float], **options: Any) -> Influence:
        return AntithymocyteGlobulin(day=day, source=source, log_kill_fold=log_kill.get(source), **options)

    return make


def _plain(kind: type[Influence], **usual: float) -> Callable[..., Influence]:
    def make(day: float, log_kill: Mapping[str, float], **options: Any) -> Influence:
        return kind(day=day, **(usual | options))  # type: ignore[call-arg]

    return make


#: Treatment -> how its influence is made from the day and what globulin does to this person's attack.
TREATMENTS: dict[str, Callable[..., Influence]] = {
    "horse_atg": _atg("horse"),
    "rabbit_atg": _atg("rabbit"),
    "cyclosporine": _plain(Cyclosporine),
    "eltrombopag": _plain(Eltrombopag),
    "g_csf": _plain(GCSF, duration_days=28.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlan:
    """What is given from diagnosis on.

    Args:
        name: of the plan or trial arm.
        treatments: first line, each counted from diagnosis.
        non_response: what follows when six months have brought no response.
        relapse: what follows when counts fall again after a response.
        with_transfusions: False withholds transfusions (nobody does; for experiments).
        era: ``modern`` or ``1970s``, for the hazards of infection and bleeding.

    Raises:
        InputError: an unknown word, or two transplants on one day.
    """

    name: str = "supportive care"
    treatments: tuple[Planned, ...] = ()
    non_response: str = "none"
    relapse: str = "restart_cyclosporine"
    with_transfusions: bool = True
    era: str = "modern"

    def __post_init__(self) -> None:
        for word, known, kind in (
            (self.non_response, NON_RESPONSE, "plan for non-response"),
            (self.relapse, RELAPSE, "plan for relapse"),
            (self.era, ERAS, "era"),
        ):
            if word not in known:
                raise unknown_name(f"plan {self.name}", word, known, kind=kind)
        days = [item.after_diagnosis_days for item in self.treatments if item.name == TRANSPLANT]
        for day in days:
            if days.count(day) > 1:
                raise InputError(
                    f"plan {self.name}: two transplants {day:g} days after diagnosis; give one, or another day."
                )
