"""Many virtual patients: a design, a run that survives interruption, and its summary."""
