"""Write the published JSON Schema of scenarios: ``python -m hscape.scenario.schema``."""

from __future__ import annotations

import json
from pathlib import Path

from hscape.scenario.model import Scenario

PAGE = Path(__file__).parent.parent / "scenarios" / "scenario.schema.json"


def schema_text() -> str:
    """The schema as text."""
    return json.dumps(Scenario.model_json_schema(), indent=1) + "\n"


if __name__ == "__main__":
    PAGE.write_text(schema_text(), encoding="utf-8")
