"""Causes of marrow failure in a scenario; day 0 is the first day of the cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from hscape.biology.clone_kinds import CloneKind, kinds_named
from hscape.biology.failure import (
    Cytotoxic,
    GrowthRestraint,
    ImmuneAttack,
    ShortTelomeres,
    ViralSuppression,
    samd9,
    telomere,
)
from hscape.biology.influence import Influence
from hscape.parameters import Parameters
from hscape.scenario.strict import Day, Fraction, PositiveDays, Strict

_LATE = ("RUNX1", "monosomy_7", "other_chromosome")
_Fold = Annotated[float, Field(ge=0, le=1000)]


class ImmuneCause(Strict):
    """An immune attack on stem cells; what is left out takes the recorded value."""

    failure_clones: ClassVar[tuple[str, ...]] = ("HLA_allele_mutation", "HLA_6p_CN_LOH", "PIGA", "BCOR", *_LATE)
    type: Literal["immune"]
    seed_fold: Annotated[float, Field(gt=0, le=1)] | None = None
    killing_per_day: Annotated[float, Field(ge=0, le=1)] | None = None
    tolerated_antigen_fraction: Annotated[float, Field(ge=0.001, le=0.99)] | None = None
    suppression_fold: _Fold | None = None
    cyclosporine_sensitivity_fold: _Fold | None = None
    flare_day: Day | None = None
    flare_fold: _Fold | None = None
    end_day: Day | None = Field(default=None, description="day from which the attack ends by itself")
    restricting_allele: str | None = Field(default=None, description="HLA class I allele that shows the targets")
    restricted_share: Fraction | None = Field(default=None, description="share of the killing that this allele carries")

    def influence(self) -> Influence:
        """The influence."""
        names = ("seed_fold", "killing_per_day", "tolerated_antigen_fraction", "suppression_fold",
                 "cyclosporine_sensitivity_fold", "flare_day", "flare_fold", "end_day")  # fmt: skip
        return ImmuneAttack(**{name: getattr(self, name) for name in names})

    def kinds(self, names: Sequence[str], parameters: Parameters) -> list[CloneKind]:
        """Loss of the restricting allele escapes what it carries; without restriction it brings nothing."""
        share = parameters["hla_restricted_share"] if self.restricted_share is None else self.restricted_share
        allele = self.restricting_allele or ""
        found = []
        for kind in kinds_named(names, parameters):
            if kind.shown_as == "hla_loss":
                kind = replace(
                    kind, vulnerability_fraction=1.0 - share if allele else 1.0, hla_allele=allele,
                    variant=f"{kind.variant} of {allele}" if kind.gene and allele else kind.variant,
                    gene=f"HLA-{allele.split('*')[0]}" if kind.gene and allele else kind.gene,
                )  # fmt: skip
            found.append(kind)
        return found


class Samd9Cause(Strict):
    """Germline SAMD9 or SAMD9L: growth restraint of all ordinary stem cells."""

    failure_clones: ClassVar[tuple[str, ...]] = (*samd9.RESCUED, "RUNX1")
    type: Literal["samd9"]
    division_fraction: Annotated[float, Field(gt=0.01, le=1)] | None = None
    end_day: Day | None = Field(default=None, description="day on which it stops to act, for experiments")

    def influence(self) -> Influence:
        """The influence."""
        return GrowthRestraint(division_fraction=self.division_fraction, end_day=self.end_day)

    def kinds(self, names: Sequence[str], parameters: Parameters) -> list[CloneKind]:
        """What loses the mutated copy regains normal division."""
        return samd9.with_rescue(kinds_named(names, parameters), self.division_fraction, parameters)


class TelomereCause(Strict):
    """Telomere biology disorder: division that falls with age."""

    failure_clones: ClassVar[tuple[str, ...]] = (*telomere.RESCUED, *_LATE)
    type: Literal["telomere"]
    length_at_birth_bp: Annotated[float, Field(ge=2000, le=15000)] | None = None
    loss_bp_per_year: Annotated[float, Field(ge=0, le=1000)] | None = None
    end_day: Day | None = Field(default=None, description="day on which division is normal again, for experiments")

    def influence(self) -> Influence:
        """The influence."""
        return ShortTelomeres(
            length_at_birth_bp=self.length_at_birth_bp, loss_bp_per_year=self.loss_bp_per_year, end_day=self.end_day
        )

    def kinds(self, names: Sequence[str], parameters: Parameters) -> list[CloneKind]:
        """A TERT promoter clone regains division."""
        return telomere.with_rescue(kinds_named(names, parameters), parameters)


class CytotoxicCause(Strict):
    """Chemotherapy, radiation or a toxic drug."""

    failure_clones: ClassVar[tuple[str, ...]] = _LATE
    type: Literal["cytotoxic"]
    agent: Literal["chemotherapy", "radiation", "toxic_drug"] = "chemotherapy"
    cycles: Annotated[int, Field(ge=1, le=50)] = 1
    interval_days: PositiveDays = 28.0
    duration_days: Annotated[float, Field(gt=0, le=400)] | None = Field(default=None, description="of each dose")
    stem_cell_survival_fraction: Fraction | None = Field(default=None, description="chance to survive one dose")
    niche_lost_fraction: Annotated[float, Field(ge=0, le=0.99)] | None = Field(default=None)

    def influence(self) -> Influence:
        """The influence."""
        return Cytotoxic(**self.model_dump(exclude={"type"}))

    def kinds(self, names: Sequence[str], parameters: Parameters) -> list[CloneKind]:
        """As in the catalogue."""
        return list(kinds_named(names, parameters))


class ViralCause(Strict):
    """A virus that holds the whole marrow down."""

    failure_clones: ClassVar[tuple[str, ...]] = _LATE
    type: Literal["viral"]
    duration_days: PositiveDays | None = None
    output_fraction: Fraction | None = None
    division_fraction: Fraction | None = None

    def influence(self) -> Influence:
        """The influence."""
        return ViralSuppression(**self.model_dump(exclude={"type"}))

    def kinds(self, names: Sequence[str], parameters: Parameters) -> list[CloneKind]:
        """As in the catalogue."""
        return list(kinds_named(names, parameters))


Cause = Annotated[
    ImmuneCause | Samd9Cause | TelomereCause | CytotoxicCause | ViralCause, Field(discriminator="type")
]  # fmt: skip

CAUSE_MODELS: dict[str, type[Strict]] = {
    "immune": ImmuneCause,
    "samd9": Samd9Cause,
    "telomere": TelomereCause,
    "cytotoxic": CytotoxicCause,
    "viral": ViralCause,
}
