"""The two errors that hscape raises, and how their one sentence is built."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """The user gave something impossible: where, what came, what is allowed, what to do.

    Printed by the command line without a traceback; exit code 2.
    """


class NumericsError(RuntimeError):
    """The computation failed although the input was legal; the message carries what reproduces it."""


def unknown_name(where: str, name: str, known: Iterable[str], *, kind: str = "name") -> InputError:
    """Build the error for a name that is not known, with the nearest known ones.

    Args:
        where: place in the input, for example ``events[2]``.
        name: what came.
        known: every legal name.
        kind: what the name should have been, for example ``key``.
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    near += [other for other in names if name and name in other and other not in near][:3]
    # A known name that is the same word with its unit is the commonest mend.
    with_unit = [other for other in names if other.startswith(f"{name}_")]
    if with_unit:
        return InputError(f"{where}: {kind} '{name}' lacks its unit; write {' or '.join(with_unit[:4])}.")
    shown = ", ".join(near) if near else ", ".join(names)
    lead = "did you mean" if near else "known are"
    return InputError(
        f"{where}: unknown {kind} '{name}'; {lead} {shown}?"
        if near
        else f"{where}: unknown {kind} '{name}'; {lead} {shown}."
    )
