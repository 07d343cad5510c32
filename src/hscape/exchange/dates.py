"""Calendar dates to day numbers; where a date can be read two ways the reader asks, and does not guess.

A column is judged as a whole: one 25/03/2024 settles that the day comes first in all of it. Dots mean the day comes
first, as wherever dots are written. Day numbers are those of `datetime.date.toordinal`.
"""

from __future__ import annotations

import datetime
import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

Order = Literal["day_first", "month_first", ""]
FIRST_YEAR = 1950
_EXCEL_EPOCH = datetime.date(1899, 12, 30).toordinal()
_MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero ene janv jänner",
            "feb february februar fevrier février febrero fev fév févr",
            "mar march mär märz marz mars marzo mrz",
            "apr april avril abril abr avr",
            "may mai mayo",
            "jun june juni juin junio",
            "jul july juli juillet julio juil",
            "aug august août aout agosto ago",
            "sep sept september septembre septiembre set",
            "oct october okt oktober octobre octubre",
            "nov november novembre noviembre",
            "dec december dez dezember decembre décembre diciembre dic déc",
        ),
        start=1,
    )
    for name in names.split()
}
_ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]\s*\d{1,2}:\d{2}.*)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_NUMERIC = re.compile(r"^(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*[-/.]\s*(\d{2}|\d{4})(?:\s+\d{1,2}:\d{2}.*)?$")
_WORDS = re.compile(r"^(\d{1,2})[. \-/]*(?:de )?([^\W\d_]+)\.?[ \-/,]*(?:de )?(\d{2}|\d{4})$")
_WORDS_US = re.compile(r"^([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$")
_JAPANESE = re.compile(r"^(\d{4}|(?:令和|平成|昭和)\d{1,2}|(?:令和|平成|昭和)元)年(\d{1,2})月(\d{1,2})日$")
_ERA_SHORT = re.compile(r"^([rhs])(\d{1,2})[./](\d{1,2})[./](\d{1,2})$")
_YEAR_MONTH = re.compile(r"^(\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{4}|\d{4})$")


@dataclass(frozen=True, slots=True)
class ReadDate:
    """What a date cell means.

    Args:
        ordinal: day number; None if it is missing, bad, or waits for the order of day and month.
        state: ``date``, ``missing``, ``ambiguous`` or ``bad``.
        note: code of what was repaired or is wrong; a key of `DATE_REMARKS`.
        parts: first, second number and year of a date whose order is not settled by itself.
    """

    ordinal: int | None = None
    state: str = "date"
    note: str = ""
    parts: tuple[int, int, int] | None = None


DATE_REMARKS: dict[str, tuple[str, str, str]] = {
    "excel_serial": (
        "grey",
        "A day count of Excel was turned into a date.",
        "Format the column as a date to see it in Excel.",
    ),
    "two_digit_year": (
        "grey",
        "The year has two digits; it was read as the nearest past year.",
        "Write four digits.",
    ),
    "date_impossible": (
        "red",
        "There is no such day in the calendar. The row was left out.",
        "Correct the date.",
    ),
    "date_incomplete": (
        "red",
        "The day is missing in this date. The row was left out.",
        "Write the full date as YYYY-MM-DD.",
    ),
    "date_future": ("red", "The date lies in the future. The row was left out.", "Correct the year."),
    "date_too_old": ("red", f"The date is before {FIRST_YEAR}. The row was left out.", "Correct the year."),
    "date_unreadable": (
        "red",
        "This is not a date that can be read. The row was left out.",
        "Write it as YYYY-MM-DD.",
    ),
    "date_is_number": (
        "red",
        "A number stands where a date belongs. The row was left out.",
        "Write the date as YYYY-MM-DD.",
    ),
    "date_missing": ("red", "The date is missing. The row was left out.", "Write the date as YYYY-MM-DD."),
}


def read_date(raw: Any) -> ReadDate:
    """Read one date cell."""
    if isinstance(raw, datetime.datetime):
        return _limits(raw.date().toordinal())
    if isinstance(raw, datetime.date):
        return _limits(raw.toordinal())
    if isinstance(raw, bool):
        return ReadDate(state="bad", note="date_unreadable")
    if isinstance(raw, (int, float)):
        return _serial(float(raw))
    if raw is None:
        return ReadDate(state="missing")
    return _read_text(str(raw), datetime.date.today().toordinal())


