"""What a cell of a treatment table says: one drug or several, a dose with its unit, a blood product with its number.

Clinics write ``hATG + CsA``, ``cyclosporine A 200 mg bid``, ``ATG (rabbit)`` or ``2 x PRBC irradiated`` into one cell.
"""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import NamedTuple

from hscape.exchange.headers import drug_synonyms, flatten

#: Shorter words are drugs only if they are the whole cell: ``cy`` and ``sal`` stand in other words' places too.
_FEWEST_LETTERS, _MOST_WORDS = 3, 5
_DOSE = re.compile(
    r"(?<![\w.,–-])(\d+(?:[.,]\d+)?)\s*(mg|g|µg|μg|ug|mcg|iu|ie)\b\s*((?:/|per|pro)\s*kg\b)?\s*"
    r"((?:/|per|pro|x)?\s*(?:d|day|die|tag|daily|qd|od|bid|tid|b\.i\.d\.?|twice daily|2x|2 x|jour|dia)\b)?",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\s*(?:[+;&]|,(?!\d)|\b(?:and|und|et|y)\b|/(?!\s*(?:kg|d|day|die|tag|jour|dia)\b))\s*", re.IGNORECASE
)
_TIMES = {"bid": 2, "b.i.d": 2, "b.i.d.": 2, "twice daily": 2, "2x": 2, "2 x": 2, "tid": 3}


class _Words(NamedTuple):
    transplant: frozenset[str]
    horse: frozenset[str]
    rabbit: frozenset[str]
    not_given: frozenset[str]
    ending: frozenset[str]
    nothing: frozenset[str]
    fillers: frozenset[str]
    products: dict[str, str]


@functools.cache
def _words() -> _Words:
    found = tomllib.loads(resources.files("hscape.exchange").joinpath("drug_words.toml").read_text(encoding="utf-8"))
    products = {word: product for product, words in found.pop("products").items() for word in words}
    return _Words(**{name: frozenset(words) for name, words in found.items()}, products=products)


def read_drugs(text: str) -> tuple[str, ...]:
    """The drugs that a cell names, each by its one name, or ``transplant``.

    An unknown one comes back in lower case with underscores, as does a cell that says what was *not* given.
    """
    flat = flatten(text)
    known = drug_synonyms()
    words = flat.split()
    if flat in known:
        return (known[flat],)
    as_written = flat.replace(" ", "_")
    if _words().not_given.intersection(words):
        return (as_written,)
    if _words().transplant.intersection(words):
        return ("transplant",)  # drugs beside it are those of the conditioning
    found = named_drugs(words)
    return tuple(dict.fromkeys(_with_animal(found, set(words)))) or (as_written,)


def named_drugs(words: list[str]) -> list[str]:
    """Drugs among the words of a cell, whatever is said of them."""
    known, found = drug_synonyms(), []
    at = 0
    while at < len(words):
        for size in range(min(_MOST_WORDS, len(words) - at), 0, -1):
            part = " ".join(words[at : at + size])
            if part in known and len(part) >= _FEWEST_LETTERS:
                found.append(known[part])
                at += size - 1
                break
        at += 1
    return found


def says_nothing_given(text: str) -> bool:
    """True for a cell such as *none* or *watch and wait*."""
    return flatten(text) in _words().nothing or not flatten(text)


def parts_of(text: str) -> list[str]:
    """The parts of a cell that name several things: *CsA 200 mg, EPAG 150 mg* are two."""
    return [part for part in _PARTS.split(text.strip()) if part]


def drugs_that_end(text: str) -> tuple[str, ...] | None:
    """Drugs that a cell such as *CsA stopped* says are no longer given (empty: all); None if it says no such thing."""
    ending = [part for part in parts_of(text) if _words().ending.intersection(flatten(part).split())]
    if not ending:
        return None
    return tuple(dict.fromkeys(name for part in ending for name in named_drugs(flatten(part).split())))


def drugs_that_go_on(text: str) -> tuple[str, ...]:
    """Drugs in the parts of a cell that do not end anything: cyclosporine in *CsA, EPAG stopped*."""
    parts = [part for part in parts_of(text) if not _words().ending.intersection(flatten(part).split())]
    return tuple(name for name in read_drugs(" + ".join(parts)) if is_known_drug(name))


def doses_by_drug(text: str) -> dict[str, tuple[float, str]]:
    """Dose a day of each drug that stands in a part of the cell with one dose and no other drug."""
    found = {}
    for part in parts_of(text):
        names, dose = read_drugs(part), read_dose(part)
        if len(names) == 1 and dose:
            found[names[0]] = dose
    return found


def _with_animal(found: list[str], words: set[str]) -> list[str]:
    """Globulin with the animal that the cell names."""
    animal = "horse_atg" if words & _words().horse else ("rabbit_atg" if words & _words().rabbit else "")
    if not animal and ("horse_atg" in found or "rabbit_atg" in found):
        animal = next(name for name in found if name in ("horse_atg", "rabbit_atg"))
    return [animal if animal and name == "atg" else name for name in found]


def is_known_drug(name: str) -> bool:
    """True for a name that `read_drugs` gives to something that it knows."""
    return name == "transplant" or name in drug_synonyms().values()


def read_dose(text: str) -> tuple[float, str] | None:
    """Dose a day and its unit in a text such as ``200 mg bid`` or ``5 mg/kg/d``; None if there is not exactly one."""
    found = list(_DOSE.finditer(text))
    if len(found) != 1:
        return None
    number, unit, per_kg, per_day = found[0].groups()
    often = re.sub(r"^(/|per|pro)\s*", "", (per_day or "").strip().lower())
    unit = {"μg": "ug", "µg": "ug", "mcg": "ug", "ie": "iu"}.get(unit.lower(), unit.lower())
    written = unit + ("/kg" if per_kg else "") + ("/d" if per_day else "")
    return float(number.replace(",", ".")) * _TIMES.get(often, 1), written


def read_products(text: str) -> tuple[tuple[str, float | None], ...]:
    """Every blood product that a cell such as *PRBC x2 + platelets* names; the product is empty where it is unknown."""
    return tuple(read_product(part) for part in parts_of(text))


def read_product(text: str) -> tuple[str, float | None]:
    """Blood product (empty if unknown) and the number of units, if the cell names it too."""
    flat = flatten(text)
    known, fillers = _words().products, _words().fillers
    if flat in known or flat.replace(" ", "_") in known.values():
        return known.get(flat, flat.replace(" ", "_")), None
    words = re.sub(r"\b(\d+)(?:x|u)\b|\bx(\d+)\b", r"\1\2", flat).split()
    numbers = [float(word) for word in words if word.isdigit()]
    rest = " ".join(word for word in words if not word.isdigit() and word not in fillers)
    return known.get(rest, ""), numbers[0] if len(numbers) == 1 else None
