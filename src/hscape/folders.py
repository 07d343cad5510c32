"""Folders for results: checked before anything runs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hscape.errors import InputError


def check_folder(folder: Path) -> None:
    """Make sure that results can be written before anything runs.

    Raises:
        InputError: it is a file, or it cannot be created or written.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"--out: {folder} is a file; give a folder.")
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        for path in missing:
            if path.exists() and not any(path.iterdir()):
                path.rmdir()
        raise InputError(f"--out: {folder} cannot be written ({error.strerror}); give a folder of your own.") from None
