"""Checks of fit: calibrated where the model is right, far values included, and loud where it is not."""

from __future__ import annotations

import numpy as np

from hscape.examples import example_path
from hscape.exchange import read_charts
from hscape.inference.alarms import not_asked
from hscape.inference.checks import point_probabilities, replicate_probability
from hscape.inference.finding_rows import CELLULARITY, COUNT, N_COLUMNS
from hscape.inference.problem import make_problem

FAR, FOLD = 0.01, 5.0


def rows(n: int, what: int = COUNT) -> np.ndarray:
    """Rows of counts of which one in a hundred lies far off, or of findings that do not."""
    found = np.zeros((n, N_COLUMNS))
    found[:, 1], found[:, 8], found[:, 9] = what, FAR, FOLD
    return found


def drawn(shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Distances as the model of counts makes them."""
    return random.standard_normal(shape) * np.where(random.random(shape) < FAR, FOLD, 1.0)


def test_unlikely_points_are_as_rare_as_their_chance_says() -> None:
    n = 200_000
    p = point_probabilities(drawn((1, n), np.random.default_rng(1)), rows(n))
    # four standard errors of a share of 0.001 and of 0.05 among so many
    assert abs((p < 0.001).mean() - 0.001) < 4.0 * np.sqrt(0.001 / n)
    assert abs((p < 0.05).mean() - 0.05) < 4.0 * np.sqrt(0.05 * 0.95 / n)


def test_only_counts_may_lie_far_off() -> None:
    p = point_probabilities(np.full((1, 1), 4.5), rows(1, CELLULARITY))
    assert p[0] < 1e-5
    assert point_probabilities(np.full((1, 1), 4.5), rows(1))[0] > 0.001


def test_a_chart_that_the_model_made_fits_badly_as_rarely_as_it_should() -> None:
    random = np.random.default_rng(2)
    found = [replicate_probability(np.tile(drawn((60,), random), (200, 1)), rows(60), random) for _ in range(1000)]
    # one chart in a hundred, and four standard errors of that among a thousand
    assert np.mean(np.array(found) < 0.01) < 0.01 + 4.0 * np.sqrt(0.01 * 0.99 / 1000)
    assert abs(np.mean(found) - 0.5) < 4.0 * np.sqrt(1.0 / 12.0 / 1000)


def test_a_chart_off_by_two_standard_deviations_everywhere_does_not_fit() -> None:
    random = np.random.default_rng(3)
    assert replicate_probability(np.full((200, 40), 2.0), rows(40), random) < 0.01


def test_what_a_chart_gave_is_asked_about() -> None:
    """Cyclosporine of a chart comes with its doses; its sensitivity is then a question like any other."""
    given = make_problem(read_charts(example_path("pnh-clone", "yaml")).charts[0])
    assert not not_asked(given) & {"cyclosporine_sensitivity_fold", "globulin_fold", "attributed_to_treatment"}
    none = make_problem(read_charts(example_path("recovery-without-atg", "yaml")).charts[0])
    assert not_asked(none) == {"cyclosporine_sensitivity_fold", "globulin_fold", "attributed_to_treatment"}


def test_nothing_of_a_chart_is_left_out_silently() -> None:
    """Every count is used or listed; so is every clone finding but those that are not tests."""
    chart = read_charts(example_path("monosomy-7", "yaml")).charts[0]
    seen = make_problem(chart).observations
    listed = sum(int(words.rsplit(" ", 1)[1]) for words in seen.left_out)
    used = sum(not label.startswith("transfusion") for label in seen.labels)
    tests = [m for m in chart.clone_measurements if m.status in ("positive", "negative")]
    # loss of HLA: one row may stand for several tests of a day, or one test for several ways of losing an allele
    others = [m for m in tests if m.kind != "hla_loss"]
    of_hla = sum("HLA" in label or "loss of 6p" in label for label in seen.labels)
    assert used - of_hla + listed == len(chart.measurements) + len(others)
