"""Patient: what is so, before anything happens. No results in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hscape.biology.clone_kinds import CloneKind, driver_kinds
from hscape.biology.influence import Context, Influence
from hscape.errors import InputError
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR

SEXES = ("male", "female")
OLDEST_YEARS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """A clone that is there on day 0.

    Args:
        name: label in results.
        stem_cells: how many stem cells it holds.
        fitness_per_year: net growth advantage in a full niche.
        vulnerability_fraction: to contact killing, 1 for ordinary cells.
    """

    name: str
    stem_cells: int
    fitness_per_year: float = 0.0
    vulnerability_fraction: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneChange:
    """What a counterfactual takes from a clone that arises; the rest of the course keeps its draws.

    Args:
        is_absent: the mutation does not happen.
        is_without_escape: contact killing treats the clone as its parent cell.
        is_without_fitness: it grows like its parent cell, with and without interferon.
    """

    is_absent: bool = False
    is_without_escape: bool = False
    is_without_fitness: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One person.

    Args:
        age_years: age on day 0.
        sex: ``male`` or ``female``.
        influences: causes, treatments and events, in any order.
        clones: clones that are there on day 0 beside the ordinary stem cells.
        drivers: which driver mutations may arise: ``none``, ``known`` genes, or ``all``.
        kinds: other kinds of clone that may arise, from the catalogue.
        parameters: the numbers in force.
        changed_clones: address of a clone, or name of a kind -> what a counterfactual takes from it.

    Raises:
        InputError: an impossible age, sex, clone or driver set.
    """

    age_years: float = 40.0
    sex: str = "male"
    influences: Sequence[Influence] = ()
    clones: Sequence[Founder] = ()
    drivers: str = "none"
    kinds: Sequence[CloneKind] = ()
    parameters: Parameters = field(default_factory=Parameters)
    changed_clones: Mapping[int | str, CloneChange] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what came."""
        if not 0.0 <= self.age_years <= OLDEST_YEARS:
            raise InputError(f"patient.age_years: {self.age_years:g} is not an age; give 0 to {OLDEST_YEARS:g} years.")
        if self.sex not in SEXES:
            raise InputError(f"patient.sex: '{self.sex}' is not known to the model; give one of {', '.join(SEXES)}.")
        if self.drivers not in ("none", "known", "all"):
            raise InputError(f"patient.drivers: '{self.drivers}' is not known; give one of none, known, all.")
        capacity = self.parameters["stem_cell_niche_capacity_cells"]
        held = sum(clone.stem_cells for clone in self.clones)
        if held > capacity:
            raise InputError(
                f"patient.clones: {held} stem cells are more than the niche of {capacity:g} holds; "
                "give fewer, or raise stem_cell_niche_capacity_cells."
            )
        names = [clone.name for clone in self.clones]
        for name in names:
            if names.count(name) > 1 or name == "ordinary":
                raise InputError(f"patient.clones: the name '{name}' is taken; give every clone a name of its own.")

    def context(self, days: float) -> Context:
        """What influences may know when they are compiled."""
        volume = self.parameters[f"blood_volume_{self.sex}_l_per_kg"] * self.parameters["body_mass_kg"]
        return Context(
            parameters=self.parameters, sex=self.sex, age_years=self.age_years, days=days, blood_volume_liters=volume
        )

    @property
    def clone_kinds(self) -> tuple[CloneKind, ...]:
        """Every kind of clone that may arise; a clone's kind is an index into this."""
        return (*driver_kinds(self.drivers, self.parameters), *self.kinds)

    def age_at(self, day: float) -> float:
        """Age on a day of the course."""
        return self.age_years + day / DAYS_PER_YEAR
