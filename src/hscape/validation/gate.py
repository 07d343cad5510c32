"""The gate over all rows: enough of the biology and enough of the gated clinical rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hscape.validation.row import Row

BIOLOGY_ROWS, BIOLOGY_WANTED = 20, 18
CLINICAL_ROWS, CLINICAL_WANTED = 14, 12


@dataclass(frozen=True, slots=True)
class Gate:
    """How many gated rows pass, of how many that were run."""

    biology_passed: int
    biology_run: int
    clinical_passed: int
    clinical_run: int

    @property
    def is_whole(self) -> bool:
        """Whether every gated row was run; without that there is no verdict."""
        return self.biology_run == BIOLOGY_ROWS and self.clinical_run == CLINICAL_ROWS

    @property
    def passed(self) -> bool | None:
        """True or False once every gated row was run, else None."""
        if not self.is_whole:
            return None
        return self.biology_passed >= BIOLOGY_WANTED and self.clinical_passed >= CLINICAL_WANTED

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "biology_passed": self.biology_passed,
            "biology_run": self.biology_run,
            "biology_wanted": BIOLOGY_WANTED,
            "clinical_passed": self.clinical_passed,
            "clinical_run": self.clinical_run,
            "clinical_wanted": CLINICAL_WANTED,
            "pass": self.passed,
        }

    def as_line(self) -> str:
        """One line for people."""
        words = {True: "the gate is passed", False: "the gate is NOT passed", None: "no verdict: not every row was run"}
        return (
            f"{self.biology_passed} of {self.biology_run} biology rows pass ({BIOLOGY_WANTED} of {BIOLOGY_ROWS} "
            f"wanted), {self.clinical_passed} of {self.clinical_run} gated clinical rows ({CLINICAL_WANTED} of "
            f"{CLINICAL_ROWS} wanted): {words[self.passed]}. A pass is within a tolerance, not equality."
        )


def judge(rows: Sequence[Row]) -> Gate:
    """Count the gated rows.

    Args:
        rows: what `validate` returned.
    """
    biology = [row.passed for row in rows if row.gate and row.part == "biology"]
    clinical = [row.passed for row in rows if row.gate and row.part == "clinical"]
    return Gate(sum(biology), len(biology), sum(clinical), len(clinical))
