"""Write the baseline: ``python -m tests.reference.make_baseline``. A changed baseline is named in CHANGELOG.md."""

from __future__ import annotations

from pathlib import Path

import yaml

from hscape import load_scenario, simulate
from hscape.results import summary

PAGE = Path(__file__).parent / "baseline.yaml"
NAMES = ("healthy", "blood-donation", "docetaxel-pulse", "infection")


def baseline() -> dict[str, dict[str, dict[str, float]]]:
    """First, lowest, highest and last value of every column of the shipped scenarios, by expectation."""
    found = {}
    for name in NAMES:
        plan = load_scenario(name)
        history = simulate(
            plan.patient(), days=plan.days, seed=1, kernel="mean", output_every_days=plan.output_every_days
        )
        found[name] = {column: {k: float(f"{v:.8g}") for k, v in values.items()}
                       for column, values in summary(history).items()}  # fmt: skip
    return found


if __name__ == "__main__":
    PAGE.write_text(yaml.safe_dump(baseline(), sort_keys=False), encoding="utf-8")