def _serial(number: float) -> ReadDate:
    if number != number or not 18_264 <= number <= 80_000:  # 1950 onward
        if 19_500_101 <= number <= 20_991_231 and number == int(number):
            return _read_text(str(int(number)), datetime.date.today().toordinal())
        return ReadDate(state="bad", note="date_is_number")
    found = _limits(_EXCEL_EPOCH + int(number))
    return found if found.state != "date" else ReadDate(found.ordinal, note="excel_serial")


@functools.lru_cache(maxsize=20_000)
def _read_text(text: str, today: int) -> ReadDate:
    flat = unicodedata.normalize("NFKC", text).strip().lower()
    if flat in ("", "-", "n/a", "na", "?", "unknown", "."):
        return ReadDate(state="missing")
    for pattern in (_ISO, _COMPACT):
        if match := pattern.match(flat):
            return _build(int(match[1]), int(match[2]), int(match[3]))
    if match := _JAPANESE.match(flat):
        return _build(_japanese_year(match[1]), int(match[2]), int(match[3]))
    if match := _ERA_SHORT.match(flat):
        return _build(_ERAS[match[1]] + int(match[2]), int(match[3]), int(match[4]))
    if match := _NUMERIC.match(flat):
        return _numeric(int(match[1]), match[2], int(match[3]), match[4])
    if (match := _WORDS.match(flat)) and match[2] in _MONTHS:
        year, note = _year(match[3])
        return _build(year, _MONTHS[match[2]], int(match[1]), note)
    if (match := _WORDS_US.match(flat)) and match[1] in _MONTHS:
        return _build(int(match[3]), _MONTHS[match[1]], int(match[2]))
    if re.match(r"^\d{5}(\.\d+)?$", flat):
        return _serial(float(flat))
    return ReadDate(state="bad", note="date_incomplete" if _YEAR_MONTH.match(flat) else "date_unreadable")


def _numeric(first: int, separator: str, second: int, year_text: str) -> ReadDate:
    year, note = _year(year_text)
    if separator == "." or first == second:
        return _build(year, second, first, note)
    if first > 12 and second > 12:
        return ReadDate(state="bad", note="date_impossible")
    return ReadDate(state="ambiguous", note=note, parts=(first, second, year))


def order_of(parts: tuple[int, int, int]) -> Order:
    """The order that a single date proves, if any."""
    first, second, _ = parts
    return "day_first" if first > 12 else "month_first" if second > 12 else ""


def settle(parts: tuple[int, int, int], order: Order, note: str = "") -> ReadDate:
    """Read a date of two orders in the one that was settled; what it proves by itself comes first."""
    first, second, year = parts
    own = order_of(parts) or order
    day, month = (first, second) if own == "day_first" else (second, first)
    return _build(year, month, day, note)


def _japanese_year(text: str) -> int:
    if text[:2] in _ERAS:
        return _ERAS[text[:2]] + (1 if text[2:] == "元" else int(text[2:]))
    return int(text)


def _year(text: str) -> tuple[int, str]:
    if len(text) == 4:
        return int(text), ""
    year = 2000 + int(text)
    return (year if year <= datetime.date.today().year else year - 100), "two_digit_year"


def _build(year: int, month: int, day: int, note: str = "") -> ReadDate:
    try:
        ordinal = datetime.date(year, month, day).toordinal()
    except ValueError:
        return ReadDate(state="bad", note="date_impossible")
    found = _limits(ordinal)
    return ReadDate(found.ordinal, found.state, note) if found.state == "date" else found


def _limits(ordinal: int) -> ReadDate:
    if ordinal > datetime.date.today().toordinal() + 1:
        return ReadDate(state="bad", note="date_future")
    if datetime.date.fromordinal(ordinal).year < FIRST_YEAR:
        return ReadDate(state="bad", note="date_too_old")
    return ReadDate(ordinal)
