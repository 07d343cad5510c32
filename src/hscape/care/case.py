"""A case: a person with a cause of failure, what brings him or her to the clinic, and the plan of care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hscape.care.plan import CarePlan
from hscape.patient import Patient


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """Counts below which this person goes to a doctor; any one suffices.

    Args:
        hemoglobin_g_per_dl: anemia that is felt.
        platelets_1e9_per_l: bleeding that is seen.
        neutrophils_1e9_per_l: infection.
    """

    hemoglobin_g_per_dl: float = 7.0
    platelets_1e9_per_l: float = 15.0
    neutrophils_1e9_per_l: float = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that decides a virtual patient, but the draws.

    Args:
        patient: who, with the cause among the influences and the kinds of clone that may arise.
        presentation: when the clinic first sees the failure.
        plan: what is then done.
        wait_days: how long the failure may take to show.
        follow_up_days: how long care is simulated.
        log_kill_fold: what ``horse`` and ``rabbit`` globulin do to this person's attack (natural logarithm).
        attack_ends_after_presentation_days: a transient attack whose trigger goes when it is recognized; None if not.
        hla_typing: locus -> two alleles.
        truth: hidden numbers of this person, by name with unit.
        found_on_day: day of the course on which the failure is found whatever the counts; None waits for the counts.
        has_life_before: True lets clones arise from birth on, so that some are there on day 0.
        output_every_days: distance of the rows of counts.
        clones_every_days: distance of the rows of clones.
        report_fraction: a clone is reported once it has held this share of the niche.
        patient_id: a code.
    """

    patient: Patient
    presentation: Presentation = field(default_factory=Presentation)
    plan: CarePlan = field(default_factory=CarePlan)
    wait_days: float = 3650.0
    follow_up_days: float = 3650.0
    log_kill_fold: Mapping[str, float] = field(default_factory=dict)
    attack_ends_after_presentation_days: float | None = None
    hla_typing: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    truth: Mapping[str, float] = field(default_factory=dict)
    found_on_day: float | None = None
    has_life_before: bool = True
    output_every_days: float = 7.0
    clones_every_days: float = 28.0
    report_fraction: float = 2.0e-4
    patient_id: str = "simulated"
