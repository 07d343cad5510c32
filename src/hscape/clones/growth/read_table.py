"""From a long table (a row a variant and visit) to trajectories; every repair is told, nothing is dropped unseen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from hscape.chart import COPY_STATES
from hscape.clones.growth.readings import Readings, Trajectory, normal_copies
from hscape.clones.growth.table_cells import Cells
from hscape.errors import InputError
from hscape.fractions import Copies, choose_copies
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR

_TIMES = ("age_years", "time_years", "time_days")
_SEXES = {"f": "female", "female": "female", "m": "male", "male": "male", "": ""}


def read_table(table: pd.DataFrame, parameters: Parameters | None = None, name: str = "table") -> Readings:
    """Trajectories of a long table.

    Args:
        table: a row a variant and visit; columns person, variant, one of age_years, time_years or time_days, and alt
            with depth or vaf; optional gene, site, sex, copy_state, detection_limit_fraction, treated_from and
            treated_until (in the unit of the time). Other names are in `columns.toml`.
        parameters: numbers in force.
        name: for messages.

    Raises:
        InputError: a column is missing or a cell is impossible; the message names row and column.
    """
    reader = _Reader(table.reset_index(drop=True), parameters or Parameters(), name)
    return reader.read()


class _Reader(Cells):
    """Walks through one table."""

    def __init__(self, table: pd.DataFrame, parameters: Parameters, name: str) -> None:
        super().__init__(table, name)
        self.parameters = parameters
        self.time = self._check_columns()

    def _check_columns(self) -> str:
        have = ", ".join(str(header) for header in self.table.columns)
        for needed in ("person", "variant"):
            if needed not in self.column:
                raise InputError(f"{self.name}: the column {needed} is missing among {have}; add it or rename one.")
        time = next((one for one in _TIMES if one in self.column), None)
        if time is None:
            raise InputError(
                f"{self.name}: no column of times among {have}; add age_years, time_years or time_days (the unit must "
                "stand in the name)."
            )
        if "vaf" not in self.column and not {"alt", "depth"} <= set(self.column):
            raise InputError(f"{self.name}: neither vaf nor alt with depth is among {have}; add one of them.")
        return time

    def read(self) -> Readings:
        percent = self._is_percent()
        groups: dict[tuple[str, str], list[dict]] = {}
        facts: dict[tuple[str, str], dict[str, str]] = {}
        n_blank = 0
        for row in range(len(self.table)):
            person, variant = self.text("person", row), self.text("variant", row)
            for column, value in (("person", person), ("variant", variant)):
                if not value:
                    raise InputError(f"{self.where(row, column)}: is empty; every row needs a {column}.")
            self._same(facts, person, variant, row)
            entry = self._entry(row, percent)
            if entry is None:
                n_blank += 1
                groups.setdefault((person, variant), [])
            else:
                groups.setdefault((person, variant), []).append(entry)
        if n_blank:
            self.note("not_tested", f"{n_blank} rows hold no reading and were taken as not tested.")
        made = [self._trajectory(key, entries, facts[key]) for key, entries in groups.items()]
        return Readings(trajectories=tuple(one for one in made if one is not None), issues=tuple(self.issues.sorted()))

    def _is_percent(self) -> bool:
        """True if the column of VAFs is in percent: said by its name, by signs, or by most values above one."""
        if "vaf" not in self.column or {"alt", "depth"} <= set(self.column):
            return False
        cells = [self.text("vaf", row) for row in range(len(self.table))]
        header = self.column["vaf"].lower()
        if "percent" in header or "%" in header or all(cell.endswith("%") for cell in cells if cell):
            self.note("vaf_percent", "VAFs are in percent and were divided by 100.", column=self.column["vaf"])
            return True
        values = [value for row in range(len(self.table)) if not cells[row].startswith("<")
                  and (value := self.number("vaf", row)) is not None and value > 0]  # fmt: skip
        above = [value for value in values if value > 1.0]
        if len(above) * 2 >= len(values) and above and max(above) <= 100.0:
            self.note("vaf_percent", f"{len(above)} of {len(values)} VAFs are above 1 and none above 100: "
                                     f"the column was "
                      "read as percent and divided by 100.", column=self.column["vaf"])  # fmt: skip
            return True
        return False

    def _same(self, facts: dict, person: str, variant: str, row: int) -> None:
        """Hold what must not change between the rows of a variant."""
        known = facts.setdefault((person, variant), {})
        for column in ("gene", "site", "sex", "copy_state"):
            value = self.text(column, row)
            if not value:
                continue
            if known.setdefault(column, value) != value:
                raise InputError(
                    f"{self.where(row, column)}: {variant} of {person} comes as '{known[column]}' and as '{value}'; "
                    "a variant keeps one, so correct one of the rows."
                )
        sex = known.get("sex", "")
        if sex.lower() not in _SEXES:
            raise InputError(f"{self.where(row, 'sex')}: '{sex}' is not a sex; write female, male or leave it empty.")
        if known.get("copy_state", "unknown") not in COPY_STATES:
            raise InputError(f"{self.where(row, 'copy_state')}: '{known['copy_state']}' is not one of "
                             f"{', '.join(COPY_STATES)}; correct that cell.")  # fmt: skip

    def _entry(self, row: int, percent: bool) -> dict | None:
        """One reading, None if the row holds none."""
        time = self.number(self.time, row)
        if time is None:
            raise InputError(f"{self.where(row, self.time)}: is empty; every row needs its time.")
        years = time / DAYS_PER_YEAR if self.time == "time_days" else time
        limit = self.number("detection_limit_fraction", row)
        if limit is not None and not 0.0 <= limit < 1.0:
            raise InputError(f"{self.where(row, 'detection_limit_fraction')}: {limit:g} is not a fraction below 1; "
                             "write 0.01 for 1%.")  # fmt: skip
        reading = self._reads(row) if {"alt", "depth"} <= set(self.column) else None
        reading = reading or self._vaf(row, percent)
        if reading is None:
            return None
        treated = self.number("treated_from", row), self.number("treated_until", row)
        return {"years": years, "limit": limit, "treated": treated, "row": row} | reading

    def _reads(self, row: int) -> dict | None:
        alt, depth = self.number("alt", row), self.number("depth", row)
        if alt is None and depth is None:
            return None
        if alt is None or depth is None:
            raise InputError(f"{self.where(row, 'depth' if depth is None else 'alt')}: is empty; give alt "
                             f"and depth, or "
                             "leave both empty.")  # fmt: skip
        if alt < 0 or depth < 0 or alt != int(alt) or depth != int(depth):
            raise InputError(f"{self.where(row, 'alt')}: {alt:g} of {depth:g} are not counts of reads; give "
                             f"whole numbers "
                             "from 0 on.")  # fmt: skip
        if alt > depth:
            raise InputError(f"{self.where(row, 'alt')}: {alt:g} reads with the variant of a depth of {depth:g}; depth "
                             "counts all reads, so correct one of them.")  # fmt: skip
        return None if depth == 0 else {"alt": alt, "depth": depth, "below": False, "counted": True}

    def _vaf(self, row: int, percent: bool) -> dict | None:
        text = self.text("vaf", row)
        if not text:
            return None
        depth = self.number("depth", row) or self.parameters["sequencing_depth_reads"]
        below = text.startswith("<")
        if below:
            self.note("vaf_below", f"'{text}' was taken as not detected down to that VAF.", row + 2, self.column["vaf"])
        value = self.number("vaf", row)
        if value is None:
            return None
        vaf = value / 100.0 if percent else value
        if not 0.0 <= vaf <= 1.0:
            raise InputError(f"{self.where(row, 'vaf')}: {value:g} is outside 0 to {100 if percent else 1}; a VAF is a "
                             "fraction of reads, so correct that cell.")  # fmt: skip
        return {"alt": vaf * depth, "depth": depth, "below": below, "counted": "depth" in self.column}

    def _trajectory(self, key: tuple[str, str], entries: list[dict], facts: dict[str, str]) -> Trajectory | None:
        person, variant = key
        if not entries:
            self.note("never_tested", f"{variant} of {person} has no reading at all and is not in the answer.")
            return None
        years = [entry["years"] for entry in entries]
        if any(later < earlier for earlier, later in pairwise(years)):
            self.note("unordered", f"the visits of {variant} of {person} were not in order of time and were sorted.")
        entries = self._merged(sorted(entries, key=lambda entry: entry["years"]), f"{variant} of {person}")
        if len(entries) == 1:
            self.note("single_visit", f"{variant} of {person} has a single time point: growth is not learnt from it.")
        if not any(entry["alt"] > 0 and not entry["below"] for entry in entries):
            self.note(
                "never_seen", f"{variant} of {person} was never seen: what is told is the assumption, not the data."
            )
        limits = [entry["limit"] for entry in entries if entry["limit"] is not None]
        return Trajectory(
            person=person,
            id=variant,
            gene=facts.get("gene", ""),
            site=facts.get("site", ""),
            years=np.array([entry["years"] for entry in entries]),
            alt=np.array([entry["alt"] for entry in entries]),
            depth=np.array([entry["depth"] for entry in entries]),
            below=np.array([entry["below"] for entry in entries]),
            limit_fraction=max(limits) if limits else math.nan,
            copies=self._copies(person, variant, facts),
            has_age=self.time == "age_years",
            has_depth=all(entry["counted"] for entry in entries),
            treated=self._treated(entries),
        )

    def _merged(self, entries: list[dict], whose: str) -> list[dict]:
        """Readings of the same moment as one: their reads are added."""
        merged: list[dict] = []
        for entry in entries:
            if merged and entry["years"] == merged[-1]["years"] and entry["below"] == merged[-1]["below"]:
                last = merged[-1]
                merged[-1] = last | {"alt": last["alt"] + entry["alt"], "depth": last["depth"] + entry["depth"]}
                self.note("duplicate", f"{whose} has several readings at {entry['years']:g} years; their "
                                       f"reads were added.",
                          entry["row"] + 2)  # fmt: skip
            elif merged and entry["years"] == merged[-1]["years"]:
                raise InputError(f"{self.where(entry['row'], 'vaf')}: {whose} is both seen and below a "
                                 f"limit at the same "
                                 "time; keep one of the rows.")  # fmt: skip
            else:
                merged.append(entry)
        return merged

    def _copies(self, person: str, variant: str, facts: Mapping[str, str]) -> Copies:
        sex = _SEXES[facts.get("sex", "").lower()]
        try:
            return choose_copies(facts.get("copy_state", "unknown"), normal_copies(facts.get("gene", ""), sex))
        except InputError as error:
            raise InputError(f"{self.name}, {variant} of {person}, {error}") from None

    def _treated_scale(self, name: str) -> float:
        """What divides a date of treatment to give years: by its own header, else as the visits are dated."""
        header = self.column[name].lower()
        if header.endswith("years"):
            return 1.0
        return DAYS_PER_YEAR if header.endswith("days") or self.time == "time_days" else 1.0

    def _treated(self, entries: list[dict]) -> tuple[tuple[float, float], ...]:
        found = set()
        for entry in entries:
            start, stop = entry["treated"]
            if start is None and stop is None:
                continue
            begin = -math.inf if start is None else start / self._treated_scale("treated_from")
            until = math.inf if stop is None else stop / self._treated_scale("treated_until")
            if until < begin:
                raise InputError(f"{self.where(entry['row'], 'treated_until')}: treatment ends at {stop:g}, "
                                 f"before it begins "
                                 f"at {start:g}; correct one of them.")  # fmt: skip
            found.add((begin, until))
        return tuple(sorted(found))
