"""Scatter of reads and of errors: what is assumed, what a table teaches, and what is averaged over."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hscape.clones.growth.error_law import ErrorLaw
from hscape.clones.growth.estimate_noise import estimate_noise
from hscape.clones.growth.evidence import ERROR_CONCENTRATIONS, ERROR_SHARES, FINE, Evidence, evidence_of
from hscape.clones.growth.grid import Setting
from hscape.clones.growth.pooling import pool
from hscape.clones.growth.read_table import read_table
from hscape.parameters import Parameters
from hscape.streams import generator

NUMBERS = Parameters()


def test_unknown_scatter_is_averaged_and_widens_the_answer():
    table = pd.DataFrame(dict(person="A", variant="v", age_years=[60.0, 65.0], alt=[200, 300], depth=5000))
    group = read_table(table).trajectories
    unsure = Setting.of(NUMBERS, 0.01)
    sure = replace(unsure, noise=replace(unsure.noise, concentration_log_sd=0.0))
    told = evidence_of(group, unsure)
    alone = [evidence_of(group, replace(sure, noise=replace(sure.noise, concentration_reads=500.0 * np.exp(at)))).selected
             for at in (-(3.0**0.5), 0.0, 3.0**0.5)]  # fmt: skip
    by_hand = np.log(np.exp(np.array(alone)).T @ (np.array([1.0, 4.0, 1.0]) / 6.0))
    assert told.selected == pytest.approx(by_hand, abs=1e-9)  # the same sums in another order
    spreads = []
    for evidence in (told, evidence_of(group, sure)):
        density = np.exp(evidence.selected - evidence.selected.max())
        mean = (FINE * density).sum() / density.sum()
        spreads.append((density * (FINE - mean) ** 2).sum() / density.sum())
    assert spreads[0] > spreads[1]


@pytest.mark.parametrize("years", [(70.0, 75.0), (70.0, 73.0, 76.0, 79.0)])
def test_a_table_teaches_its_scatter_even_from_two_visits(years):
    """Plain logistic clones with beta-binomial reads: made without any code of the fit."""
    rng, truth, rows = generator(11, "scatter", len(years)), 120.0, []
    for i in range(120):
        odds = np.exp(rng.uniform(np.log(0.01), np.log(0.5)) + rng.gamma(2.0, 0.06) * (np.array(years) - years[0]))
        vaf = 0.5 * odds / (1.0 + odds)
        alt = rng.binomial(1000, rng.beta(vaf * truth, (1.0 - vaf) * truth))
        rows += [dict(person=f"P{i}", variant="v", age_years=t, alt=int(a), depth=1000)
                 for t, a in zip(years, alt, strict=True)]  # fmt: skip
    setting = Setting.of(NUMBERS, 0.002)
    noise = estimate_noise(read_table(pd.DataFrame(rows)).trajectories, setting, NUMBERS).noise
    assert noise.concentration_log_sd < 0.5 * setting.noise.concentration_log_sd
    # Four of its own standard deviations, which the table has to give.
    assert abs(np.log(noise.concentration_reads / truth)) < 4.0 * max(noise.concentration_log_sd, 0.1)


def test_few_variants_leave_scatter_as_unsure_as_assumed():
    table = pd.DataFrame(dict(person="A", variant="v", age_years=[60.0, 65.0], alt=[20, 30], depth=1000))
    setting = Setting.of(NUMBERS, 0.01)
    assert estimate_noise(read_table(table).trajectories, setting, NUMBERS) is setting
    assert setting.noise.concentration_log_sd == NUMBERS["clone_growth_concentration_log_sd"]


def test_levels_of_errors_belong_to_their_scatter():
    assumed = ErrorLaw.assumed(NUMBERS)
    assert np.exp(assumed.log_kinds()).sum() == pytest.approx(1.0)
    found = np.zeros((len(ERROR_CONCENTRATIONS), ERROR_SHARES.size))
    low, high = (int(np.argmin(abs(ERROR_SHARES - level))) for level in (0.002, 0.01))
    found[1, low], found[3, high] = 500.0, 1500.0
    law = assumed.learn(found.ravel(), 10.0, 10.0, NUMBERS)
    # The common level weighs as 10 of 510 errors and lies at most a factor of 5 away: 5 ** (10 / 510) is 3.2 % off.
    assert np.exp(law.log_levels[[1, 3]]) == pytest.approx(ERROR_SHARES[[low, high]], rel=0.032)
    assert law.scatters[3] == pytest.approx(1500 / 2000, abs=0.01)
    # A scatter that was never found keeps to the level of all, between the two.
    assert ERROR_SHARES[low] < np.exp(law.log_levels[0]) < ERROR_SHARES[high]
    assert np.exp(law.log_kinds()).sum() == pytest.approx(1.0)


def test_what_a_table_taught_serves_another():
    rng = generator(4, "taught")
    evidence = [Evidence(-0.5 * ((FINE - rng.normal(0.1, 0.1)) / 0.05) ** 2, float(rng.normal(-3.0, 1.0)),
                         rng.normal(-4.0, 1.0, (len(ERROR_CONCENTRATIONS), ERROR_SHARES.size)))
                for _ in range(30)]  # fmt: skip
    none = [""] * len(evidence)
    first = pool(evidence, none, none, NUMBERS, is_filtered=False)
    again = pool(evidence[:3], none[:3], none[:3], NUMBERS, is_filtered=False, learned=first)
    for one, other in zip(first.clones, again.clones, strict=False):  # without genes none teaches the other
        assert one.p_selected == pytest.approx(other.p_selected, rel=1e-9)
        assert one.density == pytest.approx(other.density, rel=1e-9)
