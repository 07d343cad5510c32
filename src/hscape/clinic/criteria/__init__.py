"""Thresholds, sources, drug names and evidence, as data that a hematologist can read and correct."""
