"""What a column header means: its role, what it is about, and the unit written in it."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib import resources
from typing import Any

from hscape.exchange.lab_units import FAMILIES, flatten_unit, looks_like_unit, read_unit

#: Tables of `headers.toml` in the order in which a synonym that occurs twice is decided.
ROLES = (
    "identity",
    "person",
    "time",
    "long",
    "treatment",
    "transfusion",
    "wide_clone",
    "clone",
    "analyte",
    "drug",
    "ignored",
)
_BRACKETS = re.compile(r"[\[(（［【]([^\])）］】]*)[\])）］】]")
_VAF = re.compile(r"^([A-Za-z0-9]{2,9})(?:[ _]+(.+?))?[ _]+(?:vaf|af|allele fraction|allelfrequenz)\b", re.IGNORECASE)
#: "HLA-A*02:01 negative granulocytes (%)", "loss of HLA-A2": an allele, and a word that says it is not there.
_HLA = re.compile(
    r"\bHLA[- _]?([ABC])[w]?[*_ ]?(\d{2}|\d)(?::?(\d{2,3}))?\b|\b([ABC])\*(\d{2})(?::(\d{2,3}))?\b", re.IGNORECASE
)
_LACKING = re.compile(
    r"\b(negativ\w*|neg|lack\w*|deficien\w*|loss|lost|missing|null|verlust|fehlend\w*|perte|perdida)\b"
    r"|[ (][-−](?=[ )]|$)",
    re.IGNORECASE,
)
_LACKING_CELLS = {
    "monocytes": ("mono",), "blood": ("leuko", "leuco", "wbc", "white", "blood", "blut"), "cd34_cells": ("cd34",),
    "marrow": ("marrow", "bone", "knochenmark"),
}  # fmt: skip
_DOSE_WORDS = re.compile(r"\b(dose|dosis|daily|mg|mg d|mg day|mg kg|given|ug|mcg|per day|kg|iu|tag|jour|dia|d)\b")


@dataclass(frozen=True, slots=True)
class Column:
    """One understood column.

    Args:
        index: position in the row, from zero.
        header: as written.
        role: table of `headers.toml`, ``gene_vaf``, or empty if it is not understood.
        field: what it is about within the role.
        unit: unit as written in the header, empty if none.
    """

    index: int
    header: str
    role: str = ""
    field: str = ""
    unit: str = ""


@functools.cache
def _synonyms() -> dict[str, tuple[str, str]]:
    text = resources.files("hscape.exchange").joinpath("headers.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    found: dict[str, tuple[str, str]] = {}
    for role in ROLES:
        for field, names in tables[role].items():
            for name in (field, *names):
                found.setdefault(flatten(name), (role, field))
            if role == "analyte":
                for unit in FAMILIES[field].units:
                    found.setdefault(flatten(unit.analyte), (role, field))
    return found


@functools.cache
def drug_synonyms() -> dict[str, str]:
    """Flattened word for a drug -> its one name."""
    return {word: field for word, (role, field) in _synonyms().items() if role == "drug"}


@functools.lru_cache(maxsize=8192)
def flatten(text: str) -> str:
    """A header in lower case, without accents and punctuation."""
    flat = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower())
    flat = "".join(letter for letter in flat if not unicodedata.combining(letter) or letter in "\u3099\u309a")
    flat = unicodedata.normalize("NFKC", flat).replace("ß", "ss")
    flat = re.sub(r"[^\w%‰]+|_", " ", flat)
    return " ".join(flat.split())


def read_header(raw: Any, index: int) -> Column:
    """Understand one header cell; the role is empty if it is not known."""
    header = "" if raw is None else " ".join(str(raw).split())
    if not header:
        return Column(index, "")
    role, field, unit = _understand(header)
    return Column(index, header, role, field, unit)


@functools.lru_cache(maxsize=4096)
def _understand(header: str) -> tuple[str, str, str]:
    known = _synonyms()
    if found := known.get(flatten(header)):
        return (*found, _own_unit(header, found))
    if match := _VAF.match(header):
        gene = match[1].upper()
        if gene not in ("T", "ALLELE"):
            variant = (match[2] or "").strip(" ()")
            rest = header[match.end() :]
            unit = "%" if "%" in rest else "1" if "fraction" in rest.lower() or "0-1" in rest else ""
            return "gene_vaf", f"{gene} {variant}".strip(), unit
    if (allele := _HLA.search(header)) and _LACKING.search(header):
        return "wide_clone", _lacking(header, allele), "%" if "%" in header else ""
    inside = _BRACKETS.findall(header)
    bare = _BRACKETS.sub(" ", header)
    for candidate in (bare, _DOSE_WORDS.sub(" ", flatten(bare))):
        if found := known.get(flatten(candidate)):
            unit = next((text for text in inside if text), "")
            return (*found, unit or _dose_unit(header, found))
    if found := next((known[flatten(text)] for text in inside if flatten(text) in known), None):
        return (*found, "")  # "血小板 (PLT)" or "ANC (neutrophils)"
    return _with_trailing_unit(bare, inside, known)


def _lacking(header: str, allele: re.Match[str]) -> str:
    """Field of a column of cells that lack an HLA allele: ``hla_lacking A*02:01 granulocytes``."""
    locus, group, protein = (part or "" for part in (allele.groups()[:3] if allele[1] else allele.groups()[3:]))
    name = f"{locus.upper()}*{group.zfill(2)}" + (f":{protein}" if protein else "")
    words = header.lower()
    cells = next(
        (kind for kind, parts in _LACKING_CELLS.items() if any(part in words for part in parts)), "granulocytes"
    )
    return f"hla_lacking {name} {cells}"


def _with_trailing_unit(bare: str, inside: list[str], known: dict[str, tuple[str, str]]) -> tuple[str, str, str]:
    words = re.split(r"[\s,;:_]+|(?<=\D)(?=%)|(?<=\w) ?(?=×)|(?<=\w{3})(?=/)", bare.strip())
    words = [word for word in words if word]
    for cut in range(len(words) - 1, 0, -1):
        found = known.get(flatten(" ".join(words[:cut])))
        tail = " ".join([*words[cut:], *inside])
        if not found:
            continue
        if looks_like_unit(tail) or (found[0] == "analyte" and read_unit(tail, found[1])):
            return (*found, tail)
        if found[0] == "drug" and re.match(r"^(dose|mg|ug|mcg|µg|μg|iu|g)\b", tail.lower()):
            return (*found, tail.lower().replace("dose", "").strip())
        if "absolute" in tail.lower() or "abs" in flatten_unit(tail) or tail.lower() in ("#", "count"):
            return (*found, "")
    return "", "", ""


def _own_unit(header: str, found: tuple[str, str]) -> str:
    """The unit in a header that is a chart name, such as platelets_1e9_per_l."""
    if found[0] == "analyte":
        for unit in FAMILIES[found[1]].units:
            if header.strip() == unit.analyte:
                return unit.key
    return ""


def _dose_unit(header: str, found: tuple[str, str]) -> str:
    match = re.search(r"\b((?:mg|g|ug|mcg|µg|iu)(?:\s*/\s*(?:kg|d|day|tag|jour))*)\b", header, re.IGNORECASE)
    return match[1] if match and found[0] == "drug" else ""
