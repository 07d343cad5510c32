"""The law of meetings against numerical integrals and against the stem-cell law of the kernels."""

import numpy as np
import pytest
from scipy.integrate import quad

from hscape.clones.phylogeny import law
from hscape.dynamics.step import transition


def log_odds(share):
    return np.log(share) - np.log1p(-share) if share > 0.0 else law.EXPONENTIAL


@pytest.mark.parametrize("filled", [0.0, 0.3, 0.95])
@pytest.mark.parametrize("rate", [0.01, 0.4, 3.0])
def test_span_is_the_integral_of_relative_size(rate, filled):
    """n(now) / n(then) of a logistic course, from its own formula."""

    def relative(t):
        if filled == 0.0:
            return np.exp(rate * t)
        odds = filled / (1.0 - filled)
        return filled / (odds * np.exp(-rate * t) / (1.0 + odds * np.exp(-rate * t)))

    for time in (0.5, 7.0, 40.0):
        expected = quad(relative, 0.0, time, epsrel=1e-11)[0]
        assert np.exp(law.log_span(time, rate, log_odds(filled))) == pytest.approx(expected, rel=1e-9)
        assert np.exp(law.log_speed(time, rate, log_odds(filled))) == pytest.approx(relative(time), rel=1e-9)


def test_neighbors_meet_as_the_stem_cell_law_says():
    """With every cell sampled, P(H < t) is the b of the kernels' closed form."""
    division, loss, days = 0.7, 0.45, 6.0
    b = transition(division, loss, days)[1]
    u = np.log(division) + law.log_span(days, division - loss)
    assert 1.0 / (1.0 + np.exp(-u)) == pytest.approx(b, rel=1e-12)


def test_the_density_of_one_time_adds_up():
    """Over all times up to t it gives 1 - 1 / W(t)."""
    for filled in (0.0, 0.6):
        h = np.linspace(0.0, 30.0, 2_001)
        mass = np.trapezoid(
            [np.exp(law.log_times_density(np.array([t]), np.log(0.02), 0.3, log_odds(filled))) for t in h], h
        )
        w = 1.0 + 0.02 * np.exp(law.log_span(30.0, 0.3, log_odds(filled)))
        assert mass == pytest.approx(1.0 - 1.0 / w, rel=1e-6)  # trapezoid in steps of 0.015 years


def test_onset_integral_against_quadrature_and_closed_form():
    for rate, c, first, last in ((0.3, 1e-4, 40.0, 121.0), (5.0, 1e-9, 12.0, 80.0), (0.005, 0.2, 60.0, 70.0)):
        found = np.exp(law.log_onset_integral(first, last, np.log(c), rate))
        a = c / rate
        expected = quad(lambda t, a=a, rate=rate: 1.0 / (1.0 + a * np.expm1(rate * t)), first, last, epsabs=0,
                        epsrel=1e-10, limit=400, points=[first + 1 / rate] if first + 1 / rate < last else None)[0]  # fmt: skip
        x = [(1.0 - a) / a * np.exp(-rate * t) for t in (first, last)]
        closed = (np.log1p(x[0]) - np.log1p(x[1])) / (rate * (1.0 - a))
        assert expected == pytest.approx(closed, rel=1e-8)
        assert found == pytest.approx(closed, rel=1e-9)


def test_a_fixed_number_of_colonies_is_the_mixture_over_c():
    """Integrated over dc / c, n colonies have the same mass 1 / (n - 1) at every rate and onset (Lambert 2018)."""
    for n, rate, onset in ((3, 0.2, 50.0), (20, 1.5, 9.0)):
        log_c = np.linspace(-200.0, 200.0, 400_001)
        u = log_c + law.log_span(onset, rate)
        mass = np.trapezoid(np.exp(-(n - 1) * np.logaddexp(0.0, -u) - np.logaddexp(0.0, u)), log_c)
        assert mass == pytest.approx(1.0 / (n - 1), rel=1e-6)
