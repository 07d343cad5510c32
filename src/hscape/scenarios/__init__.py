"""Shipped scenarios, one YAML file each."""
