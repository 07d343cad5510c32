"""Shipped designs of cohorts, one YAML file each."""
