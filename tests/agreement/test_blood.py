"""The fast blood integrator against a library's adaptive solver, and rest as rest."""

import numpy as np
import pytest
from verification.blood import random_patient, solver_error

from hscape.biology.balance import constants_record
from hscape.biology.blood import blood_derivative
from hscape.biology.channels import resting_channels
from hscape.biology.state import FROZEN, N_BLOOD, N_STATES
from hscape.parameters import Parameters
from hscape.verify.reference import fast_course, healthy_start, reference_course


def test_health_is_a_resting_point_of_the_reference_person():
    for sex in ("male", "female"):
        y, dy, gain = healthy_start(), np.zeros(N_STATES), np.zeros(N_STATES)
        c = constants_record(Parameters(), sex)
        blood_derivative(y, resting_channels(), np.ones(len(FROZEN)), c, dy, gain)
        assert np.abs(dy[:N_BLOOD]).max() < 1e-12


@pytest.mark.parametrize("number", range(6))
def test_fast_integrator_against_the_adaptive_solver(number):
    """max |x - reference| / (0.01 + |reference|) below 1e-3 at days, over 120 days with random events."""
    assert solver_error(random_patient(number, seed=17), days=120.0) < 1e-3


def test_both_paths_share_the_start_and_the_days():
    patient = random_patient(0, seed=1)
    days, fast = fast_course(patient, days=30.0)
    days_reference, reference = reference_course(patient, days=30.0)
    assert np.array_equal(days, days_reference)
    assert np.array_equal(fast[0], reference[0])
