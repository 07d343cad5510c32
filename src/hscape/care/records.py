"""A virtual patient: the simulated history with what the clinic did, and the truth that no clinic sees.

Days are days of the simulated course: day 0 is the day on which the cause of the failure begins. A chart
counts from diagnosis; `VirtualPatient.diagnosis_day` is the distance between the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hscape.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTreatment:
    """A drug or procedure as it was given.

    Args:
        name: as in charts: ``horse_atg``, ``rabbit_atg``, ``cyclosporine``, ``eltrombopag``, ``g_csf``, ``transplant``.
        start_day: first day of the course.
        end_day: last day; None if it goes on.
        dose: starting dose in `dose_unit`, None if not stated.
        dose_unit: UCUM code.
        taper: (day, dose) steps.
        detail: words.
    """

    name: str
    start_day: float
    end_day: float | None = None
    dose: float | None = None
    dose_unit: str = ""
    taper: tuple[tuple[float, float], ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTransfusion:
    """One transfusion: ``red_cells`` or ``platelets``."""

    day: float
    product: str
    units: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened on a day: kinds as in charts (diagnosis, relapse, evolution, infection, death, ...)."""

    day: float
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneTraits:
    """What a laboratory would find in the cells of a clone.

    Args:
        kind: name in the clone catalogue, for example ``hla_allele_mutation``.
        shown_as: kind of clone in a chart: ``pnh``, ``hla_loss``, ``gene``, ``chromosome``, ``reversion``, ``other``.
        gene: mutated gene, for example ``PIGA``, ``HLA-A``, ``DNMT3A``; empty for a chromosomal change.
        variant: the change in words.
        copy_state: ``heterozygous``, ``hemizygous`` (X in a male), ``cn_loh``, ``deletion``.
        chromosome: for example ``X``, ``6p``, ``7``.
        hla_allele: allele that is lost, empty if none.
        parent: name of the clone in which it arose, ``ordinary`` if in ordinary cells.
    """

    kind: str
    shown_as: str
    gene: str = ""
    variant: str = ""
    copy_state: str = "heterozygous"
    chromosome: str = ""
    hla_allele: str = ""
    parent: str = "ordinary"


@dataclass(frozen=True, kw_only=True)
class VirtualPatient:
    """One simulated patient with the whole truth.

    Args:
        patient_id: a code.
        history: counts, marrow and clones from the first day of the cause on.
        diagnosis_day: day on which the clinic first saw the failure; None if it never did.
        last_day: day of death, of loss to follow-up or the end of the simulation.
        treatments: what was given.
        transfusions: what was transfused.
        happenings: what happened, in order of day.
        hla_typing: locus (``A``, ``B``, ``C``, ``DRB1``) -> two alleles.
        clone_traits: clone name as in `history.clones` -> traits.
        truth: hidden numbers by name with unit, for example ``attack_end_day``.
    """

    patient_id: str
    history: History
    diagnosis_day: float | None
    last_day: float
    treatments: tuple[GivenTreatment, ...] = ()
    transfusions: tuple[GivenTransfusion, ...] = ()
    happenings: tuple[Happening, ...] = ()
    hla_typing: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    clone_traits: Mapping[str, CloneTraits] = field(default_factory=dict)
    truth: Mapping[str, float] = field(default_factory=dict)
