"""The sections on what is left and what might come. Nothing in them is a recommendation."""

from __future__ import annotations

from hscape.inference.explain import Explanation
from hscape.inference.futures import is_free_now
from hscape.inference.quantities import chance
from hscape.inference.slots import LATE
from hscape.plots import explained_futures
from hscape.report.explained import tables
from hscape.report.explained.blocks import data_table, figure_block, paragraph
from hscape.report.explained.words import ended_sentence, entangled_words
from hscape.report.html import Markup, join, table, tag

_ASSUMES = (
    "How simulated courses differ under stated assumptions. Each alternative starts from the last explained "
    "day with the "
    "same persons and the same chance. A difference between them is a difference of this model; who receives what in a "
    "clinic is decided by much that no chart holds. Transplant competes with every other outcome. No "
    "alternative is called "
    "better than another."
)


_DEATHS = (
    "Deaths by infection, bleeding, procedure and age compete in every number above; deaths by MDS or leukemia do not. "
    "Their own share is not shown unless asked for (--show-deaths); it is not the survival of a person."
)
_NOT_SIMULATED = (
    "Not simulated: the aplasia and transfusions in the weeks after conditioning (counts just after a transplant are "
    "no forecast), graft-versus-host disease, smaller doses of eltrombopag as platelets rise (platelets on it are too "
    "high), infections that act back on counts, side effects of drugs, leukemia, hemolysis and thrombosis of PNH. A "
    "sibling donor is assumed, whether or not the chart names one."
)


def suppressed_or_lost(e: Explanation) -> Markup:
    """The probability that the marrow would come back if the attack ended."""
    parts: list[object] = [paragraph(ended_sentence(e))]
    if e.if_ended.is_applicable:
        parts.append(
            table("If the attack ended today", ("Within 24 months", "Probability"),
                  [("free of transfusions, death competing", chance(e.if_ended.probability, e.draws.effective))])
        )  # fmt: skip
    else:
        parts += [paragraph(words) for words in entangled_words(e)]
    scale = (
        ", which is the probability above: freedom from transfusions for eight weeks within 24 months"
        if e.if_ended.is_applicable else ""
    )  # fmt: skip
    words = f"Suppressed cells come back when the attack ends, lost cells do not. Both lie on one scale{scale}."
    parts.append(paragraph(words, "note"))
    return join(parts)


def futures(e: Explanation, *, with_deaths: bool) -> Markup:
    """Four alternatives side by side, the later response, and relapse."""
    parts: list[object] = [paragraph(_ASSUMES), *_past(e), *_free(e), *_high_risk(e)]
    if e.futures:
        parts.append(data_table("Alternatives, in a fixed order that ranks nothing",
                                tables.futures_summary(e, with_deaths=with_deaths)))  # fmt: skip
        parts.append(
            figure_block(
                lambda: explained_futures.draw_explained_futures(e, with_deaths=with_deaths),
                explained_futures.title_of_futures(e), explained_futures.describe_explained_futures(e), "fans",
                tables.futures_data(e, with_deaths=with_deaths),
            )
        )  # fmt: skip
        parts.append(paragraph(_NOT_SIMULATED, "note"))
    if not with_deaths:
        parts.append(paragraph(_DEATHS, "note"))
    parts += [tag("h3", "Later response"), _landmark(e), tag("h3", "Relapse"), _relapse(e)]
    return join(parts)


def _free(e: Explanation) -> list[Markup]:
    """Says what the alternatives ask where nothing is needed."""
    if not is_free_now(e.problem) or e.problem.ended_by_transplant_day is not None or _changed_chromosomes(e):
        return []
    words = (
        "The patient is free of transfusion: the rows ask what the model does, not what is indicated. "
        "Immunosuppression and transplant in this state are simulated for completeness."
    )
    return [paragraph(words, "note")]


def _past(e: Explanation) -> list[Markup]:
    """Says so where the alternatives begin in the past."""
    day = e.problem.ended_by_transplant_day
    if day is None:
        return []
    words = (
        f"The alternatives begin on day {day:g}, the day of the transplant, from what was known by then: they are what "
        "might have been, and the chart goes on differently."
    )
    return [paragraph(words, "notice")]


def _high_risk(e: Explanation) -> list[Markup]:
    """What the alternatives do not know of a clone with a changed chromosome."""
    names = _changed_chromosomes(e)
    if not names:
        return []
    words = (
        f"A clone with a changed chromosome was found ({', '.join(names)}). MDS, leukemia and every death from them "
        "are left out of these rows: those without transplant look better than they are, and the rows cannot be "
        "compared for this patient. A marrow that is regrown from this clone counts as recovered here: good counts "
        "from it are not safety. What is considered in a clinic does not depend on transfusions alone."
    )
    return [paragraph(words, "notice")]


def _changed_chromosomes(e: Explanation) -> list[str]:
    return [clone.label for clone in e.problem.mapping.clones if clone.kind is not None and clone.kind.name in LATE]


def _landmark(e: Explanation) -> Markup:
    if e.landmark is None:
        if is_free_now(e.problem):
            return paragraph("Does not apply: the patient is free of transfusions.")
        return paragraph("Does not apply: no treatment of the attack was given.")
    rows = [(f"{months} months from the last day", chance(p, e.draws.effective))
            for months, p in zip((6, 12), e.landmark, strict=True)]  # fmt: skip
    return table("Probability of being free of transfusions and not severe, if treatment goes on as the chart says",
                 ("When", "Probability"), rows)  # fmt: skip


def _relapse(e: Explanation) -> Markup:
    if not e.relapse:
        if not is_free_now(e.problem):
            return paragraph("Does not apply: the patient is not free of transfusions.")
        return paragraph("Nothing is left to stop or taper: no cyclosporine is running on the last day. What becomes "
                         "of the recovery if nothing is given stands among the alternatives above.")  # fmt: skip
    rows = [(name, chance(p, e.draws.effective)) for name, p in e.relapse.items()]
    return table("Probability of relapse within 24 months, by what is done with cyclosporine",
                 ("Cyclosporine", "Probability"), rows)  # fmt: skip
