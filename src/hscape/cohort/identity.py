"""Which run a folder belongs to: design, seed, parameters, version and source; and that one run at a time writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from hscape.cohort.design import Design
from hscape.cohort.hooks import Hooks
from hscape.durable import write_durably
from hscape.errors import InputError
from hscape.parameters import Parameters
from hscape.version import __version__

#: Packages whose source can change what a patient's row says.
_SOURCE = ("biology", "care", "chart", "clinic", "cohort", "dynamics", "genome", "observation", "registry")
_FILES = ("draws.py", "history.py", "parameters.py", "patient.py", "scenario/read.py", "streams.py", "units.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What makes two runs the same run; the number of patients and of workers does not."""

    design: str
    seed: int
    parameters: str
    version: str
    source: str

    def as_dict(self) -> dict[str, Any]:
        """Each part by its name."""
        return {name: getattr(self, name) for name in self.__slots__}

    def fingerprint(self) -> str:
        """SHA-256 over all parts."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()


def identify(design: Design, seed: int, parameters: Parameters, hooks: Hooks) -> Identity:
    """The identity of a run."""
    return Identity(
        design=design.fingerprint(),
        seed=seed,
        parameters=parameters.fingerprint(),
        version=__version__,
        source=hashlib.sha256((source_fingerprint() + hooks.names()).encode()).hexdigest(),
    )


def source_fingerprint() -> str:
    """SHA-256 over the code and the data files that patients, charts and verdicts come from."""
    digest = hashlib.sha256()
    package = Path(str(resources.files("hscape")))
    paths = [path for name in _SOURCE for path in (package / name).rglob("*") if path.suffix in (".py", ".toml")]
    for path in sorted([*paths, *(package / name for name in _FILES)]):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).digest())
    return digest.hexdigest()


def claim(parts: Path, identity: Identity) -> None:
    """Write the identity of a run into a new folder, or make sure that it is the one that is there.

    Raises:
        InputError: the folder holds another run.
    """
    path = parts / "run.json"
    if not path.exists():
        write_durably(path, json.dumps(identity.as_dict(), indent=1).encode())
        return
    try:
        there = json.loads(path.read_bytes())
    except ValueError:
        there = {}
    other = [name for name, value in identity.as_dict().items() if there.get(name) != value]
    if other:
        words = [
            f"{name} {there.get(name)} there, {getattr(identity, name)} here" if name in ("seed", "version") else name
            for name in other
        ]
        raise InputError(
            f"--out: {parts.parent} holds patients of another run (different: {'; '.join(words)}); "
            "give another folder, or delete this one."
        )


@contextmanager
def alone(parts: Path) -> Iterator[None]:
    """Hold the folder for this process; the system lets it go when the process ends in whatever way.

    Raises:
        InputError: another process is writing there.
    """
    try:
        import fcntl
    except ImportError:  # a system without it: two runs at once do no harm, they only do the work twice
        yield
        return
    with (parts / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"--out: another run is writing to {parts.parent}; wait for it or give another folder."
            ) from None
        except OSError:  # a network folder without locks
            pass
        yield
