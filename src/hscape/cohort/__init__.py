"""Many virtual patients: a design, a run that survives interruption, and its summary."""

from hscape.cohort.design import Arm, Design
from hscape.cohort.design_file import design_names, load_design, parse_design
from hscape.cohort.hooks import Checks, Hooks, default_checks, default_hooks
from hscape.cohort.one_patient import PatientResult, run_patient
from hscape.cohort.run import CohortResult, run_cohort
from hscape.cohort.summary import response_table, screening

__all__ = [
    "Arm",
    "Checks",
    "CohortResult",
    "Design",
    "Hooks",
    "PatientResult",
    "default_checks",
    "default_hooks",
    "design_names",
    "load_design",
    "parse_design",
    "response_table",
    "run_cohort",
    "run_patient",
    "screening",
]
