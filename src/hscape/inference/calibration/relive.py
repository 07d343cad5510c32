"""A case lived again in the full model, with what is asked about changed and everything read without noise.

The draws are those of the patient, so that a course is the same up to the day on which something differs.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import numpy as np

from hscape.biology.channels import Channel
from hscape.biology.failure.immune import INTERFERON
from hscape.biology.failure.niche_loss import STATE as LOST_NICHE
from hscape.biology.influence import Influence
from hscape.biology.treatment import GCSF, Cyclosporine, Eltrombopag
from hscape.care import Case
from hscape.care.admit import DONOR, next_check_day, transfusing_watch
from hscape.care.end_of_attack import EndOfAttack
from hscape.care.episodes import Episodes, Watch
from hscape.care.plan import TREATMENTS
from hscape.dynamics.acting import channels_over_time, marrow_output, own_states_over_time
from hscape.history import History
from hscape.inference.calibration.design import BEYOND_DAYS


@dataclass(slots=True)
class Relived:
    """A course that can be gone on with.

    Args:
        episodes: where it stands.
        case: who.
        diagnosis_day: day of the course that is day 0 of the chart.
        given: treatments, in the order of the plan.
    """

    episodes: Episodes
    case: Case
    diagnosis_day: float
    given: tuple[Influence, ...]

    def go_on(self, day: float, *, with_transfusions: bool) -> None:
        """Live up to a day of the chart, halting where care looks: a halt cuts a step, which changes the draws."""
        p = self.case.patient.parameters
        watch = transfusing_watch(p) if with_transfusions else Watch()
        end = self.diagnosis_day + day
        while self.episodes.day < end:
            self.episodes.live(min(end, next_check_day(self.diagnosis_day, self.episodes.day, p)), watch)

    def branch(self) -> Relived:
        """A copy, to go on with in another way."""
        return copy.deepcopy(self)

    def end_attack(self, day: float) -> None:
        """End the attack on a day of the chart."""
        self.episodes.give(EndOfAttack(day=self.diagnosis_day + day))

    def stop_treatment(self, day: float) -> None:
        """Give nothing from a day of the chart on."""
        last = self.diagnosis_day + day
        for item in self.given:
            self.episodes.replace_given(item, _stopped(item, last))

    def rows(self, days: np.ndarray) -> Read:
        """What the course was on days of the chart."""
        return Read.of(self.episodes.history(), self.diagnosis_day + np.asarray(days, dtype=float))

    def cells_of(self, shown_as: str) -> float:
        """Stem cells of all clones of a kind where the course stands, large or small."""
        kinds, clones = self.episodes.patient.clone_kinds, self.episodes.clones
        chosen = [i for i, kind in enumerate(kinds) if kind.shown_as == shown_as]
        return float(clones.cells[np.isin(clones.kind, chosen) & (clones.cells > 0)].sum())


@dataclass(frozen=True, kw_only=True)
class Read:
    """True values on days, shape (n_days,) each."""

    hemoglobin_g_per_dl: np.ndarray
    platelets_1e9_per_l: np.ndarray
    neutrophils_1e9_per_l: np.ndarray
    stem_cells_count: np.ndarray
    marrow_output: np.ndarray
    contact_killing_per_day: np.ndarray
    interferon: np.ndarray
    lost_niche: np.ndarray

    @classmethod
    def of(cls, history: History, days: np.ndarray) -> Read:
        """Read a history on days of the course."""
        channels, own = channels_over_time(history), own_states_over_time(history)
        counts = history.counts

        def at(values: np.ndarray) -> np.ndarray:
            return np.interp(days, history.days, values)

        return cls(
            hemoglobin_g_per_dl=at(counts["hemoglobin_g_per_dl"].to_numpy()),
            platelets_1e9_per_l=at(counts["platelets_1e9_per_l"].to_numpy()),
            neutrophils_1e9_per_l=at(counts["neutrophils_1e9_per_l"].to_numpy()),
            stem_cells_count=at(history.stem_cells),
            marrow_output=at(marrow_output(history)),
            contact_killing_per_day=at(channels[:, Channel.CONTACT_KILLING_PER_DAY]),
            interferon=at(own[INTERFERON]),
            lost_niche=at(own[LOST_NICHE]),
        )


def relive(case: Case, *, seed: int, number: int) -> Relived | None:
    """Live a case up to the clinic; None if the failure does not show in time.

    Args:
        case: who.
        seed: of the patient's life.
        number: of the patient.
    """
    patient = replace(case.patient, kinds=(*case.patient.kinds, DONOR))
    episodes = Episodes.begin(
        patient, days=case.wait_days + case.follow_up_days + BEYOND_DAYS, seed=seed, number=number,
        output_every_days=case.output_every_days, clones_every_days=case.clones_every_days,
        report_fraction=case.report_fraction,
    )  # fmt: skip
    limits = case.presentation
    watch = Watch(
        stop_hemoglobin_g_per_dl=limits.hemoglobin_g_per_dl,
        stop_platelets_1e9_per_l=limits.platelets_1e9_per_l,
        stop_neutrophils_1e9_per_l=limits.neutrophils_1e9_per_l,
    )
    if episodes.live(case.wait_days, watch):
        return None
    day = episodes.day
    if case.attack_ends_after_presentation_days is not None:
        episodes.give(EndOfAttack(day=day + case.attack_ends_after_presentation_days))
    given = tuple(
        TREATMENTS[item.name](day + item.after_diagnosis_days, case.log_kill_fold, **item.options)
        for item in case.plan.treatments
    )
    episodes.give(*given)
    return Relived(episodes, case, day, given)


def planned(case: Case) -> tuple[Influence, ...]:
    """The treatments of a plan in days of the chart, as a physician knows them (not what they do to this person)."""
    return tuple(TREATMENTS[item.name](item.after_diagnosis_days, {}, **item.options) for item in case.plan.treatments)


def _stopped(item: Influence, last: float) -> Influence | None:
    if isinstance(item, Cyclosporine):
        return replace(item, stop_day=last) if item.day < last else None
    if isinstance(item, Eltrombopag | GCSF):
        return (
            replace(item, duration_days=max(1.0, min(item.duration_days, last - item.day))) if item.day < last else None
        )
    return item if getattr(item, "day", 0.0) < last else None
