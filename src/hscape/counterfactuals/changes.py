"""What a counterfactual changes in a case, and nothing else.

A clone that arises has an address, which is part of its draws; the same address is the same clone in both
courses, as long as what happened before its birth is the same. It is named by its label in the clone table of
the course as it was (``HLA allele mutation #3``), or all clones of a kind by the kind (``PIGA``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hscape.biology.clone_kinds import clone_label
from hscape.care import CarePlan, Case, VirtualPatient
from hscape.care.plan import TRANSPLANT, TREATMENTS
from hscape.errors import InputError, unknown_name
from hscape.patient import CloneChange, Founder, Patient

ALL_TREATMENTS = "all"
#: Rescue of a plan -> the treatment that it gives.
_GIVES = {"second_course": "rabbit_atg", "eltrombopag": "eltrombopag", "transplant": TRANSPLANT,
          "restart_cyclosporine": "cyclosporine"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """One or several changes; each clone by label or kind.

    Args:
        without: clones that do not arise.
        without_escape: clones that are killed as their parent cells are.
        without_fitness: clones that grow as their parent cells do.
        without_treatment: treatments that are not given, as first line or as rescue; ``all`` leaves transfusions.
        earlier_treatment_days: the failure is found, and all care given, so many days earlier.
    """

    without: tuple[str, ...] = ()
    without_escape: tuple[str, ...] = ()
    without_fitness: tuple[str, ...] = ()
    without_treatment: tuple[str, ...] = ()
    earlier_treatment_days: float = 0.0

    def words(self) -> str:
        """What is changed, in words."""
        said = [f"without {name}" for name in self.without]
        said += [f"without the escape of {name}" for name in self.without_escape]
        said += [f"without the fitness of {name}" for name in self.without_fitness]
        said += [
            "without treatment" if name == ALL_TREATMENTS else f"without {name}" for name in self.without_treatment
        ]
        if self.earlier_treatment_days:
            said.append(f"found and treated {self.earlier_treatment_days:g} days earlier")
        return "; ".join(said) or "nothing changed"


def changed_case(case: Case, lived: VirtualPatient, changes: Changes) -> Case:
    """The case with the changes.

    Args:
        case: as it was.
        lived: the course as it was, in which clones have their labels.
        changes: what to change.

    Raises:
        InputError: no such clone or treatment, or a treatment cannot come earlier.
    """
    patient = _with_clones(case.patient, lived, changes)
    plan = case.plan
    for name in changes.without_treatment:
        plan = _without_treatment(plan, name)
    found = case.found_on_day
    if changes.earlier_treatment_days:
        found = _earlier(lived, changes.earlier_treatment_days)
    return replace(case, patient=patient, plan=plan, found_on_day=found)


def clone_addresses(lived: VirtualPatient) -> dict[str, int]:
    """Label -> address of every reported clone that arose in the patient; not founders, not donor cells."""
    history = lived.history
    donor = len(history.patient.clone_kinds) - 1  # care adds the donor's kind as the last one
    facts = history.clone_facts
    rows = zip(facts["serial"].tolist(), facts["address"].tolist(), facts["kind"].tolist(), strict=True)
    return {history.clone_name(int(serial)): int(address) for serial, address, kind in rows if 0 <= kind < donor}


def _with_clones(patient: Patient, lived: VirtualPatient, changes: Changes) -> Patient:
    changed = dict(patient.changed_clones)
    founders: list[Founder] = list(patient.clones)
    for field_name, names in (
        ("is_absent", changes.without),
        ("is_without_escape", changes.without_escape),
        ("is_without_fitness", changes.without_fitness),
    ):
        for name in names:
            if name in (founder.name for founder in founders):
                founders = [_founder(item, field_name) if item.name == name else item for item in founders]  # type: ignore[misc]
                founders = [item for item in founders if item is not None]
                continue
            key = _find(name, patient, lived)
            changed[key] = replace(changed.get(key, CloneChange()), **{field_name: True})
    return replace(patient, changed_clones=changed, clones=founders)


def _founder(founder: Founder, field_name: str) -> Founder | None:
    if field_name == "is_absent":
        return None
    if field_name == "is_without_escape":
        return replace(founder, vulnerability_fraction=1.0)
    return replace(founder, fitness_per_year=0.0)


def _find(name: str, patient: Patient, lived: VirtualPatient) -> int | str:
    addresses = clone_addresses(lived)
    if name in addresses:
        return addresses[name]
    kinds = {kind.name: kind.name for kind in patient.clone_kinds}
    kinds |= {clone_label(kind): kind.name for kind in patient.clone_kinds}
    if name in kinds:
        return kinds[name]
    raise unknown_name("clone", name, [*addresses, *kinds], kind="clone")


def planned_names(plan: CarePlan) -> list[str]:
    """Names of the treatments that a plan may give, first line and rescue."""
    rescue = [_GIVES[word] for word in (plan.non_response, plan.relapse) if word in _GIVES]
    return list(dict.fromkeys([item.name for item in plan.treatments] + rescue))


def _without_treatment(plan: CarePlan, name: str) -> CarePlan:
    if name == ALL_TREATMENTS:
        return replace(plan, treatments=(), non_response="none", relapse="none")
    if name not in TREATMENTS and name != TRANSPLANT:
        raise unknown_name("--without-treatment", name, [*TREATMENTS, TRANSPLANT, ALL_TREATMENTS], kind="treatment")
    if name not in planned_names(plan):
        given = ", ".join(planned_names(plan)) or "no treatment"
        raise InputError(f"--without-treatment: {name} is not in the plan, which has {given}; give one of these.")
    return replace(
        plan,
        treatments=_others(plan, name),
        non_response="none" if _GIVES.get(plan.non_response) == name else plan.non_response,
        relapse="none" if _GIVES.get(plan.relapse) == name else plan.relapse,
    )


def _others(plan: CarePlan, name: str) -> tuple:
    kept: Iterable = (item for item in plan.treatments if item.name != name)
    return tuple(kept)


def _earlier(lived: VirtualPatient, days: float) -> float:
    if lived.diagnosis_day is None:
        raise InputError("--earlier-treatment: this person never came to the clinic; nothing can come earlier.")
    if not 0 < days < lived.diagnosis_day:
        raise InputError(
            f"--earlier-treatment: {days:g} days; give more than 0 and less than {lived.diagnosis_day:g}, "
            "the days from the start of the cause to diagnosis."
        )
    return lived.diagnosis_day - days
