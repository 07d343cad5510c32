"""What an answer stands on, in plain words: its status, and what of the chart comes before every number."""

from __future__ import annotations

from hscape.clinic import assess
from hscape.clinic.evolution import HIGH
from hscape.inference.alarms import little_learnt
from hscape.inference.explain import Explanation

WITHHELD = "withheld"


def status_sentence(e: Explanation) -> str:
    """What kind of answer this is, and why."""
    if e.status == "answer":
        little = len(little_learnt(e.problem, e.learnt))
        taught = f" The chart taught little or nothing about {little} of {len(e.learnt)} quantities." if little else ""
        return f"The checks raise no doubt that would lower this answer.{taught}"
    reasons = [a.words for a in e.alarms if a.weight == e.status]
    why = "; ".join(shortened(reason) for reason in reasons)
    if e.status == WITHHELD:
        return f"The answer is withheld: {why}."
    if why:
        return f"This is a preview, not an answer: {why}."
    return "This is a preview, not an answer, made with little effort (the answer comes without --engine preview)."


def shortened(words: str, most: int = 3) -> str:
    """A list of more than `most` parts, told by its first and their number; the page holds the whole list."""
    parts = words.split("; ")
    return words if len(parts) <= most else "; ".join(parts[:most]) + f"; and {len(parts) - most} more"


def transplant_sentence(e: Explanation) -> list[str]:
    """Where the explanation stops because the marrow is another's from then on."""
    day = e.problem.ended_by_transplant_day
    if day is None:
        return []
    return [
        f"A transplant was done on day {day:g}: from then on the marrow is the donor's. What follows is about the "
        "patient's own marrow up to that day."
    ]


def evolution_sentence(e: Explanation) -> list[str]:
    """What a published rule calls high-risk evolution comes before everything that counts as recovery here."""
    verdict = assess(e.chart, "evolution")[0]
    if verdict.value != HIGH:
        return []
    return [
        f"By the chart alone this is high-risk evolution ({verdict.reasons[0]}), whatever the counts: MDS and leukemia "
        "are not in the numbers that follow, and blood made by such a clone is called recovered here without being "
        "healthy."
    ]
