"""Fitting the population to the clinic: which numbers, which figures, and how."""

from hscape.calibration.fit import CalibrationResult, calibrate
from hscape.calibration.measure import FITTED, measure

__all__ = ["FITTED", "CalibrationResult", "calibrate", "measure"]
