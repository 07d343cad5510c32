"""The sections on what is not known: what was learnt, checks and alarms, limitations, methods, words."""

from __future__ import annotations

import numpy as np

from hscape.fingerprint import model_fingerprint
from hscape.inference.answer import chart_digest, draws_digest
from hscape.inference.explain import Explanation
from hscape.plots import explained_learnt
from hscape.report.explained import tables
from hscape.report.explained.blocks import data_table, figure_block, paragraph, terms
from hscape.report.explained.words import is_by_network
from hscape.report.html import Markup, join, table, tag
from hscape.version import __version__

_WEIGHTS = {"withheld": "stops the answer", "preview": "lowers it to a preview", "note": "to be known"}
_FEWEST_POINTS = 8
_LIMITATIONS = (
    "The intervals hold under the model as stated. That the cause of the failure is an immune attack is "
    "assumed; inherited "
    "failure, a myeloid neoplasm that came first, and other causes are not compared with it.",
    "Nothing here was tested on the charts of real patients.",
    "Many numbers of the model are assumed or fitted by hand; the virtual patients miss some published targets, as the "
    "verification pages say row by row.",
    "Inference runs a coarser form of the model (docs/explanation/inference.md).",
    "At most three clones beside PNH and HLA loss are followed. A clone that was not measured remains a hypothesis.",
    "Clones are taken to lie beside each other. A mutation inside another clone (a driver gene in cells that then lose "
    "HLA, say) is noticed only where shares add up to more than all cells.",
    "Cells that lost HLA are one pool, whether by 6p CN-LOH or by mutation: findings of one kind inform the other, and "
    "a picture may hold both against the same band.",
    "Effects of drugs act as in the average of trials, with a spread; doses and levels of one patient are "
    "known only as "
    "far as the chart tells.",
    "Resistance to this attack does not make a clone safe, and no risk of leukemia is computed here.",
)
_PRIOR_AND_LIKELIHOOD = (
    "Prior: persons as the virtual population draws them, with wider spreads and clones more common (the analysis "
    "prior). Likelihood: counts scatter log-normally with outliers, reads are beta-binomial, negative tests count by "
    "their limits, counts after transfusion are masked, and a transfusion says that the count had fallen. Posterior: "
)
_BY_SAMPLER = (
    "tempered sequential Monte Carlo over the person and the chance of every step together (Crank-Nicolson moves, "
    "Cotter, Roberts, Stuart and White, Statistical Science 2013;28:424), beside chains that start at the persons of a "
    "trained network; to the draws of both as many of the network's own persons are added, which no likelihood weighs, "
    "since the three together hold the truth of simulated patients as often as they say. That pool is not exactly the "
    "posterior of this prior and likelihood; fit, bands of counts and effective draws are those of the two runs alone, "
    "log evidence that of the first. The tail of the weights is judged by Pareto k (Vehtari, Simpson, Gelman, Yao and "
    "Gabry, JMLR 2024;25:72). "
)
_BY_PRIOR = (
    "tempered sequential Monte Carlo from the prior, over the person and the chance of every step together "
    "(Crank-Nicolson moves, Cotter, Roberts, Stuart and White, Statistical Science 2013;28:424), without the trained "
    "network. The tail of the weights is judged by Pareto k (Vehtari, Simpson, Gelman, Yao and Gabry, JMLR "
    "2024;25:72). "
)
_BY_NETWORK = (
    "a trained network (set encoder and normalizing flow) draws the persons, and for each of them the chance of the "
    "course is chosen among several by how well it fits. It is a preview: draws are not weighted by the likelihood. "
)
_ATTRIBUTION = "Attribution: re-runs of the posterior's persons on the same chance with one cause taken away."


def _methods(e: Explanation) -> str:
    """How the draws were made; draws of the network have no weights and so no Pareto k."""
    by_runs = _BY_SAMPLER if e.engine == "answer" else _BY_PRIOR
    return _PRIOR_AND_LIKELIHOOD + (_BY_NETWORK if is_by_network(e) else by_runs) + _ATTRIBUTION


