"""The sections of the page that stand on the chart, and on what the model found; futures and doubts stand beside."""

from __future__ import annotations

from hscape.chart.clones import shown_as
from hscape.clinic import assess
from hscape.clinic.course import read_course
from hscape.fingerprint import model_fingerprint
from hscape.fractions import cell_fractions
from hscape.inference.answer import chart_digest
from hscape.inference.explain import Explanation
from hscape.inference.findings import FOUND, KINDS, NOT_FOUND, clone_findings
from hscape.inference.hla_findings import seen_part
from hscape.inference.quantities import percent
from hscape.plots import (
    explained_causes,
    explained_clones,
    explained_counts,
    explained_fish,
    explained_odds,
    explained_output,
    explained_reserve,
)
from hscape.plots.chart_clones import describe_clones, draw_chart_clones
from hscape.plots.chart_counts import PANELS, describe_counts, draw_chart_counts
from hscape.plots.style import pyplot
from hscape.report.explained import tables
from hscape.report.explained.blocks import data_table, figure_block, paragraph, terms
from hscape.report.explained.doubts import checks, glossary, learnt, limitations, methods
from hscape.report.explained.next_sections import futures, suppressed_or_lost
from hscape.report.explained.standing import status_sentence
from hscape.report.explained.words import (
    ESCAPE_WORDS,
    MOST_WAYS_SEEN,
    NOT_SAFETY,
    answer_sentences,
    cause_sentences,
    chance,
    hypothesis_sentences,
    interval,
    share_sentences,
    worth_sentences,
)
from hscape.report.html import Markup, bullets, join, picture, table, tag
from hscape.report.sections import fraction_tables, glance, what_was_read, who
from hscape.version import __version__

__all__ = [
    "answer", "banner", "causes", "chart_alone", "checks", "clones", "counts", "futures", "glossary", "learnt",
    "limitations", "methods", "odds", "reserve", "suppressed_or_lost", "used", "who_rebuilt",
]  # fmt: skip
_STATUS = {
    "answer": "answer: no check lowers it",
    "preview": "preview: to be read as a first look, the reason stands below",
    "withheld": "withheld: a check failed, and no number is given",
}


def banner(e: Explanation) -> Markup:
    """What this page was made of."""
    return terms(
        (
            ("Status", tag("strong", _STATUS[e.status])),
            ("Explained", f"day 0 to day {e.problem.last_day:g} (day 0: {e.chart.day_zero_meaning})"),
            ("hscape", __version__),
            ("Model fingerprint", tag("code", model_fingerprint(e.problem.parameters)[:16])),
            ("Seed, engine", f"{e.seed}, {e.engine}"),
            ("Data (SHA-256 of the chart)", tag("code", chart_digest(e.chart)[:16])),
        )
    )


def answer(e: Explanation) -> Markup:
    """One paragraph in plain words."""
    parts: list[object] = [
        paragraph(status_sentence(e), None if e.status == "answer" else "notice"),
        paragraph(" ".join(answer_sentences(e)), "lead"),
        *(paragraph(words, "note") for words in worth_sentences(e)),
    ]
    if e.status != "withheld" and _has_escape(e):
        parts.append(paragraph(f"{ESCAPE_WORDS[0].upper()}{ESCAPE_WORDS[1:]}. {NOT_SAFETY}", "warning"))
    return join(parts)


def _has_escape(e: Explanation) -> bool:
    return any(f.state == FOUND for label, f in clone_findings(e.problem).items() if _slot(e, label) in KINDS)


def _slot(e: Explanation, label: str) -> int:
    return e.causes.slots[e.causes.labels.index(label)]


