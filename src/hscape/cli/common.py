"""What every command shares: reading options, the JSON envelope, and where words go."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from hscape.errors import InputError

DONE, MISSES, BAD_INPUT, ANSWER_NEEDED = 0, 1, 2, 3
INTERRUPTED = 130

Seed = Annotated[str | None, typer.Option(help="whole number from 0 on; the same seed gives the same bytes")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="PARAMETER_ID=VALUE, or a JSON file of calibrate; may be given several times"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON and nothing else")]


def whole(text: str | None, where: str, lowest: int, highest: int) -> int:
    """A whole number within bounds, or one sentence that says what came."""
    try:
        number = int(str(text), 10)
    except ValueError:
        raise InputError(
            f"{where}: '{text}' is not a whole number; give an integer from {lowest} to {highest}."
        ) from None
    if not lowest <= number <= highest:
        raise InputError(f"{where}: {number} is out of range; give an integer from {lowest} to {highest}.")
    return number


def read_parameters(settings: list[str] | None) -> Any:
    """The numbers in force, with what ``--set`` changes: one number, or all of a file that ``calibrate`` wrote."""
    from hscape.parameters import Parameters, parse_setting

    values: dict[str, float] = {}
    for text in settings or []:
        values |= _read_values(Path(text)) if text.endswith(".json") else dict([parse_setting(text)])
    return Parameters().with_values(values)


def _read_values(path: Path) -> dict[str, float]:
    """Numbers of a file with ``values``, as `calibrate` writes it."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))["values"]
        return {str(name): float(value) for name, value in values.items()}
    except OSError:
        raise InputError(f"--set: {path} cannot be read; give PARAMETER_ID=VALUE or a file of calibrate.") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InputError(
            f"--set: {path} holds no numbers under 'values'; give PARAMETER_ID=VALUE or a file of calibrate."
        ) from None


def read_seed(text: str | None) -> int:
    """The seed that came, or a fresh one."""
    from hscape.streams import check_seed, fresh_seed

    return fresh_seed() if text is None else check_seed(text, "--seed")


def say(text: str) -> None:
    """Print for people, on standard error."""
    print(text, file=sys.stderr, flush=True)


def envelope(schema: str, seed: int | None, parameters: Any, content: dict[str, Any]) -> dict[str, Any]:
    """What every JSON answer carries, and its content."""
    from hscape.fingerprint import model_fingerprint
    from hscape.version import __version__

    head: dict[str, Any] = {
        "schema": schema,
        "version": __version__,
        "fingerprint": model_fingerprint(parameters),
        "seed": seed,
        "issues": [],
    }
    return head | content


def print_json(content: dict[str, Any]) -> None:
    """Print JSON and nothing else."""
    print(json.dumps(content, indent=1, allow_nan=False))


def announce_compilation() -> None:
    """Say so when the first run will compile."""
    from hscape.compiled import is_cold

    if is_cold():
        say("First run on this machine: compiling the kernels, a minute or two; later runs start at once.")
