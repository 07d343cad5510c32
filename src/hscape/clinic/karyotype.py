"""Reading the ISCN text of a karyotype as far as clonal evolution needs: clones, cells, abnormalities.

Constitutional changes (marked ``c``) are left out. What cannot be read is left unread and said, never
guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hscape.clinic.thresholds import threshold

_FAILED = re.compile(r"fail|no (metaphase|mitos|growth|result)|not? (evaluable|assess)|insufficient", re.IGNORECASE)
_CELLS = re.compile(r"\[(?:cp)?(\d+)\]\s*$")
_CLONE = re.compile(r"^\d{2}(?:[~-]\d{2})?\s*,")


@dataclass(frozen=True, slots=True, kw_only=True)
class KaryotypeClone:
    """One cell line: its abnormalities, and the metaphases that show it (None if not written)."""

    abnormalities: tuple[str, ...]
    n_cells: int | None

    @property
    def is_clone(self) -> bool:
        """True if enough metaphases show it, or their number is not written."""
        if self.n_cells is None:
            return True
        losses_only = all(_is_loss(change) for change in self.abnormalities)
        return self.n_cells >= threshold("clone_loss_cells_count" if losses_only else "clone_gain_cells_count")


def _is_loss(change: str) -> bool:
    return change.startswith("-")


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


def touches_chromosome_7(change: str) -> bool:
    """True for loss of chromosome 7, or any structural change of 7."""
    return change == "-7" or bool(
        re.match(r"^(?:-|der|del|i|idic|t|dic|add|inv|r)\(?[^)]*?(?<!\d)7(?!\d)[^)]*\)", change)
    )


_CHANGE = re.compile(r"^\+?(?P<kind>[a-z]+)\((?P<chromosomes>[^)]*)\)(?:\((?P<bands>[^)]*)\))?")
#: Arms whose change is adverse in lists for MDS or leukemia -> the same written in words, as for FISH or an array.
_NAMED_IN_WORDS = {
    "3q": re.compile(r"(?<!\d)3\)?\(?q|MECOM|EVI1", re.IGNORECASE),
    "5q": re.compile(r"(?<!\d)5\)?\(?q|monosomy[ _-]*5(?!\d)|(?<![\d\w])-5(?!\d)", re.IGNORECASE),
    "17p": re.compile(r"(?<!\d)17\)?\(?p|monosomy[ _-]*17(?!\d)|(?<![\d\w])-17(?!\d)|TP53", re.IGNORECASE),
}


def named_arm(change: str) -> str:
    """The arm 3q, 5q or 17p that an ISCN change touches, empty if none; an arm that is not written counts."""
    if change in ("-5", "-17"):
        return {"-5": "5q", "-17": "17p"}[change]
    found = _CHANGE.match(change)
    if not found:
        return ""
    bands = (found["bands"] or "").split(";")
    for index, chromosome in enumerate(found["chromosomes"].split(";")):
        band = bands[index] if index < len(bands) else ""
        if chromosome in ("3", "5") and (not band or "q" in band):
            return f"{chromosome}q"
        # An isochromosome of 17q, or a chromosome derived from its long arm, has lost 17p.
        if chromosome == "17" and (not band or "p" in band or found["kind"] in ("i", "idic", "der", "dic")):
            return "17p"
    return ""


def named_arm_in_words(text: str) -> str:
    """The arm 3q, 5q or 17p that the words of a FISH or array result name, empty if none."""
    return next((arm for arm, words in _NAMED_IN_WORDS.items() if words.search(text)), "")


def n_metaphases(text: str) -> int | None:
    """Metaphases that an ISCN text counts in all, None if it counts none."""
    counted = [int(number) for number in re.findall(r"\[(?:cp)?(\d+)\]", text)]
    return sum(counted) if counted else None


def in_words(clone: KaryotypeClone) -> str:
    """The cell line in words, for a reason."""
    cells = f" in {clone.n_cells} metaphases" if clone.n_cells is not None else ""
    return ", ".join(clone.abnormalities) + cells
