"""The numbers behind each picture: a table for the page, and the same with more rows to download."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hscape.chart.analytes import ANALYTES
from hscape.exchange.safe_text import safe_cell
from hscape.inference.alarms import NOT_LEARNT, not_asked
from hscape.inference.explain import Explanation
from hscape.inference.findings import clone_findings
from hscape.inference.quantities import chance, percent, shown, unit_of, words_of
from hscape.inference.readings import COUNTS, reading_band
from hscape.plots.explained_output import layers

#: Rows of a table on the page; the download holds all.
_ROWS = 14


@dataclass(frozen=True, kw_only=True)
class Data:
    """A table.

    Args:
        name: of the file to download, without its ending.
        head: names of the columns, units included.
        rows: values.
    """

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    def thinned(self) -> tuple[tuple[object, ...], ...]:
        """About `_ROWS` rows, evenly spaced, the last one included."""
        if len(self.rows) <= _ROWS * 2:
            return self.rows
        kept = sorted({*np.linspace(0, len(self.rows) - 1, _ROWS).round().astype(int).tolist()})
        return tuple(self.rows[k] for k in kept)

    def csv(self) -> str:
        """As text with commas; words that a spreadsheet could take for a formula are made harmless."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow([safe_cell(name) for name in self.head])
        writer.writerows([safe_cell(cell) for cell in row] for row in self.rows)
        return buffer.getvalue()

    def address(self) -> str:
        """The file as an address that needs no network."""
        return "data:text/csv;charset=utf-8;base64," + base64.b64encode(self.csv().encode("utf-8")).decode("ascii")


def _number(value: float) -> object:
    return None if not np.isfinite(value) else float(f"{float(value):.4g}")


def _over_time(name: str, days: np.ndarray, columns: dict[str, np.ndarray]) -> Data:
    head = ("day", *columns)
    rows = zip(days, *columns.values(), strict=True)
    return Data(name=name, head=head, rows=tuple(tuple(_number(v) for v in row) for row in rows))


def _bands(label: str, quantiles: np.ndarray, fold: float = 1.0) -> dict[str, np.ndarray]:
    return {f"{label}, {word}": fold * quantiles[row] for word, row in (("median", 2), ("5 %", 0), ("95 %", 4))}


def counts_data(e: Explanation) -> Data:
    """Course and bands of the four counts."""
    columns: dict[str, np.ndarray] = {}
    for analyte in COUNTS:
        label = f"{ANALYTES[analyte].label} ({ANALYTES[analyte].unit.replace('10*', '10^')})"
        band = reading_band(e, analyte)
        columns |= _bands(label, e.course.quantiles[analyte])
        columns |= {f"{label}, readings 5 %": band.low, f"{label}, readings 95 %": band.high}
    kept = e.course.days >= -28.0
    return _over_time("counts", e.course.days[kept], {name: values[kept] for name, values in columns.items()})


def clones_data(e: Explanation) -> Data:
    """Share of granulocytes of every clone."""
    columns: dict[str, np.ndarray] = {}
    for label, quantiles in e.course.share_quantiles.items():
        columns |= _bands(f"{label} (% of granulocytes)", quantiles, 100.0)
    return _over_time("clones", e.course.days, columns)


def detection_data(e: Explanation) -> Data:
    """When each clone was found, and from when an assay could have found it."""
    rows = []
    for label, finding in clone_findings(e.problem).items():
        could = e.course.first_detectable.get(label, {})
        for assay, day in could.items() or {"": None}.items():
            first = "never in most courses" if day is None else (
                f"before {day:.0f}" if day <= e.course.days[0] + 1 else f"{day:.0f}")  # fmt: skip
            found = "" if finding.first_day is None else f"{finding.first_day:g}"
            rows.append((label, finding.state, found, ", ".join(finding.assays) or "none", assay, first))
    head = ("clone (if it exists)", "in the chart", "first found (day)", "assays used", "assay",
            "in the draws it is above the assay's limit from (day, median)")  # fmt: skip
    return Data(name="detection", head=head, rows=tuple(rows))


def output_data(e: Explanation) -> Data:
    """Output of the marrow by clone."""
    columns = {f"{label} (output, % of normal)": 100 * layer for label, layer in layers(e).items()}
    return _over_time("output", e.course.days, columns)


def fish_data(e: Explanation) -> Data:
    """Stem cells, and who holds how much of the output."""
    columns = _bands("stem cells (% of normal)", e.course.quantiles["reserve_fraction"], 100.0)
    columns |= {f"{label} (mean share of output, %)": 100 * share for label, share in e.course.shares.items()}
    return _over_time("fish", e.course.days, columns)


