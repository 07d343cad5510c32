"""What the abnormalities of a karyotype mean for clonal evolution: clones, chromosome 7, arms of adverse lists."""

from __future__ import annotations

import re

from hscape.clinic.thresholds import threshold
from hscape.genome.iscn import KaryotypeClone


def is_clone(line: KaryotypeClone) -> bool:
    """True if enough metaphases show a cell line, or their number is not written."""
    if line.n_cells is None:
        return True
    losses_only = all(change.startswith("-") for change in line.abnormalities)
    return line.n_cells >= threshold("clone_loss_cells_count" if losses_only else "clone_gain_cells_count")


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


def in_words(clone: KaryotypeClone) -> str:
    """The cell line in words, for a reason."""
    cells = f" in {clone.n_cells} metaphases" if clone.n_cells is not None else ""
    return ", ".join(clone.abnormalities) + cells
