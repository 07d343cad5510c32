"""What a cell says of a test: not tested, not assessable, negative or positive."""

from __future__ import annotations

from typing import Any

from hscape.exchange.headers import flatten

_STATUS: dict[str, str] = {
    **dict.fromkeys(
        ("positive", "pos", "detected", "yes", "+", "positiv", "positif", "positivo", "present", "陽性"),
        "positive",
    ),
    **dict.fromkeys(
        (
            "negative",
            "neg",
            "not detected",
            "no clone",
            "none detected",
            "negativ",
            "negatif",
            "negativo",
            "absent",
            "wt",
            "wild type",
            "normal",
            "陰性",
            "undetectable",
        ),
        "negative",
    ),
    **dict.fromkeys(
        (
            "not tested",
            "not done",
            "nt",
            "nd",
            "n d",
            "n a",
            "na",
            "nicht getestet",
            "non fait",
            "no realizado",
            "未検",
        ),
        "not_tested",
    ),
    **dict.fromkeys(
        (
            "not assessable",
            "not evaluable",
            "not informative",
            "homozygous",
            "failed",
            "nicht beurteilbar",
            "non evaluable",
            "no evaluable",
            "判定不能",
        ),
        "not_assessable",
    ),
}


def status_of(cell: Any) -> str:
    """One of the four states, empty if the cell names none."""
    return _STATUS.get(flatten(cell), "") if isinstance(cell, str) else ""