_GLOSSARY = (
    (
        "attack",
        "immune cells that destroy stem cells by contact (killing) and hold them down by cytokines (suppression)",
    ),
    ("escape clone", "cells that the attack sees less or not at all; resistant to this attack, which is not safety"),
    ("share", "part of the granulocytes, or of the stem cells, that a clone holds"),
    ("attribution", "part of today's output that would be missing in a re-run without one cause"),
    ("clone-mediated", "more than half of the output would be missing without the escape of clones"),
    ("reserve", "stem cells relative to a healthy adult's"),
    ("suppressed or lost", "probability of freedom from transfusions within 24 months if the attack ended today"),
    ("free of transfusions", "counts above the triggers of transfusion for eight weeks"),
    ("Bayes factor", "odds after the chart divided by the odds before it; log10 of it: 0 says nothing, 1 is tenfold"),
    ("learnt", "part of the prior's variance that the chart removed; below 10 % a quantity is called not learnt"),
    ("effective draws", "independent draws that the posterior's draws are worth"),
    ("90 % interval", "from the 5th to the 95th centile of the draws"),
)


def learnt(e: Explanation) -> Markup:
    """What the chart taught."""
    return join(
        (
            paragraph("For each quantity: how much the chart taught over the prior. 'Not identifiable' is a "
                      "frequent and correct answer."),
            figure_block(
                lambda: explained_learnt.draw_explained_learnt(e), explained_learnt.title_of_learnt(e),
                explained_learnt.describe_explained_learnt(e), "learnt-bars", tables.learnt_data(e),
            ),
            _next(e),
        )
    )  # fmt: skip


def _next(e: Explanation) -> Markup:
    """What one further reading would tell; nothing if no question is open."""
    if e.engine == "preview":
        return paragraph("What a further reading would tell is not given in a preview: some of its draws do not fit "
                         "the chart closely, and one more count would seem to tell more than it does.")  # fmt: skip
    if not e.next_measurements:
        return paragraph("No further reading was weighed: the questions of this page are not open.")
    return join(
        (
            tag("h3", "What a further reading would tell"),
            paragraph("One reading more on the last explained day, by what it would remove of the doubt in a "
                      "question, on average over what it might show. It says what would be learnt, not what should be "
                      "done: cost, harm and what follows from a finding are left out."),
            data_table("What one further reading would tell", tables.next_data(e)),
        )
    )  # fmt: skip


def checks(e: Explanation) -> Markup:
    """Every alarm, the sampler, and the findings that the model expects least."""
    rows = [(a.name, _WEIGHTS.get(a.weight, a.weight), a.words) for a in e.alarms]
    parts: list[object] = [
        table("Alarms", ("Check", "What it does", "What was seen"), rows) if rows else paragraph("No alarm."),
        terms((
            ("Draws", f"{len(e.numbers)}; those of the runs are worth {e.draws.effective:.0f} independent ones"),
            ("Pareto k of the last weights", f"{e.draws.tail:.2f}" if np.isfinite(e.draws.tail) else "not defined"),
            ("Ways to the posterior", f"{e.draws.n_ways}; log evidence {e.draws.log_evidence:.1f}"),
        )),
    ]  # fmt: skip
    least = [k for k in np.argsort(e.point_probability) if np.isfinite(e.point_probability[k])][:_FEWEST_POINTS]
    if least:
        labels = e.problem.observations.labels
        told = [(labels[k], _probability(float(e.point_probability[k]))) for k in least]
        parts.append(table("Findings that the model expects least (two-sided posterior predictive probability)",
                           ("Finding", "Probability"), told))  # fmt: skip
    return join(parts)


def _probability(p: float) -> str:
    return "below 0.0001" if p < 1e-4 else f"{p:.2g}"


def limitations(e: Explanation) -> Markup:
    """What the answer cannot do."""
    own = [f"Of this chart: {words}." for words in e.problem.remarks]
    return tag("ul", *(tag("li", words) for words in (*_LIMITATIONS, *own)))


def methods(e: Explanation) -> Markup:
    """How it was made, how to cite it, and how to make it again."""
    changed = ", ".join(f"{name} = {value:g}" for name, value in e.problem.parameters.changed.items())
    command = f"hscape explain FILE --patient '{e.chart.patient_id}' --seed {e.seed}"
    command += " --engine preview" if e.engine == "preview" else ""
    return join(
        (
            paragraph(_methods(e)),
            terms((
                ("Cite as", f"hscape {__version__}: how a bone marrow fails and comes back. The hscape developers."),
                ("Made again by", tag("code", command)),
                ("Model fingerprint", tag("code", model_fingerprint(e.problem.parameters))),
                ("Chart (SHA-256)", tag("code", chart_digest(e.chart))),
                ("Draws (SHA-256)", tag("code", draws_digest(e))),
                ("Numbers that differ from the recorded ones", changed or "none"),
            )),
            data_table("Every quantity before and after the chart", tables.learnt_data(e))
            if e.status != "withheld" else "",
        )
    )  # fmt: skip


def glossary() -> Markup:
    """Words of this page."""
    return terms(_GLOSSARY)
