"""Checks of the kernels against exact answers, and speed measurements."""