def chart_alone(e: Explanation) -> Markup:
    """What the chart says, before any model."""
    chart, plt = e.chart, pyplot()
    parts: list[object] = [who(chart), what_was_read(chart)]
    parts += [tag("h3", "What published rules make of it"), glance(assess(chart), read_course(chart).treatment_day)]
    if any(chart.series(panel.analyte) for panel in PANELS):
        figure = draw_chart_counts(chart)
        parts.append(picture(figure, f"Blood counts of {chart.patient_id}", describe_counts(chart), "chart-counts"))
        plt.close(figure)
    shares = cell_fractions(chart)
    if any(share.status != "not_tested" for share in shares):
        figure = draw_chart_clones(chart)
        parts.append(picture(figure, f"Clones of {chart.patient_id}", describe_clones(chart), "chart-clones"))
        plt.close(figure)
    inside = tag("details", tag("summary", "Every clone finding as a share of cells, with its formula"),
                 fraction_tables(chart, shares))  # fmt: skip
    return join([*parts, inside])


def _looked_for(e: Explanation) -> str:
    """What to say where both escape clones were looked for, wholly or in part."""
    seen = seen_part(e.problem.observations.rows)
    if seen >= MOST_WAYS_SEEN:
        return "of the escape clones none: PNH and HLA loss were both looked for"
    return (
        f"{percent(1.0 - seen)} of the ways in which an allele of HLA is lost (mutations need flow or sequencing that "
        "knows the patient's alleles; an array sees a lost haplotype only)"
    )


def _not_done(e: Explanation) -> list[str]:
    """Tests that the chart names and that gave nothing, with their days."""
    days: dict[str, list[str]] = {}
    for m in e.chart.clone_measurements:
        if m.status in ("not_tested", "not_assessable") and m.day <= e.problem.last_day:
            name = f"{m.gene or shown_as(m.kind)} by {shown_as(m.assay)} ({m.status.replace('_', ' ')})"
            days.setdefault(name, []).append(f"{m.day:g}")
    return [f"{name}: day {', '.join(when)}" for name, when in sorted(days.items())]


def used(e: Explanation) -> Markup:
    """What took part in the inference, what did not and why, and what was assumed."""
    observations = e.problem.observations
    findings = clone_findings(e.problem)
    untested = [label for label, item in findings.items() if item.state not in (FOUND, NOT_FOUND)]
    pairs: list[tuple[str, object]] = [
        ("Used", f"{len(observations.rows)} findings: counts, clones, cellularity, and transfusions as evidence that "
                 "the count had fallen"),
        ("Left out", bullets(list(observations.left_out)) or "nothing"),
        ("Assumed", bullets(list(e.problem.remarks)) or "nothing beyond the model"),
        ("Not tested", ", ".join(untested) or _looked_for(e)),
        ("Entered as not tested or not assessable", bullets(_not_done(e)) or "nothing"),
    ]  # fmt: skip
    if not any(item.entries for item in findings.values()):
        pairs.append(("What cannot be said", "no finding on clones is in the chart, so all that is said of them "
                                             "rests on the pace of the counts and on the model's assumptions about "
                                             "it; one test for escape clones would weigh more"))  # fmt: skip
    days = {row[0] for row in observations.rows}
    if len(days) == 1:
        pairs.append(("What cannot be said", "one visit shows no course: what follows is little more than the prior"))
    return terms(pairs)


def counts(e: Explanation) -> Markup:
    """Bands over data points."""
    return figure_block(
        lambda: explained_counts.draw_explained_counts(e), explained_counts.title_of_counts(e),
        explained_counts.describe_explained_counts(e), "counts-bands", tables.counts_data(e),
    )  # fmt: skip


def clones(e: Explanation) -> Markup:
    """Bands, detection limits, and when each could have been found."""
    return join(
        (
            figure_block(
                lambda: explained_clones.draw_explained_clones(e), explained_clones.title_of_clones(e),
                explained_clones.describe_explained_clones(e), "clones-bands", tables.clones_data(e),
            ),
            data_table("When each clone was found, and when it could have been found", tables.detection_data(e)),
            *(paragraph(words) for words in hypothesis_sentences(e)),
            paragraph(f"PNH and HLA-loss clones are shown as {ESCAPE_WORDS}. {NOT_SAFETY}", "warning"),
        )
    )  # fmt: skip


