"""Allele fractions of a clone over time: the table, and how likely a growth rate makes it.

The expected fraction follows a logistic curve, ceiling / (1 + exp(-(offset + rate (age - middle)))). The scatter
around it stands for that of an unknown number of reads, which is integrated over, beside that of the reads given;
near zero the limit of detection adds to it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hscape.clones.phylogeny.files import column, read_text, table_rows
from hscape.clones.phylogeny.numbers import number
from hscape.errors import InputError

#: Points of the offset (log odds), of the ceiling and of the effective reads.
OFFSETS, N_CEILINGS, N_READS = np.linspace(-14.0, 20.0, 86), 16, 6


@dataclass(frozen=True, kw_only=True)
class Series:
    """Allele fractions of one clone.

    Args:
        name: id of the clone, empty if the table names none.
        age_years: age at each sample, shape (n_points,).
        vaf: allele fraction, 0 to 1.
        reads: depth, infinite where not given.
    """

    name: str
    age_years: np.ndarray
    vaf: np.ndarray
    reads: np.ndarray

    @property
    def middle_years(self) -> float:
        """Age around which the curve is laid."""
        return float(self.age_years.mean())

    @property
    def ceiling(self) -> float:
        """Largest allele fraction that the curve may end at."""
        usual = number("vaf_ceiling_fraction")
        margin = 2.0 * math.sqrt(usual * (1.0 - usual) / number("vaf_effective_reads_min_count"))
        return usual if self.vaf.max() <= usual + margin else 1.0

    def log_likelihood(self, rate_per_year: np.ndarray) -> np.ndarray:
        """Logarithm of the likelihood, ceiling and scatter integrated out, shape (n_rates, n_offsets)."""
        nodes, weights = np.polynomial.legendre.leggauss(N_CEILINGS)
        ceiling = 0.5 * self.ceiling * (nodes + 1.0)
        reads = np.geomspace(number("vaf_effective_reads_min_count"), number("vaf_effective_reads_max_count"), N_READS)
        total = np.zeros((len(rate_per_year), len(OFFSETS), N_CEILINGS, N_READS))
        for age, vaf, depth in zip(self.age_years, self.vaf, self.reads, strict=True):
            odds = OFFSETS[None, :] + rate_per_year[:, None] * (age - self.middle_years)
            mean = ceiling / (1.0 + np.exp(-np.clip(odds, -500.0, 500.0)))[:, :, None]
            spread = mean * (1.0 - mean)
            variance = spread[..., None] * (1.0 / reads + 1.0 / depth) + number("vaf_detection_fraction") ** 2
            total += -0.5 * ((vaf - mean)[..., None] ** 2 / variance + np.log(variance))
        largest = total.max()
        return np.log(np.einsum("robs,b->ro", np.exp(total - largest), weights) + 1.0e-300) + largest

    def filled_log_odds(self, rate_per_year: np.ndarray, age_years: float) -> np.ndarray:
        """Log odds of the share of its ceiling that the clone has at this age, shape (n_rates, n_offsets)."""
        return OFFSETS[None, :] + rate_per_year[:, None] * (age_years - self.middle_years)


def read_series(path: Path, clones: Sequence[str]) -> tuple[dict[str, Series], list[str]]:
    """Series of the clones that a table holds.

    Args:
        path: table with columns ``age_years`` and ``vaf``; ``clone_id`` if there are several clones,
            ``depth_reads`` if known.
        clones: ids of the clones at hand.

    Returns:
        a series for each clone that has one, and remarks.

    Raises:
        InputError: a column or a number is missing or impossible, or no clone of the table is at hand.
    """
    text = read_text(path)
    if not text.strip():
        raise InputError(f"{path.name}: the file is empty; give columns age_years and vaf.")
    rows = table_rows(text, path.name, "\t" if "\t" in text.splitlines()[0] else ",")
    age, vaf = column(rows, ("age_years", "age")), column(rows, ("vaf",))
    clone = column(rows, ("clone_id", "clone", "clonename", "tree_name"))
    reads = column(rows, ("depth_reads", "depth", "reads"))
    if age is None or vaf is None:
        raise InputError(f"{path.name}: needs the columns age_years and vaf (it has {', '.join(rows[0])}).")
    points: dict[str, list[tuple[float, float, float]]] = {}
    values = _fractions(rows, vaf, path.name)
    for i, (row, value) in enumerate(zip(rows, values, strict=True), start=2):
        place = f"{path.name}, row {i}"
        years = _number(row[age], place, "age in years", 0.0, number("tree_oldest_onset_years"))
        depth = _number(row[reads], place, "depth in reads", 1.0, 1.0e9) if reads and row[reads].strip() else math.inf
        points.setdefault(row[clone].strip() if clone else "", []).append((years, value, depth))
    return _matched({name: _series(name, rows_, path.name) for name, rows_ in points.items()}, clones, path.name)


def _fractions(rows: list[dict[str, str]], name: str, where: str) -> list[float]:
    values = [
        _number(row[name], f"{where}, row {i}", "allele fraction", 0.0, 100.0) for i, row in enumerate(rows, start=2)
    ]
    largest = max(values)
    if largest > 1.0:
        row = values.index(largest) + 2
        raise InputError(
            f"{where}, row {row}: the allele fraction {largest:g} is above 1, so the column looks like percent; give "
            "fractions from 0 to 1 (divide percent by 100)."
        )
    return values


def _number(text: str, place: str, what: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{place}: '{text}' is not a number; give the {what}, {low:g} to {high:g}.") from None
    if not low <= value <= high:
        raise InputError(f"{place}: {value:g} is not possible; give the {what}, {low:g} to {high:g}.")
    return value


def _series(name: str, points: list[tuple[float, float, float]], where: str) -> Series:
    table = np.array(sorted(points))
    if len(np.unique(table[:, 0])) < 2:
        raise InputError(
            f"{where}: {f'clone {name!r} has' if name else 'there is'} one age only ({table[0, 0]:g} years); growth "
            "needs allele fractions at two ages or more."
        )
    return Series(name=name, age_years=table[:, 0], vaf=table[:, 1], reads=table[:, 2])


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")


def _matched(found: dict[str, Series], clones: Sequence[str], where: str) -> tuple[dict[str, Series], list[str]]:
    if list(found) == [""]:
        if len(clones) > 1:
            raise InputError(
                f"{where}: has no column clone_id, but there are {len(clones)} clones; add it with the ids "
                f"{', '.join(clones[:4])}{' and so on' if len(clones) > 4 else ''}."
            )
        return {clones[0]: found[""]}, []
    known = {name: series for name, series in found.items() if name in clones}
    if not known:
        raise InputError(
            f"{where}: none of its clones ({_few(list(found))}) is among those of the trees ({_few(clones)}); "
            "use the same ids in both."
        )
    lost = [name for name in found if name not in clones]
    remark = (
        [f"{where}: {len(lost)} of {len(found)} clones have no tree here and were left out: {', '.join(lost)}."]
        if lost
        else []
    )
    return known, remark
