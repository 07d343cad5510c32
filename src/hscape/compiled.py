"""Compiled code without surprises: where machine code is cached, and the one way to compile.

Numba's own cache looks only at the file that holds a function: a rate edited in an *imported* file
would keep returning its old value. The cache folder is therefore keyed by a hash of every source file
of the package and of the compiler's versions, and falls back to a temporary folder where neither the
code nor the home folder can be written.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

PACKAGE_FOLDER = Path(__file__).resolve().parent
Function = TypeVar("Function", bound=Callable[..., Any])


def source_hash(folder: Path = PACKAGE_FOLDER) -> str:
    """Hash of every Python file and every record of the package, in hexadecimal, independent of where it is installed.

    Records count, since the constants that kernels read are laid out in their order.
    """
    digest = hashlib.sha256()
    for path in sorted([*folder.rglob("*.py"), *(folder / "biology" / "values").glob("*.toml")]):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder() -> Path:
    """Folder for machine code: ``HSCAPE_CACHE``, the user's cache folder, or a temporary one."""
    if os.environ.get("HSCAPE_CACHE"):
        roots = [Path(os.environ["HSCAPE_CACHE"])]
    elif sys.platform == "win32":
        roots = [Path(os.environ.get("LOCALAPPDATA", tempfile.gettempdir())) / "hscape" / "cache"]
    elif os.environ.get("XDG_CACHE_HOME"):
        roots = [Path(os.environ["XDG_CACHE_HOME"]) / "hscape"]
    else:
        roots = [Path(os.path.expanduser("~")) / ".cache" / "hscape"]  # noqa: PTH111 - no error without a home
    key = f"{source_hash()[:20]}-numba{numba.__version__}-py{sys.version_info[0]}{sys.version_info[1]}"
    for root in roots:
        if _is_writable(root / key):
            return root / key
    own = own_temporary_folder(Path(tempfile.gettempdir()))
    if own is not None and _is_writable(own / key):
        return own / key
    return Path(tempfile.mkdtemp(prefix="hscape-cache-"))


def own_temporary_folder(temporary: Path) -> Path | None:
    """A folder for this user in a shared temporary one, which later runs find again; None if it cannot be trusted.

    Machine code is loaded from it, so it must not have been prepared by somebody else: a real folder, owned by this
    user, that nobody else may enter.
    """
    if not hasattr(os, "getuid"):
        return None
    folder = temporary / f"hscape-cache-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    is_own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return folder if is_own else None


CACHE_FOLDER = cache_folder()
numba.config.CACHE_DIR = str(CACHE_FOLDER)  # type: ignore[attr-defined]
# The signature of a kernel is fixed, so its first call is its only compilation.
warnings.filterwarnings("ignore", category=numba.NumbaExperimentalFeatureWarning)


def compiled(function: Function) -> Function:
    """Compile a kernel: cached on disk, releases the interpreter lock, division follows IEEE rules."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False)(function)  # type: ignore[return-value]


def inlined(function: Function) -> Function:
    """Compile a function into its callers: for inner loops, where handing over a bundle costs more than the work."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False, forceinline=True)(  # type: ignore[return-value]
        function
    )


def is_cold() -> bool:
    """True when no machine code has been cached yet, so that the first run will compile."""
    return not any(CACHE_FOLDER.rglob("*.nbc"))
