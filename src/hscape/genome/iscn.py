"""Reading the ISCN text of a karyotype: cell lines, metaphases, abnormalities.

Constitutional changes (marked ``c``) are left out. What cannot be read is left unread and said, never
guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FAILED = re.compile(r"fail|no (metaphase|mitos|growth|result)|not? (evaluable|assess)|insufficient", re.IGNORECASE)
_CELLS = re.compile(r"\[(?:cp)?(\d+)\]\s*$")
_CLONE = re.compile(r"^\d{2}(?:[~-]\d{2})?\s*,")


@dataclass(frozen=True, slots=True, kw_only=True)
class KaryotypeClone:
    """One cell line: its abnormalities, and the metaphases that show it (None if not written)."""

    abnormalities: tuple[str, ...]
    n_cells: int | None


def is_failed(text: str) -> bool:
    """True if the text says that the culture gave no result."""
    return bool(_FAILED.search(text))


def read_karyotype(text: str) -> tuple[KaryotypeClone, ...] | None:
    """The abnormal cell lines of an ISCN text, empty if normal; None if it cannot be read.

    Example:
        >>> [clone.abnormalities for clone in read_karyotype("45,XX,-7[12]/46,XX[8]")]
        [('-7',)]
    """
    lines = [line.strip() for line in re.split(r"/+", text.replace("−", "-").replace("–", "-").strip()) if line.strip()]
    if not lines or is_failed(text) or not all(_CLONE.match(line) for line in lines):
        return None
    clones: list[KaryotypeClone] = []
    stem: tuple[str, ...] = ()
    for line in lines:
        clone = _read_line(line, stem)
        stem = stem or clone.abnormalities
        if clone.abnormalities:
            clones.append(clone)
    return tuple(clones)


def _read_line(line: str, stem: tuple[str, ...]) -> KaryotypeClone:
    cells = _CELLS.search(line)
    parts = [part.strip() for part in _split_outside_brackets(_CELLS.sub("", line))[1:]]
    sexes, changes = parts[0] if parts else "", parts[1:]
    found = [
        change
        for change in changes
        if change and not change.endswith("c") and not change.startswith(("idem", "sl", "sdl"))
    ]
    if sexes in ("X", "Y") and not any(change.startswith(("-X", "-Y")) for change in changes):
        found.insert(0, "-Y or -X")
    if any(change.startswith(("idem", "sl", "sdl")) for change in [sexes, *changes]):
        found = [*stem, *found]
    return KaryotypeClone(abnormalities=tuple(found), n_cells=int(cells.group(1)) if cells else None)


def _split_outside_brackets(text: str) -> list[str]:
    """Split at commas that are not inside parentheses."""
    return re.split(r",(?![^(]*\))", text)


def n_metaphases(text: str) -> int | None:
    """Metaphases that an ISCN text counts in all, None if it counts none."""
    counted = [int(number) for number in re.findall(r"\[(?:cp)?(\d+)\]", text)]
    return sum(counted) if counted else None
