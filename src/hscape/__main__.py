"""Run with python -m hscape."""

from hscape.cli import main

main()
