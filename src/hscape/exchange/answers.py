"""Answers to the amber questions, given once in a file and remembered beside the data.

```yaml
answers:
  "date_order:Visits:Date": day_first
  "unit:Visits:PLT:AA-07": /uL
  "value:Visits:14:PLT": 1.2          # or keep, or exclude
  "column:Visits:Foo": platelets      # or ignore
```
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from hscape.errors import InputError
from hscape.exchange.issues import Issue

_MAX_BYTES = 1_000_000


def default_answers_path(path: Path) -> Path:
    """Where the answers of a data file are remembered: beside it, with ``.answers.yaml`` added."""
    return path.with_name(path.name + ".answers.yaml")


def load_answers(answers: Path | str | Mapping[str, Any] | None, data_path: Path) -> dict[str, str]:
    """The answers given, or those remembered beside the data, or none.

    Raises:
        InputError: the file is missing or is not a table of answers.
    """
    if isinstance(answers, Mapping):
        return {str(key): _word(value) for key, value in answers.items()}
    path = Path(answers) if answers is not None else default_answers_path(data_path)
    if not path.exists():
        if answers is None:
            return {}
        raise InputError(f"answers: {path} does not exist; give a file written by hscape or leave the option out.")
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(f"answers: {path.name} has more than 1 MB; an answers file is short.")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"answers: {path.name} is not readable as YAML ({str(error)[:100]}); mend that line."
        ) from None
    if content is None:
        return {}
    table = content.get("answers") if isinstance(content, dict) else None
    if table is None and isinstance(content, dict) and "answers" in content:
        return {}
    if not isinstance(table, dict):
        raise InputError(
            f"answers: {path.name} has no table 'answers'; write answers: and under it one line a question."
        )
    return {str(key): _word(value) for key, value in table.items() if value is not None}


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value).strip()


def write_answers(path: Path | str, issues: tuple[Issue, ...], given: Mapping[str, str] | None = None) -> Path:
    """Write a file with every open question, its message as a comment, and the answers given so far.

    Args:
        path: the data file (the answers go beside it), or the answers file itself.
        issues: the issues of a reading.
        given: answers that are already known; they are kept.
    """
    target = Path(path)
    if not target.name.endswith((".answers.yaml", ".answers.yml")):
        target = default_answers_path(target)
    known = dict(given or {})
    lines = ["# Answer after the colon; a line without an answer stays a question.", "answers:"]
    for issue in issues:
        if issue.severity != "amber" or not issue.key or issue.key in known:
            continue
        lines += [f"  # {issue.message}", f"  # {issue.fix}", f"  {_quoted(issue.key)}:"]
    lines += [f"  {_quoted(key)}: {_quoted(value)}" for key, value in known.items()]
    seen: set[str] = set()
    unique = []
    for line in lines:
        if line.endswith(":") and line.startswith('  "') and line in seen:
            continue
        seen.add(line)
        unique.append(line.replace("\n", " "))
    target.write_text("\n".join(unique) + "\n", encoding="utf-8")
    return target


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
