"""YAML that people write: shipped with the package by name, or a file; whatever is wrong is one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from hscape.errors import InputError, unknown_name

LARGEST_FILE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedYaml:
    """One kind of file.

    Args:
        package: where the shipped ones lie, for example ``hscape.scenarios``.
        kind: what one is called, for example ``scenario``.
        example: where to see how one is written.
    """

    package: str
    kind: str
    example: str

    def names(self) -> list[str]:
        """Names of the shipped ones."""
        folder = resources.files(self.package)
        return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".yaml"))

    def load(self, name_or_file: str | Path) -> Any:
        """The content of a shipped one by name, or of a file.

        Raises:
            InputError: no such name, not readable, too large, or not YAML.
        """
        name = str(name_or_file)
        text = self._text(name)
        try:
            return yaml.load(text, Loader=UniqueKeyLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f" in line {mark.line + 1}" if mark else ""
            problem = getattr(error, "problem", None) or "not YAML"
            raise InputError(f"{name}{line}: {problem}; write YAML as in {self.example}.") from None
        except RecursionError:
            raise InputError(f"{name}: nested too deeply; write YAML as in {self.example}.") from None
        except ValueError as error:
            raise InputError(f"{name}: cannot be read as YAML ({error}); write YAML as in {self.example}.") from None

    def _text(self, name: str) -> str:
        names = self.names()
        if name in names:
            return resources.files(self.package).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
        path = Path(name)
        if not path.suffix and not path.exists():
            raise unknown_name(self.kind, name, names, kind=self.kind)
        try:
            is_large = path.stat().st_size > LARGEST_FILE_BYTES
            text = "" if is_large else path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a text file in UTF-8"
            raise InputError(
                f"{name}: cannot be read ({reason}); give a YAML file or one of {', '.join(names)}."
            ) from None
        if is_large:
            raise InputError(f"{name}: larger than {LARGEST_FILE_BYTES} bytes; a {self.kind} is a page of text.")
        return text


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
