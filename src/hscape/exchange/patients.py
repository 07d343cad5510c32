"""Which patient a row belongs to, under a code that does not identify the person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hscape.exchange.issues import IssueList, Place
from hscape.exchange.tables import Table

_SUMMARY = {
    "mean",
    "median",
    "total",
    "sum",
    "average",
    "sd",
    "mittelwert",
    "summe",
    "gesamt",
    "moyenne",
    "media",
    "promedio",
    "n",
    "count",
    "min",
    "max",
    "平均",
    "合計",
}
_CODE_WORDS = {
    "patient",
    "pat",
    "case",
    "subject",
    "control",
    "fall",
    "sujet",
    "paciente",
    "caso",
    "cas",
    "donor",
    "example",
    "aa",
    "bmf",
    "unnamed",
    "anonymous",
    "anon",
    "test",
    "demo",
    "simulated",
    "index",
    "sibling",
    "患者",
    "症例",
}
_LONG_NUMBER = re.compile(r"\d{7,}")


class PatientNames:
    """Turns what stands in the patient column into codes, the same for a whole file."""

    def __init__(self, answers: Mapping[str, str], issues: IssueList) -> None:
        self._answers = answers
        self._issues = issues
        self._codes: dict[str, str] = {}
        self._told: set[str] = set()
        self._next = 1

    def code(self, raw: Any, place: Place, *, is_refused: bool = False) -> str:
        """The code of a patient; names and record numbers are replaced, and the place is reported once."""
        text = _text(raw)
        folded = text.casefold().replace(" ", "")
        if folded in self._codes:
            return self._codes[folded]
        keep = self._answers.get(f"patient_ids:{place.sheet}") == "keep"
        if is_refused or (not keep and _identifies(text)):
            code = f"patient-{self._next}"
            self._next += 1
            if place.sheet not in self._told:
                self._told.add(place.sheet)
                self._issues.add(
                    "amber",
                    "patient_id_identifies",
                    place,
                    "(not shown)",
                    "The patient column holds names or record numbers. "
                    "They were refused and replaced by patient-1, patient-2 and so on, in the order of "
                    "the file.",
                    "Put study codes in the file; answer keep if these are codes already.",
                    key=f"patient_ids:{place.sheet}",
                )
        else:
            code = text
        self._codes[folded] = code
        return code


def _text(raw: Any) -> str:
    if isinstance(raw, float) and raw == int(raw):
        return str(int(raw))
    return " ".join(str(raw).split())


def _identifies(text: str) -> bool:
    if _LONG_NUMBER.search(text.replace(" ", "")) or "@" in text:
        return True
    words = [word for word in re.split(r"[\s,;_]+", text) if word]
    letters = [
        word for word in words if re.fullmatch(r"[^\W\d_][^\W\d_.'’-]*\.?", word) and word.casefold() not in _CODE_WORDS
    ]
    if not re.search(r"\d", text):
        return (len(letters) >= 2 and any(len(word) > 2 for word in letters)) or any(len(word) >= 4 for word in letters)
    return len([word for word in letters if len(word) >= 3]) >= 2


def rows_of_patients(table: Table, names: PatientNames, issues: IssueList, fallback: str) -> list[str]:
    """The patient code of every row of data, empty where the row is not one of a patient."""
    column = table.patient_column()
    rows = table.sheet.rows[table.first_row :]
    if column is None:
        return [fallback] * len(rows)
    found, last, filled = [], "", []
    header = table.sheet.rows[table.header_row]
    for offset, row in enumerate(rows):
        raw = row[column.index] if column.index < len(row) else None
        place = Place(sheet=table.sheet.name, row=table.first_row + offset + 1, column=column.header)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            has_more = any(cell not in (None, "") for cell in row)
            found.append(last if has_more else "")
            if has_more and last:
                filled.append(offset)
            elif has_more:
                issues.add(
                    "red",
                    "patient_missing",
                    place,
                    "",
                    "The row has no patient. It was left out.",
                    "Write the patient's code in every row.",
                )
            continue
        if row == header:
            issues.add("grey", "header_repeated", place, "", "The header is repeated here; the row was skipped.", "")
            found.append("")
            continue
        if str(raw).strip().casefold().rstrip(":") in _SUMMARY:
            issues.add(
                "grey",
                "summary_row",
                place,
                raw,
                "This looks like a row of sums or means; it was skipped.",
                "",
            )
            found.append("")
            continue
        last = names.code(raw, place, is_refused=column.role == "identity")
        found.append(last)
    if filled:
        first = table.first_row + filled[0] + 1
        issues.add(
            "grey",
            "patient_from_above",
            Place(sheet=table.sheet.name, row=first, column=column.header),
            "",
            f"{len(filled)} rows without a patient were given the patient of the row above, from row {first} on.",
            "Write the patient's code in every row.",
        )
    return found


def fallback_patient(sheet_name: str, n_tables: int) -> str:
    """Patient code for a sheet without a patient column: the sheet's name if that is a code."""
    flat = " ".join(sheet_name.split())
    is_code = bool(re.search(r"\d", flat)) and len(flat) <= 20 and not _identifies(flat) and "." not in flat
    if n_tables > 1 and is_code and not re.fullmatch(r"(?i)(sheet|tabelle|feuil|hoja|table|blatt)\s*\d+", flat):
        return flat
    return "patient-1"