def reserve_data(e: Explanation) -> Data:
    """Reserve, the two arms of the attack, and output."""
    columns: dict[str, np.ndarray] = {}
    for name, words, fold in (
        ("reserve_fraction", "stem cells (% of normal)", 100.0), ("contact_killing_per_day", "killing (per day)", 1.0),
        ("interferon", "suppression (relative)", 1.0), ("marrow_output", "output (% of normal)", 100.0),
    ):  # fmt: skip
        columns |= _bands(words, e.course.quantiles[name], fold)
    return _over_time("reserve", e.course.days, columns)


def causes_data(e: Explanation) -> Data:
    """Share and attributable parts, clone by clone."""
    rows = []
    for k, label in enumerate(e.causes.labels):
        if not e.causes.slots[k]:
            continue
        c = e.causes
        columns = (c.shares, c.stem_cell_shares, c.by_clone, c.by_clone_fitness, c.by_clone_presence)
        rows.append((label, *(_cell(values[:, k]) for values in columns)))
    head = ("clone", "share of granulocytes", "share of stem cells", "output due to its escape",
            "output due to its fitness", "output missing without it")  # fmt: skip
    return Data(name="causes", head=head, rows=tuple(rows))


def _cell(values: np.ndarray) -> str:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return f"{percent(middle)} ({percent(low)} to {percent(high)})"


def odds_data(e: Explanation) -> Data:
    """Three priors and three posteriors."""
    bound = {0.0: "at most", 1.0: "at least"}.get(-1.0 if e.odds.probability is None else e.odds.probability, "")
    rows = tuple((name, _number(before), bound, _number(after)) for name, (before, after) in e.odds.by_prior.items())
    return Data(name="odds", head=("prior", "probability before", "bound", "probability after"), rows=rows)


def futures_data(e: Explanation, *, with_deaths: bool) -> Data:
    """Every alternative month by month."""
    head = ["alternative", "month", "alive and free of transfusion (%)", *(["dead (%)"] if with_deaths else [])]
    names = ("hemoglobin_g_per_dl", "neutrophils_1e9_per_l", "platelets_1e9_per_l")
    head += [f"{name} {word}" for name in names for word in ("median", "5 %", "95 %")]
    rows = []
    for f in e.futures:
        for k, month in enumerate(f.months):
            row: list[object] = [f.name, int(month), _number(100 * f.free_by_month[k])]
            row += [_number(100 * f.dead_by_month[k])] if with_deaths else []
            row += [_number(f.fans[name][at, k]) for name in names for at in (2, 0, 4)]
            rows.append(tuple(row))
    return Data(name="futures", head=tuple(head), rows=tuple(rows))


def futures_summary(e: Explanation, *, with_deaths: bool) -> Data:
    """Every alternative at 6, 12 and 24 months."""
    head = ["alternative", "assumes", *(f"alive and free of transfusion at {m} months" for m in (6, 12, 24)),
            "counts recovered at 24 months"]  # fmt: skip
    head += ["dead at 24 months"] if with_deaths else []
    rows = []
    for f in e.futures:
        told = [*(f.free_by_month[m] for m in (6, 12, 24)), f.recovered_by_24]
        told += [f.dead_by_month[24]] if with_deaths else []
        rows.append((f.name, f.words, *(chance(float(p), e.draws.effective) for p in told)))
    return Data(name="futures-summary", head=tuple(head), rows=tuple(rows))


def learnt_data(e: Explanation) -> Data:
    """Every quantity before and after, and what was learnt."""
    rows = []
    for name in sorted(e.quantities, key=lambda key: -e.learnt.get(key, 0.0)):
        prior = e.reference.quantities.get(name)
        share = e.learnt.get(name)
        taught = "" if share is None else percent(max(0.0, share)) if share >= NOT_LEARNT else "not learnt"
        if name in not_asked(e.problem):
            taught = "not applicable: it was not given"
        rows.append((words_of(name), unit_of(name), _three(name, prior), _three(name, e.quantities[name]), taught))
    head = ("quantity", "unit", "before: median (90 % interval)", "after: median (90 % interval)", "learnt")
    return Data(name="learnt", head=head, rows=tuple(rows))


def next_data(e: Explanation) -> Data:
    """What one further reading would tell, question by question."""
    rows = [(w.question, w.measurement, percent(w.removed, least=0.01)) for w in e.next_measurements]
    head = ("question", "reading on the last explained day", "variance that it would remove, on average")
    return Data(name="next-measurements", head=head, rows=tuple(rows))


def _three(name: str, values: np.ndarray | None) -> str:
    if values is None or not np.isfinite(values).any():
        return ""
    low, middle, high = np.nanquantile(values, (0.05, 0.5, 0.95))
    return f"{shown(name, middle)} ({shown(name, low)} to {shown(name, high)})"


def as_rows(pairs: Iterable[Sequence[object]]) -> list[tuple[object, ...]]:
    """Rows with empty cells for what is missing."""
    return [tuple("" if cell is None else cell for cell in row) for row in pairs]
