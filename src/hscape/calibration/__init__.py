"""Fitting the population to the clinic: which numbers, which figures, and how."""

from hscape.calibration.coarse_figures import figures
from hscape.calibration.fit import CalibrationResult, calibrate
from hscape.calibration.measure import FITTED, measure
from hscape.calibration.search import search

__all__ = ["FITTED", "CalibrationResult", "calibrate", "figures", "measure", "search"]
