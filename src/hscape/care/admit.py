"""From a case to a virtual patient: the failure smolders, shows, is treated, and takes its course.

Care is decided on the way (non-response, relapse), so the course is lived in episodes; see `episodes`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from hscape.biology.balance import constants_record
from hscape.biology.clone_kinds import CloneKind
from hscape.biology.failure.immune import ATTACKING
from hscape.biology.failure.niche_loss import STATE as LOST_NICHE
from hscape.biology.influence import Influence
from hscape.biology.state import POOLS
from hscape.biology.treatment import Cyclosporine, Eltrombopag
from hscape.care.assemble import assemble
from hscape.care.case import Case
from hscape.care.end_of_attack import EndOfAttack
from hscape.care.episodes import Episodes, Watch
from hscape.care.plan import TRANSPLANT, TREATMENTS, Planned
from hscape.care.records import Happening, VirtualPatient
from hscape.care.seen import Seen, look
from hscape.parameters import Parameters
from hscape.streams import generator

DONOR = CloneKind(name="donor", rate_per_year=0.0, shown_as="other", variant="donor")


@dataclass(slots=True)
class _Care:
    """What has been decided so far."""

    case: Case
    episodes: Episodes
    diagnosis_day: float
    given: list[Influence] = field(default_factory=list)
    happened: list[Happening] = field(default_factory=list)
    transplants: list[tuple[float, float]] = field(default_factory=list)
    is_responding: bool = False
    has_second_line: bool = False


def admit(case: Case, *, seed: int, number: int = 0, kernel: str = "step") -> VirtualPatient:
    """Live a case from the first day of its cause.

    Args:
        case: who, which cause, which plan.
        seed: 0 to 2**63 - 1.
        number: which of many with the same seed.
        kernel: ``step`` or ``exact``; ``mean`` has neither chance nor new clones.

    Returns:
        the virtual patient: history, care, happenings and truth.

    Raises:
        InputError: a plan that cannot be carried out.
        NumericsError: the simulation failed.
    """
    patient = replace(case.patient, kinds=(*case.patient.kinds, DONOR))
    episodes = Episodes.begin(
        patient,
        days=case.wait_days + case.follow_up_days,
        seed=seed,
        number=number,
        kernel=kernel,
        output_every_days=case.output_every_days,
        clones_every_days=case.clones_every_days,
        with_life_before=case.has_life_before,
        report_fraction=case.report_fraction,
    )
    limits = case.presentation
    watch = Watch(
        stop_hemoglobin_g_per_dl=limits.hemoglobin_g_per_dl,
        stop_platelets_1e9_per_l=limits.platelets_1e9_per_l,
        stop_neutrophils_1e9_per_l=limits.neutrophils_1e9_per_l,
    )
    if case.found_on_day is not None:
        episodes.live(case.found_on_day, Watch())
    elif episodes.live(case.wait_days, watch):
        return _assembled(_Care(case, episodes, math.nan), seed, number)
    care = _Care(case, episodes, episodes.day)
    care.happened.append(Happening(day=care.diagnosis_day, kind="diagnosis"))
    if case.attack_ends_after_presentation_days is not None:
        episodes.give(EndOfAttack(day=care.diagnosis_day + case.attack_ends_after_presentation_days))
    for item in case.plan.treatments:
        if item.name != TRANSPLANT:
            _give(care, item, care.diagnosis_day + item.after_diagnosis_days)
    _follow(care, seed, number)
    return _assembled(care, seed, number)


def _give(care: _Care, item: Planned, day: float) -> None:
    influence = TREATMENTS[item.name](day, care.case.log_kill_fold, **item.options)
    care.given.append(influence)
    care.episodes.give(influence)


def next_check_day(diagnosis_day: float, day: float, parameters: Parameters) -> float:
    """Day of the course after `day` on which care looks next."""
    interval = parameters["care_check_interval_days"]
    # a day that is a check but for rounding has had its look
    return float(diagnosis_day + interval * (math.floor((day - diagnosis_day) / interval + 1.0e-9) + 1.0))


def transfusing_watch(parameters: Parameters) -> Watch:
    """Look out for counts below the triggers of transfusion."""
    return Watch(
        red_cell_trigger_g_per_dl=parameters["red_cell_transfusion_trigger_g_per_dl"],
        platelet_trigger_1e9_per_l=parameters["platelet_transfusion_trigger_1e9_per_l"],
    )


def _follow(care: _Care, seed: int, number: int) -> None:
    """From check to check until the end, with transplants on their days."""
    plan, episodes = care.case.plan, care.episodes
    p = care.case.patient.parameters
    watch = transfusing_watch(p) if plan.with_transfusions else Watch()
    constants = constants_record(p, care.case.patient.sex)
    end = care.diagnosis_day + care.case.follow_up_days
    transplants = (item for item in plan.treatments if item.name == TRANSPLANT)
    pending = sorted(
        ((care.diagnosis_day + item.after_diagnosis_days, item) for item in transplants), key=lambda due: due[0]
    )
    while episodes.day < end - 0.5:
        next_check = next_check_day(care.diagnosis_day, episodes.day, p)
        stop = min(end, next_check, pending[0][0] if pending else end)
        episodes.live(stop, watch)
        if pending and episodes.day >= pending[0][0] - 0.5:
            _transplant(care, pending.pop(0)[1], seed, number)
        elif episodes.day >= next_check - 0.5:
            pending += _decide(care, look(episodes, constants))


def _decide(care: _Care, seen: Seen) -> list[tuple[float, Planned]]:
    """Non-response and relapse; returns transplants to come."""
    plan, day, p = care.case.plan, care.episodes.day, care.case.patient.parameters
    second_line_day = day + p["care_second_line_delay_days"]
    after = day - care.diagnosis_day
    if care.transplants:
        return []
    if seen.responds:
        care.is_responding = True
        return []
    if care.is_responding and seen.relapses:
        care.is_responding = False
        care.happened.append(Happening(day=day, kind="relapse"))
        if plan.relapse != "none":
            _restart_cyclosporine(care, day)
        if plan.relapse == "second_course":
            _give(care, Planned(name="rabbit_atg"), second_line_day)
        return []
    if care.is_responding or care.has_second_line or after < p["care_response_days"] - 1 or plan.non_response == "none":
        return []
    care.has_second_line = True
    if plan.non_response == "transplant":
        return [(second_line_day, Planned(name=TRANSPLANT))]
    if plan.non_response == "second_course":
        _give(care, Planned(name="rabbit_atg"), second_line_day)
        _restart_cyclosporine(care, day)
    else:
        _give(care, Planned(name="eltrombopag", options={"duration_days": 365.0}), day)
    return []


def _restart_cyclosporine(care: _Care, day: float) -> None:
    """Stop the running course of cyclosporine and begin a new one."""
    for index, item in enumerate(care.given):
        if isinstance(item, Cyclosporine) and item.steps()[-1][1] > day:
            stopped = replace(item, stop_day=day)
            care.episodes.replace_given(item, stopped)
            care.given[index] = stopped
    again = Cyclosporine(day=day, full_days=365.0, taper_days=730.0)
    care.given.append(again)
    care.episodes.give(again)


def _transplant(care: _Care, item: Planned, seed: int, number: int) -> None:
    """Conditioning, graft, and the end of the attack with the patient's own lymphocytes."""
    episodes, p = care.episodes, care.case.patient.parameters
    day, age = episodes.day, care.case.patient.age_at(episodes.day)
    again = (len(care.transplants),) if care.transplants else ()  # a second graft has draws of its own
    random = generator(seed, "transplant", number, *again)
    donor_age = float(item.options.get("donor_age_years", p["graft_donor_age_usual_years"]))
    is_young = donor_age < p["graft_donor_age_limit_years"]
    usual = p["graft_stem_cells_young_donor_count" if is_young else "graft_stem_cells_old_donor_count"]
    spread = math.exp(p["graft_stem_cells_log_sd"] * random.standard_normal())
    cells = round(float(item.options.get("stem_cells_count", usual)) * spread)
    fails = random.random() < p["graft_failure_fraction"]
    donor = len(episodes.patient.clone_kinds) - 1
    episodes.ablate_and_graft(
        p["conditioning_stem_cell_survival_fraction"], 0.0 if fails else max(1.0, cells), donor,
        0.0 if fails else p["graft_early_progenitors_fraction"],
    )  # fmt: skip
    own = _own_names(episodes)
    if ATTACKING in own:
        episodes.set_pool(POOLS["own"].start + own.index(ATTACKING), 0.0)
    if LOST_NICHE in own:
        index = POOLS["own"].start + own.index(LOST_NICHE)
        episodes.set_pool(index, max(float(episodes.state[index]), p["conditioning_niche_loss_fraction"]))
    is_adult = age <= p["transplant_age_older_years"]
    bracket = "young" if age < p["transplant_age_young_years"] else ("adult" if is_adult else "older")
    more = p["graft_failure_death_fold"] if fails else 1.0
    care.transplants.append((day, p[f"transplant_death_{bracket}_fraction"] * more))
    care.happened.append(Happening(day=day, kind="transplant", detail="marrow, matched sibling"))
    if fails:
        care.happened.append(Happening(day=day + p["graft_failure_found_days"], kind="graft_failure"))
    for index, given in enumerate(care.given):  # immunosuppression of the first plan ends
        if isinstance(given, Cyclosporine | Eltrombopag):
            stopped = _ended(given, day)
            care.episodes.replace_given(given, stopped)
            care.given[index] = stopped


def _ended(item: Cyclosporine | Eltrombopag, day: float) -> Influence:
    if isinstance(item, Eltrombopag):
        return replace(item, duration_days=max(1.0, min(item.duration_days, day - item.day)))
    return replace(item, stop_day=day)


def _own_names(episodes: Episodes) -> list[str]:
    """Names of the own states in their order."""
    names: list[str] = []
    for influence in episodes.patient.influences:
        names += list(influence.own_states())
    return names


def _assembled(care: _Care, seed: int, number: int) -> VirtualPatient:
    return assemble(
        care.case,
        care.episodes,
        care.diagnosis_day,
        care.given,
        care.happened,
        care.transplants,
        seed=seed,
        number=number,
    )
