"""A karyotype alone with its date, as in reports of cytogenetics: which clones it shows, and in how many cells."""

from __future__ import annotations

import re
from typing import Any

from hscape.chart import CloneMeasurement
from hscape.errors import InputError
from hscape.exchange.cells import read_cell
from hscape.exchange.draft import RawRecord
from hscape.exchange.headers import flatten
from hscape.exchange.issues import IssueList
from hscape.exchange.status_words import status_of
from hscape.genome.iscn import KaryotypeClone, is_failed, n_metaphases, read_karyotype

#: Beside the words of a status: "46 XY normal male", "normal karyotype".
_NORMAL = re.compile(r"^(normal|unauffallig|sin alteraciones|46 ?x[xy])( (male|female|karyotype|xx|xy|46|\d+))*$")


def is_karyotype_only(record: RawRecord) -> bool:
    """True for a row that names a karyotype and neither a clone nor a gene."""
    cells = record.cells
    return bool(_text(cells.get("karyotype"))) and not any(
        _text(cells.get(name)) for name in ("clone", "gene", "hla_allele")
    )


def read_karyotype_row(record: RawRecord, day: float, issues: IssueList) -> list[CloneMeasurement]:
    """Findings of one karyotype: a clone for every set of changes that is not built on another, or a negative test.

    Shares of cells are metaphases with the changes of all that are counted. The marrow is taken as the specimen.

    Args:
        record: the row.
        day: day of the chart.
        issues: what could not be read is told there.
    """
    text = _text(record.cells.get("karyotype"))
    flat = flatten(text)
    counted = read_cell(record.cells.get("n_cells")).number
    base: dict[str, Any] = {
        "day": day, "clone": "karyotype", "kind": "chromosome", "assay": "karyotype", "specimen": "marrow",
        "karyotype": text, "n_cells": n_metaphases(text) or (int(counted) if counted else None),
        "source": f"{record.place.sheet}!{record.place.row}",
    }  # fmt: skip
    status = "not_tested" if flat == "none" else status_of(text)
    if status == "not_tested":
        return [CloneMeasurement(**(base | {"status": status, "karyotype": ""}))]
    if status == "not_assessable" or is_failed(text):
        return [CloneMeasurement(**base, status="not_assessable")]
    if status == "negative" or _NORMAL.match(flat):
        return [CloneMeasurement(**base, status="negative")]
    lines = read_karyotype(text)
    if lines is None:
        message = f"The karyotype '{text}' could not be read; it is kept as a finding without a number of cells."
        issues.add("amber", "karyotype_unread", record.place, text, message, "Write it as ISCN, for example 46,XX[20].")
        return [CloneMeasurement(**base, status="positive")]
    if not lines:
        return [CloneMeasurement(**base, status="negative")]
    return [
        CloneMeasurement(
            **(base | {"clone": _name(stem), "status": "positive", "cell_fraction": _share(stem, lines, base)})
        )
        for stem in _stems(lines)
    ]


def _stems(lines: tuple[KaryotypeClone, ...]) -> list[KaryotypeClone]:
    """Cell lines that hold no other line's changes."""
    return [
        line for line in lines
        if not any(set(other.abnormalities) < set(line.abnormalities) for other in lines)
    ]  # fmt: skip


def _share(stem: KaryotypeClone, lines: tuple[KaryotypeClone, ...], base: dict[str, Any]) -> float | None:
    """Metaphases with the changes of a line, those of its daughters among them; None if not all are counted."""
    family = [line.n_cells for line in lines if set(stem.abnormalities) <= set(line.abnormalities)]
    total = base["n_cells"]
    if total is None or any(n is None for n in family):
        return None
    with_it = sum(n for n in family if n is not None)
    if with_it > total:
        raise InputError(f"karyotype: {with_it} metaphases with the change of {total} counted.")
    return with_it / total


def _name(line: KaryotypeClone) -> str:
    """A name that is the same at the next visit: monosomy 7, trisomy 8, or the changes as they are written."""

    def word(change: str) -> str:
        if found := re.fullmatch(r"([-+])(\d+|[XY])", change):
            return f"{'monosomy' if found[1] == '-' else 'trisomy'} {found[2]}"
        return change

    return ", ".join(word(change) for change in line.abnormalities)


def _text(cell: Any) -> str:
    return "" if cell is None else " ".join(str(cell).split())