def who_rebuilt(e: Explanation) -> Markup:
    """Stacked area and fish plot."""
    rows = [
        (label, KINDS.get(slot, "measured clone").replace("escape clone", ESCAPE_WORDS),
         interval(e.causes.shares[:, k]), interval(e.causes.stem_cell_shares[:, k]))
        for k, (label, slot) in enumerate(zip(e.causes.labels, e.causes.slots, strict=True))
    ]  # fmt: skip
    head = ("Cells", "What they are", "Share of granulocytes", "Share of stem cells")
    return join(
        (
            figure_block(
                lambda: explained_output.draw_explained_output(e), explained_output.title_of_output(e),
                explained_output.describe_explained_output(e), "output", tables.output_data(e),
            ),
            figure_block(
                lambda: explained_fish.draw_explained_fish(e), explained_fish.title_of_fish(e),
                explained_fish.describe_explained_fish(e), "fish", tables.fish_data(e),
            ),
            table(f"Shares on day {e.problem.last_day:g}", head, rows),
        )
    )  # fmt: skip


def reserve(e: Explanation) -> Markup:
    """Stem cells and the two arms of the attack."""
    return figure_block(
        lambda: explained_reserve.draw_explained_reserve(e), explained_reserve.title_of_reserve(e),
        explained_reserve.describe_explained_reserve(e), "reserve-bands", tables.reserve_data(e),
    )  # fmt: skip


def causes(e: Explanation) -> Markup:
    """Two by two, and share beside cause."""
    told = share_sentences(e)
    if not told:
        is_found = any(item.state == FOUND for item in clone_findings(e.problem).values())
        told = ["For no clone that was found do share and cause differ by more than half." if is_found
                else "No clone was found, so there is no share to set beside a cause."]  # fmt: skip
    if not e.odds.is_applicable:
        told.append("The counts have not recovered: the pictures below are about the output that there is.")
    return join(
        (
            paragraph(
                "The same persons were re-run on the same chance without one thing: without the escape of the clones, "
                "without their own growth advantage, without what was given. What is then missing of today's output is "
                "attributed to it. The share of a clone says where the blood comes from, not what made it possible."
            ),
            *(paragraph(words) for words in told),
            figure_block(
                lambda: explained_causes.draw_explained_causes(e), explained_causes.title_of_causes(e),
                explained_causes.describe_explained_causes(e), "causes-table", tables.causes_data(e),
            ),
            table("Two by two of causes" + (", in courses that have recovered" if e.odds.is_of_recovered else ""),
                  ("Cause", "Probability"),
                  [(explained_causes.CAUSES_IN_WORDS[name], chance(value, e.draws.effective))
                   for name, value in e.odds.causes_2x2.items()]),
        )
    )  # fmt: skip


def odds(e: Explanation) -> Markup:
    """Three priors with the Bayes factor."""
    told = [paragraph(words) for words in cause_sentences(e)]
    if not e.odds.is_applicable:
        return join([*told, *(paragraph(words) for words in hypothesis_sentences(e))])
    note = (
        "How large a Bayes factor can be seen is limited by the number of draws; where no draw speaks for one side "
        "only a bound is told. Priors: skeptical holds the "
        "odds of clone-mediated recovery to a fifth of the population's, calibrated takes those of the calibrated "
        "population, favorable takes even odds. The Bayes factor is made under the analysis prior and carried over."
    )
    drawn = figure_block(
        lambda: explained_odds.draw_explained_odds(e), explained_odds.title_of_odds(e),
        explained_odds.describe_explained_odds(e), "odds-priors", tables.odds_data(e),
    )  # fmt: skip
    return join([*told, drawn, paragraph(note, "note"), *(paragraph(words) for words in hypothesis_sentences(e))])
