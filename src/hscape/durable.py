"""Files that are whole or not there: written beside their place, pressed to the disk, then moved in one motion."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hscape.errors import InputError

#: Beginning of the names of files that are being written; what a stopped run leaves of them is removed.
UNFINISHED = ".unfinished-"


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that a reader, and a power cut, finds all of it or nothing.

    Raises:
        OSError: no room, or no right to write.
    """
    with replacing(path) as draft:
        draft.write_bytes(data)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A draft in the same folder that takes the place of the file when the block ends well."""
    draft = path.with_name(f"{UNFINISHED}{os.getpid()}-{path.name}")
    try:
        yield draft
        _press_to_disk(draft)
        os.replace(draft, path)  # noqa: PTH105 - replaces in one motion
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        _press_to_disk(path.parent)


def _press_to_disk(path: Path) -> None:
    # Windows presses only what was opened for writing; a folder can only be opened for reading.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def one_sentence(folder: Path) -> Iterator[None]:
    """Turn a full disk or a folder that cannot be written into one sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"--out: {folder} cannot be written ({reason}); make room or correct its rights and run the same command "
            "again, finished patients are kept."
        ) from None
