"""Where scenarios come from: shipped ones by name, others from a YAML file."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from hscape.errors import InputError, unknown_name
from hscape.scenario.check import parse_scenario
from hscape.scenario.model import Scenario

LARGEST_FILE_BYTES = 1_000_000


def scenario_names() -> list[str]:
    """Names of the shipped scenarios."""
    folder = resources.files("hscape.scenarios")
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load_scenario(name_or_file: str | Path) -> Scenario:
    """Read a shipped scenario by name, or a YAML file.

    Raises:
        InputError: no such scenario, not readable, an unknown key, a missing unit, an impossible value, or
            events out of order; one sentence that says where, what came, what is allowed and what to do.
    """
    text, where = _read(name_or_file)
    try:
        data = yaml.load(text, Loader=UniqueKeyLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not YAML"
        raise InputError(f"{where}{line}: {problem}; write YAML as in 'hscape examples'.") from None
    except RecursionError:
        raise InputError(f"{where}: nested too deeply; a scenario has three levels.") from None
    return parse_scenario(data, where)


class UniqueKeyLoader(yaml.SafeLoader):
    """A safe loader that refuses a key written twice, since YAML would silently keep the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping; every key may come once."""
        seen = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' is written twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _read(name_or_file: str | Path) -> tuple[str, str]:
    name = str(name_or_file)
    if name in scenario_names():
        return resources.files("hscape.scenarios").joinpath(f"{name}.yaml").read_text(encoding="utf-8"), name
    path = Path(name)
    if not path.suffix and not path.exists():
        raise unknown_name("scenario", name, scenario_names(), kind="scenario")
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise InputError(f"{name}: larger than {LARGEST_FILE_BYTES} bytes; a scenario is a page of text.")
        return path.read_text(encoding="utf-8"), name
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a text file in UTF-8"
        raise InputError(
            f"{name}: cannot be read ({reason}); give a YAML file or one of {', '.join(scenario_names())}."
        ) from None
