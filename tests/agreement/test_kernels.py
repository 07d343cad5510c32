"""Independent ways to the same answer: exact, stepped and mean kernels, closed forms, master equation."""

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import expm
from verification.stem_cells import final_sizes, order_of_convergence, scenarios

from hscape import Founder, Parameters, Patient, simulate
from hscape.dynamics import step
from hscape.verify.dsmts import MODELS, check_samples, run_model


@pytest.mark.parametrize("kernel", ["step", "exact"])
def test_discrete_stochastic_test_suite(kernel, seed):
    """Families 001 and 002: at most 3 of about 500 means above 3 standard errors, none above 4.5."""
    models = ("001-01", "001-03", "001-04", "001-18", "002-01", "002-02", "002-03", "002-09", "002-10")
    models += ("001-05", "002-04") if kernel == "step" else ()
    above, largest, largest_sd = 0, 0.0, 0.0
    for name in models:
        verdict = check_samples(name, run_model(name, runs=2000, seed=seed, kernel=kernel))
        above += verdict["n_mean_above_3"]
        largest = max(largest, verdict["largest_abs_z_mean"])
        largest_sd = max(largest_sd, verdict["largest_abs_z_sd"])
    assert above <= 3
    assert largest < 4.5
    assert largest_sd < 6.0  # variances are skewed at 2,000 runs; 5 is the suite's bound at large samples


def test_every_model_of_both_families_is_there():
    assert len([name for name in MODELS if name.startswith("001")]) == 19
    assert len([name for name in MODELS if name.startswith("002")]) == 10


@pytest.mark.parametrize("name", list(scenarios()))
def test_step_agrees_with_exact_where_rates_move_fast(name, seed):
    """Means within five standard errors at three times; distances of distributions are in verification/."""
    patient, days = scenarios()[name]
    a = final_sizes(patient, days, "exact", 120, seed, with_blood=False)
    b = final_sizes(patient, days, "step", 120, seed + 1, with_blood=False)
    error = np.sqrt((a.var(axis=0) + b.var(axis=0)) / 120)
    assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) <= 5 * error + 1e-9).all()


def test_transition_law_against_the_matrix_exponential():
    """The closed-form law of one clone against the generator of the linear birth-death process."""
    division, loss, days, n = 0.3, 0.2, 1.5, 150
    generator = np.zeros((n + 1, n + 1))
    for k in range(1, n + 1):
        if k < n:
            generator[k, k + 1] = division * k
        generator[k, k - 1] = loss * k
        generator[k, k] = -generator[k].sum()
    exact = expm(generator * days)[5]
    a, b = step.transition(division, loss, days)
    lineages = stats.binom(5, 1 - a).pmf(np.arange(6))
    ours = np.array([
        sum(lineages[m] * (stats.nbinom(m, 1 - b).pmf(k - m) if m else float(k == 0)) for m in range(min(5, k) + 1))
        for k in range(61)
    ])  # fmt: skip
    assert np.abs(ours - exact[:61]).max() < 1e-10


def test_step_converges_to_the_master_equation_of_two_competing_clones():
    """First order: the total-variation error halves with the step, for a handful of cells that compete."""
    errors = order_of_convergence(n=20, steps=(1, 2, 4))
    assert errors[0] < 0.1  # about the production step; the largest error over all starts
    assert 1.7 < errors[0] / errors[1] < 2.4
    assert 1.7 < errors[1] / errors[2] < 2.4


def test_mean_kernel_is_the_mean_of_the_exact_one():
    small = Parameters().with_values({"stem_cell_niche_capacity_cells": 20_000.0})
    patient = Patient(parameters=small, clones=[Founder(name="fast", stem_cells=2000, fitness_per_year=0.5)])
    mean = simulate(patient, days=728, seed=0, kernel="mean", with_blood=False, clones_every_days=728)
    sizes = final_sizes(patient, 728.0, "exact", 40, 3, with_blood=False)[:, 5]
    expected = mean.clone_rows[mean.clone_rows[:, 1] == 0][-1, 2]
    assert abs(sizes.mean() - expected) < 5 * sizes.std() / np.sqrt(40)


def test_division_counter_agrees_between_kernels():
    depths = [
        simulate(Patient(), days=728, seed=1, kernel=kernel, with_blood=False).last_clones.division_depth[0]
        for kernel in ("exact", "step", "mean")
    ]
    assert depths == pytest.approx([2 * 728 / 343] * 3, rel=0.01)  # two per symmetric division and cell
