"""One cell as a number, a limit, a missing value, or something that cannot be read and is said so.

Nothing is rounded, clipped or guessed: a cell that could mean two things comes back with a question.
"""

from __future__ import annotations

import datetime
import functools
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from hscape.exchange.lab_units import looks_like_unit

MISSING: frozenset[str] = frozenset(
    {
        "",
        "n/a",
        "na",
        "n.a.",
        "n.a",
        "n/d",
        "nd",
        "n.d.",
        "n.d",
        "not done",
        "not tested",
        "not available",
        "none",
        "null",
        "nan",
        "-",
        "--",
        "---",
        "—",
        "–",
        "?",
        "??",
        ".",
        "..",
        "x",
        "missing",
        "unknown",
        "unk",
        "pending",
        "k.a.",
        "k. a.",
        "ka",
        "n.b.",
        "nicht bestimmt",
        "nicht getestet",
        "fehlt",
        "ausstehend",
        "unbekannt",
        "non fait",
        "nf",
        "manquant",
        "en attente",
        "inconnu",
        "no realizado",
        "nr",
        "sin datos",
        "desconocido",
        "pendiente",
        "未測定",
        "未検",
        "未実施",
        "なし",
        "不明",
        "*",
        "**",
        "hemolyzed",
        "hemolysed",
        "clotted",
        "insufficient",
        "qns",
        "cancelled",
        "canceled",
    }
)
_SPOILED = {"hemolyzed", "hemolysed", "clotted", "insufficient", "qns", "cancelled", "canceled"}
_EXCEL_ERRORS = {"#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#n/a", "#####"}
_LIMIT = re.compile(
    r"^(<=|>=|≤|≥|<|>|=|~|≈|ca\.?|approx\.?|about|etwa|environ|unter|über|less than|more than|under|over|"
    r"below|above)\s*(.+)$"
)
_BELOW = {"<", "<=", "≤", "unter", "less than", "under", "below"}
_ABOVE = {">", ">=", "≥", "über", "more than", "over", "above"}
_LAB_FLAG = re.compile(r"^(.*?[0-9])\s*(?:\*+|\(?[hl]{1,2}\)?|↓+|↑+|\(?(?:low|high|abn|c|crit)\)?|[+!]|[⇓⇑])$")
_NUMBER_UNIT = re.compile(r"^([+-]?[0-9][0-9.,' \u00a0\u202f]*(?:e[+-]?\d+)?)\s*([a-zµμ%‰/×x*^(万千].*)$")
_PLAIN = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d*,\d+$")
_THOUSANDS_COMMA = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_THOUSANDS_POINT = re.compile(r"^\d{1,3}(?:\.\d{3})+,\d+$|^\d{1,3}(?:\.\d{3}){2,}$")
_THOUSANDS_SPACE = re.compile(r"^\d{1,3}(?:[' \u00a0\u202f]\d{3})+(?:[.,]\d+)?$")
_RANGE = re.compile(r"^\d+(?:[.,]\d+)?\s*(?:-|–|to|bis|à|~)\s*\d+(?:[.,]\d+)?\s*%?$")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell means.

    Args:
        number: the number, None if there is none.
        censored: none, below or above.
        state: ``number``, ``missing`` or ``bad``.
        unit: unit written in the cell itself.
        note: code of what was repaired or what is wrong; a key of `REMARKS`.
        other: a second reading of the number, where there are two.
    """

    number: float | None = None
    censored: str = "none"
    state: str = "number"
    unit: str = ""
    note: str = ""
    other: float | None = None


#: Note -> (severity, message, fix).
REMARKS: dict[str, tuple[str, str, str]] = {
    "decimal_comma": ("grey", "The comma was read as a decimal comma.", "Nothing to do if that is right."),
    "thousands": ("grey", "The separator was read as one of thousands.", "Nothing to do if that is right."),
    "lab_flag": ("grey", "The laboratory's mark beside the number was left off.", ""),
    "approximate": ("grey", "'About' was left off; the number was read as it stands.", ""),
    "full_width": ("grey", "Full-width digits were read as digits.", ""),
    "percent_text": ("grey", "The percent sign in the cell was read as the unit.", ""),
    "number_as_text": ("grey", "Spaces around the number were removed.", ""),
    "comma_two_ways": (
        "amber",
        "The comma can be a decimal comma or one of thousands, and nothing else in the column decides. "
        "The value was left out.",
        "Write the number without it, or answer under the key.",
    ),
    "spoiled": ("grey", "The sample was spoiled or the test canceled; taken as not measured.", ""),
    "excel_error": (
        "red",
        "Excel shows an error here, so there is no value. It was left out.",
        "Mend the formula or type the value.",
    ),
    "date_in_number": (
        "red",
        "There is a date where a number belongs: Excel turns 3.5 or 3-5 into a date. It was left out.",
        "Format the column as a number and type the value again.",
    ),
    "time_in_number": (
        "red",
        "There is a time where a number belongs. It was left out.",
        "Type the value again.",
    ),
    "boolean": ("red", "TRUE or FALSE stands where a number belongs. It was left out.", "Type the value."),
    "not_finite": (
        "red",
        "The number is too large to be a number or is infinite. It was left out.",
        "Type the value again.",
    ),
    "negative": (
        "red",
        "A count or concentration cannot be negative. It was left out.",
        "Type the value again; for 'below' write <0.01.",
    ),
    "letter_o": (
        "red",
        "There is a letter O or l among the digits. It was left out.",
        "Type the digits again.",
    ),
    "range": (
        "red",
        "This is a range, not a value. It was left out.",
        "Write one value, or <upper if only a limit is known.",
    ),
    "two_points": (
        "red",
        "The number has more than one decimal point or stray signs. It was left out.",
        "Type the value again.",
    ),
    "not_a_number": (
        "red",
        "This is not a number. It was left out.",
        "Write a number, or n/a if it was not measured.",
    ),
    "formula_text": (
        "red",
        "This is the text of a formula, not a value. It was left out.",
        "Type the value.",
    ),
}


def read_cell(raw: Any) -> Cell:
    """Read one cell of a table."""
    kind = type(raw)
    if kind is float or kind is int:
        return Cell(float(raw)) if math.isfinite(raw) else Cell(state="bad", note="not_finite")
    if kind is str:
        return _read_text(raw)
    if raw is None:
        return Cell(state="missing")
    if kind is bool:
        return Cell(state="bad", note="boolean")
    if isinstance(raw, (datetime.datetime, datetime.date)):
        return Cell(state="bad", note="date_in_number")
    return Cell(state="bad", note="time_in_number")


@functools.lru_cache(maxsize=20_000)
def _read_text(raw: str) -> Cell:
    flat = unicodedata.normalize("NFKC", raw).strip().lower().replace("−", "-")
    if flat in MISSING:
        return Cell(state="missing", note="spoiled" if flat in _SPOILED else "")
    if flat in _EXCEL_ERRORS:
        return Cell(state="bad", note="excel_error")
    if raw.lstrip().startswith("="):
        return Cell(state="bad", note="formula_text")
    note = "full_width" if any("\uff10" <= letter <= "\uff19" for letter in raw) else ""
    if _RANGE.match(flat):
        return Cell(state="bad", note="range")
    censored = "none"
    limit = _LIMIT.match(flat)
    if limit:
        sign, flat = limit.group(1), limit.group(2).strip()
        censored = "below" if sign in _BELOW else "above" if sign in _ABOVE else "none"
        note = note or ("approximate" if censored == "none" and sign != "=" else "")
    return _read_number(flat, censored, note)


def _read_number(flat: str, censored: str, note: str) -> Cell:
    number, remark, other = _to_number(flat)
    unit = ""
    if remark == "not_a_number":
        flagged = _LAB_FLAG.match(flat)
        with_unit = _NUMBER_UNIT.match(flat)
        if flagged and _to_number(flagged.group(1).strip())[0] is not None:
            number, remark, other = _to_number(flagged.group(1).strip())
            remark = remark or "lab_flag"
        elif with_unit and (looks_like_unit(with_unit.group(2)) or with_unit.group(2).strip() in ("‰", "%")):
            number, remark, other = _to_number(with_unit.group(1).strip())
            unit = with_unit.group(2).strip()
            remark = remark or ("percent_text" if unit == "%" else "")
    if number is None:
        return Cell(state="bad", note=_explain(flat) if remark == "not_a_number" else remark)
    if not math.isfinite(number):
        return Cell(state="bad", note="not_finite")
    if number < 0:
        return Cell(number=number, state="bad", note="negative")
    if remark == "comma_two_ways":
        return Cell(number=number, censored=censored, state="bad", note=remark, unit=unit, other=other)
    return Cell(number=number, censored=censored, unit=unit, note=remark or note)


def _to_number(flat: str) -> tuple[float | None, str, float | None]:
    """The number of a text, what was repaired, and a second reading if there is one."""
    if _PLAIN.match(flat):
        return float(flat), "", None
    if _THOUSANDS_COMMA.match(flat):
        if flat.count(",") == 1 and "." not in flat and not flat.startswith("0"):
            return float(flat.replace(",", ".")), "comma_two_ways", float(flat.replace(",", ""))
        if flat.startswith("0,"):
            return float(flat.replace(",", ".")), "decimal_comma", None
        return float(flat.replace(",", "")), "thousands", None
    if _DECIMAL_COMMA.match(flat):
        return float(flat.replace(",", ".")), "decimal_comma", None
    if _THOUSANDS_POINT.match(flat):
        return float(flat.replace(".", "").replace(",", ".")), "thousands", None
    if _THOUSANDS_SPACE.match(flat):
        return float(re.sub("[' \u00a0\u202f]", "", flat).replace(",", ".")), "thousands", None
    return None, "not_a_number", None


def _explain(flat: str) -> str:
    if re.match(r"^[\dol.,]+$", flat) and re.search(r"[ol]", flat) and re.search(r"\d", flat):
        return "letter_o"
    if re.match(r"^[\d.,+\-/ ]+$", flat):
        return "two_points"
    return "not_a_number"


def round_sig(number: float) -> float:
    """Twelve significant digits, so that 95 g/L and 9.5 g/dL are the same number."""
    return float(f"{number:.12g}")
