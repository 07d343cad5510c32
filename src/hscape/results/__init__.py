"""Results of a scenario: run it, and write tables, pictures, provenance and a digest into a folder."""

from hscape.results.run import run_scenario
from hscape.results.write import summary, tables, write_results

__all__ = ["run_scenario", "summary", "tables", "write_results"]
