"""The answer in plain words, with probabilities; the same sentences stand on the page and on the command line."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hscape.inference.alarms import little_learnt
from hscape.inference.explain import Explanation
from hscape.inference.findings import FOUND, NOT_TESTED, clone_findings
from hscape.inference.hla_findings import seen_part
from hscape.inference.numbers import FIRST_OTHER, HLA, PNH
from hscape.inference.quantities import MOSTLY_ORDINARY_FRACTION, chance, of_normal, percent
from hscape.report.explained.standing import WITHHELD, evolution_sentence, transplant_sentence

#: A share is told apart from its cause where the attributable part is less than this part of it, or as much above it.
SHARE_IS_NOT_CAUSE_FOLD = 0.5
#: Share or attributable part from which the two are compared.
LEAST_TOLD_FRACTION = 0.05
#: Share of the ways of losing an allele of HLA from which on nothing more is said of those not looked for.
MOST_WAYS_SEEN = 0.99
#: Reserve of about one cell.
LEAST_RESERVE_FRACTION = 1e-5
#: Shares of granulocytes below this are not told in the paragraph.
TOLD_FRACTION = 0.01
ESCAPE_WORDS = "escape clone: resistant to this attack"
NOT_SAFETY = "Resistance is not safety."
#: Correlation from which two quantities cannot be told apart.
ENTANGLED = 0.5
LITTLE_LEARNT = 0.3


def interval(values: np.ndarray, words: Callable[[float], str] = percent) -> str:
    """Median and 90 % interval of a fraction."""
    seen = values[np.isfinite(values)]
    if not len(seen):
        return "not known"
    low, middle, high = (words(value) for value in np.quantile(seen, (0.05, 0.5, 0.95)))
    if low == middle == high and not middle[0].isdigit():  # beyond a limit of what is told, as a whole
        return f"{middle} (as is the whole 90 % interval)"
    return f"{middle} (90 % interval {low} to {high})"


def is_by_network(e: Explanation) -> bool:
    """True for a preview that the network made: its draws have no weights, and so no tail."""
    return e.engine == "preview" and not np.isfinite(e.draws.tail)


def worth_sentences(e: Explanation) -> list[str]:
    """What the intervals rest on."""
    if e.status == WITHHELD:
        return []
    n = len(e.numbers)
    of_network = n if is_by_network(e) else int((~e.draws.of_ways).sum())
    where = "Intervals were checked on simulated patients only (verification/results.md)."
    if not of_network:
        return [where]
    return [
        f"{where} Of the {n} draws, {of_network} come from a trained network that has read this chart, and were not "
        "weighed against it finding by finding (see the methods)."
    ]


def answer_sentences(e: Explanation) -> list[str]:
    """The one-paragraph answer, sentence by sentence; `status_sentence` says what it is worth."""
    if e.status == WITHHELD:
        return ["No number is given. What was read, and what speaks against the answer, stands below."]
    return [
        *transplant_sentence(e), *evolution_sentence(e), who_sentence(e), *cause_sentences(e), *share_sentences(e),
        reserve_sentence(e), ended_sentence(e), *hypothesis_sentences(e),
    ]  # fmt: skip


def who_sentence(e: Explanation) -> str:
    """Shares of the blood on the last explained day."""
    told = []
    order = np.argsort(-e.causes.shares.mean(axis=0))
    for index in order:
        if np.nanmedian(e.causes.shares[:, index]) >= TOLD_FRACTION:
            told.append(f"{e.causes.labels[index]} {interval(e.causes.shares[:, index])}")
    shares = "; ".join(told) or "no cell line that can be named"
    return f"On day {e.problem.last_day:g} the granulocytes came from: {shares}."


def cause_sentences(e: Explanation) -> list[str]:
    """Whether recovery was clone-mediated, and what treatment brought."""
    back = float(e.causes.is_recovered.mean())
    effective = e.draws.effective
    if not e.odds.is_applicable:
        return [
            f"The counts have not recovered by day {e.problem.last_day:g} (probability that they have: "
            f"{chance(back, effective)}), so the question who rebuilt the marrow does not arise yet."
        ]
    words = factor_words(e.odds.log10_bayes_factor or 0.0, e.odds.probability)
    first = (
        f"The probability that escape clones made most of the recovery possible is "
        f"{chance(e.odds.probability, effective)} (before the chart was read, among virtual patients treated "
        f"alike who recover: {chance(e.odds.prior_probability, 1e9)}; {words})."
    )
    return [first, _treatment_sentence(e)]


def _treatment_sentence(e: Explanation) -> str:
    """What would be missing without treatment, and whether the chart taught it."""
    if not e.problem.given.influences:
        return "No treatment of the attack was given."
    after = interval(e.causes.without_treatment)
    words = (
        f"Without the treatments that were given, {after} of today's marrow output would be missing in the re-run, "
        "whether or not anybody lives to see it"
    )
    before = e.reference.quantities.get("attributed_to_treatment")
    if before is not None and "attributed_to_treatment" in little_learnt(e.problem, e.learnt):
        return f"{words}; the chart taught little about this (before it was read: {interval(before)})."
    return f"{words}."


def factor_words(log10_factor: float, probability: float | None = None) -> str:
    """A Bayes factor in words; with no draw on one side it is a bound, whose size is that of the draws."""
    if probability in (0.0, 1.0):
        bound = "at most" if probability == 0.0 else "at least"
        return f"no draw says otherwise, so the log10 Bayes factor is only known to be {bound} {log10_factor:+.1f}"
    side = "for" if log10_factor > 0 else "against"
    size = abs(log10_factor)
    if size < 0.5:
        return f"the chart says little about it, log10 Bayes factor {log10_factor:+.1f}"
    word = "moderately" if size < 1.0 else "strongly" if size < 2.0 else "very strongly"
    return f"the chart speaks {word} {side} it, log10 Bayes factor {log10_factor:+.1f}"


def share_sentences(e: Explanation) -> list[str]:
    """Where share and attribution of a clone that was found differ, both are told: share is not cause."""
    findings, found = clone_findings(e.problem), []
    for index, (label, slot) in enumerate(zip(e.causes.labels, e.causes.slots, strict=True)):
        if slot == 0 or findings[label].state != FOUND:
            continue
        share, part = float(np.median(e.causes.shares[:, index])), float(np.median(e.causes.by_clone[:, index]))
        is_more = share >= LEAST_TOLD_FRACTION and part < SHARE_IS_NOT_CAUSE_FOLD * share
        is_less = part >= LEAST_TOLD_FRACTION and share < SHARE_IS_NOT_CAUSE_FOLD * part
        if not (is_more or is_less):
            continue
        holds, due = ("", "only ") if is_more else ("only ", "")
        due = "" if percent(part).startswith("below") else due
        words = (
            f"Share is not cause: {_named(label)} holds {holds}{percent(share)} of the granulocytes, but {due}"
            f"{percent(part)} of the marrow's output would be missing had {_spared(slot)}"
        )
        if slot >= FIRST_OTHER:
            grown = percent(float(np.median(e.causes.by_clone_fitness[:, index])))
            present = percent(float(np.median(e.causes.by_clone_presence[:, index])))
            words += f", {grown} had it had no growth advantage, and {present} had it never arisen"
            words += " (what the recovery needed, not what the clone does to it)"
        found.append(f"{words}.")
    return found


def _spared(slot: int) -> str:
    return "it not escaped the attack" if slot < FIRST_OTHER else "the attack killed it as it kills ordinary cells"


def _named(label: str) -> str:
    return f"the {label}" if "clone" in label else f"the clone {label}"


def reserve_sentence(e: Explanation) -> str:
    """What is left, and of what it consists."""
    reserve = e.quantities["reserve_fraction"]
    words = f"The stem-cell reserve on day {e.problem.last_day:g} is {interval(reserve, of_normal)} of normal"
    ordinary = e.causes.stem_cell_shares[:, e.causes.slots.index(0)]
    is_empty = float(np.median(reserve)) < LEAST_RESERVE_FRACTION
    if not is_empty and float(np.median(ordinary)) < MOSTLY_ORDINARY_FRACTION:
        words += f", of which ordinary stem cells are {interval(reserve * ordinary, of_normal)} of normal"
    return f"{words}; on day 0 it was {interval(e.quantities['reserve_at_day_0_fraction'], of_normal)}."


def ended_sentence(e: Explanation) -> str:
    """Suppressed or lost, as a probability."""
    if not e.if_ended.is_applicable:
        return (
            f"Suppressed or lost: not applicable ({e.if_ended.reason}); the question is asked of marrows that "
            "still need "
            "transfusions."
        )
    words = (
        "Suppressed or lost: if the attack ended today, the probability of freedom from transfusions within 24 "
        f"months, death competing, is {chance(e.if_ended.probability, e.draws.effective)}. This is a "
        "probability, not a "
        "verdict."
    )
    return " ".join([words, *entangled_words(e)])


def entangled_words(e: Explanation) -> list[str]:
    """Says so when killing and suppression cannot be told apart."""
    pair = {"killing_per_day": "killing", "suppression_fold": "suppression"}
    little = [name for name in pair if e.learnt.get(name, 0.0) < LITTLE_LEARNT]
    correlation = float(np.corrcoef(*(np.log(np.maximum(e.quantities[name], 1e-12)) for name in pair))[0, 1])
    if little or abs(correlation) > ENTANGLED:
        taught = ", ".join(f"{word} {percent(max(e.learnt.get(n, 0.0), 0.0))}" for n, word in pair.items())
        return [
            "These data do not tell killing and suppression apart "
            f"(learnt: {taught}; "
            f"posterior correlation {correlation:+.2f})."
        ]
    return []


def hypothesis_sentences(e: Explanation) -> list[str]:
    """An escape clone that was not found, or not looked for, remains a hypothesis."""
    findings, told = clone_findings(e.problem), []
    for index, (label, slot) in enumerate(zip(e.causes.labels, e.causes.slots, strict=True)):
        if slot not in (PNH, HLA) or findings[label].state == FOUND:
            continue
        hidden = chance(float((e.causes.shares[:, index] > 0.1).mean()), e.draws.effective)
        part = chance(float((e.causes.by_clone[:, index] > 0.5).mean()), e.draws.effective)
        if findings[label].state == NOT_TESTED:
            state = "not tested"
        else:
            limit = findings[label].limit_fraction
            state = "looked for" + (f", limit {percent(limit, least=1e-6)}" if limit else "")
            seen = seen_part(e.problem.observations.rows) if slot == HLA else 1.0
            if seen < MOST_WAYS_SEEN:
                state += f"; the tests look at {percent(seen)} of the ways in which an allele is lost"
        told.append(
            f"{'a PNH clone' if slot == PNH else 'HLA loss'} ({state}): probability {hidden} that it makes more than a "
            f"tenth of the granulocytes, {part} that its escape carries half of the output"
        )
    return [f"An undetected escape clone stays a hypothesis: {'; '.join(told)}."] if told else []
