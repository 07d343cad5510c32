"""Who a scenario is about."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hscape.scenario.strict import Fraction, Strict


class FounderClone(Strict):
    """A clone that is there on day 0."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    stem_cells: Annotated[int, Field(ge=1, le=10_000_000)]
    fitness_per_year: Annotated[float, Field(ge=-5, le=5)] = 0.0
    vulnerability_fraction: Fraction = Field(default=1.0, description="to contact killing, 1 for ordinary cells")
    chromosome: Annotated[str, Field(pattern=r"^((1?\d|2[0-2]|X|Y)[pq]?)?$")] = Field(
        default="", description="where the change lies, for example 6p or X"
    )


class Person(Strict):
    """Who."""

    age_years: Annotated[float, Field(ge=0, le=120)]
    sex: Literal["male", "female"] = "male"
    aging: bool = Field(default=False, description="let the niche grow from birth to adolescence")
    drivers: Literal["none", "known", "all"] = Field(default="none", description="driver mutations that may arise")
    clones: list[FounderClone] = Field(default_factory=list)
    failure_clones: Literal["all", "none"] | list[str] | None = Field(
        default=None, description="clones of marrow failure that may arise: all of the cause, none, or by name"
    )
    life_before: bool = Field(default=True, description="with a cause: let clones arise from birth on")
    hla_typing: dict[Literal["A", "B", "C", "DRB1"], Annotated[list[str], Field(min_length=2, max_length=2)]] = Field(
        default_factory=dict, description="locus -> two alleles"
    )
